"""The key line: which key does what here, in the language in use."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding
from textual.events import Click
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from broadcaster.language import N_, _

_NAMES: Mapping[str, str] = {
    "enter": N_("Enter"),
    "escape": N_("Esc"),
    "space": N_("Space"),
    "question_mark": "?",
    "slash": "/",
    "delete": N_("Del"),
    "tab": "Tab",
    "plus": "+",
    "minus": "-",
}


def key_name(binding: Binding) -> str:
    """A key as it stands on the keyboard."""
    key = binding.key_display or binding.key
    if key in _NAMES:
        return _(_NAMES[key])
    for prefix, sign in (("ctrl+", "^"), ("shift+", "Shift+"), ("alt+", "Alt+")):
        if key.startswith(prefix):
            return sign + key.removeprefix(prefix)
    return key


def shown_bindings(screen: Screen[Any]) -> Iterator[Binding]:
    """The bindings that the footer, the help and the palette show: those of the screen before those of the app."""
    found = [active.binding for active in screen.active_bindings.values() if active.enabled]
    own = {
        action.binding.action for action in screen.active_bindings.values() if action.node is not screen.app
    }
    seen: set[str] = set()
    for binding in sorted(found, key=lambda one: one.action not in own):
        if binding.show and binding.description and not binding.system and binding.action not in seen:
            seen.add(binding.action)
            yield binding


class KeyLine(Widget):
    """One row of keys; what has no room is in the help."""

    class Pressed(Message):
        """A key was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self) -> None:
        super().__init__()
        self._spans: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follows the focus: other widgets have other keys."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def render(self) -> Text:
        """Keys and what they do, help last."""
        row = Text(no_wrap=True)
        self._spans.clear()
        bindings = [one for one in shown_bindings(self.screen) if one.action != "help"]
        helps = [one for one in shown_bindings(self.screen) if one.action == "help"]
        room = self.size.width - sum(self._width(one) for one in helps)
        for binding in bindings:
            if row.cell_len + self._width(binding) <= room:
                self._add(row, binding)
        for binding in helps:
            row.append(" " * max(0, room - row.cell_len))
            self._add(row, binding)
        return row

    def on_click(self, event: Click) -> None:
        """What is under the mouse is done."""
        for start, end, action in self._spans:
            if start <= event.x < end:
                self.post_message(self.Pressed(action))

    @staticmethod
    def _width(binding: Binding) -> int:
        return cell_len(f" {key_name(binding)} {_(binding.description)} ")

    def _add(self, row: Text, binding: Binding) -> None:
        start = row.cell_len
        row.append(f" {key_name(binding)}", "bold yellow")
        row.append(f" {_(binding.description)} ")
        self._spans.append((start, row.cell_len, binding.action))
