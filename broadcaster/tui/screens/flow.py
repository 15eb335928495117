"""The flow to the air: a list of what is written, and its steps. Submit, approve after listening, give back, withdraw."""

from abc import abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import DataTable, Input, Static

from broadcaster.desk.errors import DeskError
from broadcaster.language import N_, _
from broadcaster.tui.comparing import compared
from broadcaster.tui.pinyin import matches
from broadcaster.tui.screens.ask import AskScreen
from broadcaster.tui.screens.confirm import ConfirmScreen
from broadcaster.tui.screens.narrowed import NarrowedScreen
from broadcaster.tui.telling import told
from broadcaster.tui.widgets.rows import Rows
from broadcaster.words import said
from schedules.notices import TRANSITIONS, NoticeEvent, NoticeState

if TYPE_CHECKING:
    from broadcaster.promise import Promise

_NAMED = 5  # loudspeakers that are named, of those that get audio late


class Written(Protocol):
    """A notice or a playlist."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def state(self) -> NoticeState: ...


W = TypeVar("W", bound=Written)
STATE_MARKS: Mapping[NoticeState, tuple[str, str]] = {
    NoticeState.DRAFT: ("~", "yellow"),
    NoticeState.SUBMITTED: ("!", "bold yellow"),
    NoticeState.APPROVED: ("✓", "green"),
    NoticeState.ON_AIR: ("▸", "bold green"),
    NoticeState.EXPIRED: ("-", "dim"),
    NoticeState.WITHDRAWN: ("x", "dim"),
}
_SHOWN: tuple[NoticeState | None, ...] = (
    None,
    NoticeState.DRAFT,
    NoticeState.SUBMITTED,
    NoticeState.APPROVED,
    NoticeState.ON_AIR,
)


class FlowScreen(NarrowedScreen, Generic[W]):
    """A list with a search, a filter by state, and the details of the row under the cursor."""

    CSS_PATH = "flow.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", N_("New")),
        Binding("s", "submit", N_("Submit")),
        Binding("a", "approve", N_("Approve")),
        Binding("x", "reject", N_("Give back")),
        Binding("w", "withdraw", N_("Withdraw")),
        Binding("l", "listen", N_("Listen")),
        Binding("slash", "search", N_("Search")),
        Binding("f", "filter", N_("Filter")),
        Binding("escape", "leave_search", N_("Leave the search"), show=False),
    ]
    COLUMNS: ClassVar[tuple[str, ...]] = ()

    class Done(Message):
        """The desk did what was ordered."""

        def __init__(self, said: str) -> None:
            super().__init__()
            self.said = said

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[str, W] = {}
        self.only: NoticeState | None = None
        self._listened: set[str] = set()

    def body(self) -> ComposeResult:
        """The search, the list, the details."""
        yield Input(placeholder=_("Title or text, or initials"), id="search")
        yield Static("", id="shown", classes="line", markup=False)
        with Horizontal(id="both"):
            with Vertical(id="list-part"):
                yield Rows(*(_(heading) for heading in self.COLUMNS), id="list", classes="main")
            with VerticalScroll(id="details", can_focus=False):
                yield Static("", id="detail", markup=False)

    @property
    def chosen(self) -> W | None:
        """What the cursor is on."""
        return self.written.get(self.query_one("#list", Rows).chosen or "")

    def show_written(self, written: Sequence[W]) -> None:
        """These, as far as the search and the filter let them."""
        self.written = {one.id: one for one in written}
        self.narrow()

    def narrow(self) -> None:
        """The list again, under the search and the filter."""
        shown = [
            one
            for one in self.written.values()
            if self.only in (None, one.state) and matches(self.search, self.words_of(one))
        ]
        self.query_one("#list", Rows).show((one.id, self.cells(one)) for one in shown)
        filters = [said(self.only) if self.only else _("all")] + ([f"/{self.search}"] if self.search else [])
        line = _("{n} of {all}  {filters}").format(
            n=len(shown), all=len(self.written), filters="  ".join(filters)
        )
        self.query_one("#shown", Static).update(
            line if self.written else _("Nothing yet: n writes the first.")
        )
        self.show_detail()

    @abstractmethod
    def cells(self, of: W) -> list[Text]:
        """A row."""

    def words_of(self, of: W) -> str:
        """What a search looks through."""
        return of.title

    @abstractmethod
    def detail(self, of: W) -> Text:
        """Everything about one."""

    @abstractmethod
    def facts(self, of: W) -> dict[str, str]:
        """What another version may change, for the comparison."""

    def compared(self, before: W | None, after: W) -> Text:
        """What another version changes."""
        return compared(self.facts(before) if before else None, self.facts(after))

    @abstractmethod
    async def on_air(self, of: W) -> W | None:
        """The version that is on the air while another waits."""

    @abstractmethod
    async def ordered(self, order: str, of: W, comment: str) -> None:
        """Hands one of submit, approve (although late), reject, withdraw to the desk."""

    @abstractmethod
    async def promised(self, of: W) -> "tuple[Promise, ...]":
        """When its audio will be at the endpoints of serial lines."""

    @abstractmethod
    async def audio(self, of: W) -> list[tuple[str, bytes]]:
        """Its recordings as files to listen to."""

    def show_detail(self) -> None:
        """The details of the row under the cursor, and the keys that it takes."""
        chosen = self.chosen
        self.query_one("#detail", Static).update(self.detail(chosen) if chosen else "")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a step that the state of what the cursor is on allows has a key."""
        if action in tuple(NoticeEvent):
            return (chosen := self.chosen) is not None and action in TRANSITIONS[chosen.state]
        return True

    @on(DataTable.RowHighlighted, "#list")
    def _highlighted(self) -> None:
        self.show_detail()

    def action_filter(self) -> None:
        """The next state."""
        self.only = _SHOWN[(_SHOWN.index(self.only) + 1) % len(_SHOWN)]
        self.narrow()

    def action_submit(self) -> None:
        """Hands a draft in."""
        if (chosen := self.chosen) is not None:
            self._order("submit", chosen, "")

    def action_reject(self) -> None:
        """Gives a submitted one back, with the reason."""
        chosen = self.chosen
        if chosen is None:
            return

        def reject(reason: str | None) -> None:
            if reason:
                self._order("reject", chosen, reason)

        self.app.push_screen(AskScreen(_("Why is {title} given back?").format(title=chosen.title)), reject)

    def action_withdraw(self) -> None:
        """Takes it off the air after a confirmation."""
        chosen = self.chosen
        if chosen is None:
            return

        def withdraw(sure: bool | None) -> None:
            if sure:
                self._order("withdraw", chosen, "")

        question = _("Withdraw {title}? Endpoints stop at once.").format(title=chosen.title)
        self.app.push_screen(ConfirmScreen(question, self.detail(chosen)), withdraw)

    def action_approve(self) -> None:
        """Shows what it changes, then approves."""
        if (chosen := self.chosen) is not None:
            self._work(self._compare(chosen))

    async def _compare(self, chosen: W) -> None:
        text = self.compared(await self.on_air(chosen), chosen)
        if chosen.id not in self._listened:
            text.append("\n" + _("! You have not listened to it: n, then l."), "bold yellow")
        behind = [each for each in await self.promised(chosen) if each.verdict == "late"]
        if behind:
            line = _("! Too late for the first play at {count} loudspeakers on serial lines: {names}.")
            names = ", ".join(each.endpoint for each in behind[:_NAMED])
            text.append("\n" + line.format(count=len(behind), names=names), "bold yellow")

        def approve(sure: bool | None) -> None:
            if sure:
                self._order("approve although late" if behind else "approve", chosen, "")

        self.app.push_screen(ConfirmScreen(_("Approve {title}?").format(title=chosen.title), text), approve)

    def action_listen(self) -> None:
        """Plays its audio on this machine, or stops it; where nothing can play it is a file to listen to."""
        if self.station.player.stop():
            self.notify(_("Stopped."))
        elif (chosen := self.chosen) is not None:
            self._work(self._listen(chosen))

    async def _listen(self, chosen: W) -> None:
        audio = await self.audio(chosen)
        if not audio:
            self.notify(_("It has no audio."), severity="warning")
            return
        self._listened.add(chosen.id)
        self.notify(await self.station.sound(audio), markup=False, timeout=15)

    def _order(self, order: str, of: W, comment: str) -> None:
        async def give() -> None:
            await self.ordered(order, of, comment)
            self.post_message(self.Done(_("Done: {title}").format(title=of.title)))

        self.once(lambda: self._told_of(give()))

    def _work(self, work: Awaitable[None]) -> None:
        self.run_worker(self._told_of(work), group="work")

    async def _told_of(self, work: Awaitable[None]) -> None:
        try:
            await work
        except DeskError as error:
            self.notify(told(error), severity="error", markup=False)

    @on(Done)
    def _done(self, message: Done) -> None:
        self.notify(message.said, markup=False)
        self._is_looking = False
        self.look()
