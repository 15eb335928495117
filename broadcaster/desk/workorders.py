"""Work orders as people see them at the desk: a ticket in a list, and all that is known of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from broadcaster.desk.house import Context
from broadcaster.desk.places import place_names
from broadcaster.desk.service import working_hours
from broadcaster.repairs.causes import Cause, Owner, Priority
from broadcaster.repairs.evidence import Statement
from broadcaster.storage import tickets as kept
from broadcaster.storage.crews import crews_of
from broadcaster.storage.tables import AttachmentRow, IncidentRow, TicketEntryRow
from broadcaster.storage.tickets import incident_of
from broadcaster.tickets import orders
from broadcaster.tickets.clocks import ServiceClock, WaitReason
from broadcaster.tickets.crews import told_for
from broadcaster.tickets.hours import WorkingHours
from broadcaster.tickets.orders import Away
from broadcaster.tickets.states import OVER, TicketState, TicketStep
from broadcaster.tickets.ticket import Ticket
from broadcaster.tickets.timers import response_due


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A sentence that says why the cause is believed: a msgid and its facts."""

    message: str
    facts: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket in a list. `used`: the share of its service time that is gone; `due_at`: when all of it is, or was."""

    number: int
    state: TicketState
    cause: Cause
    root: str
    place: str
    place_name: str
    owner: Owner
    crew: str
    accepted_by: str
    priority: Priority
    truck: bool
    members: int
    affected: int
    population: int
    confidence: float
    onset: datetime
    opened: datetime
    closed_at: datetime | None
    due_at: datetime | None
    respond_by: datetime | None = None  # until when somebody has to take it up, where that is agreed
    used: float
    waiting: WaitReason | None
    help_asked: bool
    reopens: int
    flapping: bool
    why: Evidence | None = None  # the weightiest sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a ticket's history. `message` is a msgid that `facts` fill."""

    at: datetime
    who: str
    step: TicketStep
    state: TicketState
    message: str
    facts: Mapping[str, str | int | float]
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """One of a ticket's two clocks. It ran until `stopped_at`; `paused_for`: why it stands still; `due_at` where it runs."""

    contract_s: float
    used_s: float
    due_at: datetime | None
    paused_for: WaitReason | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """A photo or another file of a ticket."""

    sha256: str
    name: str
    size: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStory:
    """All that is known of a ticket."""

    ticket: TicketView
    evidence: tuple[Evidence, ...]
    endpoints: tuple[str, ...]  # that its incident explains
    still_failing: tuple[str, ...]
    history: tuple[Line, ...]
    attachments: tuple[AttachmentView, ...]
    recurrence_of: int | None
    verified_at: datetime | None  # when what is well now will be proof
    clock: ClockView  # of its owner
    support: ClockView | None  # of the station, from the last request for help to the answer
    possible: tuple[TicketStep, ...]  # what a person may do with it now
    away: Away | None = None  # where its crew is away now


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many tickets that are not over somebody has in a state."""

    owner: Owner
    state: TicketState
    tickets: int


def view(
    session: Session, ticket: Ticket, working: WorkingHours, now: datetime, why: Evidence | None = None
) -> TicketView:
    """A ticket as it is now; `why` is the weightiest sentence of its incident."""
    hours = ticket.hours(working)
    same: dict[str, Any] = {
        name: getattr(ticket, name) for name in TicketView.__dataclass_fields__ if hasattr(ticket, name)
    }
    return TicketView(
        **same,
        place_name=place_names(session, (ticket.place,))[0] if ticket.place else "",
        due_at=ticket.clock.due(1.0, hours),
        respond_by=response_due(ticket, working, now),
        used=round(ticket.clock.consumed(hours, now) / ticket.clock.contract_s, 3),
        help_asked=ticket.support is not None and ticket.support.stopped is None,
        why=why,
    )


def _clock(clock: ServiceClock, hours: WorkingHours, now: datetime) -> ClockView:
    return ClockView(
        contract_s=clock.contract_s,
        used_s=round(clock.consumed(hours, now)),
        due_at=clock.due(1.0, hours),
        paused_for=clock.pauses[-1].reason if clock.paused else None,
        stopped_at=clock.stopped,
    )


def story(ctx: Context, ticket: Ticket) -> TicketStory:
    """A ticket with all that is known of it."""
    row = ctx.session.get(IncidentRow, ticket.key)
    incident = incident_of(row) if row is not None else None
    evidence = tuple(map(evidence_of, incident.evidence)) if incident else ()
    working = working_hours(ctx)
    files = ctx.session.exec(
        select(AttachmentRow).where(AttachmentRow.ticket == ticket.number).order_by(col(AttachmentRow.at))
    )
    return TicketStory(
        ticket=view(ctx.session, ticket, working, ctx.now, evidence[0] if evidence else None),
        evidence=evidence,
        endpoints=incident.members if incident else (),
        still_failing=incident.affected if incident else (),
        history=tuple(map(_line, kept.entries_of(ctx.session, ticket.number))),
        attachments=tuple(map(attachment, files)),
        recurrence_of=ticket.recurrence_of,
        verified_at=ticket.proves_at,
        clock=_clock(ticket.clock, ticket.hours(working), ctx.now),
        support=_clock(ticket.support, working, ctx.now) if ticket.support else None,
        possible=orders.possible(ticket),
        away=None if ticket.state in OVER else crew_away(ctx, ticket.crew),
    )


def crew_away(ctx: Context, crew: str) -> Away | None:
    """Where it is away now: until when, and who is told in its stead."""
    crews = crews_of(ctx.session, ctx.now)
    until = crews[crew].away_until(ctx.now) if crew in crews else None
    if until is None:
        return None
    said = f"{until.astimezone(ctx.house.settings.zone):%Y-%m-%d %H:%M}"
    return Away(until=said, instead=told_for(crew, crews, ctx.now))


def evidence_of(statement: Statement) -> Evidence:
    """A sentence of an incident."""
    return Evidence(message=statement.message, facts=dict(statement.facts))


def _line(row: TicketEntryRow) -> Line:
    return Line(
        at=row.at,
        who=row.who,
        step=row.step,
        state=row.to_state,
        message=row.message,
        facts=row.facts,
        comment=row.comment,
    )


def attachment(row: AttachmentRow) -> AttachmentView:
    """A file as people see it."""
    return AttachmentView(sha256=row.sha256, name=row.name, size=row.size, by=row.by, at=row.at)


def reasons(session: Session, incidents: Sequence[str]) -> dict[str, Evidence]:
    """Incident → its weightiest sentence."""
    rows = session.exec(select(IncidentRow.key, IncidentRow.body).where(col(IncidentRow.key).in_(incidents)))
    said = {key: body["evidence"] for key, body in rows if body["evidence"]}
    return {
        key: Evidence(message=first["message"], facts=first["facts"]) for key, (first, *_) in said.items()
    }
