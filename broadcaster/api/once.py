"""Once: an order that carries a key is done once, however often a bad line makes its giver send it."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from broadcaster.desk.door import Door, Entry

R = TypeVar("R")
_MOST = 1_000  # orders that are remembered, and only while the controller runs


@dataclass(slots=True)
class _Given:
    """An order under one key; `answers` is empty until it is done."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: list[Any] = field(default_factory=list)


class Orders:
    """The newest orders that carried a key, with what was answered."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._given: OrderedDict[tuple[str, str, str], _Given] = OrderedDict()
        self._lock = threading.Lock()

    def under(self, token: str, key: str, order: str) -> _Given:
        """The order of whoever holds `token`, under their key; the oldest are forgotten."""
        with self._lock:
            given = self._given.setdefault((token, key, order), _Given())
            while len(self._given) > self._most:
                self._given.popitem(last=False)
            return given


class OnceDoor:
    """A door for one request with a key: an order that was done is answered again, and one being done is waited for."""

    def __init__(self, door: Door, orders: Orders, *, token: str, key: str) -> None:
        self.behind, self._orders, self._token, self._key = door, orders, token, key

    def carry(self, entry: Entry[..., R], arguments: Mapping[str, object]) -> R:
        """What the order gives, or gave; one that was refused or failed was not done and may be tried again."""
        if not entry.is_order:
            return self.behind.carry(entry, arguments)
        given = self._orders.under(self._token, self._key, entry.name)
        with given.lock:
            if not given.answers:
                given.answers.append(self.behind.carry(entry, arguments))
            answer: R = given.answers[0]
            return answer
