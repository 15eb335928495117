"""Clock: what time it is, as far as the endpoint may believe it.

True time is kept as an offset to the monotonic timer, so that a wall clock that jumps moves nothing by itself. Three
witnesses are heard. Verified documents give a *floor*: it is at least as late as the newest issue time ever seen. Live
beacons are issued before they arrive, so the largest of the last few offsets is the least delayed one. The system clock
is believed while the system calls it disciplined and no other witness contradicts it.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """One moment as the board sees it; every entry of the core takes one."""

    mono_s: float  # seconds of a timer that only grows while this boot lasts
    wall: datetime  # what the system clock claims, aware; 1970 on a board without a battery
    synced: bool  # the system says that its clock is disciplined (NTP, GNSS)
