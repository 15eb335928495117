"""As-played records: the endpoint's proof of what really sounded, and what counts as heard."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Result(StrEnum):
    """How one attempt to sound a slot or an alert ended."""

    COUNTED = "counted"
    PARTIAL = "partial"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class MissedBecause(StrEnum):
    """Why a slot was missed or cut short."""

    NO_POWER = "no_power"
    NO_LINK = "no_link"  # and no lease, or the plan never arrived
    CLOCK_UNKNOWN = "clock_unknown"
    FAULT = "fault"
    INTERRUPTED = "interrupted"
    QUIET_HOURS = "quiet_hours"
    NO_RECORDING = "no_recording"
    NO_ROOM = "no_room"  # owed after an outage, but the rest of its windows could not hold it
    NO_ENDPOINT = "no_endpoint"


class ClockQuality(StrEnum):
    """How far an endpoint trusts its clock."""

    NONE = "none"  # woke up in 1970 and has heard nothing
    LEARNED = "learned"  # from signed documents or the time beacon
    SYNCED = "synced"  # the system says it is disciplined (NTP, GNSS)


DEFAULT_COUNTING_PERCENT = 90


class AsPlayed(Struct, frozen=True, kw_only=True, gc=False):
    """One record of an endpoint. `seq` counts from 1 without gaps inside one chain; exactly one of slot, alert is set.

    `started`/`ended` are true time by the endpoint's clock of quality `clock`; None when nothing sounded.
    """

    seq: int
    slot: str | None = None
    alert: str | None = None
    notice: str
    version: int
    recording: str | None
    started: datetime | None
    ended: datetime | None
    heard_ms: int
    full_ms: int
    result: Result
    because: MissedBecause | None = None
    volume: int = 0
    clock: ClockQuality
    boot: str


def result_of(heard_ms: int, full_ms: int, counting_percent: int = DEFAULT_COUNTING_PERCENT) -> Result:
    """What a play that stopped after `heard_ms` of `full_ms` is worth: counted at or above the rule."""
    if full_ms > 0 and heard_ms * 100 >= full_ms * counting_percent:
        return Result.COUNTED
    return Result.PARTIAL if heard_ms > 0 else Result.MISSED
