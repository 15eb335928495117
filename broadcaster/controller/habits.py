"""Habits: how the controller works."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How far ahead it plans, how long a plan holds, and how often it does what it does."""

    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    plan_days: int = 3  # today and the days after it
    lease: timedelta = timedelta(days=7)
    heartbeat_s: int = 30
    gather_s: float = 0.2  # reports are stored in batches of so long
    beats_s: float = 1.0  # periodic heartbeats alone wait so long: what is news comes out of turn
    storing_share: float = (
        0.2  # of the time at most: in a storm a batch is gathered for longer, until it is over
    )
    most_gathered: int = 2_000  # or of so many that do not collapse: events and as-played batches
    beacon_s: float = 30.0
    look_s: float = 5.0  # how often it looks for changes that nobody told it of
    lag: timedelta = timedelta(seconds=60)  # how often it looks whether an endpoint lacks what it should hold
    watch_s: float = 1.0  # how often it says that it attends to what arrives
    retry_s: float = 1.0  # after a fault of the database
