"""A wheel of one-second buckets. What is in it is looked at when its second comes, and puts itself in again.

So a heartbeat moves nothing: whoever is taken out too early simply says until when it may still wait.
"""

from collections import defaultdict
from collections.abc import Iterator
from math import ceil, floor, inf
from typing import Generic, TypeVar

T = TypeVar("T")


class Wheel(Generic[T]):
    """Things by the second in which they want to be looked at."""

    def __init__(self) -> None:
        self._buckets: defaultdict[int, list[T]] = defaultdict(list)
        self._next: int | None = None

    def put(self, thing: T, at: float, now: float) -> int:
        """Look at `thing` at `at`, or as soon as possible after `now`; the second in which that will be."""
        second = max(ceil(at), floor(now) + 1)
        self._buckets[second].append(thing)
        return second

    def due(self, now: float) -> Iterator[tuple[int, T]]:
        """Takes out everything whose second has come, in order of seconds."""
        until = floor(now)
        first = min(self._buckets, default=until) if self._next is None else self._next
        self._next = until + 1
        missed = until - first > len(self._buckets)  # after a long pause
        seconds = sorted(s for s in self._buckets if s <= until) if missed else range(first, until + 1)
        for second in seconds:
            for thing in self._buckets.pop(second, ()):
                yield second, thing

    @property
    def next_s(self) -> float:
        """The second in which something is next to be looked at; infinite where nothing is."""
        return min(self._buckets, default=inf)

    def __len__(self) -> int:
        return sum(map(len, self._buckets.values()))
