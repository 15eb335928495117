"""One endpoint's page: what it says of itself, what it holds and misses, its tickets, its day minute by minute."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from statistics import fmean
from typing import ClassVar
from zoneinfo import ZoneInfo

from rich.cells import set_cell_size
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from broadcaster.desk.conditions import Condition, Stretch, Telemetry
from broadcaster.desk.deliveries import OnItsWay
from broadcaster.desk.endpoints import EndpointView
from broadcaster.desk.workorders import TicketView
from broadcaster.language import N_, _
from broadcaster.tui.accounts import STATE_STYLES
from broadcaster.tui.marks import MINUTES, of_endpoint
from broadcaster.tui.moments import ago, clock, moment
from broadcaster.tui.moments import day as day_of
from broadcaster.tui.screens.choose import ChooseScreen
from broadcaster.tui.screens.explain import ExplainScreen
from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.screens.ticket import TicketScreen
from broadcaster.tui.sparkline import sparkline
from broadcaster.tui.widgets.day.minutes import DayMinutes
from broadcaster.tui.widgets.day.strips import legend
from broadcaster.words import said, word

NO_BREAK = "\u00a0"
_HALF_HOURS, _LABEL_CELLS = 48, 12
COURSES = (
    ("mains_v", N_("Voltage"), "V"),
    ("battery", N_("Battery"), "%"),
    ("temperature", N_("Temperature"), "°C"),
    ("signal", N_("Signal"), "dBm"),
    ("current_percent", N_("Current"), "%"),
)


class EndpointScreen(StationScreen):
    """Over the tree from which it was opened."""

    CSS_PATH = "endpoint.tcss"
    MODE = "endpoints"
    HELP_TEXT = N_(
        "One endpoint: what it last said, which documents and recordings it holds or lacks, its tickets, the course of a day "
        "of its voltage, battery, temperature, signal and current, and its day: a row for each hour, a sign for each minute. "
        "[ and ] go to the day before and after; e explains why it hears a notice or not; t opens a ticket."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "day(-1)", N_("Day before"), key_display="["),
        Binding("right_square_bracket", "day(1)", N_("Day after"), key_display="]"),
        Binding("e", "explain", N_("Explain")),
        Binding("t", "ticket", N_("Ticket")),
        Binding("escape", "app.pop_screen", N_("Back")),
    ]

    class Seen(Message):
        """The desk told how the endpoint is."""

        def __init__(
            self,
            view: EndpointView,
            condition: Condition,
            stretches: tuple[Stretch, ...],
            telemetry: tuple[Telemetry, ...],
            tickets: tuple[TicketView, ...],
        ) -> None:
            super().__init__()
            self.view, self.condition, self.stretches = view, condition, stretches
            self.telemetry, self.tickets = telemetry, tickets

    class NoticesKnown(Message):
        """The desk told which notices there are, by title."""

        def __init__(self, titles: dict[str, str]) -> None:
            super().__init__()
            self.titles = titles

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        self.days_back = 0
        self._place = endpoint
        self.tickets: tuple[TicketView, ...] = ()

    def body(self) -> ComposeResult:
        """Who, what it says, its day."""
        yield Static(self.endpoint, id="who", classes="line", markup=False)
        with Horizontal(id="page"):
            with Vertical(id="facts-part"):
                yield Static("", id="facts", markup=False)
                yield Static("", id="broken", markup=False)
                yield Static("", id="courses", markup=False)
            with Vertical(id="day-part"):
                yield Static("", id="which-day", classes="section", markup=False)
                yield DayMinutes(id="minutes", classes="main")
                yield Static(legend(tuple(MINUTES.values())[:4]), id="legend", classes="section")

    async def seen(self) -> Message:
        """How it is."""
        day = self._day.date()
        visit, endpoint = self.station.visit, self.endpoint
        return self.Seen(
            *await asyncio.gather(  # at once: a slow line is asked one time
                visit.ask(lambda desk: desk.endpoints.show(endpoint=endpoint)),
                visit.ask(lambda desk: desk.endpoints.condition(endpoint=endpoint)),
                visit.ask(lambda desk: desk.endpoints.day(endpoint=endpoint, day=day)),
                visit.ask(lambda desk: desk.endpoints.telemetry(endpoint=endpoint)),
                visit.ask(lambda desk: desk.tickets.list(endpoint=endpoint, over=True, most=5)),
            )
        )

    @property
    def _day(self) -> datetime:
        """The midnight with which the day that is shown begins."""
        today = self.station.clock().astimezone(self.station.zone).date()
        return datetime.combine(today - timedelta(days=self.days_back), time(), self.station.zone)

    @on(Seen)
    def show(self, message: Seen) -> None:
        """Shows how it is."""
        view, now = message.view, self.station.clock()
        self._place = f"{view.village}/{view.id}"
        mark = of_endpoint(view.presence, view.sounding, view.missing_recordings)
        who = Text.assemble((mark.glyph, mark.style), f" {view.name}  ", (f"{view.id}  {view.site}", "dim"))
        self.query_one("#who", Static).update(who)
        self.query_one("#facts", Static).update(self._facts(message.condition, view.on_its_way, now))
        self.tickets = message.tickets
        self.query_one("#broken", Static).update(_broken(message.tickets, self.station.zone))
        self.query_one("#courses", Static).update(courses(message.telemetry, now))
        self.query_one("#which-day", Static).update(day_of(self._day.date()))
        self.refresh_bindings()
        self.query_one(DayMinutes).show(message.stretches, self._day, now)

    def _facts(self, of: Condition, coming: tuple[OnItsWay, ...], now: datetime) -> Text:
        text = Text()
        between = "\n" if self.app.size.width >= 110 else "   "
        for label, value in _lines(of, now):
            text.append(f"{label} ".replace(" ", NO_BREAK), "dim")
            text.append(value.replace(" ", NO_BREAK)).append(between)
        text.append("" if between == "\n" else "\n")
        behind = [one for one in of.documents if not one.is_held]
        if behind:
            text.append(_("Lacks documents: "), "bold yellow")
            text.append(", ".join(f"{_(one.kind)} {one.place}" for one in behind) + "\n")
        elif of.documents:
            text.append(_("✓ holds all {n} documents").format(n=len(of.documents)) + "\n", "green")
        if of.missing_count:
            text.append(_("Lacks recordings: "), "bold yellow")
            text.append(", ".join(of.missing) + (" …" if of.missing_count > len(of.missing) else "") + "\n")
        elif of.heard_at:
            text.append(_("✓ holds all recordings") + "\n", "green")
        for one in coming:
            text.append(_("On its way: "), "dim")
            text.append(f"{one.title} {_arriving(one, self.station.zone)}\n")
        return text

    def action_explain(self) -> None:
        """Why it hears a notice, or does not."""
        self.ask_for_notices()

    @work(group="notices", exclusive=True)
    async def ask_for_notices(self) -> None:
        """The notices that it could be asked about."""
        notices = await self.station.visit.ask(lambda desk: desk.notices.list())
        self.post_message(self.NoticesKnown({notice.id: notice.title for notice in notices}))

    @on(NoticesKnown)
    def _choose(self, message: NoticesKnown) -> None:
        def explain(chosen: str | None) -> None:
            if chosen is not None:
                self.app.push_screen(ExplainScreen(self._place, chosen, message.titles[chosen]))

        self.app.push_screen(ChooseScreen(_("Which notice?"), message.titles), explain)

    def action_ticket(self) -> None:
        """To a ticket of it."""

        def go(number: str | None) -> None:
            if number is not None:
                self.app.push_screen(TicketScreen(int(number)))

        choice = {str(one.number): _line(one) for one in self.tickets}
        if len(choice) > 1:
            self.app.push_screen(ChooseScreen(_("Which ticket?"), choice), go)
        else:
            go(next(iter(choice), None))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A ticket can be opened where there is one."""
        return bool(self.tickets) if action == "ticket" else True

    def action_day(self, step: int) -> None:
        """Another day, never one to come."""
        self.days_back = max(0, self.days_back - step)
        self._is_looking = False
        self.look()


def _arriving(one: OnItsWay, zone: ZoneInfo) -> str:
    """How much of it is there, and when all of it will be."""
    if one.arrives is None:
        return _("{percent} %, nobody can say until when").format(percent=one.percent)
    said = _("{percent} %, there by {time}")
    return said.format(percent=one.percent, time=clock(one.arrives, zone))


def _lines(of: Condition, now: datetime) -> list[tuple[str, str]]:
    power = {True: _("mains"), False: _("battery"), None: "?"}[of.mains]
    battery = f" {of.battery} %" if of.battery is not None else ""
    lines = [
        (_("Last heard"), ago(of.heard_at, now)),
        (_("Now"), of.sounding or _("nothing sounds")),
        (_("Power"), power + battery),
        (_("Clock"), word("ClockQuality", of.clock or "none")),
    ]
    known = (
        (_("Volume"), of.volume, "%"),
        (_("Voltage"), of.mains_v, "V"),
        (_("Temperature"), of.temperature, "°C"),
        (_("Signal"), of.signal, "dBm"),
        (_("Free"), of.free_kb // 1024 if of.free_kb is not None else None, "MB"),
        (_("Runs for"), of.up_s // 3600 if of.up_s is not None else None, "h"),
    )
    lines += [(label, f"{value} {unit}") for label, value, unit in known if value is not None]
    lines += [(_("Software"), of.software)] if of.software else []
    lines += [(_("Not receipted"), str(of.unreceipted))] if of.unreceipted else []
    return lines


def courses(of: Sequence[Telemetry], now: datetime) -> Text:
    """The course of each value that was told, two half hours to a cell, with its last, its least and its greatest."""
    text = Text()
    hours = [_half_hour(now) - number for number in reversed(range(_HALF_HOURS))]
    for name, label, unit in COURSES:
        told = [(one.at, value) for one in of if (value := getattr(one, name)) is not None]
        if not told:
            continue
        gathered: defaultdict[int, list[int]] = defaultdict(list)
        for at, value in told:
            gathered[_half_hour(at)].append(value)
        course = [fmean(gathered[hour]) if hour in gathered else None for hour in hours]
        low, high = min(value for _at, value in told), max(value for _at, value in told)
        text.append("\n" if text else "").append(set_cell_size(_(label), _LABEL_CELLS), "dim")
        text.append(sparkline(course), "cyan").append(f"  {told[-1][1]} {unit}")
        if low != high:
            text.append("  " + _("{least} to {greatest}").format(least=low, greatest=high), "dim")
    if text:
        text.append("\n" + " " * _LABEL_CELLS + _("24 hours until now"), "dim")
    return text


def _half_hour(at: datetime) -> int:
    return int(at.timestamp() // 1800)


def _broken(tickets: Sequence[TicketView], zone: ZoneInfo) -> Text:
    rows = []
    for one in tickets:
        text = Text(_line(one), STATE_STYLES.get(one.state, "yellow"))
        rows.append(text.append(f"  {moment(one.opened, zone)}", "dim"))
    return Text("\n").join(rows)


def _line(ticket: TicketView) -> str:
    return "  ".join((_("Ticket {n}").format(n=ticket.number), said(ticket.state), said(ticket.cause)))
