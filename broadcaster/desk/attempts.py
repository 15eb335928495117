"""Attempts at the desk: what a rule would get on a day, before anything is written down."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from broadcaster.controller.orders import lineup
from broadcaster.desk.door import Noun, question
from broadcaster.desk.errors import Invalid
from broadcaster.desk.house import Context
from broadcaster.desk.plans import request_of, today
from broadcaster.desk.titles import AbsenceView, ConflictView, Names, SlotView
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.promise import Promise, promises
from broadcaster.storage.tables import AreaRow
from schedules.places import Level, Place, chain_of, covers, level_of
from schedules.planning import plan
from schedules.precedence import BroadcastClass, Precedence, Severity
from schedules.rules import Item, LoopRule, Order
from schedules.slots import DayPlan

ATTEMPT = "?"  # the id that no notice has


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody has in mind: how long its items are, where, when. `instead_of`: the order that it would replace."""

    durations_ms: tuple[int, ...]
    targets: tuple[str, ...]
    rule: LoopRule
    instead_of: str | None = None
    valid_from: datetime | None = None  # None: now
    valid_until: datetime | None = None  # None: without end
    assets: tuple[str, ...] = ()  # what it sounds, as far as that is recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """The village that hears most on that day, with its minutes of daily notices and how many it may hear."""

    place: str
    place_name: str
    minutes: float
    budget_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """What it would get on one day."""

    day: date
    ordered: int
    planned: int
    slots: tuple[SlotView, ...]
    absences: tuple[AbsenceView, ...]
    conflicts: tuple[ConflictView, ...]
    burden: Burden | None
    promised: tuple[Promise, ...] = ()  # when all of its audio is at the endpoints of slow lines


class Attempts(Noun):
    """What a rule would get."""

    @question("POST", "/attempts", right=Right.VIEW)
    def plan(self, ctx: Context, attempt: Attempt, day: date | None = None) -> Attempted:
        """The plan of a day, today's where none is named, as if this were approved now."""
        which = day or today(ctx)
        order = _order(ctx, attempt)
        lined = lineup(ctx.session)
        others = tuple(one for one in lined.orders if one.id != attempt.instead_of)
        made = plan(request_of(ctx, which, replace(lined, orders=(*others, order))))
        said = Names(ctx.session)
        slots = [slot for slot in made.slots if slot.order == ATTEMPT and slot.day == which]
        absences = [absence for absence in made.absences if absence.order == ATTEMPT]
        return Attempted(
            day=which,
            ordered=len(slots) + len(absences),
            planned=len(slots),
            slots=tuple(
                said.slot(slot, {}) for slot in sorted(slots, key=lambda one: (one.planned, one.item))
            ),
            absences=said.absences(made, None, ATTEMPT),
            conflicts=tuple(c for c in said.conflicts(made) if ATTEMPT in (c.notice, c.other)),
            burden=_burden(ctx.session, made, which, order.targets),
            promised=promises(
                ctx.session,
                attempt.assets,
                attempt.targets,
                min((slot.planned for slot in slots), default=None),
                ctx.now,
            ),
        )


def _order(ctx: Context, attempt: Attempt) -> Order:
    if not attempt.durations_ms or not attempt.targets:
        raise Invalid(N_("A plan needs something to hear and somewhere to hear it."))
    return Order(
        id=ATTEMPT,
        items=tuple(
            Item(notice=ATTEMPT, version=number, duration_ms=max(1000, duration_ms))
            for number, duration_ms in enumerate(attempt.durations_ms, 1)
        ),
        rule=attempt.rule,
        targets=tuple(map(Place, attempt.targets)),
        valid_from=attempt.valid_from or ctx.now,
        valid_until=attempt.valid_until or ctx.now + timedelta(days=400),
        precedence=Precedence(
            klass=BroadcastClass.DAILY,
            level=Level.COUNTY,
            severity=Severity.UNKNOWN,
            sent=ctx.now,
            id=ATTEMPT,
        ),
    )


def _burden(session: Session, made: DayPlan, day: date, targets: tuple[Place, ...]) -> Burden | None:
    """The target village that hears most."""
    minutes: defaultdict[str, float] = defaultdict(float)
    for slot in made.slots:
        if slot.day == day:
            minutes[slot.place.partition("/")[0]] += slot.duration_ms / 60_000
    rows = {Place(row.code): row for row in session.exec(select(AreaRow).order_by(col(AreaRow.code)))}
    homes = [Place(target.partition("/")[0]) for target in targets]
    villages = [
        place
        for place in rows
        if level_of(place) is Level.VILLAGE and any(covers(home, place) for home in homes)
    ]
    if not villages:
        return None
    heard = {village: sum(minutes[area] for area in chain_of(village)) for village in villages}
    village = max(heard, key=lambda place: heard[place])
    budgets = (rows[area].budget_minutes for area in chain_of(village) if area in rows)
    return Burden(
        place=village,
        place_name=rows[village].name,
        minutes=round(heard[village], 1),
        budget_minutes=next((budget for budget in budgets if budget is not None), None),
    )
