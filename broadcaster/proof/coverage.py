"""Coverage of one notice on the database: how far it came in every village, and who is missing at which step."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from broadcaster.proof.ledger import Day
from schedules.coverage import Coverage, Reach, Step, coverage, reach
from schedules.ledger import Settled
from schedules.records import MissedBecause
from schedules.slots import AbsentBecause
from schedules.tally import Atom


def coverage_of(days: Iterable[Day], notice: str, now: datetime) -> Coverage:
    """The coverage of `notice` over `days`: the furthest step of its plays at each endpoint."""
    return coverage(found for day in days for found in _reaches(day, notice, now))


def _reaches(day: Day, notice: str, now: datetime) -> Iterator[Reach]:
    slots = {slot.id: slot for slot in day.plan.slots}
    for atom in day.atoms(now):
        if atom.notice != notice:
            continue
        slot = slots.get(atom.slot)
        if slot is None or atom.endpoint is None:
            yield _without_endpoint(atom)
            continue
        settled = Settled(outcome=atom.outcome, because=_missed(atom))
        yield reach(atom.village, atom.endpoint, day.progress(slot, atom.endpoint), settled)


def _without_endpoint(atom: Atom) -> Reach:
    planned = atom.endpoint is None and atom.because is MissedBecause.NO_ENDPOINT
    step = Step.PLANNED if planned else Step.TARGETED
    return Reach(village=atom.village, endpoint=atom.endpoint, step=step, because=atom.because)


def _missed(atom: Atom) -> MissedBecause | None:
    return None if isinstance(atom.because, AbsentBecause) else atom.because
