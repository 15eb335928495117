"""Virtual time: one heap of what happens next. Equal instants keep the order in which they were foreseen."""

import hashlib
import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

Deed = Callable[[], None]


class World:
    """The simulated county's clock, agenda and diary. True time is `start` + `now_s`; nothing else moves time.

    A deed may have an agenda of its own: as long as nothing else is foreseen, it may let time pass by itself.
    """

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.now_s = 0.0
        self._now = (0.0, start)
        self._heap: list[tuple[float, int, Deed]] = []
        self._order = itertools.count()
        self._diary = hashlib.sha256()
        self._end_s = 0.0

    @property
    def now(self) -> datetime:
        """True time now, aware UTC."""
        if self._now[0] != self.now_s:
            self._now = (self.now_s, self.start + timedelta(seconds=self.now_s))
        return self._now[1]

    def instant(self, at: datetime) -> float:
        """Seconds since the start of a true time."""
        return (at - self.start).total_seconds()

    def at(self, when_s: float, deed: Deed) -> None:
        """Foresee a deed; the past means now."""
        heapq.heappush(self._heap, (max(when_s, self.now_s), next(self._order), deed))

    def after(self, delay_s: float, deed: Deed) -> None:
        """Foresee a deed `delay_s` from now."""
        self.at(self.now_s + delay_s, deed)

    @property
    def free_until_s(self) -> float:
        """Until when nothing is foreseen."""
        return min(self._heap[0][0], self._end_s) if self._heap else self._end_s

    def pass_until(self, when_s: float) -> None:
        """Time passes within a deed, at most until `free_until_s`."""
        self.now_s = when_s

    def note(self, *facts: object) -> None:
        """Write facts of this instant into the diary, whose hash is the run's digest."""
        self._diary.update(f"{self.now_s:.6f} {facts!r}\n".encode())

    @property
    def digest(self) -> str:
        """Hash of everything noted so far: two runs with the same digest were the same run."""
        return self._diary.hexdigest()

    def run_until(self, end_s: float) -> None:
        """Let everything happen that is foreseen up to `end_s`."""
        self._end_s = end_s
        while self._heap and self._heap[0][0] <= end_s:
            self.now_s, _, deed = heapq.heappop(self._heap)
            deed()
        self.now_s = end_s
