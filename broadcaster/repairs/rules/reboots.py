"""Reboots: a penalty that grows with every start and halves in a quarter of an hour; the causes of the starts say whose."""

from dataclasses import dataclass

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.rules.reading import Reading, Verdict
from devices.reports import Reset

HALF_LIFE_S = 900.0
ENTER, LEAVE = 3.0, 0.5
STEADY_S = 3_600
UNDER_V = 187
PLAY_START_S = 30.0


@dataclass(slots=True)
class _Loop:
    penalty: float = 0.0
    at: float = 0.0
    on: bool = False
    starts: int = 0
    at_play: int = 0  # starts just after a play began
    counted: bool = False  # the newest start, which neighbours may turn out to share
    by_newest: bool = False  # it was that start which made it a loop


class Reboots:
    """Rule 7 of the catalogue. Starts that a feeder's endpoints share are dips of the grid, and nobody's loop."""

    causes = frozenset({Cause.REBOOT_LOOP})

    def __init__(self) -> None:
        self._loops: dict[str, _Loop] = {}  # of endpoints that have started

    def look(self, reading: Reading) -> Verdict | None:
        beat, last, name = reading.beat, reading.boot_before, reading.endpoint
        if last is not None and last != beat.boot:
            return self._started(self._loops.setdefault(name, _Loop()), reading)
        loop = self._loops.get(name)
        if loop is None:
            return None
        if loop.counted and reading.started_with_neighbours:
            return self._shared(loop, reading)
        if not loop.on or beat.up_s < STEADY_S:
            return None
        if loop.penalty * 2 ** ((loop.at - reading.at) / HALF_LIFE_S) < LEAVE:
            self.forget(name)
            return Verdict(endpoint=name, cause=Cause.REBOOT_LOOP, on=False)
        return None

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        self._loops[endpoint] = _Loop(penalty=ENTER, at=at, on=True, starts=int(ENTER))

    def forget(self, endpoint: str) -> None:
        self._loops.pop(endpoint, None)

    def _shared(self, loop: _Loop, reading: Reading) -> Verdict | None:
        """The newest start was a dip of the grid, as neighbours say that were heard since."""
        loop.counted, loop.starts = False, loop.starts - 1
        loop.penalty = max(0.0, loop.penalty - 1.0)
        if not loop.by_newest:
            return None
        loop.on = loop.by_newest = False
        return Verdict(endpoint=reading.endpoint, cause=Cause.REBOOT_LOOP, on=False)

    def _started(self, loop: _Loop, reading: Reading) -> Verdict | None:
        loop.counted = loop.by_newest = False
        if reading.started_with_neighbours or reading.beat.up_s > HALF_LIFE_S:
            return None  # a dip; or it did not start just now: another set under its identity
        loop.penalty = loop.penalty * 2 ** ((loop.at - reading.at) / HALF_LIFE_S) + 1.0
        loop.at = reading.at
        loop.starts += 1
        loop.counted = True
        loop.at_play += reading.played_for_s is not None and reading.played_for_s <= PLAY_START_S
        if loop.penalty < ENTER:
            return None
        loop.by_newest, loop.on = not loop.on, True
        said = Statement(message=_why(loop, reading), facts={"count": loop.starts})
        return Verdict(endpoint=reading.endpoint, cause=Cause.REBOOT_LOOP, on=True, evidence=said)


def _why(loop: _Loop, reading: Reading) -> str:
    beat = reading.beat
    if loop.at_play >= ENTER:
        return _OVERLOAD
    if beat.reset is Reset.WATCHDOG:
        return _PROGRAM
    if beat.reset is Reset.BROWNOUT or (beat.mains_v is not None and beat.mains_v < UNDER_V):
        return _SUPPLY
    return _CONTACT if beat.reset is Reset.POWER_ON else _UNKNOWN


_OVERLOAD = N_("It started {count} times, just after plays began: the amplifier or its supply is overloaded.")
_PROGRAM = N_("It started {count} times because its program hung: remote update, no visit.")
_SUPPLY = N_("It started {count} times because its voltage was too low.")
_CONTACT = N_("It started {count} times while its neighbours' power was steady: a loose contact.")
_UNKNOWN = N_("It started {count} times within a short while.")
