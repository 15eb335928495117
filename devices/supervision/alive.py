"""The alive ledger: when the controller last watched, by both of its clocks, so that a new start knows what it missed.

Supervision runs on a timeline of its own: the monotonic clock (CLOCK_BOOTTIME: suspends count) plus an offset that makes it
Unix time when the very first process begins, and goes on over restarts of process and machine. So stored times never
have to be translated, and a wall clock that jumps moves nothing. A row is stored every 5 s.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

STORED_EVERY_S = 5.0
STEP_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One instant by both clocks; `machine` names the boot of the machine, in which alone `monotonic` counts."""

    monotonic: float
    wall: datetime
    machine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The supervision's clock: `offset` seconds ahead of the monotonic one."""

    offset: float

    def at(self, moment: Moment) -> float:
        """The instant on the timeline: the `now` of supervision and correlation."""
        return moment.monotonic + self.offset

    def wall_of(self, instant: float, now: Moment) -> datetime:
        """The wall time of an instant, for people and for storage, as the clocks stand `now`."""
        return now.wall + timedelta(seconds=instant - self.at(now))


def begun(now: Moment) -> Timeline:
    """The timeline of the first process ever."""
    return Timeline(offset=now.wall.timestamp() - now.monotonic)


def resumed(timeline: Timeline, last: Moment, now: Moment) -> Timeline:
    """The timeline after a restart; `last` is the newest row of the ledger. What lies between was not watched.

    After a restart of the machine only the wall clock tells how long that was; if it went back, no time at all.
    """
    if last.machine == now.machine and now.monotonic >= last.monotonic:
        return timeline
    blind_s = max(0.0, (now.wall - last.wall).total_seconds())
    return Timeline(offset=timeline.at(last) + blind_s - now.monotonic)


def wall_step(last: Moment, now: Moment) -> timedelta | None:
    """By how much the wall clock was stepped between two rows of one boot; None if by less than 2 s."""
    if last.machine != now.machine:
        return None
    passed = timedelta(seconds=now.monotonic - last.monotonic)
    step = (now.wall - last.wall) - passed
    return step if abs(step) > timedelta(seconds=STEP_S) else None
