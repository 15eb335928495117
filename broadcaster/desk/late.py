"""Doors before which nobody waits: one that is opened by the first call, one through which was asked already."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

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


class AskedDoor(Generic[R]):
    """Asks one question that takes no arguments before anybody wants to know; the first who does has that answer."""

    def __init__(self, door: Door, question: Entry[..., R]) -> None:
        self._door, self._question = door, question
        self._asked: list[Future[R]] = [Future()]  # until somebody takes it
        thread = threading.Thread(target=self._ask, args=self._asked, name="asked", daemon=True)
        thread.start()

    def carry(self, entry: Entry[..., Any], arguments: Mapping[str, object]) -> Any:
        """What was answered already, or what the door behind answers."""
        if entry is self._question and self._asked:
            return self._asked.pop().result()
        return self._door.carry(entry, arguments)

    def _ask(self, asked: Future[R]) -> None:
        try:
            asked.set_result(self._door.carry(self._question, {}))
        except BaseException as error:  # raised where the answer is awaited
            asked.set_exception(error)
