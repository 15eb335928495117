"""Areas, the endpoints in them, and what each endpoint last said."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from broadcaster.storage.tables.columns import Json, Row, UtcDateTime, Word
from devices.presence import Presence
from devices.reports import EventKind
from schedules.records import ClockQuality


class AreaRow(Row, table=True):
    """区域: an administrative unit; what lies in what is told by the code."""

    __tablename__ = "area"

    code: str = Field(primary_key=True, max_length=12)
    name: str
    population: int = 0
    quiet_hours: list[list[str]] | None = Field(default=None, sa_type=Json)  # [["22:00", "06:00"], …]
    budget_minutes: int | None = None  # of daily notices a day; None, also of quiet hours: the wider area's


class EndpointRow(Row, table=True):
    """终端: one addressable loudspeaker set. Its id is its MQTT user name and is never given to another."""

    __tablename__ = "endpoint"

    id: str = Field(primary_key=True, max_length=47)
    village: str = Field(index=True, foreign_key="area.code")
    name: str
    site: str = ""
    link: str = "mqtt"  # or serial:<line>:<address>
    feeder: str = ""  # the low-voltage line it is fed from
    position: int | None = None  # along that line, from the transformer
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0  # who can hear it
    resource_code: str = ""  # 23 digits, or none
    proof_key: str = ""  # 64 hex digits; empty until provisioned
    volume: int | None = None
    enabled: bool = True  # a retired endpoint is kept, with its records, and not enabled
    created_at: datetime = Field(sa_type=UtcDateTime)
    provisioned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EndpointStateRow(Row, table=True):
    """The last heartbeat of an endpoint (what screens show of it) and its presence; whichever came first makes the row."""

    __tablename__ = "endpoint_state"

    endpoint: str = Field(primary_key=True)
    heard_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    boot: str | None = None
    seq: int | None = None
    up_s: int | None = None
    clock_ms: int | None = Field(default=None, sa_type=BigInteger)
    clock: ClockQuality | None = Field(default=None, sa_type=Word(ClockQuality))
    next_in_s: int | None = None
    held: dict[str, int] | None = Field(default=None, sa_type=Json)
    missing: list[str] | None = Field(default=None, sa_type=Json)
    missing_count: int | None = None
    sounding: str | None = None
    volume: int | None = None
    mains: bool | None = None
    battery: int | None = None
    temperature: int | None = None
    signal: int | None = None
    unreceipted: int | None = None
    free_kb: int | None = Field(default=None, sa_type=BigInteger)
    software: str | None = None
    mains_v: int | None = None
    current_percent: int | None = None
    presence: Presence | None = Field(default=None, sa_type=Word(Presence))
    presence_epoch: str | None = None


class TelemetryRow(Row, table=True):
    """遥测: what an endpoint said of supply and surroundings in a quarter of an hour, counted from 1970.

    Written a quarter at a time and in thousands, so the quarter leads the key, and there is no row id beside it.
    """

    __tablename__ = "telemetry"
    __table_args__ = ({"sqlite_with_rowid": False},)

    quarter: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    endpoint: str = Field(primary_key=True)
    mains_v: int | None = None
    battery: int | None = None
    temperature: int | None = None
    signal: int | None = None
    current_percent: int | None = None


class EndpointEventRow(Row, table=True):
    """Something an endpoint said at once; the same event delivered twice is one row."""

    __tablename__ = "endpoint_event"

    endpoint: str = Field(primary_key=True)
    boot: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: EventKind = Field(sa_type=Word(EventKind))
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    detail: str = ""
