"""The score: how the causes and tickets of a rehearsal compare with what truly happened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median

from broadcaster.rehearsal.misfortunes import Misfortune
from broadcaster.repairs.causes import HANDLING, LIFE, Cause
from broadcaster.repairs.incidents import Incident, after_night

NEEDS_TICKET_GROUP_S, NEEDS_TICKET_SINGLE_S = (
    1_200.0,
    2_400.0,
)  # shorter ones may be over before their hold is
NEAR = 1.5  # times as fitting is what began at the same time
BEFORE_S, AFTER_S = 200.0, 900.0  # by how much a ticket's onset may miss the truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Shares are None where nothing was to be judged."""

    true_causes: int  # that lasted long enough to need a ticket
    tickets: int
    false_tickets: int  # none of whose endpoints was truly affected
    missed_causes: int
    cause_accuracy: float | None  # of group causes, as they stand at the end
    cause_accuracy_at_ticket: float | None
    switch_off_precision: float | None
    switch_off_recall: float | None
    median_time_to_ticket_s: float | None

    def to_json(self) -> dict[str, object]:
        """For machines."""
        return {name: round(v, 4) if isinstance(v, float) else v for name, v in asdict(self).items()}


def score(
    misfortunes: Iterable[Misfortune], final: Mapping[str, Incident], announced: Mapping[str, Incident]
) -> Score:
    """Compares the truth with the incidents as they are at the end, and as they were announced."""
    return _Scoring(tuple(misfortunes), final, announced).score()


class _Scoring:
    def __init__(
        self,
        truth: Sequence[Misfortune],
        final: Mapping[str, Incident],
        announced: Mapping[str, Incident],
    ) -> None:
        self._truth = truth
        self._final = final
        self._announced = {key: i for key, i in announced.items() if i.cause in LIFE}
        self._by_member: defaultdict[str, list[Misfortune]] = defaultdict(list)
        for misfortune in truth:
            for name in misfortune.members:
                self._by_member[name].append(misfortune)
        self._behind = {key: self._cause_of(incident) for key, incident in self._announced.items()}

    def score(self) -> Score:
        told: defaultdict[int, list[Incident]] = defaultdict(list)
        for key, true in self._behind.items():
            if true is not None:
                told[id(true)].append(self._announced[key])
        needed = [m for m in self._truth if self._needs_ticket(m)]
        covered = {
            name for incident in self._final.values() for name in incident.members if incident.announced
        }
        missed = [m for m in needed if id(m) not in told and not covered.intersection(m.members)]
        times = [
            min(i.announced for i in told[id(m)] if i.announced is not None) - m.begin
            for m in needed
            if told[id(m)]
        ]
        precision, recall = self._switch_offs()
        return Score(
            true_causes=len({id(m) for m in needed} | set(told)),
            tickets=len(self._announced),
            false_tickets=sum(true is None for true in self._behind.values()),
            missed_causes=len(missed),
            cause_accuracy=self._accuracy(self._final),
            cause_accuracy_at_ticket=self._accuracy(self._announced),
            switch_off_precision=precision,
            switch_off_recall=recall,
            median_time_to_ticket_s=median(times) if times else None,
        )

    def _needs_ticket(self, misfortune: Misfortune) -> bool:
        due = misfortune.begin + (NEEDS_TICKET_GROUP_S if misfortune.is_group else NEEDS_TICKET_SINGLE_S)
        if misfortune.is_power and not misfortune.is_group:
            due += _sleeps_s(misfortune.begin + HANDLING[Cause.SWITCHED_OFF].hold_s)
        return misfortune.end >= due and not self._is_hidden(misfortune)

    def _is_hidden(self, misfortune: Misfortune) -> bool:
        """Whether all of it lies within another misfortune of the same endpoints: nobody could tell them apart."""
        if misfortune.is_group:
            return False
        return any(
            other is not misfortune
            and other.begin <= misfortune.begin + AFTER_S
            and misfortune.begin < other.end + AFTER_S
            for other in self._by_member[misfortune.root]
        )

    def _cause_of(self, incident: Incident) -> Misfortune | None:
        """The misfortune that fits it best: it truly took them between its onset and its detection, or lasted then."""
        if incident.parent is not None:
            told = self._by_member[incident.members[0]]
            later = [m for m in told if incident.onset < m.begin <= incident.detected]
            return max(later, key=lambda m: m.begin, default=told[0])
        possible = {
            id(m): m
            for name in incident.members
            for m in self._by_member.get(name, ())
            if m.begin - BEFORE_S <= incident.detected and incident.onset <= m.end + AFTER_S
        }
        return max(possible.values(), key=lambda m: _fit(incident, m), default=None)

    def _accuracy(self, incidents: Mapping[str, Incident]) -> float | None:
        """Of the announced incidents of group causes: how many name the right cause."""
        judged = [
            incidents[key].cause is true.cause
            for key, true in self._behind.items()
            if true is not None and true.is_group and len(self._announced[key].members) > 1
        ]
        return sum(judged) / len(judged) if judged else None

    def _switch_offs(self) -> tuple[float | None, float | None]:
        """Of all that was called a switch-off how much was one, and of all switch-offs with a ticket how many were called so."""
        right = called = truly = 0
        for key, true in self._behind.items():
            said = self._final[key].cause is Cause.SWITCHED_OFF
            is_one = true is not None and true.cause is Cause.SWITCHED_OFF
            called, truly, right = called + said, truly + is_one, right + (said and is_one)
        return (right / called if called else None), (right / truly if truly else None)


def _sleeps_s(at: float) -> float:
    """How long what may be a switch-off waits for the morning then; seconds, from a local midnight on."""
    local = datetime.fromtimestamp(at, UTC)
    return (after_night(local) - local).total_seconds()


def _fit(incident: Incident, m: Misfortune) -> float:
    """How well the members agree, and a little of when it began: what hides behind another misfortune is nobody's."""
    shared = len(set(incident.members).intersection(m.members))
    near = (
        NEAR
        if incident.onset - BEFORE_S <= m.begin <= max(incident.detected, incident.onset + BEFORE_S)
        else 1.0
    )
    return near * shared / (len(incident.members) + len(m.members) - shared)
