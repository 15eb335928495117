"""The app: theme, screens, language. It visits the desk; closing it changes nothing on the air."""

import gc
import importlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from textual.app import App, SystemCommand
from textual.binding import ActiveBinding, Binding, BindingType
from textual.screen import Screen

from broadcaster import language
from broadcaster.language import N_, _
from broadcaster.tui.drafts import Drafts
from broadcaster.tui.files import write
from broadcaster.tui.player import Player
from broadcaster.tui.screens.station import TABS, StationScreen
from broadcaster.tui.screens.today import TodayScreen
from broadcaster.tui.theme import BREAKPOINTS, STATION
from broadcaster.tui.visit import Visit, in_thread
from broadcaster.tui.widgets.frame.keys import shown_bindings

_KEYS = tuple(
    Binding(str(number), f"go('{mode}')", name, show=False)
    for number, (mode, name) in enumerate(TABS.items(), 1)
)
_SHEETS = Path(__file__).parent / "screens"
_NOTICED_S = 0.4  # a wait that people notice
_QUIET_S = 3.0  # for the first screen to be painted, and read


def _later(mode: str) -> Callable[[], Screen[Any]]:
    """Makes the screen of a mode, read from the disk when somebody first goes there: the first screen waits for no other."""

    def made() -> Screen[Any]:
        module = importlib.import_module(f"broadcaster.tui.screens.{mode}")
        screen: Screen[Any] = getattr(module, f"{mode.capitalize()}Screen")()
        return screen

    return made


class StationApp(App[None]):
    """The station's terminal for one person's visit. `every_s`: how often a screen looks again; 0 for never."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [
        _SHEETS / "station.tcss",
        _SHEETS / "today.tcss",
    ]  # read in one go
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        **{mode: _later(mode) for mode in TABS},
        "today": TodayScreen,
    }
    DEFAULT_MODE = "today"
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *_KEYS,
        Binding("ctrl+p", "command_palette", N_("Commands")),
        Binding("ctrl+l", "language", "中文/English", show=False),
        Binding("ctrl+q", "quit", N_("Quit"), priority=True),
        Binding("question_mark,f1", "help", N_("Help")),
    ]

    def __init__(
        self,
        visit: Visit,
        *,
        clock: Callable[[], datetime],
        zone: ZoneInfo,
        who: str,
        drafts: Drafts,
        every_s: float = 5.0,
        player: Player | None = None,
    ) -> None:
        super().__init__()
        self.visit, self.clock, self.zone, self.who = visit, clock, zone, who
        self.drafts, self.every_s, self.player = drafts, every_s, player or Player()
        self.downloads = Path.cwd()  # where files to listen to and exports are written
        visit.sight, visit.stirred = self._see, self._stirred
        self.waits = False  # for an answer, and long enough that one should know
        self._reads_ahead = False
        self.register_theme(STATION)
        self.theme = STATION.name

    def looked(self) -> None:
        """A screen had its answer; a while after the first one what the other screens need is read from the disk."""
        if not gc.isenabled():  # it was kept from slowing down the start
            gc.freeze()
            gc.enable()
        if self.every_s and not self._reads_ahead:
            self._reads_ahead = True
            self.set_timer(_QUIET_S, lambda: self.run_worker(in_thread(_read_ahead), group="ahead"))

    def _see(self, blind_since: datetime | None) -> None:
        """The visit went blind, or sees again."""
        for screen in self.screen_stack:
            if isinstance(screen, StationScreen):
                screen.see(blind_since)

    def _stirred(self) -> None:
        """Something is asked, or everything is answered: an answer that comes at once is not announced."""
        if self.visit.pending and self.every_s:
            self.set_timer(_NOTICED_S, self._await)
        else:
            self._await()

    def _await(self) -> None:
        if self.waits != bool(self.visit.pending):
            self.waits = not self.waits
            for screen in self.screen_stack:
                if isinstance(screen, StationScreen):
                    screen.frame()

    async def action_go(self, mode: str) -> None:
        """To another screen."""
        if mode not in TABS:
            return
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self.switch_mode(mode)

    def action_language(self) -> None:
        """From one language to the other, at once."""
        language.use(next(each for each in language.LANGUAGES if each != language.in_use()))
        for screen in self.screen_stack:
            if isinstance(screen, StationScreen):
                screen.run_worker(screen.say_again(), group="language")

    def action_help(self) -> None:
        """What this screen is for, and its keys."""
        from broadcaster.tui.screens.help import HelpScreen

        if isinstance(screen := self.screen, HelpScreen):
            return
        text = screen.HELP_TEXT if isinstance(screen, StationScreen) else ""
        self.push_screen(HelpScreen(text, [active.binding for active in shown_bindings(screen)]))

    def action_command_palette(self) -> None:
        """Every action by name."""
        from broadcaster.tui.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(placeholder=_("Search for a command …"), id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action that a key does here, the other screens, and the language."""
        for mode, name in TABS.items():
            yield SystemCommand(
                _("Go to: {screen}").format(screen=_(name)), "", lambda mode=mode: self._go(mode)
            )
        for active in shown_bindings(screen):
            if active.binding.action != "command_palette":
                yield SystemCommand(_(active.binding.description), "", lambda one=active: self._do(one))
        yield SystemCommand("中文 / English", "", self.action_language)

    async def hand(self, name: str, content: bytes) -> str:
        """A file for who sits here, and where it is: their browser has it, or a directory of this machine."""
        if self.is_web:
            self.deliver_binary(BytesIO(content), save_filename=name)
            return name
        await write(self.downloads / name, content)
        return str(self.downloads / name)

    async def sound(self, audio: Sequence[tuple[str, bytes]]) -> str:
        """Audio (name, content) to listen to where its person sits; the sentence that says what became of it."""
        if not self.is_web and await self.player.play(audio):
            return _("It sounds here; the same key stops it.")
        files = [await self.hand(name, content) for name, content in audio]
        return _("To listen to: {files}").format(files=", ".join(files))

    def open_area(self, code: str) -> None:
        """The endpoints of an area."""
        self.run_worker(self._open_area(code), group="go")

    async def _open_area(self, code: str) -> None:
        from broadcaster.tui.screens.endpoints import EndpointsScreen

        await self.action_go("endpoints")
        if isinstance(self.screen, EndpointsScreen):
            self.screen.goal = code
            self.screen.look()

    def _go(self, mode: str) -> None:
        self.run_worker(self.action_go(mode), group="go")

    def _do(self, active: ActiveBinding) -> None:
        self.run_worker(self.run_action(active.binding.action, active.node), group="do")


def _read_ahead() -> None:
    from broadcaster.tui.pinyin import initials

    for mode in TABS:
        importlib.import_module(f"broadcaster.tui.screens.{mode}")
    initials("县")
