"""Clock: what time it is, as far as the endpoint may believe it.

True time is kept as an offset to the monotonic timer, so that a wall clock that jumps moves nothing by itself. Three
witnesses are heard. Verified documents give a *floor*: it is at least as late as the newest issue time ever seen. Live
beacons are issued before they arrive, so the largest offset of the last few is the least delayed one. The system clock
is believed while the system calls it disciplined and no other witness contradicts it.
"""

import math
from collections import deque
from datetime import UTC, datetime

from msgspec import Struct

from devices.acceptance import TOLERANCE
from schedules.records import ClockQuality

# A controller five minutes off is borne; an hour, or a zone, is not
CONTRADICTION_S = TOLERANCE.total_seconds()
# Nobody is cut off for so long after the newest document; a year mistyped is farther
FARTHEST_S = 60 * 86_400
STEP_S = 60  # a correction worth an event
DRIFT = 1e-4  # of a cheap quartz: what an old beacon may be off per second since
BEACONS = 8
HAIR_S = 0.001  # more than what is lost when instants are rounded to microseconds


class Instant(Struct, frozen=True, kw_only=True, gc=False):
    """One moment as the board sees it; every entry of the core takes one."""

    mono_s: float  # seconds of a timer that only grows while this boot lasts
    wall: datetime  # what the system clock claims, aware; 1970 on a board without a battery
    synced: bool  # the system says that its clock is disciplined (NTP, GNSS)


class Clock:
    """Offsets are Unix time less monotonic time, in seconds. Tell it at start what earlier boots `verified`."""

    def __init__(self) -> None:
        self.quality = ClockQuality.NONE
        self._least: float | None = None
        self._beacons: deque[tuple[float, float]] = deque(maxlen=BEACONS)
        self._beacon: float | None = None
        self._offset: float | None = None
        self._doubted = False

    @property
    def trusted(self) -> bool:
        """Whether daily items may sound by it."""
        return self.quality is not ClockQuality.NONE

    @property
    def confirmed(self) -> bool:
        """Whether a beacon was heard in this boot. Until then a clock that is fast would find every beacon expired."""
        return self._beacon is not None

    @property
    def offset(self) -> float | None:
        """The offset believed now; whoever keeps a monotonic deadline of a wall-clock time looks whether it moved."""
        return self._offset

    def observe(self, now: Instant) -> str:
        """Judge the system clock afresh; what an event should say about a step or a contradiction, mostly nothing."""
        system = now.wall.timestamp() - now.mono_s if now.synced else None
        doubt = self._doubt(system)
        if system is not None and not doubt:
            said = self._believe(system, ClockQuality.SYNCED)
        elif self._beacon is not None:
            said = self._believe(max(self._beacon, self._least or 0.0), ClockQuality.LEARNED)
        elif self._offset is not None:
            said = self._believe(max(self._offset, self._least or 0.0), ClockQuality.LEARNED)
        else:
            said = ""
        newly, self._doubted = bool(doubt) and not self._doubted, bool(doubt)
        return doubt if newly else said

    def verified(self, issued: datetime, now_s: float) -> None:
        """A document issued then has been verified: it cannot be earlier than that now."""
        self._least = max(self._least or 0.0, issued.timestamp() - now_s)

    def beacon(self, issued: datetime, now_s: float) -> None:
        """A live beacon, newer than every document before it, has been verified."""
        self._beacons.append((now_s, issued.timestamp() - now_s))
        self._beacon = max(offset - DRIFT * (now_s - heard_s) for heard_s, offset in self._beacons)

    def true_time(self, now_s: float) -> datetime | None:
        """The time, where it is trusted."""
        return _utc(self._offset + now_s) if self._offset is not None else None

    def time(self, now_s: float) -> datetime:
        """The time, or without trust the earliest that it can be: what expiry is judged by."""
        offset = self._offset if self._offset is not None else self._least
        return _utc((offset or 0.0) + now_s)

    def mono_s(self, when: datetime) -> float:
        """What the monotonic timer shows at that time; without trust, by the earliest that it can be now."""
        offset = self._offset if self._offset is not None else self._least
        return when.timestamp() - (offset or 0.0)

    def deadline_s(self, when: datetime | None) -> float:
        """A monotonic instant at which `time` has surely reached `when`; infinity for None."""
        return math.inf if when is None else self.mono_s(when) + HAIR_S

    def _doubt(self, system: float | None) -> str:
        if system is None:
            return ""
        if self._beacon is not None and abs(system - self._beacon) > CONTRADICTION_S:
            return f"system clock is {system - self._beacon:+.0f} s off the controller's beacon and is not believed"
        if self._least is not None and system < self._least - CONTRADICTION_S:
            return (
                f"system clock is {self._least - system:.0f} s before the newest document and is not believed"
            )
        if self._beacon is None:
            return self._unheard_of(system)
        return ""

    def _unheard_of(self, system: float) -> str:
        if self._offset is not None and abs(system - self._offset) > CONTRADICTION_S:
            return f"system clock jumped by {system - self._offset:+.0f} s and is not believed"
        if self._least is not None and system > self._least + FARTHEST_S:
            return f"system clock is {(system - self._least) / 86_400:.0f} days after the newest document and is not believed"
        return ""

    def _believe(self, offset: float, quality: ClockQuality) -> str:
        step = offset - self._offset if self._offset is not None else 0.0
        self._offset, self.quality = offset, quality
        return f"time corrected by {step:+.0f} s" if abs(step) > STEP_S else ""


def _utc(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
