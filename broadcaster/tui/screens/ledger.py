"""The ledger and the coverage: what was ordered and heard, by notice, village and day, and as a file to take away."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar

from rich.cells import set_cell_size
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import DataTable, Input, Static

from broadcaster.desk.errors import DeskError
from broadcaster.desk.ledger import CoverageView, LedgerLine, Plays
from broadcaster.language import N_, _
from broadcaster.obstacles import obstacle
from broadcaster.registry.lists import Format
from broadcaster.tui.exporting import HEADINGS, exported
from broadcaster.tui.moments import day as day_of
from broadcaster.tui.pinyin import matches
from broadcaster.tui.screens.narrowed import NarrowedScreen
from broadcaster.tui.telling import told
from broadcaster.tui.widgets.rows import Rows
from broadcaster.words import word

_SPANS = (1, 7, 31)


class By(StrEnum):
    """What lines are added up by."""

    NOTICE = "notice"
    VILLAGE = "village"
    DAY = "day"


BY_WORDS = {By.NOTICE: N_("by notice"), By.VILLAGE: N_("by village"), By.DAY: N_("by day")}


class LedgerScreen(NarrowedScreen):
    """Sums by notice, village or day, and how far each notice came."""

    CSS_PATH = "ledger.tcss"
    MODE = "ledger"
    HELP_TEXT = N_(
        "What was ordered and what was heard, counted at endpoints. b adds up by notice, village or day; [ and ] go a day "
        "back and forth; d shows one day, a week or a month; / narrows by name or initials. Enter on a notice shows how far "
        "it came, step by step, and who is missing. e writes the lines into a CSV file, E into an XLSX file."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "by", N_("Add up by")),
        Binding("left_square_bracket", "day(-1)", N_("Day before"), key_display="["),
        Binding("right_square_bracket", "day(1)", N_("Day after"), key_display="]"),
        Binding("d", "days", N_("Days")),
        Binding("slash", "search", N_("Search")),
        Binding("e", "export('csv')", "CSV"),
        Binding("E", "export('xlsx')", "XLSX", key_display="E"),
        Binding("escape", "leave_search", N_("Leave the search"), show=False),
    ]

    class Seen(Message):
        """The desk told the ledger."""

        def __init__(self, lines: tuple[LedgerLine, ...]) -> None:
            super().__init__()
            self.lines = lines

    class CoverageSeen(Message):
        """The desk told how far a notice came."""

        def __init__(self, coverage: CoverageView) -> None:
            super().__init__()
            self.coverage = coverage

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[LedgerLine, ...] = ()
        self.by, self.days_back, self.days = By.NOTICE, 0, 1

    def body(self) -> ComposeResult:
        """The search, what is shown, the sums, the coverage."""
        yield Input(placeholder=_("Notice or village, or initials"), id="search")
        yield Static("", id="shown", classes="line", markup=False)
        with Horizontal(id="both"):
            with Vertical(id="list-part"):
                yield Rows(_("What"), *(_(heading) for heading in HEADINGS), id="sums", classes="main")
            with VerticalScroll(id="details", can_focus=False):
                yield Static("", id="detail", markup=False)

    @property
    def span(self) -> tuple[date, date]:
        """First and last day that is shown."""
        last = self.station.clock().astimezone(self.station.zone).date() - timedelta(days=self.days_back)
        return last - timedelta(days=self.days - 1), last

    async def seen(self) -> Message:
        """The ledger of these days."""
        since, until = self.span
        return self.Seen(
            await self.station.visit.order(lambda desk: desk.ledger.lines(since=since, until=until))
        )

    @on(Seen)
    def show(self, message: Seen) -> None:
        """Shows the sums."""
        self.lines = message.lines
        self.narrow()

    def shown(self) -> list[LedgerLine]:
        """The lines that the search lets through."""
        return [line for line in self.lines if matches(self.search, f"{line.title}\n{line.name}")]

    def narrow(self) -> None:
        """The sums of what the search lets through."""
        since, until = self.span
        days = day_of(until) if since == until else f"{day_of(since)} – {day_of(until)}"
        words = [days, _(BY_WORDS[self.by])] + ([f"/{self.search}"] if self.search else [])
        self.query_one("#shown", Static).update("  ".join(words))
        sums = added_up(self.shown(), self.by)
        self.query_one("#sums", Rows).show((key, _cells(name, plays)) for key, (name, plays) in sums.items())
        if not sums:
            self.query_one("#detail", Static).update(_("Nothing was ordered."))

    @on(DataTable.RowHighlighted, "#sums")
    def _highlighted(self) -> None:
        key = self.query_one("#sums", Rows).chosen
        found = added_up(self.shown(), self.by).get(key or "")
        self.query_one("#detail", Static).update(_reasons(*found) if found else "")

    @on(DataTable.RowSelected, "#sums")
    def _coverage(self) -> None:
        chosen = self.query_one("#sums", Rows).chosen
        if chosen is not None and self.by is By.NOTICE:
            self.start(lambda: self._covered(chosen), group="coverage")

    async def _covered(self, notice: str) -> None:
        since, until = self.span
        try:
            found = await self.station.visit.order(
                lambda desk: desk.ledger.coverage(notice=notice, since=since, until=until)
            )
        except DeskError as error:
            self.notify(told(error), severity="error", markup=False)
        else:
            self.post_message(self.CoverageSeen(found))

    @on(CoverageSeen)
    def _show_coverage(self, message: CoverageSeen) -> None:
        self.query_one("#detail", Static).update(coverage_text(message.coverage))

    def action_by(self) -> None:
        """Adds up by the next thing."""
        kinds = list(By)
        self.by = kinds[(kinds.index(self.by) + 1) % len(kinds)]
        self.narrow()

    def action_day(self, step: int) -> None:
        """A day back or forth, never into the future."""
        self.days_back = max(0, self.days_back - step)
        self._anew()

    def action_days(self) -> None:
        """One day, a week, a month."""
        self.days = _SPANS[(_SPANS.index(self.days) + 1) % len(_SPANS)]
        self._anew()

    def _anew(self) -> None:
        self._is_looking = False
        self.look()

    def action_export(self, format: str) -> None:
        """Writes the lines that are shown into a file."""
        since, until = self.span
        name = f"ledger-{since:%Y%m%d}-{until:%Y%m%d}.{format}"
        lines = self.shown()

        async def put() -> None:
            try:
                file = await self.station.hand(name, exported(lines, Format(format)))
            except OSError as error:
                self.notify(f"{name}: {obstacle(error)}", severity="error", markup=False)
            else:
                told = _("{n} lines written to {file}").format(n=len(lines), file=file)
                self.notify(told, markup=False, timeout=15)

        self.start(put, group="export")


def added_up(lines: Iterable[LedgerLine], by: By) -> dict[str, tuple[str, Plays]]:
    """Key → name and sum, in the order in which they first appear."""
    found: defaultdict[str, list[Plays]] = defaultdict(list)
    names: dict[str, str] = {}
    for line in lines:
        key, name = {
            By.NOTICE: (line.notice, line.title),
            By.VILLAGE: (line.village, line.name),
            By.DAY: (f"{line.day}", day_of(line.day)),
        }[by]
        names[key] = name
        found[key].append(line.plays)
    return {key: (names[key], _sum(plays)) for key, plays in found.items()}


def _sum(plays: list[Plays]) -> Plays:
    reasons: defaultdict[str, int] = defaultdict(int)
    for one in plays:
        for reason, number in one.missed_by_reason.items():
            reasons[reason] += number
    return Plays(
        ordered=sum(one.ordered for one in plays),
        counted=sum(one.counted for one in plays),
        made_up=sum(one.made_up for one in plays),
        missed=sum(one.missed for one in plays),
        partial=sum(one.partial for one in plays),
        withdrawn=sum(one.withdrawn for one in plays),
        unknown=sum(one.unknown for one in plays),
        pending=sum(one.pending for one in plays),
        missed_by_reason=dict(reasons),
    )


def _cells(name: str, plays: Plays) -> list[Text]:
    values = (
        (plays.ordered, ""),
        (plays.counted, "green"),
        (plays.made_up, "cyan"),
        (plays.missed, "bold red"),
        (plays.partial, "yellow"),
        (plays.unknown, "magenta"),
        (plays.pending, "blue"),
    )
    return [
        Text(name),
        *(Text(str(number), style if number else "dim", justify="right") for number, style in values),
    ]


def _reasons(name: str, plays: Plays) -> Text:
    text = Text(f"{name}\n", "bold")
    heard = plays.counted + plays.made_up
    over = plays.ordered - plays.pending - plays.withdrawn
    if over:
        text.append(_("heard {percent} % of what is over").format(percent=round(100 * heard / over)) + "\n")
    for reason, number in sorted(plays.missed_by_reason.items(), key=lambda pair: -pair[1]):
        told_as = word("MissedBecause", reason)
        text.append(f"✗ {number}  {told_as if told_as != reason else word('AbsentBecause', reason)}\n", "red")
    return text


def coverage_text(of: CoverageView) -> Text:
    """Step by step how many villages and endpoints it reached, and who is missing at the first step that lacks some."""
    heading = _("Coverage of {villages} villages, {endpoints} endpoints")
    text = Text(heading.format(villages=of.villages, endpoints=of.endpoints) + "\n", "bold")
    for step in of.steps:
        name = set_cell_size(word("Step", step.step), 10)
        villages = f"{step.villages:>5} {step.village_percent:>5} %"
        text.append(f"{name} {villages}  {step.endpoints:>6} {step.endpoint_percent:>5} %\n")
    for step in of.steps:
        for one in step.missing[:20]:
            because = word("MissedBecause", one.because)
            text.append(f"✗ {one.name} {one.endpoint or ''} {because}\n", "red")
        if step.missing:
            break
    return text
