"""The key line: which key does what here, in the language in use."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.cells import cell_len
from rich.text import Text
from textual.binding import ActiveBinding, Binding
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
    "f1": "F1",
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
            letter = key.removeprefix(prefix)
            return sign + (letter.upper() if sign == "^" else letter)
    return key


def shown_bindings(screen: Screen[Any]) -> Iterator[ActiveBinding]:
    """What the footer, the help and the palette show, and whose action each is: those of the screen before those of the app."""
    found = [active for active in screen.active_bindings.values() if active.enabled]
    seen: set[str] = set()
    for active in sorted(found, key=lambda one: one.node is screen.app):
        binding = active.binding
        if binding.show and binding.description and not binding.system and binding.action not in seen:
            seen.add(binding.action)
            yield active


class KeyLine(Widget):
    """One row of keys; what has no room is in the help."""

    class Pressed(Message):
        """A key was clicked."""

        def __init__(self, active: ActiveBinding) -> None:
            super().__init__()
            self.active = active

    def __init__(self) -> None:
        super().__init__()
        self._spans: list[tuple[int, int, ActiveBinding]] = []

    def on_mount(self) -> None:
        """Follows the focus: other widgets have other keys."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def render(self) -> Text:
        """Keys and what they do, help last."""
        row = Text(no_wrap=True)
        self._spans.clear()
        shown = list(shown_bindings(self.screen))
        helps = [one for one in shown if one.binding.action == "help"]
        room = self.size.width - sum(self._width(one.binding) for one in helps)
        for active in shown:
            if active not in helps and row.cell_len + self._width(active.binding) <= room:
                self._add(row, active)
        for active in helps:
            row.append(" " * max(0, room - row.cell_len))
            self._add(row, active)
        return row

    def on_click(self, event: Click) -> None:
        """What is under the mouse is done."""
        for start, end, active in self._spans:
            if start <= event.x < end:
                self.post_message(self.Pressed(active))

    @staticmethod
    def _width(binding: Binding) -> int:
        return cell_len(f" {key_name(binding)} {_(binding.description)} ")

    def _add(self, row: Text, active: ActiveBinding) -> None:
        start, binding = row.cell_len, active.binding
        row.append(f" {key_name(binding)}", "bold yellow")
        row.append(f" {_(binding.description)} ")
        self._spans.append((start, row.cell_len, active))
