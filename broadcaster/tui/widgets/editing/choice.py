"""A choice: a field that is filled from a list, not typed."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from broadcaster.language import N_


class Choice(Static, can_focus=True):
    """Shows what is chosen; Enter or a click asks for the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "want", N_("Choose")),
        Binding("backspace", "drop", N_("Remove the last"), show=False),
    ]

    class Wanted(Message):
        """The list is wanted."""

        def __init__(self, choice: "Choice") -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> "Choice":
            """Whose list."""
            return self.choice

    class Dropped(Wanted):
        """The last thing that was chosen is to go."""

    def action_want(self) -> None:
        """Asks for the list."""
        self.post_message(self.Wanted(self))

    def action_drop(self) -> None:
        """Asks for the last one to go."""
        self.post_message(self.Dropped(self))

    def on_click(self) -> None:
        """As Enter."""
        self.action_want()
