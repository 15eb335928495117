"""Reports: everything an endpoint tells the controller, as plain JSON. docs/protocol.md lists the members.

Times are integer milliseconds of Unix time by the endpoint's clock, `*_s` seconds; members that an endpoint cannot
know are left out. A reader ignores members that it does not know. The types say the ranges that a reader insists on.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, field

from devices.presence import Presence
from schedules.records import ClockQuality

Version = Annotated[int, Meta(ge=1, le=1)]
Boot = Annotated[str, Meta(pattern="^[0-9a-f]{8}\\Z")]  # new at every start
Chain = Annotated[str, Meta(pattern="^[0-9a-f]{16}\\Z")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}\\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Ordinal = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Natural = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]  # also of seconds: 68 years of them keep within the calendar
Turn = Annotated[int, Meta(ge=1, le=2**31 - 1)]  # of a heartbeat or an event in its boot
Topic = Annotated[str, Meta(max_length=80)]  # of a document, without its root
Percent = Annotated[int, Meta(ge=0, le=100)]
Volts = Annotated[int, Meta(ge=0, le=500)]
FaultCode = Annotated[int, Meta(ge=1, le=5)]  # of GD/J 089-2018


class Reset(StrEnum):
    """Why an endpoint started."""

    POWER_ON = "power_on"
    BROWNOUT = "brownout"
    WATCHDOG = "watchdog"
    SOFTWARE = "software"  # ordered: an update, a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Retained presence with the session's epoch: never proof of life or death."""

    v: Version = 1
    state: Presence
    epoch: Name  # the boot in which this session was begun


class Heartbeat(Struct, frozen=True, kw_only=True, gc=False):
    """The periodic sign of life and self-description. Most reports are heartbeats; a Struct is read in a fifth of the time."""

    v: Version = 1
    boot: Annotated[str, Meta(min_length=8, max_length=8)]  # a Boot; the codec looks at its digits but once
    seq: Turn  # counts heartbeats of this boot from 1
    up_s: Count
    clock_ms: Natural
    clock: ClockQuality
    next_in_s: Annotated[int, Meta(ge=1, le=86_400)]  # when the next heartbeat is planned
    held: Annotated[dict[Topic, Natural], Meta(max_length=64)] = field(default_factory=dict)  # its revision
    missing: Annotated[
        tuple[Sha256, ...], Meta(max_length=16)
    ] = ()  # recordings needed and lacked, the first
    missing_count: Count = 0
    sounding: Name | None = None  # slot or alert id
    volume: Percent | None = None
    mains: bool | None = None
    battery: Percent | None = None
    temperature: Annotated[int, Meta(ge=-100, le=200)] | None = None  # °C
    signal: Annotated[int, Meta(ge=-200, le=100)] | None = None  # dBm
    unreceipted: Count = 0  # as-played records not yet receipted
    free_kb: Natural | None = None
    software: Annotated[str, Meta(max_length=64)] = ""
    boots: Count | None = None  # starts counted in the endpoint's life
    reset: Reset | None = None  # why this start
    mains_v: Volts | None = None
    battery_mv: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    cell: Annotated[str, Meta(max_length=32)] | None = None  # of the mobile network
    door_open: bool | None = None
    volume_actual: Percent | None = None  # where it stands, if it can be turned by hand
    # Drawn by what sounds, of what is expected
    current_percent: Annotated[int, Meta(ge=0, le=1_000)] | None = None
    # Correlation of microphone and what sounds, percent
    echo: Annotated[int, Meta(ge=-100, le=100)] | None = None
    impedance_percent: Annotated[int, Meta(ge=0, le=10_000)] | None = None  # of the loudspeaker's reference
    line_errors: Count | None = None  # damaged frames of the serial line since the start
    faults: Annotated[tuple[FaultCode, ...], Meta(max_length=5)] = ()  # in force


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

    v: Version = 1
    boot: Boot
    seq: Turn
    kind: EventKind
    age_ms: Annotated[int, Meta(ge=0, le=2**41 - 1)] = 0
    detail: Annotated[str, Meta(max_length=1_000)] = ""
    up_s: Count | None = None  # when it happened: seconds since the program started
    mains_v: Volts | None = None  # just before


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedBatch:
    """Consecutive as-played records of one chain, each a JSON object with its chain hash."""

    v: Version = 1
    chain: Chain  # drawn when the chain was begun
    records: Annotated[tuple[dict[str, object], ...], Meta(min_length=1, max_length=64)]
    mac: Sha256  # HMAC-SHA-256 with the endpoint's proof key, over the chain and the last record's hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Which chunks of a recording an endpoint lacks: bit i of `bitmap` is chunk base + i.

    The bitmap is in hex, most significant bit first. Without a manifest it is empty: the manifest is asked for.
    """

    v: Version = 1
    recording: Sha256
    base: Annotated[int, Meta(ge=0, le=16_384)]
    bitmap: Annotated[str, Meta(pattern="^([0-9a-f]{2})*\\Z", max_length=4_096)]
    have_manifest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TapReport:
    """An endpoint on a line, as its hub hears it. A cable that is cut is silent from one position on."""

    endpoint: Name
    address: Annotated[int, Meta(ge=1, le=0xFFFF)]
    position: Natural | None = None  # along the cable, from the hub
    there: bool
    silent_s: Natural | None = None  # since it was heard last; absent: never
    answers: Natural = 0
    lost: Natural = 0  # questions without an answer
    # Of what the endpoint hears: -8 · log2(chance of a byte to be wrong)
    calm: Annotated[int, Meta(ge=0, le=255)] = 255
    dropped: Annotated[int, Meta(ge=0, le=1_000)] = 0  # frames that vanish whatever their length, per mille


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReport:
    """A recording that endpoints of a line lack, in the order in which recordings are sent."""

    recording: Sha256
    size: Natural
    lacking: dict[Name, Natural]  # endpoint → bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReport:
    """How a line of a hub is; `seq` counts those of this boot. `calm` and `garbled` are of what the hub hears."""

    v: Version = 1
    boot: Boot
    seq: Ordinal
    line: Name
    open: bool  # the port is there
    baud: Annotated[int, Meta(ge=1_200, le=921_600)]
    half_duplex: bool = False
    turn_ms: Annotated[int, Meta(ge=0, le=1_000)] = 0
    calm: Annotated[int, Meta(ge=0, le=255)] = 255
    garbled: Natural = 0  # what was no frame
    # Measured pace of recordings, percent of what the calm promises
    thrift: Annotated[int, Meta(ge=1, le=1_000)] = 100
    taps: Annotated[tuple[TapReport, ...], Meta(max_length=256)] = ()
    transfers: Annotated[tuple[TransferReport, ...], Meta(max_length=64)] = ()


Report = Status | Heartbeat | Event | PlayedBatch | Want | LineReport
