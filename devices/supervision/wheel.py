"""A wheel of one-second buckets. What is in it is looked at when its second comes, and puts itself in again.

So a heartbeat moves nothing: whoever is taken out too early simply says until when it may still wait.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from math import ceil, floor, inf
from typing import Generic, TypeVar

T = TypeVar("T")


class Wheel(Generic[T]):
    """Things by the second in which they want to be looked at."""

    def __init__(self) -> None:
        self._buckets: dict[int, list[T]] = {}
        self._seconds: list[int] = []  # of the buckets, a heap

    def put(self, thing: T, at: float, now: float) -> int:
        """Look at `thing` at `at`, or as soon as possible after `now`; the second in which that will be."""
        second = max(ceil(at), floor(now) + 1)
        if second not in self._buckets:
            self._buckets[second] = []
            heappush(self._seconds, second)
        self._buckets[second].append(thing)
        return second

    def due(self, now: float) -> Iterator[tuple[int, T]]:
        """Takes out everything whose second has come, in order of seconds."""
        while self.next_s <= now:
            second = heappop(self._seconds)
            for thing in self._buckets.pop(second):
                yield second, thing

    @property
    def next_s(self) -> float:
        """The second in which something is next to be looked at; infinite where nothing is."""
        return self._seconds[0] if self._seconds else inf

    def __len__(self) -> int:
        return sum(map(len, self._buckets.values()))
