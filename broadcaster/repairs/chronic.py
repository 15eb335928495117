"""Chronic: what happens so often that it needs another answer than one more ticket."""

from dataclasses import dataclass, field, replace

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Fact, Statement
from broadcaster.repairs.incidents import Incident, Stage, key_of

DAY_S = 86_400.0
YEAR_S, MONTH_S, WEEK_S = 365 * DAY_S, 30 * DAY_S, 7 * DAY_S
INCIDENTS_A_MONTH, REOPENINGS_A_WEEK, SWITCH_OFFS_A_MONTH, ASTRAY_A_YEAR = 6, 3, 3, 3


@dataclass(slots=True)
class Chronic:
    """Counts per root; each finding is told once a month."""

    incidents: dict[str, list[float]] = field(default_factory=dict)
    switch_offs: dict[str, list[float]] = field(default_factory=dict)
    reopenings: dict[str, list[float]] = field(default_factory=dict)
    astray: dict[str, list[float]] = field(default_factory=dict)  # by endpoint
    told: dict[str, dict[Cause, float]] = field(default_factory=dict)

    def incident(self, incident: Incident, now: float) -> Incident | None:
        """One more incident; the problem record of its root, if it shows one that is news."""
        root, cause = incident.root, incident.cause
        if (
            cause is Cause.SWITCHED_OFF
            and _count(self.switch_offs, root, now, MONTH_S) >= SWITCH_OFFS_A_MONTH
        ):
            return self._news(Cause.RECURRENT_SWITCH_OFF, incident, now, now)
        if _count(self.incidents, root, now, MONTH_S) >= INCIDENTS_A_MONTH:
            return self._news(Cause.CHRONIC, incident, now, now)
        return None

    def reopened(self, incident: Incident, now: float) -> Incident | None:
        """A ticket of its root was opened again for this incident; told twice it counts once."""
        root, at = incident.root, incident.onset
        if at in self.reopenings.get(root, ()):
            return None
        if _count(self.reopenings, root, at, WEEK_S) >= REOPENINGS_A_WEEK:
            return self._news(Cause.CHRONIC, incident, at, now)
        return None

    def strayed(self, endpoint: str, of: Incident, now: float) -> Incident | None:
        """It failed with its neighbours, on whose supply the map does not have it; when that is no chance: whose task it is."""
        if _count(self.astray, endpoint, now, YEAR_S) < ASTRAY_A_YEAR:
            return None
        del self.astray[endpoint]
        facts: dict[str, Fact] = {"count": ASTRAY_A_YEAR, "node": of.root.partition(":")[2]}
        return replace(
            _problem(Cause.MISPLACED, of, now),
            key=key_of(Cause.MISPLACED, endpoint, now),
            root=endpoint,
            members=(endpoint,),
            evidence=(Statement(message=_ASTRAY, facts=facts),),
        )

    def _news(self, cause: Cause, of: Incident, at: float, now: float) -> Incident | None:
        told = self.told.setdefault(of.root, {})
        if at - told.get(cause, float("-inf")) < MONTH_S:
            return None
        told[cause] = at
        return _problem(cause, of, now)


def _count(of: dict[str, list[float]], root: str, at: float, within: float) -> int:
    """How many with this one."""
    of[root] = [t for t in of.get(root, []) if t > at - within] + [at]
    return len(of[root])


def _problem(cause: Cause, of: Incident, now: float) -> Incident:
    """A problem record: one more view of a root that keeps failing, for the station."""
    return Incident(
        key=key_of(cause, of.root, now),
        cause=cause,
        root=of.root,
        onset=now,
        detected=now,
        members=of.members,
        affected=(),
        confidence=1.0,
        evidence=(Statement(message=_AGAIN),),
        stage=Stage.OPEN,
        hold_until=now,
        announced=now,
        parent=of.key,
    )


_ASTRAY = N_(
    "It failed {count} times together with its neighbours on {node}, where the map does not have it: check its supply."
)
_AGAIN = N_("It failed again and again within a month: one more repair alone will not do.")
