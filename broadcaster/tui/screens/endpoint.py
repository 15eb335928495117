"""One endpoint's page: what it says of itself, what it holds and misses, and its day minute by minute."""

from datetime import datetime, time, timedelta
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from broadcaster.desk.conditions import Condition, Stretch
from broadcaster.desk.registry import EndpointView
from broadcaster.language import N_, _
from broadcaster.tui.marks import MINUTES, of_endpoint
from broadcaster.tui.moments import ago
from broadcaster.tui.moments import day as day_of
from broadcaster.tui.screens.choose import ChooseScreen
from broadcaster.tui.screens.explain import ExplainScreen
from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.widgets.day.minutes import DayMinutes
from broadcaster.tui.widgets.day.strips import legend
from broadcaster.words import word

NO_BREAK = "\u00a0"


class EndpointScreen(StationScreen):
    """Over the tree from which it was opened."""

    CSS_PATH = "endpoint.tcss"
    MODE = "endpoints"
    HELP_TEXT = N_(
        "One endpoint: what it last said, which documents and recordings it holds or lacks, and its day: a row for each "
        "hour, a sign for each minute. [ and ] go to the day before and after; e explains why it hears a notice or not."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "day(-1)", N_("Day before"), key_display="["),
        Binding("right_square_bracket", "day(1)", N_("Day after"), key_display="]"),
        Binding("e", "explain", N_("Explain")),
        Binding("escape", "app.pop_screen", N_("Back")),
    ]

    class Seen(Message):
        """The desk told how the endpoint is."""

        def __init__(self, view: EndpointView, condition: Condition, stretches: tuple[Stretch, ...]) -> None:
            super().__init__()
            self.view, self.condition, self.stretches = view, condition, stretches

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

    def body(self) -> ComposeResult:
        """Who, what it says, its day."""
        yield Static(self.endpoint, id="who", classes="line", markup=False)
        with Horizontal(id="page"):
            with Vertical(id="facts-part"):
                yield Static("", id="facts", markup=False)
            with Vertical(id="day-part"):
                yield Static("", id="which-day", classes="section", markup=False)
                yield DayMinutes(id="minutes", classes="main")
                yield Static(legend(tuple(MINUTES.values())[:4]), id="legend", classes="section")

    async def seen(self) -> Message:
        """How it is."""
        day = self._day
        visit, endpoint = self.station.visit, self.endpoint
        view = await visit.ask(lambda desk: desk.endpoints.show(endpoint=endpoint))
        found = await visit.ask(lambda desk: desk.endpoints.condition(endpoint=endpoint))
        stretches = await visit.ask(lambda desk: desk.endpoints.day(endpoint=endpoint, day=day.date()))
        return self.Seen(view, found, stretches)

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
        self.query_one("#facts", Static).update(self._facts(message.condition, now))
        self.query_one("#which-day", Static).update(day_of(self._day.date()))
        self.query_one(DayMinutes).show(message.stretches, self._day, now)

    def _facts(self, of: Condition, now: datetime) -> Text:
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

    def action_day(self, step: int) -> None:
        """Another day, never one to come."""
        self.days_back = max(0, self.days_back - step)
        self._is_looking = False
        self.look()


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
        (_("Temperature"), of.temperature, "°C"),
        (_("Signal"), of.signal, "dBm"),
        (_("Free"), of.free_kb // 1024 if of.free_kb is not None else None, "MB"),
        (_("Runs for"), of.up_s // 3600 if of.up_s is not None else None, "h"),
    )
    lines += [(label, f"{value} {unit}") for label, value, unit in known if value is not None]
    lines += [(_("Software"), of.software)] if of.software else []
    lines += [(_("Not receipted"), str(of.unreceipted))] if of.unreceipted else []
    return lines
