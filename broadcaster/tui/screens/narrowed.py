"""A list that a search narrows: `/` opens the search, each letter narrows, Escape shows everything again."""

from textual import on
from textual.widgets import Input

from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.widgets.rows import Rows


class NarrowedScreen(StationScreen):
    """Subclasses compose an `Input` with the id `search` and `Rows` of the class `main`, and show in `narrow` what is left."""

    def __init__(self) -> None:
        super().__init__()
        self.search = ""

    def narrow(self) -> None:
        """Shows what the search lets through."""

    def said_again(self) -> None:
        """The search again."""
        field = self.query_one("#search", Input)
        field.value = self.search
        field.set_class(bool(self.search), "-open")

    def action_search(self) -> None:
        """To the search."""
        field = self.query_one("#search", Input)
        field.add_class("-open")
        field.focus()

    @on(Input.Changed, "#search")
    def _typed(self, event: Input.Changed) -> None:
        self.search = event.value
        self.narrow()

    @on(Input.Submitted, "#search")
    def _found(self) -> None:
        self.query_one(".main", Rows).focus()

    def action_leave_search(self) -> None:
        """Everything again."""
        field = self.query_one("#search", Input)
        field.value = ""
        field.remove_class("-open")
        self.query_one(".main", Rows).focus()
