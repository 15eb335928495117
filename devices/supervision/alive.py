"""The alive ledger: when the controller last watched, by both of its clocks, so that a new start knows what it missed.

Supervision runs on the monotonic clock (CLOCK_BOOTTIME: suspends count), people on the wall clock. A row is stored every
5 s. From the last row and the present moment follow the blind time, how to read stored monotonic times after the machine
itself was restarted, and whether the wall clock was stepped.
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

    def wall_at(self, monotonic: float) -> datetime:
        """The wall time of an instant of the supervision's clock, for people and for storage."""
        return self.wall + timedelta(seconds=monotonic - self.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """What a new start knows of the time before: add `shift` to stored monotonic times; `blind_s` were not watched."""

    shift: float
    blind_s: float


def resumed(last: Moment, now: Moment) -> Resumption:
    """From the last row of the ledger. After a restart of the machine only the wall clock tells the gap; below 0 is 0."""
    if last.machine == now.machine and now.monotonic >= last.monotonic:
        return Resumption(shift=0.0, blind_s=now.monotonic - last.monotonic)
    gap = max(0.0, (now.wall - last.wall).total_seconds())
    return Resumption(shift=now.monotonic - gap - last.monotonic, blind_s=gap)


def wall_step(last: Moment, now: Moment) -> timedelta | None:
    """By how much the wall clock was stepped between two rows of one boot; None if by less than 2 s."""
    if last.machine != now.machine:
        return None
    passed = timedelta(seconds=now.monotonic - last.monotonic)
    step = (now.wall - last.wall) - passed
    return step if abs(step) > timedelta(seconds=STEP_S) else None
