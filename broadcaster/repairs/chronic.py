"""Chronic: what happens so often that it needs another answer than one more ticket."""

from collections import defaultdict
from dataclasses import dataclass, field

from broadcaster.repairs.causes import Cause

DAY_S = 86_400.0
MONTH_S, WEEK_S = 30 * DAY_S, 7 * DAY_S
INCIDENTS_A_MONTH, REOPENINGS_A_WEEK, SWITCH_OFFS_A_MONTH = 6, 3, 3


@dataclass(slots=True)
class Chronic:
    """Counts per root; each finding is told once a month."""

    _incidents: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _switch_offs: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _reopenings: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _told: dict[tuple[str, Cause], float] = field(default_factory=dict)

    def incident(self, root: str, cause: Cause, at: float) -> Cause | None:
        """One more incident; what it shows of its root, if that is news."""
        if (
            cause is Cause.SWITCHED_OFF
            and _count(self._switch_offs[root], at, MONTH_S) >= SWITCH_OFFS_A_MONTH
        ):
            return self._news(root, Cause.RECURRENT_SWITCH_OFF, at)
        if _count(self._incidents[root], at, MONTH_S) >= INCIDENTS_A_MONTH:
            return self._news(root, Cause.CHRONIC, at)
        return None

    def reopened(self, root: str, at: float) -> Cause | None:
        """A ticket of this root was opened again."""
        if _count(self._reopenings[root], at, WEEK_S) >= REOPENINGS_A_WEEK:
            return self._news(root, Cause.CHRONIC, at)
        return None

    def _news(self, root: str, cause: Cause, at: float) -> Cause | None:
        told = self._told.get((root, cause))
        if told is not None and at - told < MONTH_S:
            return None
        self._told[root, cause] = at
        return cause


def _count(times: list[float], at: float, within: float) -> int:
    """How many with this one."""
    times[:] = [t for t in times if t > at - within]
    times.append(at)
    return len(times)
