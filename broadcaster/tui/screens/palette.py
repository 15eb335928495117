"""The command palette, in the language in use."""

from rich.align import Align
from rich.text import Text
from textual.command import CommandList, CommandPalette
from textual.widgets.option_list import Option

from broadcaster.language import _


class Palette(CommandPalette):
    """Every action by its name."""

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """Says after a while that nothing has this name; the library says so in English only."""
        self._stop_no_matches_countdown()

        def show() -> None:
            found = self.query_one(CommandList)
            if search_value:
                text = Align.center(Text(_("There is no such command."), style="not bold"))
                found.add_option(Option(text, disabled=True, id=self._NO_MATCHES))
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, show)
