"""A door that is opened by the first call: whoever stands before it need not wait for what lies behind."""

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from broadcaster.desk.door import Door, Entry

R = TypeVar("R")


class LateDoor:
    """Carries calls through what `opened` gives; one that could not be opened is tried again by the next call."""

    def __init__(self, opened: Callable[[], Door]) -> None:
        self._opened = opened
        self._door: Door | None = None
        self._lock = threading.Lock()  # screens ask from several threads

    def carry(self, entry: Entry[..., R], arguments: Mapping[str, object]) -> R:
        """What the door behind answers."""
        with self._lock:
            door = self._door = self._door or self._opened()
        return door.carry(entry, arguments)
