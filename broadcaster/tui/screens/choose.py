"""Choose: one thing of a list, found by its name or its initials."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from broadcaster.language import N_, _
from broadcaster.tui.pinyin import matches


class ChooseScreen(ModalScreen[str | None]):
    """Gives the id of what was chosen. Letters narrow the list, arrows move in it."""

    CSS_PATH = "choose.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", N_("Close")),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(self, title: str, choice: Mapping[str, str]) -> None:
        super().__init__()
        self.title_of_choice, self.choice = title, choice

    def compose(self) -> ComposeResult:
        """What is asked, the search, the list."""
        with Vertical(id="choose"):
            yield Static(self.title_of_choice, id="choose-title", markup=False)
            yield Input(placeholder=_("Name or initials"), id="choose-search")
            yield OptionList(id="choose-list", markup=False)

    def on_mount(self) -> None:
        """All of it at first."""
        self._narrow("")

    @on(Input.Changed, "#choose-search")
    def _search(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    @on(Input.Submitted, "#choose-search")
    def _take(self) -> None:
        found = self.query_one(OptionList)
        if found.highlighted is not None:
            self.dismiss(found.get_option_at_index(found.highlighted).id)

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_move(self, step: int) -> None:
        """Up and down in the list while one types."""
        found = self.query_one(OptionList)
        if step > 0:
            found.action_cursor_down()
        else:
            found.action_cursor_up()

    def _narrow(self, search: str) -> None:
        found = self.query_one(OptionList)
        found.clear_options()
        found.add_options(Option(name, id) for id, name in self.choice.items() if matches(search, name))
        if found.option_count:
            found.highlighted = 0
