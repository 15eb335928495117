"""The station screen: what all screens share. It looks every few seconds, one look at a time, and says when it is blind."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from broadcaster import language
from broadcaster.desk.errors import DeskError, Unavailable
from broadcaster.language import N_, _
from broadcaster.tui.moments import clock
from broadcaster.tui.telling import told
from broadcaster.tui.widgets.frame.blind import BlindBanner
from broadcaster.tui.widgets.frame.keys import KeyLine
from broadcaster.tui.widgets.frame.top import TopLine

if TYPE_CHECKING:
    from broadcaster.tui.app import StationApp

TABS: Mapping[str, str] = {
    "today": N_("Today"),
    "playlists": N_("Playlists"),
    "notices": N_("Notices"),
    "endpoints": N_("Endpoints"),
    "send": N_("Send now"),
    "ledger": N_("Ledger"),
    "tickets": N_("Tickets"),
}
SHORT: Mapping[str, str] = {
    "playlists": N_("Lists"),
    "send": N_("Send"),
}  # where there is no room for the whole name


class StationScreen(Screen[None]):
    """A screen of the station. Subclasses compose a `body`, ask in `seen`, and show what came in a handler of theirs."""

    AUTO_FOCUS = ".main"
    BINDINGS: ClassVar[list[BindingType]] = []
    MODE: ClassVar[str] = ""
    HELP_TEXT: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self._is_looking = False
        self._orders = False
        self._said_in = language.in_use()

    @property
    def station(self) -> "StationApp":
        """The app with its visit."""
        return cast("StationApp", self.app)

    def compose(self) -> ComposeResult:
        """The frame around the body."""
        tabs, short = ({mode: _(name) for mode, name in names.items()} for names in (TABS, SHORT))
        yield TopLine(tabs, self.MODE, short=short)
        yield BlindBanner(id="blind")
        yield from self.body()
        yield KeyLine()

    def body(self) -> ComposeResult:
        """What stands inside the frame."""
        yield from ()

    async def seen(self) -> Message | None:
        """What the desk answers, as a message to this screen; None for nothing to ask."""
        return None

    def on_mount(self) -> None:
        """Looks, and looks again."""
        self.frame()
        if self.station.every_s:
            self.set_interval(self.station.every_s, self.look)

    def on_screen_resume(self) -> None:
        """Back on this screen: it may speak another language by now, and much may have happened."""
        if self._said_in != language.in_use():
            self.start(self.say_again, group="language")
        else:
            self.look()

    async def say_again(self) -> None:
        """Everything anew, in the language in use."""
        self._said_in = language.in_use()
        focused = self.focused.id if self.focused is not None else None
        await self.recompose()
        self.said_again()
        for widget in self.query(f"#{focused}" if focused else ".main"):
            if isinstance(widget, Input):  # one writes on, and not over what is there
                widget.select_on_focus, widget.cursor_position = False, len(widget.value)
            widget.focus()
        self.frame()
        self._is_looking = False
        self.look()

    def said_again(self) -> None:
        """What a subclass lays into the widgets that were made anew."""

    def start(self, work: Callable[[], Coroutine[Any, Any, None]], *, group: str) -> None:
        """Work in the background; what the group did before and has not finished is given up."""

        async def run() -> None:
            await work()

        self.run_worker(cast(Any, run), group=group, exclusive=True)

    def once(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """An order in the background: while one is under way no other is given, however often its key is pressed."""
        if self._orders:
            self.notify(_("Not again: the controller has not answered yet."), severity="warning")
            return

        async def run() -> None:
            try:
                await work()
            finally:
                self._orders = False

        self._orders = True
        self.run_worker(cast(Any, run), group="order")

    def look(self) -> None:
        """Asks the desk, unless it is being asked or nobody sees this screen; then the clock moves on."""
        self.frame()
        if self.is_mounted and self.is_current and not self._is_looking:
            self._is_looking = True
            self.start(self._look, group="look")

    async def _look(self) -> None:
        try:
            message = await self.seen()
        except Unavailable:
            pass  # the banner says it
        except DeskError as error:
            self.notify(told(error), severity="error", markup=False)
        else:
            if message is not None:
                self.post_message(message)
        finally:
            self._is_looking = False
            self.station.looked()

    def frame(self) -> None:
        """Who is here or that an answer is awaited, the clock, and the banner."""
        station = self.station
        who = _("waiting") if station.waits else station.who
        for top in self.query(TopLine):
            top.said = f"{who}  {clock(station.clock(), station.zone)}"
        self.see(station.visit.blind_since)

    def see(self, blind_since: datetime | None) -> None:
        """Says since when nothing is known."""
        for banner in self.query(BlindBanner):
            banner.see(blind_since, self.station.zone)

    @on(TopLine.Chosen)
    async def _go(self, message: TopLine.Chosen) -> None:
        await self.run_action(f"app.go('{message.mode}')")

    @on(KeyLine.Pressed)
    async def _press(self, message: KeyLine.Pressed) -> None:
        await self.app.run_action(message.active.binding.action, message.active.node)
