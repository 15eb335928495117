"""Tickets: the board of what is broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import DataTable, Static

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.tickets import TicketView
from broadcaster.language import N_, _
from broadcaster.tui.moments import ago, moment
from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.widgets.rows import Rows
from broadcaster.words import said


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One work order, as the board shows it."""

    id: str
    state: str
    town: str
    evidence: str
    opened_at: datetime
    due_at: datetime | None


def board(desk: CountyDesk) -> tuple[Ticket, ...]:
    """Every open ticket, the newest first."""
    return tuple(map(_shown, desk.tickets.list()))


def _shown(ticket: TicketView) -> Ticket:
    sentence = _("{what} ({root}): {affected} of {members} endpoints, {people} people; {who}.")
    return Ticket(
        id=str(ticket.number),
        state=said(ticket.state),
        town=ticket.place_name or ticket.place,
        evidence=sentence.format(
            what=said(ticket.cause),
            root=ticket.root,
            affected=ticket.affected,
            members=ticket.members,
            people=ticket.population,
            who=ticket.crew or ticket.accepted_by or said(ticket.owner),
        ),
        opened_at=ticket.opened,
        due_at=ticket.due_at,
    )


class TicketsScreen(StationScreen):
    """Tickets by state and town, with the sentence that proves them."""

    CSS_PATH = "tickets.tcss"
    MODE = "tickets"
    HELP_TEXT = N_(
        "Every open ticket: its state, its town, since when it is open and until when it is to be answered."
    )

    class Seen(Message):
        """The desk told which tickets are open."""

        def __init__(self, tickets: Sequence[Ticket]) -> None:
            super().__init__()
            self.tickets = tickets

    def __init__(self) -> None:
        super().__init__()
        self.tickets: dict[str, Ticket] = {}

    def body(self) -> ComposeResult:
        """The board and the evidence."""
        yield Rows(
            _("Ticket"), _("State"), _("Town"), _("Open since"), _("Answer by"), id="board", classes="main"
        )
        with VerticalScroll(id="details", can_focus=False):
            yield Static("", id="detail", markup=False)

    async def seen(self) -> Message:
        """Which tickets are open."""
        return self.Seen(await self.station.visit.ask(board))

    @on(Seen)
    def show(self, message: Seen) -> None:
        """Shows them."""
        self.tickets = {ticket.id: ticket for ticket in message.tickets}
        now, zone = self.station.clock(), self.station.zone
        self.query_one("#board", Rows).show(
            (
                ticket.id,
                [
                    Text(ticket.id),
                    Text(ticket.state),
                    Text(ticket.town),
                    Text(ago(ticket.opened_at, now)),
                    Text(
                        moment(ticket.due_at, zone),
                        "bold red" if ticket.due_at and ticket.due_at < now else "",
                    ),
                ],
            )
            for ticket in message.tickets
        )
        self._show_detail()

    @on(DataTable.RowHighlighted, "#board")
    def _show_detail(self) -> None:
        ticket = self.tickets.get(self.query_one("#board", Rows).chosen or "")
        self.query_one("#detail", Static).update(ticket.evidence if ticket else "")
