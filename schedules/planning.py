"""Planning: from orders, places and what stands already to the plan of one day. Pure: the same request, the same plan.

Theory of operation. What began before `now` is a fact. Then come the fixed times in order of precedence; then those plays
of loops that stood before and that nothing forbids; then, order by order, the plays that are still missing
(`placement` says where); then the reasons for what found no place (`absences`). A plan made again with its own slots as
`kept` is the same. After a change an order that nobody disturbs stands whole: it is seated, not looked through.
What stands is moved only where a fixed time, a changed rule or the order's own shortage asks
for it: people who heard the programme announced for half past six expect it at half past six.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from schedules.draft import Draft
from schedules.duty import Duty, duty_of
from schedules.ground import Ground, ground
from schedules.request import PlanRequest
from schedules.rows import Row, rows_of_slots
from schedules.slots import Conflict, DayPlan
from schedules.timetable import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """A plan with what its making worked out, so that the next one need not."""

    request: PlanRequest
    plan: DayPlan
    ground: Ground
    duties: Mapping[str, Duty | None]  # per order; None owes nothing that day
    programmes: Mapping[str, Programme]  # per order


def plan(request: PlanRequest) -> DayPlan:
    """The plan of `request.day`: every play that the orders owe is a slot, or an absence with its reason."""
    return planned(request).plan


def planned(request: PlanRequest) -> Planning:
    """The same as `plan`, with what `replan` wants."""
    return _planned(request, ground(request.places, request.day, request.zone), {}, {})


def replan(previous: Planning, request: PlanRequest) -> Planning:
    """The same as `planned` with the slots of `previous` before those in `request.kept`, quickly after a small change."""
    before = previous.request
    same_ground = (before.day, before.zone, before.places) == (request.day, request.zone, request.places)
    if not same_ground or before.calendar != request.calendar or request.now < before.now:
        return planned(replace(request, kept=previous.plan.slots + request.kept))
    orders = {order.id: order for order in before.orders}
    stood = {slot.id: slot for slot in previous.plan.slots} if request.kept else {}
    touched = {slot.order for slot in request.kept if slot.day == request.day and stood.get(slot.id) != slot}
    duties = {
        order.id: previous.duties[order.id] for order in request.orders if orders.get(order.id) == order
    }
    known = {
        order: previous.programmes[order] for order in duties if order in previous.programmes.keys() - touched
    }
    changed = tuple(
        slot
        for order, programme in previous.programmes.items()
        if order not in known
        for slot in programme.slots
    )
    other = tuple(slot for slot in request.kept if slot.day != request.day or slot.order not in known)
    return _planned(replace(request, kept=changed + other), previous.ground, duties, known)


def conflicts(request: PlanRequest) -> tuple[Conflict, ...]:
    """Which fixed times stand in each other's way, with a proposed move: quick enough to ask while editing an order."""
    found = ground(request.places, request.day, request.zone)
    draft = _draft(request, found, _duties(request, found, {}), {})
    draft.place_fixed_times()
    return tuple(draft.conflicts)


def _planned(
    request: PlanRequest,
    found: Ground,
    known_duties: Mapping[str, Duty | None],
    known: Mapping[str, Programme],
) -> Planning:
    duties = _duties(request, found, known_duties)
    draft = _draft(request, found, duties, known)
    draft.place_fixed_times()
    draft.place_loops()
    programmes = draft.programmes()
    return Planning(
        request=request,
        ground=found,
        duties=duties,
        programmes=programmes,
        plan=DayPlan(
            day=request.day,
            slots=tuple(slot for programme in programmes.values() for slot in programme.slots),
            absences=tuple(draft.absences),
            conflicts=tuple(draft.conflicts),
            spans={
                (order, place): spans
                for order, programme in programmes.items()
                for place, spans in programme.spans.items()
            },
        ),
    )


def _draft(
    request: PlanRequest, found: Ground, duties: Mapping[str, Duty | None], known: Mapping[str, Programme]
) -> Draft:
    kept = {order: programme.rows for order, programme in known.items()}
    neighbours: dict[str, tuple[Row, ...]] = {}
    for (order, owner), rows in rows_of_slots(request.kept, found.grid.origin).items():
        if owner == request.day:
            kept[order] = rows
        else:
            neighbours[order] = neighbours.get(order, ()) + rows
    return Draft(request, found, [duty for duty in duties.values() if duty], kept, neighbours, known)


def _duties(request: PlanRequest, found: Ground, known: Mapping[str, Duty | None]) -> dict[str, Duty | None]:
    """What each order owes, in order of precedence."""
    return {
        order.id: known[order.id]
        if order.id in known
        else duty_of(order, found, request.calendar, request.day, request.zone)
        for order in sorted(request.orders, key=lambda order: (order.precedence.rank, order.id))
    }
