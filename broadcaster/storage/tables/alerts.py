"""Alerts that were sent, and every document as it was last published."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from broadcaster.storage.tables.columns import Json, Number, Row, UtcDateTime, Word
from devices.topics import DocumentKind
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity


class AlertRow(Row, table=True):
    """An emergency or urgent notice on the air, with what will end it."""

    __tablename__ = "alert"

    id: str = Field(primary_key=True)
    notice: str
    version: int
    title: str = ""
    text: str = ""
    targets: list[str] = Field(sa_type=Json)
    klass: BroadcastClass = Field(sa_type=Word(BroadcastClass))
    level: Level = Field(sa_type=Number(Level))
    severity: Severity = Field(sa_type=Number(Severity))
    recording: str | None = None
    cancel_recording: str | None = None
    duration_ms: int = 0
    sent_at: datetime = Field(sa_type=UtcDateTime)
    sent_by: str
    starts: datetime = Field(sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime, index=True)
    repeat_gap_s: int = 10
    repeats: int | None = None  # None: until cancelled or expired
    volume: int | None = None
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_by: str | None = None


class PublishedRow(Row, table=True):
    """A document as it stands on the broker; `digest` names its body, so that an unchanged one is recognised."""

    __tablename__ = "published"

    topic: str = Field(primary_key=True)
    kind: DocumentKind = Field(sa_type=Word(DocumentKind), index=True)
    target: str
    revision: int = Field(sa_type=BigInteger)
    digest: str
    payload: bytes
    issued: datetime = Field(sa_type=UtcDateTime)
    expires: datetime = Field(sa_type=UtcDateTime)
