"""The plan: slots, absences, where plays may sound, and the operator's corrections of the calendar."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from broadcaster.storage.tables.columns import Json, Row, UtcDateTime, Word
from schedules.slots import AbsentBecause, PlannedBecause


class SlotRow(Row, table=True):
    """播次: one ordered play of one notice in one place. A slot is withdrawn, never deleted."""

    __tablename__ = "slot"
    __table_args__ = (Index(None, "day", "place"), Index(None, "notice", "day"))

    id: str = Field(primary_key=True, max_length=32)
    order_id: str
    notice: str
    version: int
    place: str
    day: date
    ordinal: int
    item: int
    earliest: datetime = Field(sa_type=UtcDateTime)
    planned: datetime = Field(sa_type=UtcDateTime)
    latest: datetime = Field(sa_type=UtcDateTime)
    duration_ms: int
    because: PlannedBecause = Field(sa_type=Word(PlannedBecause))
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AbsenceRow(Row, table=True):
    """An ordered play without a slot, and why."""

    __tablename__ = "absence"
    __table_args__ = (Index(None, "day", "place"), Index(None, "notice", "day"))

    id: int | None = Field(default=None, primary_key=True)
    order_id: str
    notice: str
    version: int
    place: str
    day: date
    ordinal: int
    because: AbsentBecause = Field(sa_type=Word(AbsentBecause))
    others: list[str] = Field(default_factory=list, sa_type=Json)


class SpanRow(Row, table=True):
    """Where the plays of an order may sound in a place on a day; `spans` are pairs of ISO instants."""

    __tablename__ = "span"

    day: date = Field(primary_key=True)
    order_id: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    spans: list[list[str]] = Field(sa_type=Json)


class CalendarDayRow(Row, table=True):
    """What the operator says a day is, whatever the published calendar says."""

    __tablename__ = "calendar_day"

    day: date = Field(primary_key=True)
    workday: bool
    name: str = ""
