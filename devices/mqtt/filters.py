"""Topic filters that are found by what they begin with, however many there are."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TypeVar

from devices.mqtt.access import covers

T = TypeVar("T")


class Filters(dict[str, T]):
    """Values by topic filter; `matching` looks only at filters whose levels before a wildcard begin the topic.

    Only the ways of change that amqtt uses keep the index: item assignment, `del` and `clear`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._starting: dict[str, set[str]] = defaultdict(set)

    def __setitem__(self, topic_filter: str, value: T) -> None:
        super().__setitem__(topic_filter, value)
        self._starting[_start(topic_filter)].add(topic_filter)

    def __delitem__(self, topic_filter: str) -> None:
        super().__delitem__(topic_filter)
        start = _start(topic_filter)
        self._starting[start].remove(topic_filter)
        if not self._starting[start]:
            del self._starting[start]

    def clear(self) -> None:
        super().clear()
        self._starting.clear()

    def matching(self, topic: str) -> Iterator[T]:
        """The values of all filters that match a topic."""
        starts = {"", topic, *(topic[:end] for end, sign in enumerate(topic) if sign == "/")}
        for start in starts & self._starting.keys():
            for topic_filter in self._starting[start]:
                if covers(topic_filter, topic):
                    yield self[topic_filter]


def _start(topic_filter: str) -> str:
    """The levels before the first wildcard."""
    start = topic_filter.partition("#")[0].partition("+")[0]
    return start if len(start) == len(topic_filter) else start.removesuffix("/")
