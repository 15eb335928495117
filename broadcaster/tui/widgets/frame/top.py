"""The top line: the screens with their keys, who is here or that an answer is awaited, and the time."""

from collections.abc import Iterator, Mapping

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class TopLine(Widget):
    """One row of tabs. `said` stands at its right end; where it would find no room the tabs stand closer and are shorter."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, mode: str) -> None:
            super().__init__()
            self.mode = mode

    said: reactive[str] = reactive("")

    def __init__(self, tabs: Mapping[str, str], here: str, *, short: Mapping[str, str]) -> None:
        super().__init__()
        self._tabs, self._here, self._short = tabs, here, short
        self._spans: list[tuple[int, int, str]] = []

    def render(self) -> Text:
        """The tabs, the one that is shown in reverse."""
        last_words = self.said.rpartition("  ")[2]
        for said in (self.said, last_words, ""):
            for row, spans in self._rows():
                room = self.size.width - row.cell_len - 1
                if cell_len(said) < room or not said:
                    self._spans = spans
                    return row.append(" " * (room - cell_len(said)) + said, "dim")
        return Text()

    def _rows(self) -> Iterator[tuple[Text, list[tuple[int, int, str]]]]:
        """The tabs with room around them, closer, and with shorter names; with the cells that each has."""
        for gap, short in ((" ", {}), ("", {}), ("", self._short)):
            row, spans = Text(no_wrap=True), []
            for key, (mode, name) in enumerate(self._tabs.items(), 1):
                start, is_here = row.cell_len, mode == self._here
                row.append(f" {key} {short.get(mode, name)}{gap}", "bold reverse" if is_here else "")
                spans.append((start, row.cell_len, mode))
            yield row, spans

    def on_click(self, event: Click) -> None:
        """A tab under the mouse is chosen."""
        for start, end, mode in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(mode))
