"""Rounds: which stops a lift truck makes today, in which order, and why others must wait. Pure.

Without a solver's proposal each crew drives a short round; then the clock is run along it, and a stop that cannot be served in
time is left out with its reason, the least valuable first. What nobody drives out for is taken along where a round passes near.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from broadcaster.dispatch.road import drive, kilometres, length, shortest

TOGETHER_KM = 0.3
DETOUR = timedelta(minutes=10)  # at most, for what is only taken along
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One ticket that needs somebody there. `prize`: how much it matters; `opens` and `closes` its window."""

    ticket: int
    latitude: float | None
    longitude: float | None
    minutes: float
    prize: float
    skills: frozenset[str] = frozenset()
    opens: datetime | None = None
    closes: datetime | None = None
    sounding: tuple[Span, ...] = ()  # when its horn is to be heard: nobody works on it then
    along: bool = False  # nobody drives out for it: it is done where a round passes near


@dataclass(frozen=True, slots=True, kw_only=True)
class Truck:
    """A crew on one day."""

    crew: str
    latitude: float
    longitude: float
    begins: datetime
    ends: datetime
    skills: frozenset[str] = frozenset()


class Unserved(StrEnum):
    """Why a job is in nobody's round today."""

    NO_SKILL = "no_skill"  # no crew that goes out can do it
    NO_POSITION = "no_position"  # nobody knows where it is
    WINDOW_CLOSED = "window_closed"
    TOO_LATE = "too_late"  # the day is over before
    BROADCASTS = "broadcasts"  # its horn sounds so often that the work does not fit between
    DAY_OFF = "day_off"  # on a day off only what is urgent is driven to
    NO_ROUND_NEAR = "no_round_near"  # it can wait until one passes
    CREW_AWAY = "crew_away"  # who can do it is away, or its lift truck is in the workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Jobs at one place."""

    jobs: tuple[int, ...]
    latitude: float
    longitude: float
    arrives: datetime
    leaves: datetime
    km: float  # from the stop before


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A job that is in no round; `late_minutes`: by how much it would be too late; `crew` is away, `back` then."""

    ticket: int
    because: Unserved
    late_minutes: int = 0
    crew: str = ""
    back: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One truck's day."""

    crew: str
    stops: tuple[Stop, ...]
    km: float
    back: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The day of all trucks."""

    rounds: tuple[Round, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(slots=True)
class Group:
    """Jobs within 300 m of each other."""

    latitude: float
    longitude: float
    jobs: list[Job] = field(default_factory=list)

    @property
    def along(self) -> bool:
        return all(job.along for job in self.jobs)

    @property
    def minutes(self) -> float:
        return sum(job.minutes for job in self.jobs)

    def start(self, arrives: datetime) -> datetime:
        """When work can begin that is not broken into by a programme."""
        sounding = (span for job in self.jobs for span in job.sounding)
        return between(arrives, timedelta(minutes=self.minutes), sounding)

    @property
    def prize(self) -> float:
        """What can wait decides nothing."""
        return sum(job.prize for job in self.jobs if not job.along)

    @property
    def skills(self) -> frozenset[str]:
        return frozenset[str]().union(*(job.skills for job in self.jobs))


Assign = Callable[[Sequence[Group], Sequence[Truck]], "list[list[Group]] | None"]


def plan(jobs: Sequence[Job], trucks: Sequence[Truck], assign: Assign | None = None) -> Rounds:
    """The rounds of a day. Each job is in exactly one round or left out with one reason.

    `assign` proposes stops and their order for each truck; its proposal is taken where it serves more, or as much on less road.
    """
    left: list[LeftOut] = []
    todo: list[Group] = []
    for job in sorted(jobs, key=lambda j: (-j.prize, j.ticket)):
        if job.latitude is None or job.longitude is None:
            left.append(LeftOut(ticket=job.ticket, because=Unserved.NO_POSITION))
        elif not any(job.skills <= truck.skills for truck in trucks):
            left.append(LeftOut(ticket=job.ticket, because=Unserved.NO_SKILL))
        else:
            todo.append(Group(job.latitude, job.longitude, [job]))
    places, crews = _grouped(todo), sorted(trucks, key=lambda t: t.crew)
    groups, along = [g for g in places if not g.along], [g for g in places if g.along]
    plans = [_by_nearness(groups, crews)]
    proposed = assign(groups, crews) if assign else None
    if proposed is not None:
        plans.append([_served(truck, order, order) for truck, order in zip(crews, proposed, strict=True)])
    chosen = max(plans, key=lambda orders: _worth(crews, orders))
    for group in along:
        _take_along(group, crews, chosen)
    rounds = [_round(truck, order) for truck, order in zip(crews, chosen, strict=True)]
    taken = {id(group) for order in chosen for group in order}
    waiting = [group for group in places if id(group) not in taken]
    backs = {each.crew: each.back for each in rounds}
    left += [_reason(job, group, trucks, backs) for group in waiting for job in group.jobs]
    return Rounds(rounds=tuple(rounds), left_out=tuple(sorted(left, key=lambda each: each.ticket)))


def _by_nearness(waiting: list[Group], crews: Sequence[Truck]) -> list[list[Group]]:
    """Each crew in turn has its fair share of what lies nearest to it."""
    found: list[list[Group]] = []
    for place, truck in enumerate(crews):
        mine = [group for group in waiting if group.skills <= truck.skills]
        share = mine if place == len(crews) - 1 else _nearest(mine, truck, len(crews) - place)
        found.append(_served(truck, share))
        taken = {id(group) for group in found[-1]}
        waiting = [group for group in waiting if id(group) not in taken]
    return found


def _worth(crews: Sequence[Truck], orders: Sequence[Sequence[Group]]) -> tuple[float, float]:
    """What is served, then how little road that takes."""
    served = sum(group.prize for order in orders for group in order)
    return round(served, 6), -sum(length(truck, order) for truck, order in zip(crews, orders, strict=True))


def between(at: datetime, lasts: timedelta, taken: Iterable[Span]) -> datetime:
    """The first instant from `at` on, from which `lasts` runs without touching what is taken."""
    for begin, end in sorted(taken):
        if begin < at + lasts and at < end:
            at = end
    return at


def _take_along(group: Group, crews: Sequence[Truck], orders: list[list[Group]]) -> None:
    """Puts it where it costs least road, if that is a detour of ten minutes at most and the day has room for it."""
    tried = [
        (length(truck, longer) - length(truck, order), number, longer)
        for number, (truck, order) in enumerate(zip(crews, orders, strict=True))
        if group.skills <= truck.skills
        for place in range(len(order) + 1)
        if _fits(truck, longer := [*order[:place], group, *order[place:]])
    ]
    if tried:
        km, number, longer = min(tried, key=lambda each: each[:2])
        if drive(km) <= DETOUR:
            orders[number] = longer


def _grouped(singles: Sequence[Group]) -> list[Group]:
    groups: list[Group] = []
    for one in singles:
        near = next((g for g in groups if kilometres(g, one) <= TOGETHER_KM and _one_window(g, one)), None)
        if near is None:
            groups.append(one)
        else:
            near.jobs += one.jobs
    return groups


def _one_window(group: Group, other: Group) -> bool:
    return len({(job.opens, job.closes) for job in (*group.jobs, *other.jobs)}) == 1


def _nearest(groups: list[Group], truck: Truck, trucks: int) -> list[Group]:
    """This truck's part, where several go out."""
    fair = -(-len(groups) // trucks)
    return sorted(groups, key=lambda group: kilometres(truck, group))[:fair]


def _served(truck: Truck, groups: list[Group], order: list[Group] | None = None) -> list[Group]:
    """Those that can be served in time; the least valuable for its time is left out until the day fits."""
    order = shortest(truck, groups) if order is None else order
    while not _fits(truck, order):
        worst = min(
            order, key=lambda group: (group.prize / max(1.0, group.minutes), -kilometres(truck, group))
        )
        broken = _first_broken(truck, order)
        gone = broken if broken is not None else worst
        order = shortest(truck, [group for group in order if group is not gone])
    return order


def _first_broken(truck: Truck, order: list[Group]) -> Group | None:
    """The first stop whose window is closed when the truck comes."""
    for group, arrives, _leaves in _clock(truck, order):
        closes = group.jobs[0].closes
        if closes is not None and arrives + timedelta(minutes=group.minutes) > closes:
            return group
    return None


def _fits(truck: Truck, order: list[Group]) -> bool:
    return _first_broken(truck, order) is None and _back(truck, order) <= truck.ends


def _clock(truck: Truck, order: list[Group]) -> list[tuple[Group, datetime, datetime]]:
    found: list[tuple[Group, datetime, datetime]] = []
    now = truck.begins
    here: Truck | Group = truck
    for group in order:
        now += drive(kilometres(here, group))
        opens = group.jobs[0].opens
        arrives = group.start(now if opens is None else max(now, opens))
        now = arrives + timedelta(minutes=group.minutes)
        found.append((group, arrives, now))
        here = group
    return found


def _back(truck: Truck, order: list[Group]) -> datetime:
    if not order:
        return truck.begins
    leaves = _clock(truck, order)[-1][2]
    return leaves + drive(kilometres(order[-1], truck))


def _round(truck: Truck, order: list[Group]) -> Round:
    stops: list[Stop] = []
    point: Truck | Group = truck
    for group, arrives, leaves in _clock(truck, order):
        jobs = tuple(job.ticket for job in group.jobs)
        stops.append(
            Stop(
                jobs=jobs,
                latitude=group.latitude,
                longitude=group.longitude,
                arrives=arrives,
                leaves=leaves,
                km=round(kilometres(point, group), 2),
            )
        )
        point = group
    return Round(
        crew=truck.crew, stops=tuple(stops), km=round(length(truck, order), 1), back=_back(truck, order)
    )


def _reason(job: Job, at: Group, trucks: Sequence[Truck], backs: Mapping[str, datetime]) -> LeftOut:
    """Why: by whoever would be there first if it went nowhere else, and by whoever could go there after its round."""
    if at.along:
        return LeftOut(ticket=job.ticket, because=Unserved.NO_ROUND_NEAR)
    able = [truck for truck in trucks if job.skills <= truck.skills]
    alone = min(truck.begins + drive(kilometres(truck, at)) for truck in able)
    needs = timedelta(minutes=job.minutes)
    quiet = between(alone, needs, job.sounding)
    latest = max(truck.ends - drive(kilometres(truck, at)) for truck in able)
    if quiet > alone and quiet + needs > min(job.closes or latest, latest) >= alone + needs:
        return LeftOut(ticket=job.ticket, because=Unserved.BROADCASTS)
    if job.closes is not None and alone + needs > job.closes:
        late = alone + needs - job.closes
        return LeftOut(ticket=job.ticket, because=Unserved.WINDOW_CLOSED, late_minutes=_minutes(late))
    late = min(backs[truck.crew] + 2 * drive(kilometres(truck, at)) + needs - truck.ends for truck in able)
    return LeftOut(ticket=job.ticket, because=Unserved.TOO_LATE, late_minutes=max(1, _minutes(late)))


def _minutes(span: timedelta) -> int:
    return max(0, round(span.total_seconds() / 60))
