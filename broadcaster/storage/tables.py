"""All tables. Rows are what is stored; rules and screens use the domain values of `mapping`."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from broadcaster.storage.types import Coded, UtcDateTime
from devices.reports import EventKind, Presence
from devices.topics import DocumentKind
from schedules.notices import InterruptionPolicy, NoticeEvent, NoticeKind, NoticeState
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity
from schedules.records import ClockQuality, MissedBecause, Result
from schedules.slots import AbsentBecause, PlannedBecause

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class AreaRow(SQLModel, table=True):
    """An administrative unit."""

    __tablename__ = "area"

    code: str = Field(primary_key=True)
    name: str
    population: int = 0
    quiet_hours: list[list[str]] | None = Field(default=None, sa_type=JSON)  # [["22:00", "06:00"], …]
    budget_minutes: int | None = None


class EndpointRow(SQLModel, table=True):
    """One loudspeaker set; its id is its MQTT user name."""

    __tablename__ = "endpoint"

    id: str = Field(primary_key=True)
    village: str = Field(index=True)
    name: str
    site: str = ""
    link: str = "mqtt"  # or serial:<line>
    feeder: str = ""
    position: int | None = None  # on its line
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0
    resource_code: str = ""
    proof_key: str = ""  # hex; empty until provisioned
    volume: int | None = None
    enabled: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)


class EndpointStateRow(SQLModel, table=True):
    """The last that an endpoint said of itself."""

    __tablename__ = "endpoint_state"

    endpoint: str = Field(primary_key=True)
    heard_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    boot: str = ""
    seq: int = 0
    up_s: int = 0
    clock_ms: int = 0
    clock: ClockQuality = Field(default=ClockQuality.NONE, sa_type=Coded(ClockQuality))  # type: ignore[call-overload]
    next_in_s: int = 0
    held: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    missing: list[str] = Field(default_factory=list, sa_type=JSON)
    missing_count: int = 0
    sounding: str | None = None
    volume: int | None = None
    mains: bool | None = None
    battery: int | None = None
    temperature: int | None = None
    signal: int | None = None
    unreceipted: int = 0
    free_kb: int | None = None
    software: str = ""


class PresenceRow(SQLModel, table=True):
    """The retained presence hint; never proof of life or death."""

    __tablename__ = "presence"

    endpoint: str = Field(primary_key=True)
    state: Presence = Field(sa_type=Coded(Presence))  # type: ignore[call-overload]
    epoch: str
    at: datetime = Field(sa_type=UtcDateTime)


class EndpointEventRow(SQLModel, table=True):
    """Something that an endpoint said at once."""

    __tablename__ = "endpoint_event"

    endpoint: str = Field(primary_key=True)
    boot: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: EventKind = Field(sa_type=Coded(EventKind))  # type: ignore[call-overload]
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    detail: str = ""


class AssetRow(SQLModel, table=True):
    """One source of audio, imported or spoken."""

    __tablename__ = "asset"

    id: str = Field(primary_key=True)
    title: str
    source_name: str
    source_sha256: str = ""
    spoken_text: str | None = None
    duration_ms: int
    loudness_lufs: float
    warnings: list[str] = Field(default_factory=list, sa_type=JSON)
    imported_at: datetime = Field(sa_type=UtcDateTime)
    imported_by: str


class RecordingRow(SQLModel, table=True):
    """An asset in one profile, as it lies in the library."""

    __tablename__ = "recording"

    sha256: str = Field(primary_key=True)
    asset: str = Field(index=True)
    profile: str
    codec: str
    size: int
    duration_ms: int
    bitrate: int
    sample_rate: int
    loudness_lufs: float
    true_peak_dbtp: float


class NoticeRow(SQLModel, table=True):
    """One version of a notice; immutable once approved, but for its state."""

    __tablename__ = "notice"

    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    kind: NoticeKind = Field(sa_type=Coded(NoticeKind))  # type: ignore[call-overload]
    title: str
    text: str = ""
    asset: str | None = None
    cancel_asset: str | None = None
    targets: list[str] = Field(sa_type=JSON)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    klass: BroadcastClass = Field(default=BroadcastClass.DAILY, sa_type=Coded(BroadcastClass))  # type: ignore[call-overload]
    severity: Severity = Field(default=Severity.UNKNOWN, sa_type=Coded(Severity))  # type: ignore[call-overload]
    level: Level = Field(default=Level.COUNTY, sa_type=Coded(Level))  # type: ignore[call-overload]
    volume: int | None = None
    policy: InterruptionPolicy | None = Field(default=None, sa_type=Coded(InterruptionPolicy))  # type: ignore[call-overload]
    series: str | None = None
    issue: int | None = None
    rule: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    state: NoticeState = Field(default=NoticeState.DRAFT, sa_type=Coded(NoticeState), index=True)  # type: ignore[call-overload]
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class SeriesRow(SQLModel, table=True):
    """A series of numbered announcements."""

    __tablename__ = "series"

    name: str = Field(primary_key=True)
    last_issue: int = 0


class PlaylistRow(SQLModel, table=True):
    """One version of a playlist; immutable once approved, but for its state."""

    __tablename__ = "playlist"

    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    items: list[str] = Field(sa_type=JSON)  # notice ids
    rule: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    targets: list[str] = Field(sa_type=JSON)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    state: NoticeState = Field(default=NoticeState.DRAFT, sa_type=Coded(NoticeState), index=True)  # type: ignore[call-overload]
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)


class StepRow(SQLModel, table=True):
    """One step of a notice or playlist version on its way: who did what when."""

    __tablename__ = "step"

    id: int | None = Field(default=None, primary_key=True)
    subject_kind: str  # notice or playlist
    subject: str = Field(index=True)
    version: int
    event: NoticeEvent | None = Field(default=None, sa_type=Coded(NoticeEvent))  # type: ignore[call-overload]
    who: str
    at: datetime = Field(sa_type=UtcDateTime)
    comment: str = ""


class SlotRow(SQLModel, table=True):
    """A planned play. `withdrawn_at`: taken out of the plan, and when."""

    __tablename__ = "slot"

    id: str = Field(primary_key=True)
    order_id: str
    notice: str = Field(index=True)
    version: int
    place: str
    day: date = Field(index=True)
    ordinal: int
    item: int
    earliest: datetime = Field(sa_type=UtcDateTime)
    planned: datetime = Field(sa_type=UtcDateTime)
    latest: datetime = Field(sa_type=UtcDateTime)
    duration_ms: int
    because: PlannedBecause = Field(sa_type=Coded(PlannedBecause))  # type: ignore[call-overload]
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AbsenceRow(SQLModel, table=True):
    """An ordered play without a slot."""

    __tablename__ = "absence"

    id: int | None = Field(default=None, primary_key=True)
    order_id: str
    notice: str
    version: int
    place: str
    day: date = Field(index=True)
    ordinal: int
    because: AbsentBecause = Field(sa_type=Coded(AbsentBecause))  # type: ignore[call-overload]
    others: list[str] = Field(default_factory=list, sa_type=JSON)


class SpanRow(SQLModel, table=True):
    """Where an order's plays may sound in a place on a day."""

    __tablename__ = "span"

    order_id: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    spans: list[list[int]] = Field(sa_type=JSON)  # [[start, end], …] in Unix seconds


class PublishedRow(SQLModel, table=True):
    """What a topic says now."""

    __tablename__ = "published"

    topic: str = Field(primary_key=True)
    kind: DocumentKind = Field(sa_type=Coded(DocumentKind), index=True)  # type: ignore[call-overload]
    target: str
    revision: int
    issued: datetime = Field(sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime)
    digest: str
    payload: bytes = Field(sa_type=LargeBinary)


class ChainRow(SQLModel, table=True):
    """How far an endpoint's chain of as-played records is kept here."""

    __tablename__ = "chain"

    endpoint: str = Field(primary_key=True)
    chain: str = ""
    seq: int = 0
    hash: str = ""
    receipt_revision: int = 0
    faults: int = 0  # batches refused: forged, broken or forked
    previous_chains: list[str] = Field(default_factory=list, sa_type=JSON)


class PlayedRow(SQLModel, table=True):
    """One as-played record."""

    __tablename__ = "played"
    __table_args__ = (Index("ix_played_slot_endpoint", "slot", "endpoint"),)

    endpoint: str = Field(primary_key=True)
    chain: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    slot: str | None = None
    alert: str | None = Field(default=None, index=True)
    notice: str
    version: int
    recording: str | None = None
    started: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended: datetime | None = Field(default=None, sa_type=UtcDateTime)
    heard_ms: int
    full_ms: int
    result: Result = Field(sa_type=Coded(Result))  # type: ignore[call-overload]
    because: MissedBecause | None = Field(default=None, sa_type=Coded(MissedBecause))  # type: ignore[call-overload]
    volume: int
    clock: ClockQuality = Field(sa_type=Coded(ClockQuality))  # type: ignore[call-overload]
    boot: str
    received_at: datetime = Field(sa_type=UtcDateTime)


class AlertRow(SQLModel, table=True):
    """An emergency or urgent notice sent at once."""

    __tablename__ = "alert"

    id: str = Field(primary_key=True)
    notice: str
    version: int
    title: str
    text: str = ""
    targets: list[str] = Field(sa_type=JSON)
    klass: BroadcastClass = Field(sa_type=Coded(BroadcastClass))  # type: ignore[call-overload]
    level: Level = Field(sa_type=Coded(Level))  # type: ignore[call-overload]
    severity: Severity = Field(sa_type=Coded(Severity))  # type: ignore[call-overload]
    recording: str | None = None
    cancel_recording: str | None = None
    duration_ms: int = 0
    sent_at: datetime = Field(sa_type=UtcDateTime)
    sent_by: str
    starts: datetime = Field(sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime)
    repeat_gap_s: int = 10
    repeats: int | None = None
    volume: int | None = None
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_by: str | None = None


class CalendarDayRow(SQLModel, table=True):
    """The operator's own word on a day: workday or day off."""

    __tablename__ = "calendar_day"

    day: date = Field(primary_key=True)
    workday: bool
    name: str = ""


class UserRow(SQLModel, table=True):
    """A person."""

    __tablename__ = "user"

    name: str = Field(primary_key=True)
    full_name: str = ""
    password_hash: str = ""
    enabled: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)


class GrantRow(SQLModel, table=True):
    """A role that a person has in a place and all it covers."""

    __tablename__ = "grant"

    user: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    place: str = Field(primary_key=True)


class TokenRow(SQLModel, table=True):
    """An API token, by its hash."""

    __tablename__ = "token"

    hash: str = Field(primary_key=True)
    user: str = Field(index=True)
    name: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditRow(SQLModel, table=True):
    """One line of the audit trail: append-only by triggers, chained by hash."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    who: str = Field(index=True)
    what: str
    places: list[str] = Field(default_factory=list, sa_type=JSON)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    outcome: str
    message: str = ""
    hash: str


class SettingRow(SQLModel, table=True):
    """A small fact that must survive, by name."""

    __tablename__ = "setting"

    key: str = Field(primary_key=True)
    value: Any = Field(sa_type=JSON)


class KeyRow(SQLModel, table=True):
    """A signing key of the controller."""

    __tablename__ = "key"
    __table_args__ = (UniqueConstraint("kid"),)

    kid: str = Field(primary_key=True)
    algorithm: int
    secret: str  # hex
    public: str  # hex
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
