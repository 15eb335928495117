"""The items of a playlist, moved by keys and by mouse."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import MouseDown, MouseUp
from textual.message import Message

from broadcaster.language import N_
from broadcaster.tui.widgets.rows import Rows


class Items(Rows):
    """Numbered rows; a row is dragged by the mouse, or moved with J and K or Shift and the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", N_("Open"), show=False),  # nothing lies below an item
        Binding("plus,equals_sign,insert", "add", N_("Add"), key_display="+"),
        Binding("K,shift+up", "shift(-1)", N_("Up"), key_display="K"),
        Binding("J,shift+down", "shift(1)", N_("Down"), key_display="J"),
        Binding("delete,x", "remove", N_("Remove"), key_display="x"),
    ]

    class Wanted(Message):
        """One more is to come."""

    class Moved(Message):
        """An item is to stand elsewhere."""

        def __init__(self, at: int, to: int) -> None:
            super().__init__()
            self.at, self.to = at, to

    class Removed(Message):
        """An item is to go."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def __init__(self, *columns: str, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(*columns, id=id, classes=classes)
        self._grasped: int | None = None

    def action_add(self) -> None:
        """One more."""
        self.post_message(self.Wanted())

    def action_shift(self, step: int) -> None:
        """The item under the cursor, one up or down."""
        to = self.cursor_row + step
        if self.row_count and 0 <= to < self.row_count:
            self.post_message(self.Moved(self.cursor_row, to))

    def action_remove(self) -> None:
        """The item under the cursor goes."""
        if self.row_count:
            self.post_message(self.Removed(self.cursor_row))

    def on_mouse_down(self, event: MouseDown) -> None:
        """An item is grasped."""
        self._grasped = self._row_at(event.y)

    def on_mouse_up(self, event: MouseUp) -> None:
        """And let go elsewhere."""
        grasped, self._grasped = self._grasped, None
        to = self._row_at(event.y)
        if grasped is not None and to is not None and to != grasped:
            self.post_message(self.Moved(grasped, to))

    def _row_at(self, y: int) -> int | None:
        row = y - self.header_height + int(self.scroll_y)
        return row if 0 <= row < self.row_count else None
