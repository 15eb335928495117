"""Ask: one line of text, such as why something is given back."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from broadcaster.language import N_


class AskScreen(ModalScreen[str | None]):
    """Gives the line, or None; Enter alone gives an empty line only where that `may_be_empty`."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", N_("Close"))]

    def __init__(self, question: str, value: str = "", *, may_be_empty: bool = False) -> None:
        super().__init__()
        self.question, self.value, self.may_be_empty = question, value, may_be_empty

    def compose(self) -> ComposeResult:
        """The question and the line."""
        with Vertical(id="ask"):
            yield Static(self.question, id="ask-title", markup=False)
            yield Input(self.value, id="ask-line")

    @on(Input.Submitted)
    def _answered(self, event: Input.Submitted) -> None:
        event.stop()
        line = event.value.strip()
        self.dismiss(line if line or self.may_be_empty else None)
