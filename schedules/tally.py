"""Tallies: the ledger added up per notice, village and day, every ordered play in exactly one column."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from schedules.ledger import Progress, settle
from schedules.outcomes import HEARD, PENDING, Outcome
from schedules.places import Place, covers
from schedules.records import AsPlayed, MissedBecause
from schedules.slots import Absence, AbsentBecause, DayPlan, Slot, SlotId, slot_id

MissReason = MissedBecause | AbsentBecause

_K = TypeVar("_K")
_Key = tuple[str, Place, date]
_Verdict = tuple[Outcome, MissReason | None]

Roster = Mapping[Place, Sequence[str]]
"""Every village with the ids of its endpoints, also those without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Numbers of plays by outcome; tallies add. `missed_by` breaks `missed` down by reason."""

    counted: int = 0  # as planned
    made_up: int = 0  # counted, but later
    missed: int = 0
    partial: int = 0
    withdrawn: int = 0
    unknown: int = 0
    pending: int = 0
    missed_by: Mapping[str, int] = field(default_factory=dict)  # by MissReason

    def __post_init__(self) -> None:
        if sum(self.missed_by.values()) != self.missed:
            raise ValueError(f"each of {self.missed} misses needs one reason, got {dict(self.missed_by)}")

    @property
    def heard(self) -> int:
        """Those that counted, in time or made up."""
        return self.counted + self.made_up

    @property
    def ordered(self) -> int:
        """All of them: every ordered play has exactly one outcome."""
        return self.heard + self.missed + self.partial + self.withdrawn + self.unknown + self.pending

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            counted=self.counted + other.counted,
            made_up=self.made_up + other.made_up,
            missed=self.missed + other.missed,
            partial=self.partial + other.partial,
            withdrawn=self.withdrawn + other.withdrawn,
            unknown=self.unknown + other.unknown,
            pending=self.pending + other.pending,
            missed_by=dict(Counter(self.missed_by) + Counter(other.missed_by)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """One ordered play at one endpoint (None: the village has none) with its outcome: what tallies count."""

    slot: SlotId  # of an absence: the name that its slot would have
    notice: str
    village: Place
    day: date
    endpoint: str | None
    outcome: Outcome
    because: MissReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger. Its tally counts plays at endpoints; `heard_by_*` count each play once."""

    notice: str
    village: Place
    day: date
    tally: Tally
    heard_by_all: int  # of the village's endpoints
    heard_by_some: int
    heard_by_none: int


def atoms(
    plan: DayPlan,
    roster: Roster,
    records: Mapping[tuple[str, str], Sequence[AsPlayed]],
    now: datetime,
    progress: Callable[[Slot, str], Progress] = lambda _slot, _endpoint: Progress(),
) -> Iterator[Atom]:
    """Every ordered play of the plan at every endpoint that it is meant for; `records` as merged.

    An absence is missed with its reason, and so is a slot in a village without an endpoint.
    """
    places = {slot.place for slot in plan.slots} | {absence.place for absence in plan.absences}
    homes = {place: list(_homes(place, roster)) for place in places}
    for slot in plan.slots:
        for village, endpoint in homes[slot.place]:
            verdict: _Verdict = (Outcome.MISSED, MissedBecause.NO_ENDPOINT)
            if endpoint is not None:
                settled = settle(slot, records.get((slot.id, endpoint), ()), now, progress(slot, endpoint))
                verdict = (settled.outcome, settled.because)
            yield _atom(slot.id, slot, village, endpoint, verdict)
    for absence in plan.absences:
        for village, endpoint in homes[absence.place]:
            yield _atom(_name_of(absence), absence, village, endpoint, (Outcome.MISSED, absence.because))


def _atom(
    slot: SlotId, ordered: Slot | Absence, village: Place, endpoint: str | None, verdict: _Verdict
) -> Atom:
    return Atom(
        slot=slot,
        notice=ordered.notice,
        village=village,
        day=ordered.day,
        endpoint=endpoint,
        outcome=verdict[0],
        because=verdict[1],
    )


def _name_of(absence: Absence) -> SlotId:
    """What its slot would be called."""
    return slot_id(
        order=absence.order,
        notice=absence.notice,
        version=absence.version,
        place=absence.place,
        day=absence.day,
        ordinal=absence.ordinal,
    )


def _homes(where: Place, roster: Roster) -> Iterator[tuple[Place, str | None]]:
    """Each endpoint in `where` with its village; a village without endpoints, or one unknown, comes with
    None."""
    village, _, only = where.partition("/")
    if only:
        yield Place(village), only
        return
    for inside in [place for place in roster if covers(where, place)] or [where]:
        for endpoint in roster.get(inside) or (None,):
            yield inside, endpoint


def total(counted: Iterable[Atom]) -> Tally:
    """The atoms added up."""
    return _tally(Counter((atom.outcome, atom.because) for atom in counted))


def lines(counted: Iterable[Atom]) -> list[Line]:
    """The atoms added up per notice, village and day, in this order."""
    outcomes: defaultdict[_Key, Counter[_Verdict]] = defaultdict(Counter)
    hearers: defaultdict[_Key, defaultdict[SlotId, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for atom in counted:
        key = (atom.notice, atom.village, atom.day)
        outcomes[key][atom.outcome, atom.because] += 1
        hearers[key][atom.slot].append(atom.outcome in HEARD)
    return [_line(key, outcomes[key], hearers[key].values()) for key in sorted(outcomes)]


def by_notice(ledger: Iterable[Line]) -> dict[str, Tally]:
    """The lines added up per notice."""
    return _added((line.notice, line.tally) for line in ledger)


def by_village(ledger: Iterable[Line]) -> dict[Place, Tally]:
    """The lines added up per village."""
    return _added((line.village, line.tally) for line in ledger)


def _added(tallies: Iterable[tuple[_K, Tally]]) -> dict[_K, Tally]:
    added: dict[_K, Tally] = {}
    for key, tally in tallies:
        added[key] = added.get(key, Tally()) + tally
    return added


def _line(key: _Key, outcomes: Counter[_Verdict], hearers: Iterable[list[bool]]) -> Line:
    notice, village, day = key
    plays = Counter("all" if all(heard) else "some" if any(heard) else "none" for heard in hearers)
    return Line(
        notice=notice,
        village=village,
        day=day,
        tally=_tally(outcomes),
        heard_by_all=plays["all"],
        heard_by_some=plays["some"],
        heard_by_none=plays["none"],
    )


def _tally(outcomes: Counter[_Verdict]) -> Tally:
    sums: Counter[Outcome] = Counter()
    missed_by: Counter[str] = Counter()
    for (outcome, because), plays in outcomes.items():
        sums[outcome] += plays
        if outcome is Outcome.MISSED:
            missed_by[because or Outcome.UNKNOWN] += plays
    return Tally(
        counted=sums[Outcome.COUNTED],
        made_up=sums[Outcome.MADE_UP],
        missed=sums[Outcome.MISSED],
        partial=sums[Outcome.PARTIAL],
        withdrawn=sums[Outcome.WITHDRAWN],
        unknown=sums[Outcome.UNKNOWN],
        pending=sum(sums[outcome] for outcome in PENDING),
        missed_by=dict(missed_by),
    )
