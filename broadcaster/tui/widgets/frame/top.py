"""The top line: the screens with their keys, the county, the time, and who is here."""

from collections.abc import Mapping

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class TopLine(Widget):
    """One row of tabs. `said` is what stands at its right end, as far as there is room."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, mode: str) -> None:
            super().__init__()
            self.mode = mode

    said: reactive[str] = reactive("")

    def __init__(self, tabs: Mapping[str, str], here: str) -> None:
        super().__init__()
        self._tabs, self._here = tabs, here
        self._spans: list[tuple[int, int, str]] = []

    def render(self) -> Text:
        """The tabs, the one that is shown in reverse."""
        row = Text(no_wrap=True)
        self._spans.clear()
        for key, (mode, name) in enumerate(self._tabs.items(), 1):
            start = row.cell_len
            row.append(f" {key} {name} ", "bold reverse" if mode == self._here else "")
            self._spans.append((start, row.cell_len, mode))
        room = self.size.width - row.cell_len - 1
        said = self.said if cell_len(self.said) <= room else self.said.rpartition("  ")[2]
        if cell_len(said) <= room:
            row.append(" " * (room - cell_len(said)) + said, "dim")
        return row

    def on_click(self, event: Click) -> None:
        """A tab under the mouse is chosen."""
        for start, end, mode in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(mode))
