"""Tickets: the board of what is broken. It stands over one small question; where the desk has none, it is not shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import DataTable, Static

from broadcaster.desk.county import CountyDesk
from broadcaster.language import N_, _
from broadcaster.tui.moments import ago, moment
from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.widgets.rows import Rows


class Ticket(Protocol):
    """One work order, as the board shows it."""

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def town(self) -> str: ...
    @property
    def evidence(self) -> str: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime | None: ...


class Tickets(Protocol):
    """The desk's noun, once there is one."""

    def list(self) -> Sequence[Ticket]:
        """Every open ticket, the gravest first."""


def board_of(desk: CountyDesk) -> Tickets | None:
    """The desk's tickets, or None while it has none."""
    return cast("Tickets | None", getattr(desk, "tickets", None))


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

        def ask(desk: CountyDesk) -> Sequence[Ticket]:
            board = board_of(desk)
            return board.list() if board else ()

        return self.Seen(await self.station.visit.ask(ask))

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
                    Text(_(ticket.state)),
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
