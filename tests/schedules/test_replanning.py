"""Planning again quickly: what was worked out before is used only where it still holds."""

from dataclasses import replace
from datetime import timedelta

from schedules.calendar import Calendar, Correction
from schedules.planning import planned, replan
from schedules.request import PlanRequest
from schedules.rules import DaySelection
from schedules.slots import Slot
from tests.schedules.county import DAY, EVE, FERRY, LIJIA, asked, at, clocks, fixed, loop, order

LETTER = order("letter", loop(3, "06:00-08:00", gap_s=600))
SONG = order("song", loop(3, "06:00-08:00"))
REQUEST = asked(LETTER, SONG)
BEFORE = planned(REQUEST)


def _agrees(changed: PlanRequest) -> None:
    kept = BEFORE.plan.slots + changed.kept
    assert replan(BEFORE, changed).plan == planned(replace(changed, kept=kept)).plan


def test_planning_again_without_a_change_changes_nothing() -> None:
    assert replan(BEFORE, REQUEST).plan == BEFORE.plan
    assert replan(BEFORE, replace(REQUEST, kept=BEFORE.plan.slots)).plan == BEFORE.plan


def test_a_new_order_joins_what_stands() -> None:
    changed = asked(LETTER, SONG, order("new", loop(2, "06:00-08:00"), FERRY))
    found = replan(BEFORE, changed).plan
    assert set(BEFORE.plan.slots) < set(found.slots)
    assert len(clocks(found, "new", FERRY)) == 2
    _agrees(changed)


def test_a_withdrawn_order_leaves_what_it_began() -> None:
    changed = replace(asked(SONG), now=at("07:00"))
    letters = [slot for slot in replan(BEFORE, changed).plan.slots if slot.order == "letter"]
    assert letters == [s for s in BEFORE.plan.slots if s.order == "letter" and s.planned < at("07:00")]
    _agrees(changed)


def test_a_slot_that_stands_elsewhere_than_planned_stands_there() -> None:
    first = next(slot for slot in BEFORE.plan.slots if slot.order == "letter")
    moved = replace(first, planned=at("06:01"))
    changed = replace(REQUEST, kept=(moved,))
    assert clocks(replan(BEFORE, changed).plan, "letter", LIJIA)[0] == "06:01:00"
    _agrees(changed)


def test_what_the_eve_turns_out_to_have_left_keeps_its_distance() -> None:
    first = next(slot for slot in BEFORE.plan.slots if slot.order == "letter")
    changed = replace(REQUEST, kept=(_on_the_eve(first),))
    assert first not in replan(BEFORE, changed).plan.slots
    _agrees(changed)


def _on_the_eve(slot: Slot) -> Slot:
    late = planned(asked(LETTER, day=DAY - timedelta(days=1), now=EVE - timedelta(days=3))).plan.slots[0]
    return replace(late, planned=slot.planned - timedelta(minutes=5))


def test_a_corrected_calendar_takes_a_day_away() -> None:
    workdays = order("work", loop(1, "06:00-08:00", days=DaySelection(workdays=True)))
    before = planned(asked(workdays))
    changed = replace(asked(workdays), calendar=Calendar(corrections={DAY: Correction.OFF}))
    assert len(before.plan.slots) == 1
    assert replan(before, changed).plan.slots == ()


def test_a_clock_that_went_back_makes_facts_plans_again() -> None:
    late = planned(replace(REQUEST, kept=BEFORE.plan.slots, now=at("07:30")))
    relay = order("relay", fixed("07:00"), seconds=1200)
    changed = asked(relay, LETTER, SONG, now=at("06:50"))
    expected = planned(replace(changed, kept=late.plan.slots)).plan
    assert replan(late, changed).plan == expected
    assert clocks(expected, "relay", LIJIA) == ["07:00:00"]


def test_another_day_is_planned_from_its_start() -> None:
    tomorrow = replace(REQUEST, day=DAY + timedelta(days=1))
    assert replan(BEFORE, tomorrow).plan == planned(replace(tomorrow, kept=BEFORE.plan.slots)).plan
    assert {slot.day for slot in replan(BEFORE, tomorrow).plan.slots} == {tomorrow.day}


def test_a_relay_moves_only_what_it_disturbs() -> None:
    far = order("far", loop(3, "09:00-11:00"))
    before = planned(asked(LETTER, SONG, far))
    changed = asked(
        order("relay", fixed(clocks(before.plan, "letter", LIJIA)[1]), seconds=120), LETTER, SONG, far
    )
    found = replan(before, changed)
    assert found.plan == planned(replace(changed, kept=before.plan.slots)).plan
    assert found.programmes["far"] is before.programmes["far"]
    moved = set(before.plan.slots) - set(found.plan.slots)
    assert len([slot for slot in moved if slot.order == "letter"]) == 1


def test_a_day_half_over_is_planned_again_as_it_stands() -> None:
    noon = replace(REQUEST, now=at("07:00"))
    found = replan(BEFORE, noon)
    assert all(found.programmes[name] is BEFORE.programmes[name] for name in ("letter", "song"))
    _agrees(noon)
    later = replace(asked(order("relay", fixed("07:20"), seconds=1200), LETTER, SONG), now=at("07:10"))
    assert replan(found, later).plan == planned(replace(later, kept=found.plan.slots)).plan


def test_an_order_that_missed_a_play_gets_it_once_there_is_room() -> None:
    relay = order("relay", fixed("06:00"), seconds=7200)
    before = planned(asked(relay, LETTER))
    assert before.plan.absences
    found = replan(before, asked(LETTER))
    assert not found.plan.absences
    assert found.plan == planned(replace(asked(LETTER), kept=before.plan.slots)).plan
