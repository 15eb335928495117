"""Explanations: why a place hears or does not hear an order or a notice on a day, in statements that screens can render."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from schedules.calendar import DayVerdict, holiday_name, is_provisional, selects
from schedules.notices import NoticeState
from schedules.places import Place, covers
from schedules.request import PlanRequest
from schedules.rules import Order
from schedules.slots import Absence, Conflict, DayPlan, Slot


class Explained(StrEnum):
    """What one statement says; those after a prefix name the verdict or reason that they put into words."""

    UNKNOWN = "unknown"
    NOT_APPROVED = "not_approved"
    IF_APPROVED = "if_approved"
    ENDED = "ended"
    NOT_A_TARGET = "not_a_target"
    VALID_AT_OTHER_TIMES = "valid_at_other_times"
    PROVISIONAL = "provisional"
    DAY_EXCEPTED = "day_excepted"
    DAY_NOT_A_DATE = "day_not_a_date"
    DAY_OUTSIDE_RANGES = "day_outside_ranges"
    DAY_OTHER_WEEKDAY = "day_other_weekday"
    DAY_DAY_OFF = "day_day_off"
    DAY_HOLIDAY = "day_holiday"
    DAY_WORKING_DAY = "day_working_day"
    DAY_NO_MARKET_DAY = "day_no_market_day"
    HEARS_FIXED_TIME = "hears_fixed_time"
    HEARS_SPREAD = "hears_spread"
    HEARS_MOVED_ASIDE = "hears_moved_aside"
    HEARS_PACKED = "hears_packed"
    HEARS_KEPT = "hears_kept"
    ABSENT_QUIET_HOURS = "absent_quiet_hours"
    ABSENT_TOO_LONG = "absent_too_long"
    ABSENT_MINIMUM_GAP = "absent_minimum_gap"
    ABSENT_NO_ROOM = "absent_no_room"
    ABSENT_BUDGET = "absent_budget"
    ABSENT_CONFLICT = "absent_conflict"
    ABSENT_DAY_BEGUN = "absent_day_begun"
    ABSENT_OUTSIDE_VALIDITY = "absent_outside_validity"
    ABSENT_NO_ENDPOINT = "absent_no_endpoint"
    COULD_MOVE = "could_move"
    CANNOT_MOVE = "cannot_move"


_HEARS = "{place} hears play {play} of {plays} of order {order} at {planned}"
_ABSENT = "{place} does not hear play {play} of {plays} of order {order}"

SENTENCES: Mapping[Explained, str] = {
    Explained.UNKNOWN: "Neither an order nor a notice {subject} is planned on {day}.",
    Explained.NOT_APPROVED: "{subject} is {state}: it goes on air only once a second person has approved it.",
    Explained.IF_APPROVED: "If it were approved as it is, this would be planned on {day}:",
    Explained.ENDED: "{subject} is {state}: it is not planned any more.",
    Explained.NOT_A_TARGET: "{place} is not among the targets of order {order}.",
    Explained.VALID_AT_OTHER_TIMES: "Order {order} is valid from {valid_from} to {valid_until}, "
    "outside all its windows on {day}.",
    Explained.PROVISIONAL: "The make-up workdays of {year} are not published yet, so this may change.",
    Explained.DAY_EXCEPTED: "Order {order} makes an exception of {day}.",
    Explained.DAY_NOT_A_DATE: "Order {order} names its dates, and {day} is none of them.",
    Explained.DAY_OUTSIDE_RANGES: "{day} lies outside the periods of order {order}.",
    Explained.DAY_OTHER_WEEKDAY: "Order {order} is for other weekdays than that of {day}.",
    Explained.DAY_DAY_OFF: "Order {order} is for working days, and {day} is a day off.",
    Explained.DAY_HOLIDAY: "Order {order} is for working days, and {day} is a public holiday: {holiday}.",
    Explained.DAY_WORKING_DAY: "Order {order} is for days off, and {day} is a working day.",
    Explained.DAY_NO_MARKET_DAY: "Order {order} is for market days, and {day} is none.",
    Explained.HEARS_FIXED_TIME: _HEARS + ", its fixed time.",
    Explained.HEARS_SPREAD: _HEARS + ", spread evenly over its windows.",
    Explained.HEARS_MOVED_ASIDE: _HEARS + ", moved aside for others.",
    Explained.HEARS_PACKED: _HEARS + ", where it must be for all plays to fit.",
    Explained.HEARS_KEPT: _HEARS + ", where it stood before.",
    Explained.ABSENT_QUIET_HOURS: _ABSENT + ": quiet hours.",
    Explained.ABSENT_TOO_LONG: _ABSENT + ": so many plays are longer than its windows.",
    Explained.ABSENT_MINIMUM_GAP: _ABSENT + ": the minimum gap between two plays leaves no room.",
    Explained.ABSENT_NO_ROOM: _ABSENT + ": its windows are full with {others}.",
    Explained.ABSENT_BUDGET: _ABSENT + ": the minutes allowed per day are used up by {others}.",
    Explained.ABSENT_CONFLICT: _ABSENT + ": at its fixed time sounds {others}.",
    Explained.ABSENT_DAY_BEGUN: _ABSENT + ": too little of the day was left when it was planned.",
    Explained.ABSENT_OUTSIDE_VALIDITY: _ABSENT + ": the order is not valid then.",
    Explained.ABSENT_NO_ENDPOINT: _ABSENT + ": there is no endpoint.",
    Explained.COULD_MOVE: "Order {order} could sound at {proposed} instead of {at}, where {other} is in its way.",
    Explained.CANNOT_MOVE: "Order {order} meets {other} at {at}, and no other time of the day is free for it.",
}
"""English message ids of whole sentences; times and dates are given as such and rendered where they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that an explanation says."""

    key: Explained
    parameters: Mapping[str, object]

    @property
    def sentence(self) -> str:
        """The message id, with the names of `parameters` in braces."""
        return SENTENCES[self.key]


def explain(
    place: Place, subject: str, request: PlanRequest, plan: DayPlan, *, state: NoticeState | None = None
) -> tuple[Statement, ...]:
    """Why `place` hears or does not hear `subject`, the id of an order or a notice, on the day of `plan`.

    `state` is where it stands in its workflow, if that is known. What is not approved yet is in `request` only on trial, as
    if it were; then what it would get follows the statement that it is not.
    """
    if state in _NO_MORE:
        return (_statement(Explained.ENDED, subject=subject, state=state),)
    orders = [o for o in request.orders if o.id == subject or subject in {item.notice for item in o.items}]
    told = tuple(statement for order in orders for statement in _explain_order(place, order, request, plan))
    if state in _NOT_YET:
        trial = (_statement(Explained.IF_APPROVED, day=request.day), *told) if told else ()
        return (_statement(Explained.NOT_APPROVED, subject=subject, state=state), *trial)
    return told if orders else (_statement(Explained.UNKNOWN, subject=subject, day=request.day),)


_NOT_YET = frozenset({NoticeState.DRAFT, NoticeState.SUBMITTED})
_NO_MORE = frozenset({NoticeState.EXPIRED, NoticeState.WITHDRAWN})


def _explain_order(place: Place, order: Order, request: PlanRequest, plan: DayPlan) -> Iterator[Statement]:
    if not any(_share(place, target) for target in order.targets):
        yield _statement(Explained.NOT_A_TARGET, place=place, order=order.id)
        return
    slots = [slot for slot in plan.slots if slot.order == order.id and slot.item == 0]
    absences = [absence for absence in plan.absences if absence.order == order.id]
    if not slots and not absences:
        yield from _explain_day(order, request)
    for slot in sorted(slots, key=lambda slot: slot.planned):
        if _share(place, slot.place):
            yield _hears(place, order, slot)
    first = order.items[0].notice
    for absence in absences:
        if _share(place, absence.place) and absence.notice == first:
            yield _absent(place, order, absence)
    for conflict in plan.conflicts:
        if conflict.order == order.id and _share(place, conflict.place):
            yield _move(conflict)


def _explain_day(order: Order, request: PlanRequest) -> Iterator[Statement]:
    day, verdict = request.day, selects(order.rule.days, request.day, request.calendar)
    name = holiday_name(day)
    if verdict is DayVerdict.SELECTED:
        yield _statement(
            Explained.VALID_AT_OTHER_TIMES,
            order=order.id,
            day=day,
            valid_from=order.valid_from,
            valid_until=order.valid_until,
        )
    elif verdict is DayVerdict.DAY_OFF and name is not None:
        yield _statement(Explained.DAY_HOLIDAY, order=order.id, day=day, holiday=name)
    else:
        yield _statement(Explained(f"day_{verdict}"), order=order.id, day=day)
    if verdict in (DayVerdict.DAY_OFF, DayVerdict.WORKING_DAY) and is_provisional(day.year):
        yield _statement(Explained.PROVISIONAL, year=day.year)


def _hears(place: Place, order: Order, slot: Slot) -> Statement:
    return _statement(
        Explained(f"hears_{slot.because}"),
        place=_narrower(place, slot.place),
        order=order.id,
        play=slot.ordinal + 1,
        plays=order.rule.ordered,
        planned=slot.planned,
    )


def _absent(place: Place, order: Order, absence: Absence) -> Statement:
    return _statement(
        Explained(f"absent_{absence.because}"),
        place=_narrower(place, absence.place),
        order=order.id,
        play=absence.ordinal + 1,
        plays=order.rule.ordered,
        others=", ".join(absence.others),
    )


def _move(conflict: Conflict) -> Statement:
    return _statement(
        Explained.CANNOT_MOVE if conflict.proposed is None else Explained.COULD_MOVE,
        order=conflict.order,
        other=conflict.other,
        at=conflict.at,
        proposed=conflict.proposed,
    )


def _statement(key: Explained, **parameters: object) -> Statement:
    return Statement(key=key, parameters=parameters)


def _share(one: Place, other: Place) -> bool:
    return covers(one, other) or covers(other, one)


def _narrower(one: Place, other: Place) -> Place:
    return other if covers(one, other) else one
