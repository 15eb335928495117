"""Clock: wrong although it was told the time again and again. Never a sign of life or death."""

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules.patience import Patience
from broadcaster.repairs.rules.reading import Reading, Verdict

REPORTS = 10  # of which the least delayed tells the offset
WRONG_S, RIGHT_S = 30.0, 2.0
FAILED_RESYNCS = 3


class Clock:
    """Rule 12 of the catalogue."""

    causes = frozenset({Cause.CLOCK})

    def __init__(self) -> None:
        self._offsets: dict[str, list[float]] = {}  # of clocks that are in doubt, or were found to be wrong
        self._patience = Patience(times=FAILED_RESYNCS)

    def look(self, reading: Reading) -> Verdict | None:
        off, name = reading.clock_off_s, reading.endpoint
        if off is None or (-RIGHT_S <= off <= RIGHT_S and name not in self._offsets):
            return None
        offsets = self._offsets.setdefault(name, [])
        offsets.append(off)
        if len(offsets) < REPORTS:
            return None
        off = min(self._offsets.pop(name), key=abs)
        wrong, right = abs(off) > WRONG_S, abs(off) <= RIGHT_S
        found = self._patience.look(name, reading.at, enters=wrong, leaves=right)
        if self._patience.is_on(name):
            self._offsets[name] = []
        if found is None:
            return None
        said = Statement(message=_WRONG, facts={"seconds": round(off)})
        return Verdict(endpoint=name, cause=Cause.CLOCK, on=found, evidence=said)

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        self._patience.resume(endpoint)
        self._offsets[endpoint] = []

    def forget(self, endpoint: str) -> None:
        self._offsets.pop(endpoint, None)
        self._patience.forget(endpoint)


_WRONG = N_("Its clock is {seconds} s off, though it was told the time three times.")
