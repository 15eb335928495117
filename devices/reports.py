"""Reports: everything an endpoint tells the controller, as plain JSON. docs/protocol.md lists the members.

Times are integer milliseconds of Unix time by the endpoint's clock, `*_s` seconds; members that an endpoint cannot
know are left out. A reader ignores members that it does not know.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Presence(StrEnum):
    """The retained hint that an endpoint, or the broker in its name (will), leaves behind."""

    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Retained presence with the session's epoch: never proof of life or death."""

    v: int = 1
    state: Presence
    epoch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The periodic sign of life and self-description."""

    v: int = 1
    boot: str  # 8 hex digits, new at every start
    seq: int  # counts heartbeats of this boot from 1
    up_s: int
    clock_ms: int
    clock: str  # records.ClockQuality
    next_in_s: int  # when the next heartbeat is planned
    held: dict[str, int] = field(default_factory=dict)  # document topic without its root → revision
    missing: tuple[str, ...] = ()  # recordings that its plans and alerts need and it lacks (first 16)
    missing_count: int = 0
    sounding: str | None = None  # slot or alert id
    volume: int | None = None
    mains: bool | None = None
    battery: int | None = None  # percent
    temperature: int | None = None  # °C
    signal: int | None = None  # dBm
    unreceipted: int = 0  # as-played records not yet receipted
    free_kb: int | None = None
    software: str = ""


class EventKind(StrEnum):
    """What an endpoint says at once."""

    LAST_GASP = "last_gasp"
    MAINS_BACK = "mains_back"
    AMPLIFIER_FAULT = "amplifier_fault"
    AMPLIFIER_OK = "amplifier_ok"
    DOOR_OPENED = "door_opened"
    PLAYER_FAULT = "player_fault"
    STORAGE_FAULT = "storage_fault"
    DOCUMENT_REFUSED = "document_refused"
    RECORDING_REFUSED = "recording_refused"
    CLOCK_STEPPED = "clock_stepped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened `age_ms` ago by the endpoint's own timer; `seq` counts events of this boot from 1."""

    v: int = 1
    boot: str
    seq: int
    kind: EventKind
    age_ms: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedBatch:
    """As-played records `records` (canonical JSON objects with their chain hash), in order, of one chain."""

    v: int = 1
    chain: str  # 16 hex digits, drawn when the endpoint's store was created
    records: tuple[dict[str, object], ...]
    mac: str  # hex HMAC-SHA-256 over the last record's hash with the endpoint's proof key


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Which chunks of a recording an endpoint lacks: bit i of `bitmap` (hex, most significant bit first) is chunk base + i."""

    v: int = 1
    recording: str
    base: int
    bitmap: str
    have_manifest: bool = True


Report = Status | Heartbeat | Event | PlayedBatch | Want
