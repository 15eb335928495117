"""Taps: what hubs say of their lines. A hub asks its taps in turn all the time: each of its reports is a poll of the line.

Whom it hears is on the whole side of a cut, whatever became of its heartbeats; noise where there was none is a short
circuit or a torn shield; a line that is noisy from one tap on, day after day, has a joint that corrodes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.reports import LineReport, TapReport

NOISE_PER_MINUTE = 30.0  # what was no frame …
TIMES_BEFORE = 3.0  # … and so many times as much as before
AROUND_S = 120.0  # of an onset
KEPT = 20  # intervals of a line
CALM, STEP = 96, 24  # -8 · log2 of the chance that a byte is wrong: 2⁻¹², and eight times as likely


@dataclass(frozen=True, slots=True)
class Interval:
    """How much a hub heard that was no frame, between two reports."""

    begin: float
    end: float
    garbled: int

    @property
    def per_minute(self) -> float:
        return 60.0 * self.garbled / max(1.0, self.end - self.begin)


@dataclass(slots=True)
class _Line:
    report: LineReport
    at: float
    noise: list[Interval] = field(default_factory=list)


class Taps:
    """The newest report of each line. Mutable; a restart begins anew, with the next reports."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._of: dict[str, tuple[str, TapReport]] = {}  # endpoint → its line, and how it is there

    def told(self, report: LineReport, at: float) -> None:
        """A hub reported on a line at `at`, seconds of the supervision's clock."""
        known = self._lines.get(report.line)
        noise = known.noise if known is not None else []
        if known is not None and known.report.boot == report.boot and report.seq <= known.report.seq:
            return
        if known is not None and known.report.boot == report.boot:
            grown = max(0, report.garbled - known.report.garbled)
            noise = [*noise[1 - KEPT :], Interval(known.at, at, grown)]
        self._lines[report.line] = _Line(report, at, noise)
        for tap in report.taps:
            self._of[tap.endpoint] = (report.line, tap)

    def answers(self, endpoint: str, since: float) -> bool:
        """Whether its hub has heard it after `since`, by a report that is fresh at the newest of its line."""
        line, tap = self._of.get(endpoint, ("", None))
        if tap is None or not tap.there or tap.silent_s is None or not self._lines[line].report.open:
            return False
        return self._lines[line].at - tap.silent_s > since

    def lost(self, line: str) -> tuple[str, ...]:
        """Those on a line whom its hub asks in vain."""
        known = self._lines.get(line)
        if known is None or not known.report.open:
            return ()
        return tuple(tap.endpoint for tap in known.report.taps if not tap.there)

    def is_noisy(self, line: str, onset: float) -> bool:
        """Whether noise began about `onset` that had not been there."""
        known = self._lines.get(line)
        if known is None:
            return False
        at_onset = [i for i in known.noise if i.begin <= onset + AROUND_S and onset - AROUND_S <= i.end]
        before = [i.per_minute for i in known.noise if i.end < onset - AROUND_S]
        usual = sum(before) / len(before) if before else 0.0
        return any(i.per_minute >= max(NOISE_PER_MINUTE, TIMES_BEFORE * usual) for i in at_onset)


def worn_after(report: LineReport) -> tuple[str, str] | None:
    """The neighbours on a line between which it turns noisy: all up to the first hear well, all from the second on badly."""
    order = sorted((tap for tap in report.taps if tap.there), key=_place)
    calm = [tap.calm for tap in order]
    steps: Mapping[int, int] = {j: min(calm[:j]) - max(calm[j:]) for j in range(1, len(calm))}
    best = max(steps, key=lambda j: steps[j], default=None)
    if best is None or steps[best] < STEP or max(calm[best:]) >= CALM:
        return None
    return order[best - 1].endpoint, order[best].endpoint


def _place(tap: TapReport) -> tuple[int, int]:
    return (tap.address if tap.position is None else tap.position, tap.address)
