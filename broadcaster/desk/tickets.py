"""Tickets at the desk: what is broken, who goes, how far it is, and what people do about it."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, func, select

from broadcaster.controller import weather
from broadcaster.desk.attachments import MOST_BYTES, keep, read
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, DeskError, Invalid, NotFound
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.house import Context
from broadcaster.desk.service import working_hours
from broadcaster.desk.workorders import (
    AttachmentView,
    Count,
    TicketStory,
    TicketView,
    attachment,
    crew_away,
    reasons,
    story,
    view,
)
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.repairs.causes import Owner
from broadcaster.repairs.circumstances import Answer
from broadcaster.storage import tickets as kept
from broadcaster.storage.tables import (
    AttachmentRow,
    CrewRow,
    EndpointRow,
    IncidentRow,
    TicketRow,
)
from broadcaster.storage.tickets import Overtaken, ticket_of
from broadcaster.tickets import orders, timers
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.orders import NotThisWay
from broadcaster.tickets.states import OVER, NotAllowed, TicketState
from broadcaster.tickets.ticket import Change, Ticket
from schedules.places import Place, chain_of

Deed = Callable[[Ticket], Change]
Most = Annotated[int, Field(ge=1, le=1000)]


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
        why = reasons(ctx.session, [row.incident for row in rows])
        return tuple(
            view(ctx.session, ticket_of(row), working, ctx.now, why.get(row.incident)) for row in rows
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
        return story(ctx, _ticket(ctx.session, ticket))

    @question("GET", "/tickets/{ticket}/attachments/{sha256}", right=Right.VIEW)
    def attachment(self, ctx: Context, ticket: int, sha256: str) -> Download:
        """A photo or file."""
        row = ctx.session.get(AttachmentRow, (ticket, sha256))
        if row is None:
            raise NotFound(N_("Ticket {ticket} has no attachment {sha256}."), ticket=ticket, sha256=sha256)
        try:
            content = read(ctx.house.settings.directory, sha256)
        except OSError as error:
            raise NotFound(
                N_("The file {file} of ticket {ticket} cannot be read from the station's disk: {reason}"),
                file=row.name,
                ticket=ticket,
                reason=error.strerror or error,
            ) from error
        return Download(name=row.name, media_type="application/octet-stream", content=content)

    @order("POST", "/tickets/{ticket}/assign", right=Right.REPAIR)
    def assign(self, ctx: Context, ticket: int, crew: str, comment: str = "") -> TicketView:
        """Give it to a crew."""
        row = ctx.session.get(CrewRow, crew)
        if row is None or not row.enabled:
            raise NotFound(N_("There is no crew {crew}. `broadcaster crew list` has them all."), crew=crew)
        away = crew_away(ctx, crew)
        return carried_out(
            ctx, ticket, lambda known: orders.assign(known, ctx.who, crew, ctx.now, comment, away)
        )

    @order("POST", "/tickets/{ticket}/accept", right=Right.REPAIR)
    def accept(self, ctx: Context, ticket: int) -> TicketView:
        """Take it up."""
        return carried_out(ctx, ticket, lambda known: orders.accept(known, ctx.who, ctx.now))

    @order("POST", "/tickets/{ticket}/hand-back", right=Right.REPAIR)
    def hand_back(self, ctx: Context, ticket: int, comment: str) -> TicketView:
        """Give it back, with the reason."""
        return carried_out(ctx, ticket, lambda known: orders.hand_back(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/arrive", right=Right.REPAIR)
    def arrive(self, ctx: Context, ticket: int) -> TicketView:
        """Be on site."""
        return carried_out(ctx, ticket, lambda known: orders.arrive(known, ctx.who, ctx.now))

    @order("POST", "/tickets/{ticket}/wait", right=Right.REPAIR)
    def wait(self, ctx: Context, ticket: int, why: WaitReason, comment: str) -> TicketView:
        """Wait for somebody or something else, with evidence; most reasons stop its clock. For the weather it takes a warning:
        an attachment, or a storm that was noted for its place.
        """
        warned = why is WaitReason.WEATHER and _is_warned(ctx, _ticket(ctx.session, ticket))
        return carried_out(
            ctx,
            ticket,
            lambda known: orders.wait(known, ctx.who, why, ctx.now, comment, is_warned=warned),
        )

    @order("POST", "/tickets/{ticket}/resume", right=Right.REPAIR)
    def resume(self, ctx: Context, ticket: int, comment: str = "") -> TicketView:
        """Go on after waiting."""
        return carried_out(ctx, ticket, lambda known: orders.resume(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/done", right=Right.REPAIR)
    def done(self, ctx: Context, ticket: int, comment: str = "") -> TicketView:
        """Say that it is mended; it closes when the device shows it."""
        return carried_out(ctx, ticket, lambda known: orders.done(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/override", right=Right.REPAIR)
    def override(self, ctx: Context, ticket: int, second: str, photo: str, reason: str) -> TicketView:
        """Close it against the device's word: `photo` is an attachment's SHA-256, `second` another person."""
        if ctx.session.get(AttachmentRow, (ticket, photo)) is None:
            photo = ""
        if not ctx.house.allows(ctx.session, second, Right.REPAIR, (_place(_ticket(ctx.session, ticket)),)):
            raise Invalid(N_("{second} may not repair there: name somebody who may."), second=second)
        return carried_out(
            ctx, ticket, lambda known: orders.override(known, ctx.who, second, photo, ctx.now, reason)
        )

    @order("POST", "/tickets/{ticket}/notes", right=Right.REPAIR)
    def note(self, ctx: Context, ticket: int, comment: str) -> TicketView:
        """Write something down."""
        return carried_out(ctx, ticket, lambda known: orders.note(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/answers", right=Right.REPAIR)
    def hear(self, ctx: Context, ticket: int, said: Answer, comment: str = "") -> TicketView:
        """Write down what people on site say when they are asked: the cause is judged anew."""
        return carried_out(ctx, ticket, lambda known: orders.hear(known, ctx.who, said, ctx.now, comment))

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
        return attachment(ctx.session.merge(row))

    @order("POST", "/tickets/{ticket}/ask-help", right=Right.REPAIR)
    def ask_help(self, ctx: Context, ticket: int, comment: str = "") -> TicketView:
        """The town asks the county's station, which answers within 30 working minutes."""
        return carried_out(ctx, ticket, lambda known: orders.ask_help(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/answer", right=Right.REPAIR)
    def answer(self, ctx: Context, ticket: int, comment: str) -> TicketView:
        """The station answers."""
        return carried_out(ctx, ticket, lambda known: orders.answer(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/take-over", right=Right.REPAIR)
    def take_over(self, ctx: Context, ticket: int, comment: str = "") -> TicketView:
        """The station takes it over from the town."""
        return carried_out(ctx, ticket, lambda known: orders.take_over(known, ctx.who, ctx.now, comment))

    @order("POST", "/tickets/{ticket}/give-back", right=Right.REPAIR)
    def give_back(self, ctx: Context, ticket: int, comment: str) -> TicketView:
        """The station gives it back to the town, with the reason."""
        return carried_out(ctx, ticket, lambda known: orders.give_back(known, ctx.who, ctx.now, comment))


def carried_out(ctx: Context, number: int, deed: Deed) -> TicketView:
    """A person's deed on a ticket, stored in the call's transaction."""
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
    return view(ctx.session, saved, working, ctx.now)


def viewed(ctx: Context, ticket: Ticket | int) -> TicketView:
    """A ticket as lists have it."""
    known = _ticket(ctx.session, ticket) if isinstance(ticket, int) else ticket
    return view(ctx.session, known, working_hours(ctx), ctx.now)


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


def _is_warned(ctx: Context, ticket: Ticket) -> bool:
    """Whether a file is attached to it, or a storm was noted for its place at this hour."""
    files = ctx.session.exec(
        select(AttachmentRow.sha256).where(AttachmentRow.ticket == ticket.number).limit(1)
    )
    return files.first() is not None or weather.read(ctx.session, ctx.now).is_stormy(ticket.place, ctx.now)
