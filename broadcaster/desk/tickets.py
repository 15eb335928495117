"""Tickets at the desk: what is broken, who goes, how far it is, and what people do about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session, col, func, select

from broadcaster.desk.attachments import MOST_BYTES, keep, read
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, DeskError, Invalid, NotFound
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.house import Context
from broadcaster.desk.places import place_names
from broadcaster.desk.service import working_hours
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.repairs.causes import Cause, Owner, Priority
from broadcaster.repairs.evidence import Statement
from broadcaster.storage import tickets as kept
from broadcaster.storage.tables import (
    AttachmentRow,
    CrewRow,
    EndpointRow,
    IncidentRow,
    TicketEntryRow,
    TicketRow,
)
from broadcaster.storage.tickets import Overtaken, incident_of, ticket_of
from broadcaster.tickets import orders, timers
from broadcaster.tickets.clocks import ServiceClock, WaitReason
from broadcaster.tickets.hours import WorkingHours
from broadcaster.tickets.orders import NotThisWay
from broadcaster.tickets.states import OVER, NotAllowed, TicketState, TicketStep
from broadcaster.tickets.ticket import Change, Ticket
from schedules.places import Place, chain_of

Deed = Callable[[Ticket], Change]
Most = Annotated[int, Field(ge=1, le=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A sentence that says why the cause is believed: a msgid and its facts."""

    message: str
    facts: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket in a list. `used`: the share of its service time that is gone; `due_at`: when all of it will be."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many tickets that are not over somebody has in a state."""

    owner: Owner
    state: TicketState
    tickets: int


class Tickets(Noun):
    """Work orders, from the first report to the device's proof."""

    @question("GET", "/tickets", right=Right.VIEW)
    def list(
        self,
        ctx: Context,
        state: TicketState | None = None,
        place: Place | None = None,
        crew: str | None = None,
        owner: Owner | None = None,
        endpoint: str | None = None,
        over: bool = False,
        most: Most = 200,
        before: int | None = None,
    ) -> tuple[TicketView, ...]:
        """The newest first; with `over` also those that are over, `before` a number for the next page.

        `endpoint`: only those whose cause took it.
        """
        wanted = select(TicketRow).order_by(col(TicketRow.number).desc())
        if state is not None:
            wanted = wanted.where(TicketRow.state == state)
        elif not over:
            wanted = wanted.where(col(TicketRow.state).not_in(OVER))
        if place is not None:
            wanted = wanted.where(col(TicketRow.place).startswith(_stem(place)))
        for column, value in ((TicketRow.crew, crew), (TicketRow.owner, owner)):
            wanted = wanted if value is None else wanted.where(column == value)
        if before is not None:
            wanted = wanted.where(col(TicketRow.number) < before)
        if endpoint is not None:
            wanted = wanted.where(col(TicketRow.number).in_(_of_endpoint(ctx.session, endpoint)))
        working = working_hours(ctx)
        rows = ctx.session.exec(wanted.limit(most)).all()
        why = _reasons(ctx.session, [row.incident for row in rows])
        return tuple(
            _view(ctx.session, ticket_of(row), working, ctx.now, why.get(row.incident)) for row in rows
        )

    @question("GET", "/ticket-counts", right=Right.VIEW)
    def counts(self, ctx: Context) -> tuple[Count, ...]:
        """Those that are not over, by who has them and how far they are."""
        found = ctx.session.exec(
            select(TicketRow.owner, TicketRow.state, func.count())
            .where(col(TicketRow.state).not_in(OVER))
            .group_by(col(TicketRow.owner), col(TicketRow.state))
            .order_by(col(TicketRow.owner), col(TicketRow.state))
        )
        return tuple(
            Count(owner=Owner(owner), state=TicketState(state), tickets=count)
            for owner, state, count in found
        )

    @question("GET", "/tickets/{ticket}", right=Right.VIEW)
    def show(self, ctx: Context, ticket: int) -> TicketStory:
        """One ticket with its evidence, history and photos."""
        return _story(ctx, _ticket(ctx.session, ticket))

    @question("GET", "/tickets/{ticket}/attachments/{sha256}", right=Right.VIEW)
    def attachment(self, ctx: Context, ticket: int, sha256: str) -> Download:
        """A photo or file."""
        row = ctx.session.get(AttachmentRow, (ticket, sha256))
        if row is None:
            raise NotFound(N_("Ticket {ticket} has no attachment {sha256}."), ticket=ticket, sha256=sha256)
        content = read(ctx.house.settings.directory, sha256)
        return Download(name=row.name, media_type="application/octet-stream", content=content)

    @order("POST", "/tickets/{ticket}/assign", right=Right.REPAIR)
    def assign(self, ctx: Context, ticket: int, crew: str, comment: str = "") -> TicketView:
        """Give it to a crew."""
        row = ctx.session.get(CrewRow, crew)
        if row is None or not row.enabled:
            raise NotFound(N_("There is no crew {crew}. `broadcaster crew list` has them all."), crew=crew)
        return _do(ctx, ticket, lambda known: orders.assign(known, ctx.who, crew, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/accept", right=Right.REPAIR)
    def accept(self, ctx: Context, ticket: int) -> TicketView:
        """Take it up."""
        return _do(ctx, ticket, lambda known: orders.accept(known, ctx.who, ctx.now))

    @order("POST", "/tickets/{ticket}/hand-back", right=Right.REPAIR)
    def hand_back(self, ctx: Context, ticket: int, comment: str) -> TicketView:
        """Give it back, with the reason."""
        return _do(ctx, ticket, lambda known: orders.hand_back(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/arrive", right=Right.REPAIR)
    def arrive(self, ctx: Context, ticket: int) -> TicketView:
        """Be on site."""
        return _do(ctx, ticket, lambda known: orders.arrive(known, ctx.who, ctx.now))

    @order("POST", "/tickets/{ticket}/wait", right=Right.REPAIR)
    def wait(self, ctx: Context, ticket: int, why: WaitReason, comment: str) -> TicketView:
        """Wait for somebody or something else, with evidence; most reasons stop its clock."""
        return _do(ctx, ticket, lambda known: orders.wait(known, ctx.who, why, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/resume", right=Right.REPAIR)
    def resume(self, ctx: Context, ticket: int, comment: str = "") -> TicketView:
        """Go on after waiting."""
        return _do(ctx, ticket, lambda known: orders.resume(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/done", right=Right.REPAIR)
    def done(self, ctx: Context, ticket: int, comment: str = "") -> TicketView:
        """Say that it is mended; it closes when the device shows it."""
        return _do(ctx, ticket, lambda known: orders.done(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/override", right=Right.REPAIR)
    def override(self, ctx: Context, ticket: int, second: str, photo: str, reason: str) -> TicketView:
        """Close it against the device's word: `photo` is an attachment's SHA-256, `second` another person."""
        if ctx.session.get(AttachmentRow, (ticket, photo)) is None:
            photo = ""
        if not ctx.house.allows(ctx.session, second, Right.REPAIR, (_place(_ticket(ctx.session, ticket)),)):
            raise Invalid(N_("{second} may not repair there: name somebody who may."), second=second)
        return _do(ctx, ticket, lambda known: orders.override(known, ctx.who, second, photo, ctx.now, reason))

    @order("POST", "/tickets/{ticket}/notes", right=Right.REPAIR)
    def note(self, ctx: Context, ticket: int, comment: str) -> TicketView:
        """Write something down."""
        return _do(ctx, ticket, lambda known: orders.note(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/attachments", right=Right.REPAIR)
    def attach(self, ctx: Context, ticket: int, file: Upload) -> AttachmentView:
        """Add a photo or another file, at most 20 MB."""
        ctx.require(Right.REPAIR, _place(_ticket(ctx.session, ticket)))
        content = file.file.read(MOST_BYTES + 1)
        if not 0 < len(content) <= MOST_BYTES:
            raise Invalid(N_("An attachment has 1 byte to {most} MB."), most=MOST_BYTES // 2**20)
        sha256 = keep(ctx.house.settings.directory, content)
        row = AttachmentRow(
            ticket=ticket, sha256=sha256, name=file.name, size=len(content), by=ctx.who, at=ctx.now
        )
        return _attachment(ctx.session.merge(row))

    @order("POST", "/tickets/{ticket}/ask-help", right=Right.REPAIR)
    def ask_help(self, ctx: Context, ticket: int, comment: str = "") -> TicketView:
        """The town asks the county's station, which answers within 30 working minutes."""
        return _do(ctx, ticket, lambda known: orders.ask_help(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/answer", right=Right.REPAIR)
    def answer(self, ctx: Context, ticket: int, comment: str) -> TicketView:
        """The station answers."""
        return _do(ctx, ticket, lambda known: orders.answer(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/take-over", right=Right.REPAIR)
    def take_over(self, ctx: Context, ticket: int, comment: str = "") -> TicketView:
        """The station takes it over from the town."""
        return _do(ctx, ticket, lambda known: orders.take_over(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/give-back", right=Right.REPAIR)
    def give_back(self, ctx: Context, ticket: int, comment: str) -> TicketView:
        """The station gives it back to the town, with the reason."""
        return _do(ctx, ticket, lambda known: orders.give_back(known, ctx.who, ctx.now, comment))


def _do(ctx: Context, number: int, deed: Deed) -> TicketView:
    ticket, working = _ticket(ctx.session, number), working_hours(ctx)
    ctx.require(Right.REPAIR, _place(ticket))
    try:
        change = deed(ticket)
        saved = kept.save(ctx.session, change, timers.next_time(change.ticket, working, ctx.now))
    except NotAllowed as error:
        raise _refusal(ticket, error) from None
    except NotThisWay as error:
        raise Invalid(error.message) from None
    except Overtaken:
        raise Conflict(N_("Ticket {ticket} has just changed: look at it again."), ticket=number) from None
    return _view(ctx.session, saved, working, ctx.now)


def _refusal(ticket: Ticket, error: NotAllowed) -> DeskError:
    message = N_("Ticket {ticket} is “{ticket_state}”: that is not possible now.")
    return Conflict(message, ticket=ticket.number, ticket_state=error.state.value)


def _ticket(session: Session, number: int) -> Ticket:
    found = kept.load(session, number)
    if found is None:
        raise NotFound(N_("There is no ticket {ticket}."), ticket=number)
    return found


def _place(ticket: Ticket) -> Place:
    return Place(ticket.place) if ticket.place else Place("000000000000")


def _stem(place: Place) -> str:
    """What the codes of all areas in it begin with."""
    code = place.partition("/")[0]
    return code[:6] if code[6:] == "000000" else code[:9] if code[9:] == "000" else code


def _of_endpoint(session: Session, endpoint: str) -> set[int]:
    """Numbers of the tickets whose incidents took it, of the newest thousand incidents that may have."""
    row = session.get(EndpointRow, endpoint)
    if row is None:
        raise NotFound(N_("There is no endpoint {endpoint}."), endpoint=endpoint)
    near = ("", *chain_of(Place(row.village)))
    wanted = select(IncidentRow).where(col(IncidentRow.place).in_(near), col(IncidentRow.ticket).is_not(None))
    rows = session.exec(wanted.order_by(col(IncidentRow.onset).desc()).limit(1000))
    return {row.ticket for row in rows if row.ticket is not None and endpoint in row.body["members"]}


def _reasons(session: Session, incidents: Sequence[str]) -> dict[str, Evidence]:
    """Incident → its weightiest sentence."""
    rows = session.exec(select(IncidentRow.key, IncidentRow.body).where(col(IncidentRow.key).in_(incidents)))
    said = {key: body["evidence"] for key, body in rows if body["evidence"]}
    return {
        key: Evidence(message=first["message"], facts=first["facts"]) for key, (first, *_) in said.items()
    }


def _view(
    session: Session, ticket: Ticket, working: WorkingHours, now: datetime, why: Evidence | None = None
) -> TicketView:
    hours = ticket.hours(working)
    same: dict[str, Any] = {
        name: getattr(ticket, name) for name in TicketView.__dataclass_fields__ if hasattr(ticket, name)
    }
    return TicketView(
        **same,
        place_name=place_names(session, (ticket.place,))[0] if ticket.place else "",
        due_at=ticket.clock.due(1.0, hours, now),
        used=round(ticket.clock.consumed(hours, now) / ticket.clock.contract_s, 3),
        help_asked=ticket.support is not None and ticket.support.stopped is None,
        why=why,
    )


def _clock(clock: ServiceClock, hours: WorkingHours, now: datetime) -> ClockView:
    return ClockView(
        contract_s=clock.contract_s,
        used_s=round(clock.consumed(hours, now)),
        due_at=clock.due(1.0, hours, now),
        paused_for=clock.pauses[-1].reason if clock.paused else None,
        stopped_at=clock.stopped,
    )


def _story(ctx: Context, ticket: Ticket) -> TicketStory:
    row = ctx.session.get(IncidentRow, ticket.key)
    incident = incident_of(row) if row is not None else None
    evidence = tuple(map(evidence_of, incident.evidence)) if incident else ()
    working = working_hours(ctx)
    attachments = ctx.session.exec(
        select(AttachmentRow).where(AttachmentRow.ticket == ticket.number).order_by(col(AttachmentRow.at))
    )
    return TicketStory(
        ticket=_view(ctx.session, ticket, working, ctx.now, evidence[0] if evidence else None),
        evidence=evidence,
        endpoints=incident.members if incident else (),
        still_failing=incident.affected if incident else (),
        history=tuple(map(_line, kept.entries_of(ctx.session, ticket.number))),
        attachments=tuple(map(_attachment, attachments)),
        recurrence_of=ticket.recurrence_of,
        verified_at=ticket.proves_at,
        clock=_clock(ticket.clock, ticket.hours(working), ctx.now),
        support=_clock(ticket.support, working, ctx.now) if ticket.support else None,
        possible=orders.possible(ticket),
    )


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


def _attachment(row: AttachmentRow) -> AttachmentView:
    return AttachmentView(sha256=row.sha256, name=row.name, size=row.size, by=row.by, at=row.at)
