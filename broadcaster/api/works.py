"""Works: long work that is being done for callers who named it, and how much of it is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

MOST = 256  # named works at once; one more is done, but not told of


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How much of a work is done, from 0 to 1."""

    share: float


class Works:
    """Shares by the name that a caller gave its work, for as long as it lasts. Safe to use from several threads."""

    def __init__(self) -> None:
        self._shares: dict[str, float] = {}
        self._lock = Lock()

    @contextmanager
    def under_way(self, name: str | None) -> Iterator[Callable[[float], None] | None]:
        """What takes the share that is done, until the block ends; None for work that has no name of its own."""
        with self._lock:
            told = name is not None and name not in self._shares and len(self._shares) < MOST
            if told and name is not None:
                self._shares[name] = 0.0
        if not told or name is None:
            yield None
            return
        try:
            yield lambda share: self._shares.update({name: share})
        finally:
            self._shares.pop(name, None)

    def share(self, name: str) -> float | None:
        """How much of it is done; None for work that nobody does."""
        return self._shares.get(name)
