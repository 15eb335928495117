"""Hindrances: when this endpoint could not sound what it should, and why; missed slots get their reason from here."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from devices.endpoint.store import Boot
from schedules.misses import Hindrance
from schedules.records import MissedBecause
from schedules.slots import Span

REMEMBERED = timedelta(days=45)  # somebody may have been cut off for forty


class Hindrances:
    """What stood in the way of every cue. Dark spans are known once the clock is trusted."""

    def __init__(self, boots: Iterable[Boot]) -> None:
        self._boots = tuple(boots)
        self._past: list[Hindrance] = []
        self._blocked_since: datetime | None = None

    def clock_trusted(self, now: datetime, since: datetime) -> None:
        """This boot began at `since`, as is known only now: before it the power was off, until now the time unknown."""
        ends = [boot.last for boot in self._boots]
        begins = [*(boot.first for boot in self._boots[1:]), since]
        for dark, light in zip(ends, begins, strict=False):
            self._add(dark, light, MissedBecause.NO_POWER)
        self._add(since, now, MissedBecause.CLOCK_UNKNOWN)

    def blocked(self, now: datetime, *, by_alert: bool) -> None:
        """Whether alerts hold the output from now on."""
        if by_alert and self._blocked_since is None:
            self._blocked_since = now
        elif not by_alert and self._blocked_since is not None:
            self._add(self._blocked_since, now, MissedBecause.INTERRUPTED)
            self._blocked_since = None

    def until(self, now: datetime) -> Iterator[Hindrance]:
        """All of them, what still lasts ending now."""
        self._past = [h for h in self._past if h.span.end > now - REMEMBERED]
        yield from self._past
        if self._blocked_since is not None and self._blocked_since < now:
            yield Hindrance(span=Span(start=self._blocked_since, end=now), because=MissedBecause.INTERRUPTED)

    def _add(self, start: datetime, end: datetime, because: MissedBecause) -> None:
        if start < end:
            self._past.append(Hindrance(span=Span(start=start, end=end), because=because))
