"""Tallies: the ledger added up per notice, village and day. Every ordered play is in exactly one column."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from schedules.ledger import Outcome, Standing
from schedules.places import Place
from schedules.records import AsPlayed, MissedBecause
from schedules.slots import AbsentBecause, DayPlan, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Numbers of plays by outcome; tallies add. `missed_by` breaks `missed` down by reason."""

    counted: int = 0
    made_up: int = 0
    missed: int = 0
    partial: int = 0
    withdrawn: int = 0
    unknown: int = 0
    pending: int = 0
    missed_by: Mapping[str, int] = field(default_factory=dict)  # MissedBecause and AbsentBecause values

    @property
    def ordered(self) -> int:
        """All of them: what was ordered is what has an outcome."""
        raise NotImplementedError

    def __add__(self, other: "Tally") -> "Tally":
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """One ordered play at one endpoint (None: the village has none) with its outcome: what tallies count."""

    notice: str
    village: Place
    day: date
    play: Hashable  # slot id, or (order, notice, version, place, day, ordinal) of an absence
    endpoint: str | None
    outcome: Outcome
    because: MissedBecause | AbsentBecause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger. The tally counts plays at endpoints; `heard_by_*` count plays by how many of them heard it."""

    notice: str
    village: Place
    day: date
    tally: Tally
    heard_by_all: int
    heard_by_some: int
    heard_by_none: int


Roster = Mapping[Place, Sequence[str]]
"""Every village of the county with the ids of its endpoints, also those without any."""


def atoms(
    plan: DayPlan,
    roster: Roster,
    records: Mapping[tuple[str, str], Sequence[AsPlayed]],
    now: datetime,
    standing: Callable[[Slot, str], Standing] = lambda _slot, _endpoint: Standing(),
) -> Iterator[Atom]:
    """Every ordered play of the plan at every endpoint it is meant for, with its outcome; `records` as merged.

    An absence is missed with its reason; so is a slot in a village without an endpoint.
    """
    raise NotImplementedError


def tally(counted: Iterable[Atom]) -> Tally:
    """The atoms added up."""
    raise NotImplementedError


def lines(counted: Iterable[Atom]) -> list[Line]:
    """Notice × village × day, in that order."""
    raise NotImplementedError


def by_notice(ledger: Iterable[Line]) -> dict[str, Tally]:
    """The lines added up per notice."""
    raise NotImplementedError


def by_village(ledger: Iterable[Line]) -> dict[Place, Tally]:
    """The lines added up per village."""
    raise NotImplementedError
