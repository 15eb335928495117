"""Help: what a screen is for, and what each key does on it."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from broadcaster.language import N_, _
from broadcaster.tui.widgets.frame.keys import key_name


class HelpScreen(ModalScreen[None]):
    """Over the screen that it explains."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,f1", "dismiss", N_("Close"))]

    def __init__(self, text: str, bindings: Sequence[Binding]) -> None:
        super().__init__()
        self._text, self._bindings_shown = text, bindings

    def compose(self) -> ComposeResult:
        """The text, then the keys."""
        with VerticalScroll(id="help"):
            yield Static(_(self._text), markup=False, id="help-text")
            for binding in self._bindings_shown:
                yield Static(
                    Text.assemble((f"{key_name(binding):>8}  ", "bold yellow"), _(binding.description))
                )
            numbers = _(
                "The number keys go to the screens; Tab goes to the next part; ^P finds every command by its name; "
                "^L switches the language."
            )
            yield Static(numbers, markup=False, id="help-frame")
            yield Static(_("Esc closes this help."), markup=False)
