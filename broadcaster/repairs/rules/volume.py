"""Volume: turned by hand, again and again, though it is put back each time; or it cannot be put back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules.patience import Patience
from broadcaster.repairs.rules.reading import Reading, Verdict

OFF_BY = 10  # percent points
REPORTS = 2
TIMES, WITHIN_S = 3, 86_400.0  # so often within a day it is put back; the last time it is a ticket as well
CANNOT_BE_PUT_BACK_S = 1_800.0


@dataclass(slots=True, kw_only=True)
class Turned:
    """Of one endpoint: when, within a day, its volume was found turned; `since`: it has not come back since then."""

    times: list[float] = field(default_factory=list)
    since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """The volume of this endpoint is to be ordered again; percent."""

    endpoint: str
    actual: int
    ordered: int


class Volume:
    """Rule 11 of the catalogue. Whoever has volumes ordered takes from `to_put_back`; who keeps `memory` clears `is_news`."""

    causes = frozenset({Cause.VOLUME_TAMPERED})

    def __init__(self) -> None:
        self._off = Patience(times=REPORTS)
        self._turned: dict[str, Turned] = {}
        self._on: dict[str, float] = {}
        self.to_put_back: list[PutBack] = []
        self.is_news = False

    def look(self, reading: Reading) -> Verdict | None:
        actual, ordered = reading.beat.volume_actual, reading.volume_ordered
        if actual is None or ordered is None:
            return None
        name, at = reading.endpoint, reading.at
        is_off = abs(actual - ordered) >= OFF_BY
        turned = self._note(PutBack(endpoint=name, actual=actual, ordered=ordered), at, is_off=is_off)
        if turned is not None and name not in self._on:
            stuck = turned.since is not None and at - turned.since >= CANNOT_BE_PUT_BACK_S
            if stuck or len(turned.times) >= TIMES:
                self._on[name] = at
                facts = {"actual": actual, "ordered": ordered, "times": len(turned.times)}
                said = Statement(message=_STUCK if stuck else _AGAIN, facts=facts)
                return Verdict(endpoint=name, cause=Cause.VOLUME_TAMPERED, on=True, evidence=said)
        return self._is_over(name, at, is_off=is_off)

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        turned = self._turned.get(endpoint)
        self._on[endpoint] = max([at, *turned.times]) if turned else at

    def forget(self, endpoint: str) -> None:
        self._off.forget(endpoint)
        self._turned.pop(endpoint, None)
        self._on.pop(endpoint, None)

    @property
    def memory(self) -> dict[str, Turned]:
        """What a restart must not forget: a volume is not put back once more because of it."""
        return self._turned

    def recall(self, memory: Mapping[str, Turned]) -> None:
        """Go on from there."""
        self._turned = dict(memory)
        for name, turned in memory.items():
            if turned.since is not None:
                self._off.resume(name)

    def _note(self, seen: PutBack, at: float, *, is_off: bool) -> Turned | None:
        """What is known of it after this look; None where nothing speaks against it."""
        name = seen.endpoint
        found = self._off.look(name, at, enters=is_off, leaves=not is_off)
        turned = self._turned.get(name)
        if found:
            turned = self._turned.setdefault(name, Turned())
            turned.times = [*(each for each in turned.times if each > at - WITHIN_S), at]
            turned.since, self.is_news = at, True
            if len(turned.times) <= TIMES:
                self.to_put_back.append(seen)
        elif turned is not None and not is_off:
            self.is_news |= found is False
            turned.since = None
            if turned.times[-1] <= at - WITHIN_S:
                self._turned.pop(name)
                return None
        return turned

    def _is_over(self, name: str, at: float, *, is_off: bool) -> Verdict | None:
        """After one clean day."""
        if name not in self._on:
            return None
        if is_off:
            self._on[name] = at
        elif at - self._on[name] >= WITHIN_S:
            self.forget(name)
            return Verdict(endpoint=name, cause=Cause.VOLUME_TAMPERED, on=False)
        return None


_AGAIN = N_(
    "The volume was turned by hand {times} times within a day ({actual} instead of {ordered} %), and ordered again each time."
)
_STUCK = N_("The volume stands at {actual} % and cannot be put back to {ordered} %.")
