"""Incidents: one cause with all it explains. What the rest of the house reads of this package.

An incident lives through `Stage`s. Its key never changes, whatever its cause and root turn out to be. A ticket belongs to
an incident that has reached OPEN; one that ends before was never announced and needs no recovery message.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from broadcaster.repairs.causes import HANDLING, Cause, Handling, hold_of
from broadcaster.repairs.evidence import Statement


class Stage(StrEnum):
    """How far an incident has come."""

    HELD = "held"  # not announced yet
    OPEN = "open"
    RECOVERING = "recovering"  # everything it took reports again, and is being verified
    ENDED = "ended"
    MERGED = "merged"  # into another, which carries on
    WITHDRAWN = "withdrawn"  # later evidence contradicted it before anybody was told


GATHERING_S = 150.0  # in which everybody who beats once a minute has been heard, or is suspected
NIGHT, MORNING = (time(22), time(6)), time(7)
LIVE = frozenset({Stage.HELD, Stage.OPEN, Stage.RECOVERING})


class Flag(StrEnum):
    """What a reader should know beside the cause."""

    PLANNED = "planned"  # announced work explains it
    MAPPING_SUSPECT = "mapping_suspect"  # some member's place on the map does not fit
    WITNESSED = "witnessed"  # somebody below the root answers nevertheless
    ADJUDICATED = "adjudicated"  # settled by the return, or by people on site
    FLAPPING = "flapping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an incident was taken for before."""

    at: float
    cause: Cause
    root: str
    because: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Times are seconds of the supervision's clock. `root` is a node ("feeder:10 kV-3") or an endpoint's id.

    `members` are all endpoints that it explains, also those that are back; `affected` those that are not.
    """

    key: str
    cause: Cause
    root: str
    onset: float
    detected: float
    members: tuple[str, ...]
    affected: tuple[str, ...]
    confidence: float
    evidence: tuple[Statement, ...]
    stage: Stage = Stage.HELD
    hold_until: float = 0.0
    flags: frozenset[Flag] = frozenset()
    parent: str | None = None  # key of the incident that it is left over from
    merged_into: str | None = None
    corrections: tuple[Correction, ...] = ()
    announced: float | None = None  # when it first was OPEN; only then is its end news
    ended: float | None = None

    @property
    def handling(self) -> Handling:
        """Owner, truck, priority and service time by default."""
        return HANDLING[self.cause]

    def corrected(self, cause: Cause, root: str, because: Statement, now: float) -> "Incident":
        """The same incident with another cause or root; what it was taken for before is kept."""
        if (cause, root) == (self.cause, self.root):
            return self
        before = Correction(at=now, cause=self.cause, root=self.root, because=because)
        return replace(self, cause=cause, root=root, corrections=(*self.corrections, before))


def key_of(cause: Cause, root: str, onset: float) -> str:
    """The key under which an incident is known for ever (SHA-1 of class, root and onset; 20 hex digits)."""
    return hashlib.sha1(f"{cause}|{root}|{int(onset)}".encode(), usedforsecurity=False).hexdigest()[:20]


def held_until(
    cause: Cause, onset: float, detected: float, *, emergency: bool, extra_s: float = 0.0
) -> float:
    """When an incident may be announced.

    Its hold counts from the onset; but if that is known late (nobody watched) there is time for the rest of the evidence.
    """
    hold_s = hold_of(cause, emergency=emergency)
    return max(onset + max(hold_s, extra_s), detected + min(hold_s / 2, GATHERING_S))


def after_night(at: datetime) -> datetime:
    """`at`, or the morning after the night in which it lies; local times."""
    begins, ends = NIGHT
    if ends <= at.time() < begins:
        return at
    day = at.date() + timedelta(days=at.time() >= begins)
    return datetime.combine(day, MORNING, at.tzinfo)
