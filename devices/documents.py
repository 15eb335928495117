"""Documents: everything the controller tells an endpoint, as frozen values. docs/protocol.md gives them byte by byte.

Each travels as COSE_Sign1 over deterministic CBOR. The header names kind, target, revision, issue time and expiry; the
revision of a topic only grows, and an endpoint never acts on one that is not newer than the one it holds.
"""

from dataclasses import dataclass
from datetime import datetime, time

from devices.topics import DocumentKind
from schedules.notices import InterruptionPolicy
from schedules.places import Level
from schedules.precedence import BroadcastClass, Precedence, Severity
from schedules.slots import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Who it is for and how long it holds. `target`: area code, endpoint id, SHA-256 of a recording, or "time"."""

    kind: DocumentKind
    target: str
    revision: int
    issued: datetime  # milliseconds on the wire
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """One notice version of one order as an endpoint needs it; `spans` are where its plays may sound (make-up too)."""

    order: str
    notice: str
    version: int
    recording: str  # SHA-256, hex
    duration_ms: int
    precedence: Precedence
    policy: InterruptionPolicy
    volume: int | None
    gap_s: int
    spans: tuple[Span, ...]
    low_rate: str | None = None  # SHA-256 of the same at a low rate, for endpoints on slow lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """When one slot of an item sounds: it starts at `planned`, may be made up in [earliest, latest), ends by `latest`."""

    slot: str  # 32 hex digits
    item: int  # index into Plan.items
    earliest: datetime
    planned: datetime
    latest: datetime
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The cues of the next days for one area or endpoint. The header's expiry is the lease."""

    items: tuple[PlanItem, ...] = ()
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One emergency or urgent notice in force: sounds from `starts`, again after `repeat_gap_s`, until `expires`.

    `repeats` limits how often (None: until cancelled or expired). Without a staged recording the endpoint sounds its
    built-in siren and, where it can speak, `text`.
    """

    id: str
    notice: str
    version: int
    klass: BroadcastClass
    level: Level
    severity: Severity
    sent: datetime
    starts: datetime
    expires: datetime
    recording: str | None
    duration_ms: int
    text: str = ""
    language: str = "zh"
    repeat_gap_s: int = 10
    repeats: int | None = None
    volume: int | None = None
    policy: InterruptionPolicy = InterruptionPolicy.RESUME
    low_rate: str | None = None  # as of an item of a plan

    @property
    def precedence(self) -> Precedence:
        """Its place in the total order."""
        return Precedence(
            klass=self.klass, level=self.level, severity=self.severity, sent=self.sent, id=self.id
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Everything in force now for one area or endpoint, often nothing; `stopped` are ids cancelled lately."""

    alerts: tuple[Alert, ...] = ()
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an endpoint behaves. None leaves the value of the wider area, or the built-in one, in force."""

    volume: int | None = None  # percent
    quiet_hours: tuple[tuple[time, time], ...] | None = None  # wall clock in `zone`
    zone: str | None = None  # IANA
    heartbeat_s: int | None = None
    counting_percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A recording's shape: `digests` are the first 8 bytes of each chunk's SHA-256, so one bad chunk is fetched alone."""

    size: int
    codec: str
    duration_ms: int
    chunk_size: int
    digests: tuple[bytes, ...]
    url: str | None = None

    def __post_init__(self) -> None:
        chunks = -(-self.size // self.chunk_size)
        if len(self.digests) != chunks:
            raise ValueError(
                f"manifest: {self.size} bytes are {chunks} chunks of {self.chunk_size}, got {len(self.digests)} digests"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The last as-played record of a chain that the controller keeps safe: the endpoint may forget up to it."""

    chain: str  # 16 hex digits
    seq: int
    hash: str  # SHA-256, hex


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBeacon:
    """The controller's clock; the header's issue time says it all."""


Body = Plan | Alerts | Settings | Manifest | Receipt | TimeBeacon


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A header with its body."""

    header: Header
    body: Body
