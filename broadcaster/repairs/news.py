"""News: whether it is time to judge what came: when it has ceased for a while, or is much, or old."""

from dataclasses import dataclass
from math import inf

QUIET_S, LONGEST_S = 20.0, 120.0  # of a window in which news is gathered
MANY, PAUSE_S = 20, 5.0  # news that is judged at once, but not more often than this …
PAUSE_PER_OBSERVATION_S = 1 / 5_000  # … and more seldom when there is much to judge


@dataclass(slots=True, kw_only=True)
class News:
    """What was not judged yet: since when, until when, and how much of it."""

    since: float | None = None
    last: float = -inf
    count: int = 0
    judged: float = -inf

    def note(self, at: float) -> None:
        """One more."""
        self.since = at if self.since is None else self.since
        self.last = max(at, self.last)
        self.count += 1

    def is_due(self, now: float, observations: int) -> bool:
        """Whether to judge now, where there are so many observations to judge."""
        if self.since is None:
            return False
        if now - self.last >= QUIET_S or now - self.since >= LONGEST_S:
            return True
        pause_s = PAUSE_S + observations * PAUSE_PER_OBSERVATION_S
        return self.count >= MANY and now - self.judged >= pause_s

    def judge(self, now: float) -> None:
        """All of it is judged."""
        self.since, self.count, self.judged = None, 0, now
