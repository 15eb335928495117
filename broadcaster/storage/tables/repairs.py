"""Repairs: flips, incidents, tickets with their history, and what supervision and correlation remember over restarts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from broadcaster.repairs.causes import Cause, Owner, Priority
from broadcaster.repairs.incidents import Stage
from broadcaster.storage.tables.columns import Json, Row, UtcDateTime, Word
from broadcaster.tickets.states import TicketState, TicketStep
from devices.supervision import Sign, State


class FlipRow(Row, table=True):
    """状态转变. `*_s` are instants of the supervision's clock, `onset` and `detected` the same by the wall."""

    __tablename__ = "flip"
    __table_args__ = (Index(None, "endpoint", "onset"),)

    id: int | None = Field(default=None, primary_key=True)
    endpoint: str
    from_state: State = Field(sa_type=Word(State))
    to_state: State = Field(sa_type=Word(State))
    onset: datetime = Field(sa_type=UtcDateTime, index=True)
    detected: datetime = Field(sa_type=UtcDateTime)
    onset_s: float
    detected_s: float = Field(index=True)
    because: Sign = Field(sa_type=Word(Sign))
    up_s: int | None = None
    reset: str = ""
    planned: bool = False  # announced work lay over it


class GateMoveRow(Row, table=True):
    """A gate closed or opened: what lay behind was unobserved in between."""

    __tablename__ = "gate_move"

    id: int | None = Field(default=None, primary_key=True)
    gate: str
    open: bool
    since: datetime = Field(sa_type=UtcDateTime, index=True)
    because: str = ""


class IncidentRow(Row, table=True):
    """事件. `body` is the whole of it; `ticket` the number of the ticket that it is part of."""

    __tablename__ = "incident"
    __table_args__ = (Index(None, "cause", "root"),)

    key: str = Field(primary_key=True, max_length=20)
    cause: Cause = Field(sa_type=Word(Cause))
    root: str
    stage: Stage = Field(sa_type=Word(Stage), index=True)
    place: str = ""
    population: int = 0
    onset: datetime = Field(sa_type=UtcDateTime, index=True)
    detected: datetime = Field(sa_type=UtcDateTime)
    announced: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ticket: int | None = Field(default=None, index=True)
    body: dict[str, Any] = Field(sa_type=Json)


class TicketRow(Row, table=True):
    """工单. `body` is the whole of it, the columns what lists ask for; `version` is compared before each change."""

    __tablename__ = "ticket"
    __table_args__ = (Index(None, "cause", "root"),)

    number: int | None = Field(default=None, primary_key=True)
    version: int
    incident: str = Field(unique=True, max_length=20)
    state: TicketState = Field(sa_type=Word(TicketState), index=True)
    cause: Cause = Field(sa_type=Word(Cause))
    root: str
    place: str = Field(index=True)
    owner: Owner = Field(sa_type=Word(Owner))
    priority: Priority = Field(sa_type=Word(Priority))
    truck: bool
    crew: str = ""
    onset: datetime = Field(sa_type=UtcDateTime)
    opened: datetime = Field(sa_type=UtcDateTime, index=True)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)  # when time changes it
    body: dict[str, Any] = Field(sa_type=Json)


class TicketEntryRow(Row, table=True):
    """A line of a ticket's history, written in the transaction of its change: the outbox from which people are told."""

    __tablename__ = "ticket_entry"

    id: int | None = Field(default=None, primary_key=True)
    ticket: int = Field(foreign_key="ticket.number", index=True)
    step: TicketStep = Field(sa_type=Word(TicketStep))
    from_state: TicketState = Field(sa_type=Word(TicketState))
    to_state: TicketState = Field(sa_type=Word(TicketState))
    who: str
    at: datetime = Field(sa_type=UtcDateTime)
    message: str = ""
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    comment: str = ""
    told: bool = Field(default=False, index=True)  # whether it was looked at for whom to tell


class ServiceTermsRow(Row, table=True):
    """Service times of a priority where the operator has set them. Hours of working time; `shares` of the repair time."""

    __tablename__ = "service_terms"

    priority: Priority = Field(primary_key=True, sa_type=Word(Priority))
    respond_h: float | None = None
    repair_h: float | None = None
    shares: list[float] = Field(sa_type=Json)


class DeedRow(Row, table=True):
    """A deed that a phone sent, by the key under which it repeats it: each is done once."""

    __tablename__ = "deed"

    key: str = Field(primary_key=True, max_length=64)
    who: str
    ticket: int = Field(foreign_key="ticket.number")
    deed: str = Field(max_length=32)
    at: datetime = Field(sa_type=UtcDateTime)
    waited_s: float = 0.0  # at the phone, until it could send it


class AttachmentRow(Row, table=True):
    """A photo or other file of a ticket, kept once by its SHA-256."""

    __tablename__ = "attachment"

    ticket: int = Field(primary_key=True, foreign_key="ticket.number")
    sha256: str = Field(primary_key=True, max_length=64)
    name: str
    size: int
    by: str
    at: datetime = Field(sa_type=UtcDateTime)


class MemoryRow(Row, table=True):
    """What supervision, correlation and examination know, as they store it themselves."""

    __tablename__ = "repairs_memory"

    name: str = Field(primary_key=True)
    payload: bytes
    at_s: float  # of the supervision's clock


class StormRow(Row, table=True):
    """天气: a storm over an area, as it was noted."""

    __tablename__ = "storm"

    id: int | None = Field(default=None, primary_key=True)
    place: str
    begins: datetime = Field(sa_type=UtcDateTime)
    ends: datetime = Field(sa_type=UtcDateTime, index=True)
    note: str
    by: str
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MaintenanceRow(Row, table=True):
    """检修: announced work. What fails below `target` (an area, a node or an endpoint) meanwhile is nobody's ticket."""

    __tablename__ = "maintenance"

    id: int | None = Field(default=None, primary_key=True)
    target: str
    begins: datetime = Field(sa_type=UtcDateTime)
    ends: datetime = Field(sa_type=UtcDateTime, index=True)
    reason: str
    by: str
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
