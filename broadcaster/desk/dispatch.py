"""Dispatch at the desk: the day's rounds of lift trucks over the tickets that need one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, or_, select

from broadcaster.desk.door import Noun, question
from broadcaster.desk.house import Context
from broadcaster.desk.places import place_names
from broadcaster.desk.service import working_hours
from broadcaster.dispatch.callout import Absent, planned
from broadcaster.dispatch.daylight import daylight
from broadcaster.dispatch.rounds import Job, Span, Truck, Unserved
from broadcaster.dispatch.solver import assigned
from broadcaster.people.rights import Right
from broadcaster.repairs.causes import Cause, Priority
from broadcaster.storage.crews import crews_of
from broadcaster.storage.tables import EndpointRow, IncidentRow, SlotRow, TicketRow
from broadcaster.storage.tickets import incident_of, ticket_of
from broadcaster.tickets.crews import Crew
from broadcaster.tickets.parts import Skill
from broadcaster.tickets.states import TicketState
from broadcaster.tickets.ticket import Ticket
from schedules.places import Place, covers, endpoint_place

BEGINS, ENDS = time(8, 30), time(17, 30)
MINUTES: dict[Cause, float] = {
    Cause.SITE_POWER_FAULT: 30,
    Cause.SERIAL_LINE_CUT: 90,
    Cause.CHARGER: 30,
    Cause.OVERTEMPERATURE: 30,
}
HORN_MINUTES = 60.0
ALONG: dict[Cause, float] = {  # minutes of what nobody drives out for, and somebody has to be there
    Cause.LOW_BATTERY: 20,
    Cause.CLOCK: 20,
    Cause.RECURRENT_SWITCH_OFF: 30,
}
DOWN_BEFORE = timedelta(minutes=5)
URGENT = frozenset({Priority.P1, Priority.P2})
_WAITING = (TicketState.OPEN, TicketState.ASSIGNED, TicketState.ACCEPTED, TicketState.DISPUTED)
_WEIGHT = {Priority.P1: 8.0, Priority.P2: 3.0, Priority.P3: 1.0, Priority.P4: 0.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A ticket on a round."""

    ticket: int
    cause: Cause
    root: str
    place_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """One stop of a round; `km` from the one before."""

    arrives: datetime
    leaves: datetime
    km: float
    latitude: float
    longitude: float
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundView:
    """One crew's day."""

    crew: str
    km: float
    back: datetime
    stops: tuple[StopView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A ticket that is in no round, and why; `late_minutes`: by how much it would be too late; `crew` is `back` then."""

    task: Task
    because: Unserved
    late_minutes: int
    crew: str = ""
    back: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """The rounds of a day, and what must wait."""

    day: date
    rounds: tuple[RoundView, ...]
    waiting: tuple[Waiting, ...]


class Dispatch(Noun):
    """Who drives where."""

    @question("GET", "/dispatch", right=Right.VIEW)
    def day(self, ctx: Context, day: date | None = None) -> DayView:
        """The rounds of a day, today's without one: proposed, not ordered; `ticket assign` orders."""
        chosen = day or ctx.now.astimezone(ctx.house.settings.zone).date()
        tickets = {t.number: t for t in _tickets(ctx.session)}
        stands = _stands(ctx.session)
        slots = _slots(ctx.session, chosen)
        jobs = [_job(ctx, ticket, stands, slots) for ticket in tickets.values()]
        urgent = {ticket.number for ticket in tickets.values() if ticket.priority in URGENT}
        made = planned(jobs, urgent, *_crews(ctx, chosen, stands), assigned)
        tasks = {number: _task(ctx.session, ticket) for number, ticket in tickets.items()}
        return DayView(
            day=chosen,
            rounds=tuple(
                RoundView(
                    crew=each.crew,
                    km=each.km,
                    back=each.back,
                    stops=tuple(
                        StopView(
                            arrives=stop.arrives,
                            leaves=stop.leaves,
                            km=stop.km,
                            latitude=stop.latitude,
                            longitude=stop.longitude,
                            tasks=tuple(tasks[number] for number in stop.jobs),
                        )
                        for stop in each.stops
                    ),
                )
                for each in made.rounds
            ),
            waiting=tuple(
                Waiting(
                    task=tasks[left.ticket],
                    because=left.because,
                    late_minutes=left.late_minutes,
                    crew=left.crew,
                    back=left.back,
                )
                for left in made.left_out
            ),
        )


Stands = dict[str, EndpointRow]


def _tickets(session: Session) -> list[Ticket]:
    needs_somebody = or_(col(TicketRow.truck), col(TicketRow.cause).in_(ALONG))
    wanted = select(TicketRow).where(needs_somebody, col(TicketRow.state).in_(_WAITING))
    return [ticket_of(row) for row in session.exec(wanted.order_by(col(TicketRow.number)))]


def _stands(session: Session) -> Stands:
    wanted = select(EndpointRow).where(col(EndpointRow.latitude).is_not(None))
    return {row.id: row for row in session.exec(wanted)}


def _window(ctx: Context, day: date, hours: tuple[time, time], stands: Stands) -> Span:
    """These hours by daylight, from now on."""
    zone, (first, last) = ctx.house.settings.zone, hours
    begins, ends = datetime.combine(day, first, zone), datetime.combine(day, last, zone)
    at = _middle(stands.values())
    if at is not None:
        rises, sets = daylight(day, *at)
        begins, ends = max(begins, rises), min(ends, sets)
    return max(ctx.now, begins), ends


def _slots(session: Session, day: date) -> list[SlotRow]:
    wanted = select(SlotRow).where(SlotRow.day == day, col(SlotRow.withdrawn_at).is_(None))
    return list(session.exec(wanted.order_by(col(SlotRow.planned))))


def _sounding(rows: list[EndpointRow], slots: list[SlotRow]) -> tuple[Span, ...]:
    """When any of these is to be heard; a crew is down a few minutes before."""
    places = [endpoint_place(Place(row.village), row.id) for row in rows]
    return tuple(
        (slot.planned - DOWN_BEFORE, slot.planned + timedelta(milliseconds=slot.duration_ms))
        for slot in slots
        if any(covers(Place(slot.place), place) for place in places)
    )


def _job(ctx: Context, ticket: Ticket, stands: Stands, slots: list[SlotRow]) -> Job:
    """Where its root or its members stand; what matters more to more people, and is later, goes first."""
    row = ctx.session.get(IncidentRow, ticket.key)
    members = incident_of(row).members if row is not None else ()
    rows = [stands[name] for name in ([ticket.root] if ticket.root in stands else members) if name in stands]
    at = _middle(rows)
    hours = ticket.hours(working_hours(ctx))
    used = ticket.clock.consumed(hours, ctx.now) / ticket.clock.contract_s
    lift = {Skill.LIFT.value} if ticket.truck else set[str]()
    electrician = {Skill.ELECTRICIAN.value} if ticket.cause is Cause.SITE_POWER_FAULT else set[str]()
    return Job(
        ticket=ticket.number,
        latitude=at[0] if at else None,
        longitude=at[1] if at else None,
        minutes=ALONG.get(ticket.cause) or MINUTES.get(ticket.cause, HORN_MINUTES),
        prize=_WEIGHT[ticket.priority] * (1 + used) * max(1, ticket.population),
        skills=frozenset(lift | electrician),
        sounding=_sounding(rows, slots),
        along=ticket.cause in ALONG,
    )


def _crews(ctx: Context, day: date, stands: Stands) -> tuple[list[Truck], list[Truck], list[Absent]]:
    """Lift trucks on shift that day, those whose day off it is, and the crews that are away or lack something."""
    calendar = working_hours(ctx).calendar
    on_shift: list[Truck] = []
    off: list[Truck] = []
    absent: list[Absent] = []
    for crew in crews_of(ctx.session, ctx.now).values():
        window, base = _window(ctx, day, crew.hours or (BEGINS, ENDS), stands), _base(crew, stands)
        if Skill.LIFT not in crew.skills or base is None or window[1] <= window[0]:
            continue
        out = crew.outing(window)
        if out is not None:
            trucks = on_shift if crew.is_on_shift(day, calendar) else off
            trucks.append(_truck(crew, base, out))
        if out is None or crew.able(out) != crew.skills:
            back = max(leave.ends for leave in crew.leaves if leave.overlaps(window))
            absent.append(Absent(crew=crew.name, skills=frozenset(crew.skills), back=back))
    return on_shift, off, absent


def _truck(crew: Crew, base: tuple[float, float], out: Span) -> Truck:
    return Truck(
        crew=crew.name,
        latitude=base[0],
        longitude=base[1],
        begins=out[0],
        ends=out[1],
        skills=frozenset(crew.able(out)),
    )


def _base(crew: Crew, stands: Stands) -> tuple[float, float] | None:
    """Where a crew's day begins, or the middle of its place."""
    inside = (each for each in stands.values() if covers(Place(crew.place), Place(each.village)))
    return crew.base or _middle(inside)


def _middle(rows: Iterable[EndpointRow]) -> tuple[float, float] | None:
    points = [(r.latitude, r.longitude) for r in rows if r.latitude is not None and r.longitude is not None]
    if not points:
        return None
    return sum(a for a, _ in points) / len(points), sum(b for _, b in points) / len(points)


def _task(session: Session, ticket: Ticket) -> Task:
    name = place_names(session, (ticket.place,))[0] if ticket.place else ""
    return Task(ticket=ticket.number, cause=ticket.cause, root=ticket.root, place_name=name)
