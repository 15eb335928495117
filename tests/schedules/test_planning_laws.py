"""Planning: what holds in every plan, whatever the orders, quiet hours, budgets and what stood before."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.ground import PlaceRules, ground
from schedules.places import Level, Place, covers
from schedules.planning import plan, planned, replan
from schedules.precedence import BroadcastClass
from schedules.request import PlanRequest
from schedules.rules import Order
from schedules.slots import AbsentBecause, DayPlan, Slot, Span
from schedules.windows import instant, spans_around, spans_of
from tests.schedules.county import (
    COUNTY,
    DAY,
    EVE,
    FERRY,
    HILLS,
    HORNS,
    LIJIA,
    MILL,
    RIVER,
    SCHOOL,
    SHANGHAI,
    SHOP,
    WANGZHUANG,
    asked,
    at,
    fixed,
    loop,
    order,
    quiet,
)
from tests.schedules.meetings import meetings

WHERE = (COUNTY, HILLS, RIVER, LIJIA, WANGZHUANG, FERRY, MILL, SCHOOL, SHOP)
CELL = timedelta(seconds=5)
ENDPOINTS = (*HORNS, SCHOOL, SHOP)
QUIET = ("06:20-06:40", "07:00-07:00", "21:00-06:10", "23:55-00:10")
WINDOWS = ("06:00-06:30", "06:15-07:00", "23:50-00:20")

loops = st.builds(
    loop,
    st.integers(1, 5),
    st.sampled_from(WINDOWS),
    st.sampled_from(WINDOWS),
    gap_s=st.sampled_from((0, 60, 600)),
)
fixed_times = st.lists(
    st.sampled_from(("06:05", "06:06:03", "06:25", "23:58")), min_size=1, max_size=2, unique=True
)
rules = st.one_of(loops, loops, loops, fixed_times.map(lambda clocks: fixed(*clocks)))
validities = st.sampled_from(((EVE, at("23:59")), (at("06:10"), at("12:00", DAY + timedelta(days=1)))))
place_rules = st.one_of(
    st.sampled_from(QUIET).map(quiet), st.sampled_from((2, 8)).map(lambda n: PlaceRules(budget_minutes=n))
)


@st.composite
def one_order(draw: st.DrawFn, name: str) -> Order:
    return order(
        name,
        draw(rules),
        *draw(st.lists(st.sampled_from(WHERE), min_size=1, max_size=3)),
        seconds=draw(st.sampled_from((20, 61, 240, (10, 30.5)))),
        klass=draw(st.sampled_from((BroadcastClass.DAILY, BroadcastClass.DAILY, BroadcastClass.EMERGENCY))),
        level=draw(st.sampled_from((Level.COUNTY, Level.VILLAGE))),
        valid=draw(validities),
    )


@st.composite
def requests(draw: st.DrawFn) -> PlanRequest:
    return asked(
        *(draw(one_order(name)) for name in "abcde"[: draw(st.integers(1, 5))]),
        now=draw(st.sampled_from((EVE, EVE, at("06:17:03")))),
        rules=draw(st.dictionaries(st.sampled_from(WHERE), place_rules, max_size=3)),
    )


@st.composite
def changes(draw: st.DrawFn, request: PlanRequest) -> PlanRequest:
    """The same day a little later: an order more, less or other, perhaps other rules in a place."""
    kept = [order for order in request.orders if draw(st.integers(0, 4))]
    edited = draw(one_order("c"))
    places = request.places
    if not draw(st.integers(0, 4)):
        places = {**places, draw(st.sampled_from(WHERE)): draw(place_rules)}
    later = draw(st.sampled_from((timedelta(), timedelta(minutes=9, seconds=2), timedelta(hours=19))))
    return replace(
        request,
        now=request.now + later,
        places=places,
        orders=(*(order for order in kept if order.id != "c"), edited),
        kept=(),
    )


request_and_change = requests().flatmap(lambda request: st.tuples(st.just(request), changes(request)))
quick = settings(max_examples=60, deadline=None)


def _holds(request: PlanRequest, found: DayPlan) -> None:
    """The laws of one plan."""
    assert meetings(found.slots) == []
    _every_play_is_a_slot_or_an_absence(request, found)
    for slot in found.slots:
        if slot.planned >= request.now:
            _sounds_only_when_it_may(request, found, slot)
    _gaps_and_budgets(request, found)


def _leaves(request: PlanRequest, target: Place) -> list[Place]:
    return list(ground(request.places, DAY, SHANGHAI).leaves(target))


def _every_play_is_a_slot_or_an_absence(request: PlanRequest, found: DayPlan) -> None:
    for one in request.orders:
        slots = [slot for slot in found.slots if slot.order == one.id and slot.item == 0]
        absences = [absence for absence in found.absences if absence.order == one.id]
        if not _valid_windows(one):
            assert not absences
            continue
        for leaf in {leaf for target in one.targets for leaf in _leaves(request, target)}:
            if any(covers(target, leaf) and target != leaf for target in one.targets) and "/" in leaf:
                continue  # its village answers for it
            begun = {
                slot.ordinal for slot in slots if covers(slot.place, leaf) and slot.planned < request.now
            }
            coming = [
                slot.ordinal for slot in slots if covers(slot.place, leaf) and slot.planned >= request.now
            ]
            absent = [a.ordinal for a in absences if a.place == leaf and a.notice == one.items[0].notice]
            owed = (
                set(range(one.rule.ordered)) - begun
            )  # an order that asked for more before may have had more
            assert sorted([*coming, *absent]) == sorted(owed), (one.id, leaf)


def _valid_windows(one: Order) -> bool:
    spans = spans_of(one.rule.windows, DAY, SHANGHAI)
    times = [instant(DAY, wall, SHANGHAI) for wall in one.rule.fixed_times]
    return any(max(span.start, one.valid_from) < min(span.end, one.valid_until) for span in spans) or any(
        one.valid_from <= time < one.valid_until for time in times
    )


def _sounds_only_when_it_may(request: PlanRequest, found: DayPlan, slot: Slot) -> None:
    one = next(one for one in request.orders if one.id == slot.order)
    assert slot.earliest <= slot.planned
    assert slot.planned_end <= slot.latest
    assert one.valid_from <= slot.planned
    assert slot.planned_end <= one.valid_until
    assert any(
        span.start <= slot.planned and slot.planned_end <= span.end
        for span in found.spans[slot.order, slot.place]
    )
    if not one.rule.fixed_times:
        allowed = spans_of(one.rule.windows, DAY, SHANGHAI)
        assert any(span.start <= slot.planned and slot.planned_end <= span.end for span in allowed)
    if one.precedence.klass is not BroadcastClass.EMERGENCY:
        for place in ENDPOINTS:
            if covers(slot.place, place):
                assert not _is_quiet(request, place, slot), (slot, place)


def _is_quiet(request: PlanRequest, endpoint: Place, slot: Slot) -> bool:
    return any(
        hours.start < slot.planned_end and slot.planned < hours.end
        for hours in _quiet_spans(request, endpoint)
    )


def _quiet_spans(request: PlanRequest, endpoint: Place) -> tuple[Span, ...]:
    around = [
        place
        for place in request.places
        if covers(place, endpoint) and request.places[place].quiet is not None
    ]
    hours = request.places[max(around, key=_narrowness)].quiet if around else ()
    return spans_around(hours or (), DAY, SHANGHAI)


def _narrowness(place: Place) -> int:
    return len(place.rstrip("0")) if "/" not in place else 99


def _gaps_and_budgets(request: PlanRequest, found: DayPlan) -> None:
    for endpoint in ENDPOINTS:
        heard = [slot for slot in found.slots if covers(slot.place, endpoint)]
        for one in request.orders:
            plays: dict[tuple[int, Place], list[Slot]] = defaultdict(list)
            for slot in heard:
                if slot.order == one.id:
                    plays[slot.ordinal, slot.place].append(slot)
            in_order = sorted(plays.values(), key=lambda block: block[0].planned)
            for before, after in pairwise(in_order):
                if one.rule.windows and after[0].planned >= request.now:
                    assert after[0].planned - before[-1].planned_end >= timedelta(
                        seconds=one.rule.minimum_gap_s
                    )


@quick
@given(requests())
def test_every_plan_holds_the_laws_of_planning(request: PlanRequest) -> None:
    _holds(request, plan(request))


@quick
@given(requests())
def test_a_plan_of_the_same_request_or_with_its_own_slots_is_the_same(request: PlanRequest) -> None:
    found = plan(request)
    assert plan(request) == found
    assert plan(replace(request, kept=found.slots)) == found


@quick
@given(request_and_change)
def test_a_plan_after_a_change_holds_the_laws_too_and_rewrites_no_fact(
    both: tuple[PlanRequest, PlanRequest],
) -> None:
    request, change = both
    first = plan(request)
    second = plan(replace(change, kept=first.slots))
    _holds(change, second)
    begun = {slot.id: slot.planned for slot in first.slots if slot.planned < change.now}
    assert begun.items() <= {slot.id: slot.planned for slot in second.slots}.items()


@quick
@given(request_and_change)
def test_planning_quickly_after_a_change_gives_what_planning_from_the_start_gives(
    both: tuple[PlanRequest, PlanRequest],
) -> None:
    request, change = both
    before = planned(request)
    whole = planned(replace(change, kept=before.plan.slots))
    assert replan(before, change).plan == whole.plan
    assert replan(before, replace(change, kept=before.plan.slots)).plan == whole.plan
    later = replace(change, now=change.now + timedelta(minutes=1))
    again = planned(replace(later, kept=whole.plan.slots))
    assert replan(replan(before, change), later).plan == again.plan


@quick
@given(requests())
def test_the_budget_of_every_village_holds(request: PlanRequest) -> None:
    limited = replace(request, places={**request.places, COUNTY: PlaceRules(budget_minutes=3)})
    found = plan(limited)
    daily = {one.id for one in request.orders if one.precedence.klass is BroadcastClass.DAILY}
    rules = {place: limited.places[place].budget_minutes for place in limited.places}
    for endpoint in ENDPOINTS:
        village = Place(endpoint.partition("/")[0])
        around = [place for place in rules if covers(place, village) and rules[place] is not None]
        allowed = rules[max(around, key=_narrowness)] or 0
        heard = [slot for slot in found.slots if slot.order in daily and covers(slot.place, endpoint)]
        assert sum(slot.duration_ms for slot in heard) <= allowed * 60_000


@quick
@given(requests())
def test_a_loop_misses_a_play_only_where_no_further_play_has_a_free_start(request: PlanRequest) -> None:
    found = plan(request)
    loops = {one.id: one for one in request.orders if one.rule.windows}
    over_budget = {(a.order, a.place) for a in found.absences if a.because is AbsentBecause.BUDGET}
    for name, leaf in {(a.order, a.place) for a in found.absences} - over_budget:
        if name in loops:
            starts = _starts(loops[name], request)
            assert not any(_is_free(start, loops[name], leaf, request, found) for start in starts), (
                name,
                leaf,
            )


def _starts(one: Order, request: PlanRequest) -> list[datetime]:
    return [
        start
        for span in spans_of(one.rule.windows, DAY, SHANGHAI)
        for n in range(int((span.end - span.start) / CELL))
        if (start := span.start + n * CELL) >= max(request.now, one.valid_from)
        and start + timedelta(milliseconds=one.duration_ms) <= min(span.end, one.valid_until)
    ]


def _is_free(start: datetime, one: Order, leaf: Place, request: PlanRequest, found: DayPlan) -> bool:
    end = start + timedelta(milliseconds=one.duration_ms)
    if one.precedence.klass is not BroadcastClass.EMERGENCY:
        quiet_hours = (
            hours for place in ENDPOINTS if covers(leaf, place) for hours in _quiet_spans(request, place)
        )
        if any(start < hours.end and hours.start < end for hours in quiet_hours):
            return False
    for slot in found.slots:
        if covers(slot.place, leaf) or covers(leaf, slot.place):
            apart = timedelta(seconds=one.rule.minimum_gap_s) if slot.order == one.id else timedelta()
            apart = max(apart, 2 * CELL)  # a breath, and that both lie on the grid
            if start < slot.planned_end + apart and slot.planned < end + apart:
                return False
    return True
