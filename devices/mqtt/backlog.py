"""Messages that wait for a connection: bounded, in order, the newest of each retained topic."""

from collections import OrderedDict
from collections.abc import Sequence
from itertools import count

from devices.links import Message


class Backlog:
    """First in, first out, at most `limit` messages.

    A retained message is state: it replaces what waits under its topic and goes to the end. The others are
    events and all wait. When full, the oldest event gives way, and the oldest state only where no event is
    left.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: OrderedDict[str | int, Message] = OrderedDict()
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, message: Message) -> Message | None:
        """Queue a message; returns the one that had to give way for it."""
        key = self._key(message)
        self._held[key] = message
        self._held.move_to_end(key)
        return self._trim()

    def take(self) -> Message:
        """The oldest message; raises KeyError where none waits."""
        return self._held.popitem(last=False)[1]

    def give_back(self, messages: Sequence[Message]) -> list[Message]:
        """Put taken messages in front again, except where newer state waits; returns what gave way."""
        for message in reversed(messages):
            key = self._key(message)
            if key not in self._held:
                self._held[key] = message
                self._held.move_to_end(key, last=False)
        return [dropped for _ in messages if (dropped := self._trim())]

    def _key(self, message: Message) -> str | int:
        return message.topic if message.retain else next(self._numbers)

    def _trim(self) -> Message | None:
        if len(self._held) <= self._limit:
            return None
        oldest_event = next((key for key in self._held if isinstance(key, int)), None)
        return self.take() if oldest_event is None else self._held.pop(oldest_event)
