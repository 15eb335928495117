"""Who goes and who is told: crews with trucks and leaves, people with their channels, duties, and messages on their way."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from broadcaster.storage.tables.columns import Json, Row, UtcDateTime


class CrewRow(Row, table=True):
    """抢修队. `skills` such as lift, electrician, radio; a crew with `lift` has a truck."""

    __tablename__ = "crew"

    name: str = Field(primary_key=True)
    place: str = Field(index=True)  # whose faults it mends
    skills: list[str] = Field(default_factory=list, sa_type=Json)
    latitude: float | None = None  # where its day begins
    longitude: float | None = None
    enabled: bool = True
    days: list[str] = Field(
        default_factory=list, sa_type=Json
    )  # of the week; none: the county's working days
    hours: list[str] = Field(default_factory=list, sa_type=Json)  # from, until; none: the county's
    stand_in: str = ""  # the crew that is told while it is away


class LeaveRow(Row, table=True):
    """When a crew is away, or lacks a skill: without `lift` its truck is in the workshop."""

    __tablename__ = "crew_leave"

    id: int | None = Field(default=None, primary_key=True)
    crew: str = Field(foreign_key="crew.name", index=True)
    begins: datetime = Field(sa_type=UtcDateTime)
    ends: datetime = Field(sa_type=UtcDateTime, index=True)
    skill: str = ""  # empty: all of it is away
    reason: str
    by: str


class ContactRow(Row, table=True):
    """Somebody who is told. `channels` name settings of county.toml, or sms, which goes to `phone`."""

    __tablename__ = "contact"

    name: str = Field(primary_key=True)
    place: str = Field(index=True)
    part: str  # crew, lead, station, leader, power_company, operator
    crew: str = ""
    phone: str = ""
    channels: list[str] = Field(default_factory=list, sa_type=Json)
    quiet_hours: list[list[str]] = Field(default_factory=list, sa_type=Json)  # only P1 then
    enabled: bool = True


class DutyRow(Row, table=True):
    """Who is on duty when; where a place has duties, only those on duty are told."""

    __tablename__ = "duty"

    id: int | None = Field(default=None, primary_key=True)
    contact: str = Field(foreign_key="contact.name", index=True)
    begins: datetime = Field(sa_type=UtcDateTime)
    ends: datetime = Field(sa_type=UtcDateTime, index=True)


class LetterRow(Row, table=True):
    """One message to one person on its way; its key makes that it is never made twice."""

    __tablename__ = "letter"

    __table_args__ = (Index(None, "contact", "channel", "made_at"),)

    key: str = Field(primary_key=True, max_length=64)
    contact: str
    channel: str
    entries: list[Any] = Field(sa_type=Json)  # ids of the lines that it tells
    title: str
    text: str
    made_at: datetime = Field(sa_type=UtcDateTime, index=True)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)  # None: over
    attempts: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str = ""
