"""Confirm: what is about to happen, before it happens. What goes on the air at once looks like nothing else."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from broadcaster.language import N_, _


class ConfirmScreen(ModalScreen[bool]):
    """Gives True after y; anything else is a no. `look` is a class of the frame: plain, live or test."""

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", N_("Yes")),
        Binding("n,escape", "dismiss(False)", N_("No")),
    ]

    def __init__(self, title: str, body: Text, *, look: str = "plain") -> None:
        super().__init__()
        self.question, self.text, self.look_of = title, body, look

    def compose(self) -> ComposeResult:
        """The question, the facts, the keys."""
        with Vertical(id="confirm", classes=f"-{self.look_of}"):
            yield Static(self.question, id="confirm-title", markup=False)
            with VerticalScroll(id="confirm-body", can_focus=True):
                yield Static(self.text)
            yield Static(_("y yes   n no"), id="confirm-keys", markup=False)
