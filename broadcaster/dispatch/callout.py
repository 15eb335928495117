"""Call-out: who drives on a day on which not everybody works, and what must wait for whom. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcaster.dispatch.rounds import Assign, Job, LeftOut, Rounds, Truck, Unserved, plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A crew that is away on the day, or lacks some of its skills; `back` when it has them all again."""

    crew: str
    skills: frozenset[str]
    back: datetime


def planned(
    jobs: Sequence[Job],
    urgent: Collection[int],
    on_shift: Sequence[Truck],
    off: Sequence[Truck],
    absent: Sequence[Absent],
    assign: Assign | None = None,
) -> Rounds:
    """The rounds of a day: crews on their working day first; those on a day off only for what is `urgent` and left."""
    made = plan(jobs, on_shift, assign)
    left = {each.ticket: each for each in made.left_out}
    called = plan([job for job in jobs if job.ticket in left and job.ticket in urgent], off, assign)
    late = {each.ticket: each for each in called.left_out if each.because is not Unserved.NO_SKILL}
    for ticket in (job for each in called.rounds for stop in each.stops for job in stop.jobs):
        del left[ticket]
    by_ticket = {job.ticket: job for job in jobs}
    return Rounds(
        rounds=made.rounds + called.rounds,
        left_out=tuple(_why(by_ticket[each.ticket], each, off, absent) for each in (left | late).values()),
    )


def _why(job: Job, left: LeftOut, off: Sequence[Truck], absent: Sequence[Absent]) -> LeftOut:
    """Where nobody who goes out can do it: whose day off it is, or who is back first."""
    if left.because is not Unserved.NO_SKILL:
        return left
    if any(job.skills <= truck.skills for truck in off):
        return LeftOut(ticket=job.ticket, because=Unserved.DAY_OFF)
    able = [each for each in absent if job.skills <= each.skills]
    if not able:
        return left
    first = min(able, key=lambda each: (each.back, each.crew))
    return LeftOut(ticket=job.ticket, because=Unserved.CREW_AWAY, crew=first.crew, back=first.back)
