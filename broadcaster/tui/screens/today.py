"""Today: what sounds now and next in each town, what became of each play, what falls short, and who is connected."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import DataTable, Static

from broadcaster.desk.today import Shortfall, TodayView, TownToday
from broadcaster.language import N_, _
from broadcaster.tui import marks
from broadcaster.tui.moments import clock
from broadcaster.tui.screens.explain import ExplainScreen
from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.widgets.day.strips import DayStrips, StripRow, legend
from broadcaster.tui.widgets.rows import Rows
from broadcaster.words import word


class TodayScreen(StationScreen):
    """The county at a glance."""

    CSS_PATH = "today.tcss"
    MODE = "today"
    HELP_TEXT = N_(
        "A glance tells whether all is well. Above, the towns: how many endpoints are connected, what sounds now and "
        "what comes next. In the middle, the day: each row is a notice, each sign a play. Below, what was not heard, "
        "why, and until when it is still made up. Enter on a town opens its endpoints, Enter on what was not heard says why."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", N_("Next part")),
        Binding("r", "look", N_("Look again"), show=False),
    ]

    class Seen(Message):
        """The desk told how the county is."""

        def __init__(self, view: TodayView) -> None:
            super().__init__()
            self.view = view

    def __init__(self) -> None:
        super().__init__()
        self.view: TodayView | None = None

    def body(self) -> ComposeResult:
        """The glance, towns, the day, shortfalls."""
        yield Static(_("Looking …"), id="glance", classes="line", markup=False)
        with Horizontal(id="lists"):
            with Vertical(id="town-part"):
                yield Rows("", _("Town"), _("Connected"), _("Now"), _("Next"), id="towns", classes="main")
            with Vertical(id="shortfall-part"):
                yield Static(_("What was not heard"), classes="section", markup=False)
                headings = (_("Plays"), _("Because"), _("Notice"), _("Where"), _("Deadline"))
                yield Rows(*headings, id="shortfalls")
        yield Static("", id="legend", classes="section")
        yield DayStrips(id="day")

    async def seen(self) -> Message:
        """How the county is."""
        return self.Seen(await self.station.visit.ask(lambda desk: desk.today.show()))

    @on(Seen)
    def show(self, message: Seen) -> None:
        """Shows how the county is."""
        self.view = view = message.view
        width = self.size.width - 2
        self.query_one("#glance", Static).update(_flowed((Text(*news) for news in _news(view)), width))
        self.query_one("#towns", Rows).show((town.area.code, self._town(town)) for town in view.towns)
        falls = [(f"{f.notice} {f.place} {f.because}", self._shortfall(f)) for f in view.shortfalls]
        self.query_one("#shortfalls", Rows).show(falls)
        rows, midnight = _rows(view), datetime.combine(view.day, time(), self.station.zone)
        there = {mark for row in rows for _at, mark in row.plays}
        meanings = (legend((mark,)) for mark in marks.PLAY_MARKS if mark in there)
        self.query_one("#legend", Static).update(_flowed(meanings, width))
        self.query_one(DayStrips).show(rows, midnight, view.at)

    def _town(self, town: TownToday) -> list[Text]:
        endpoints = town.area.endpoints
        mark = marks.of_endpoints(endpoints)
        follows = f"{clock(town.next_at, self.station.zone)} {town.next_title}" if town.next_at else ""
        return [
            Text(mark.glyph, mark.style),
            Text(town.area.name),
            Text(f"{endpoints.connected}/{endpoints.known}", justify="right"),
            Text(", ".join(town.sounding)),
            Text(follows),
        ]

    def _shortfall(self, fall: Shortfall) -> list[Text]:
        until = clock(fall.owed_until, self.station.zone)
        return [
            Text(str(fall.plays), justify="right"),
            Text(because(fall.because)),
            Text(fall.title),
            Text(fall.place_name),
            Text(until),
        ]

    @on(DataTable.RowSelected, "#towns")
    def _open_town(self, event: DataTable.RowSelected) -> None:
        self.station.open_area(str(event.row_key.value))

    @on(DataTable.RowSelected, "#shortfalls")
    def _explain(self, event: DataTable.RowSelected) -> None:
        notice, place, _because = str(event.row_key.value).split(" ")
        falls = self.view.shortfalls if self.view else ()
        title = next((fall.title for fall in falls if fall.notice == notice), notice)
        self.app.push_screen(ExplainScreen(place, notice, title))

    def action_look(self) -> None:
        """Look now."""
        self.look()


def because(reason: str) -> str:
    """Why a play was not heard, in the language in use."""
    if reason == "owed":
        return _("overdue, being made up")
    kinds = ("MissedBecause", "AbsentBecause", "Outcome")
    return next((said for kind in kinds if (said := word(kind, reason)) != reason), _(reason))


def _rows(view: TodayView) -> list[StripRow]:
    """A row for each notice in the order of its first play."""
    plays: defaultdict[str, list[tuple[datetime, marks.Mark]]] = defaultdict(list)
    titles: dict[str, str] = {}
    for play in view.plays:
        titles[play.notice] = play.title
        plays[play.notice].append((play.planned, marks.of_play(play.outcomes)))
    return [StripRow(title=titles[notice], plays=tuple(found)) for notice, found in plays.items()]


def _flowed(parts: Iterable[Text], width: int) -> Text:
    """The parts two cells apart, in as many rows of `width` cells as they need."""
    text, cells = Text(), 0
    for part in parts:
        if cells:
            over = cells + 2 + part.cell_len > width
            text.append("\n" if over else "  ")
            cells = 0 if over else cells + 2
        text.append_text(part)
        cells += part.cell_len
    return text


def _news(view: TodayView) -> Iterator[tuple[str, str]]:
    """What tells whether all is well, each with its style, the gravest first."""
    endpoints = view.endpoints
    if view.alerts:
        yield _("EMERGENCY: {titles}").format(titles=", ".join(view.alerts)), "bold white on red"
    if view.linked is None:
        yield _("! no controller runs"), "bold red"
    elif not view.linked:
        yield _("! the broker is not reached"), "bold red"
    absent = endpoints.known - endpoints.connected
    if not endpoints.known:
        yield _("! no endpoints yet"), "yellow"
    elif absent:
        yield _("✗ {n} of {known} not connected").format(n=absent, known=endpoints.known), "red"
    else:
        yield _("✓ all {known} connected").format(known=endpoints.known), "green"
    yield _("▸ {n} sounding").format(n=endpoints.sounding), "green" if endpoints.sounding else "dim"
    short = sum(fall.plays for fall in view.shortfalls)
    if short:
        yield _("✗ {n} plays short").format(n=short), "red"
    else:
        yield _("✓ nothing missed"), "green"
    if view.untouched:
        sentence = _("! {n} of {all} tickets nobody took up")
        yield sentence.format(n=view.untouched, all=view.tickets), "bold yellow"
    elif view.tickets:
        yield _("{n} tickets").format(n=view.tickets), "yellow"
    if view.submitted:
        yield _("! {n} to approve").format(n=view.submitted), "yellow"
