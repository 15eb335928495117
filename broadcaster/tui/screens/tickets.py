"""Tickets: the board of what is broken, by state and town."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import DataTable, Static

from broadcaster.desk.workorders import Count, TicketView
from broadcaster.language import N_, _
from broadcaster.tickets.states import TicketState
from broadcaster.tui.accounts import STATE_STYLES, account
from broadcaster.tui.moments import ago, moment
from broadcaster.tui.screens.choose import ChooseScreen
from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.screens.ticket import TicketScreen
from broadcaster.tui.widgets.rows import Rows
from broadcaster.words import lateness, said
from schedules.places import Place

_EVERYWHERE = "everywhere"


class TicketsScreen(StationScreen):
    """Tickets by state and town, with the sentence that proves them."""

    CSS_PATH = "tickets.tcss"
    MODE = "tickets"
    HELP_TEXT = N_(
        "What is broken: each ticket with its state, its town, since when it is open and until when its time runs. f shows "
        "one state after the other, o one town, c also those that are over. Enter opens a ticket: there it is assigned, "
        "accepted, mended and proven. Marks: ! late, ? help is asked for, ~ comes and goes."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filter", N_("Filter")),
        Binding("o", "town", N_("Town")),
        Binding("c", "over", N_("Also closed")),
    ]

    class Seen(Message):
        """The desk told which tickets there are."""

        def __init__(
            self, tickets: Sequence[TicketView], counts: Sequence[Count], areas: dict[str, str]
        ) -> None:
            super().__init__()
            self.tickets, self.counts, self.areas = tickets, counts, areas

    def __init__(self) -> None:
        super().__init__()
        self.tickets: dict[str, TicketView] = {}
        self.areas: dict[str, str] = {}
        self.states: tuple[TicketState, ...] = ()  # that any ticket is in
        self.only: TicketState | None = None
        self.town: str | None = None
        self.over = False

    def body(self) -> ComposeResult:
        """How many, the board, the evidence."""
        yield Static("", id="shown", classes="line", markup=False)
        headings = ("", _("Ticket"), _("State"), _("Town"), _("Answer by"), _("Open since"), _("What"))
        yield Rows(*headings, id="board", classes="main")
        with VerticalScroll(id="details", can_focus=False):
            yield Static("", id="detail", markup=False)

    async def seen(self) -> Message:
        """Which tickets there are."""
        visit, place = self.station.visit, Place(self.town) if self.town else None
        areas = self.areas or {one.code: one.name for one in await visit.ask(lambda desk: desk.areas.list())}
        only, over = self.only, self.over
        tickets = await visit.ask(lambda desk: desk.tickets.list(state=only, place=place, over=over))
        return self.Seen(tickets, await visit.ask(lambda desk: desk.tickets.counts()), areas)

    @on(Seen)
    def show(self, message: Seen) -> None:
        """Shows them."""
        self.areas = message.areas
        self.tickets = {str(ticket.number): ticket for ticket in message.tickets}
        self.query_one("#shown", Static).update(self._summary(message.counts))
        self.query_one("#board", Rows).show((id, self._cells(one)) for id, one in self.tickets.items())
        self._show_detail()

    def _summary(self, counts: Sequence[Count]) -> Text:
        states: Counter[TicketState] = Counter()
        for count in counts:
            states[count.state] += count.tickets
        self.states = tuple(state for state in TicketState if states[state])
        row = Text(no_wrap=True)
        for state in self.states:
            style = "reverse" if state is self.only else STATE_STYLES.get(state, "yellow")
            row.append(f"{said(state)} {states[state]}", style).append("  ")
        if not self.states:
            row.append(_("✓ nothing is broken"), "green").append("  ")
        if self.town:
            row.append(self.areas.get(self.town, self.town) + "  ", "reverse")
        return row.append(_("also closed") if self.over else "", "reverse")

    def _cells(self, of: TicketView) -> list[Text]:
        now, zone = self.station.clock(), self.station.zone
        late = of.closed_at is None and of.used >= 1
        mark = ("!", "bold red") if late else ("?", "bold yellow") if of.help_asked else ("~", "yellow")
        return [
            Text(*mark) if late or of.help_asked or of.flapping else Text(" "),
            Text(str(of.number), justify="right"),
            Text(said(of.state), STATE_STYLES.get(of.state, "yellow")),
            Text(self._town(of)),
            Text(_late(of, now), "bold red") if late else Text(moment(of.due_at, zone)),
            Text(ago(of.opened, now)),
            Text(said(of.cause)),
        ]

    def _town(self, of: TicketView) -> str:
        return self.areas.get(of.place[:9] + "000", of.place_name or of.place)

    @on(DataTable.RowHighlighted, "#board")
    def _show_detail(self) -> None:
        ticket = self.tickets.get(self.query_one("#board", Rows).chosen or "")
        text = account(ticket, self.station.clock()) if ticket else Text("")
        self.query_one("#detail", Static).update(text)

    @on(DataTable.RowSelected, "#board")
    def _open(self, event: DataTable.RowSelected) -> None:
        self.app.push_screen(TicketScreen(int(str(event.row_key.value))))

    def action_filter(self) -> None:
        """The next state that any ticket is in, then all."""
        states = (None, *self.states)
        self.only = states[(states.index(self.only) + 1) % len(states)] if self.only in states else None
        self._again()

    def action_town(self) -> None:
        """One town only, or everywhere."""
        towns = {code: name for code, name in self.areas.items() if code[9:] == "000" != code[6:9]}

        def choose(code: str | None) -> None:
            if code is not None:
                self.town = None if code == _EVERYWHERE else code
                self._again()

        self.app.push_screen(ChooseScreen(_("Which town?"), {_EVERYWHERE: _("everywhere"), **towns}), choose)

    def action_over(self) -> None:
        """Also those that are over, or not."""
        self.over = not self.over
        self._again()

    def _again(self) -> None:
        self._is_looking = False
        self.look()


def _late(ticket: TicketView, now: datetime) -> str:
    """By how much; a clock that stands still does not say."""
    return lateness(ticket.due_at, now) if ticket.due_at is not None else _("overdue")
