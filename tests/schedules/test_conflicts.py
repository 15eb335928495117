"""Conflicts: fixed times in each other's way, shown with both orders and a proposed move."""

from dataclasses import replace

from schedules.ground import PlaceRules
from schedules.places import Level
from schedules.planning import conflicts, plan
from schedules.slots import Conflict, DayPlan
from tests.schedules.county import (
    COUNTY,
    DAY,
    FERRY,
    HILLS,
    LIJIA,
    SCHOOL,
    VILLAGES,
    asked,
    at,
    clocks,
    fixed,
    missing,
    order,
    quiet,
)

COUNTY_RELAY = order("relay", fixed("06:30"), seconds=600)


def test_the_lower_level_loses_and_is_told_the_nearest_free_start() -> None:
    local = order("local", fixed("06:32"), LIJIA, seconds=60, level=Level.VILLAGE)
    found = plan(asked(local, COUNTY_RELAY))
    expected = Conflict(order="local", other="relay", place=LIJIA, at=at("06:32"), proposed=at("06:28:55"))
    assert found.conflicts == (expected,)
    assert missing(found, "local", LIJIA) == ["conflict"]
    assert found.absences[0].others == ("relay",)


def test_what_had_no_place_keeps_its_reason_when_its_time_has_passed() -> None:
    local = order("local", fixed("06:32"), LIJIA, seconds=60, level=Level.VILLAGE)
    before = plan(asked(local, COUNTY_RELAY))
    later = plan(replace(asked(local, COUNTY_RELAY), now=at("07:00"), kept=before.slots))
    assert missing(later, "local", LIJIA) == ["day_begun"]
    assert later.remembering(before).absences == before.absences
    assert later.remembering(DayPlan(day=DAY)) == later


def test_the_proposed_start_is_free_if_it_is_taken() -> None:
    local = order("local", fixed("06:36"), HILLS, seconds=120, level=Level.TOWN)
    (conflict,) = conflicts(asked(local, COUNTY_RELAY))
    assert conflict.proposed == at("06:40:05")
    moved = replace(local, rule=fixed("06:40:05"))
    assert conflicts(asked(moved, COUNTY_RELAY)) == ()


def test_a_conflict_of_two_county_orders_is_one_and_not_one_per_village() -> None:
    found = plan(asked(COUNTY_RELAY, order("second", fixed("06:30"), seconds=60)))
    assert [(c.order, c.other, c.place) for c in found.conflicts] == [("second", "relay", COUNTY)]
    assert len(found.absences) == len(VILLAGES)


def test_an_order_in_conflict_with_one_town_is_heard_in_the_other() -> None:
    hills = order("hills", fixed("06:30"), HILLS, seconds=60, level=Level.PROVINCE)
    found = plan(asked(hills, COUNTY_RELAY))
    assert [(c.order, c.other, c.place) for c in found.conflicts] == [("relay", "hills", HILLS)]
    assert clocks(found, "relay", FERRY) == ["06:30:00"]
    assert missing(found, "relay", LIJIA) == ["conflict"]


def test_one_endpoint_of_a_village_can_be_in_the_way_of_the_village() -> None:
    bell = order("bell", fixed("06:30"), SCHOOL, seconds=60, level=Level.PROVINCE)
    found = plan(asked(bell, order("letter", fixed("06:30"), LIJIA)))
    assert [(c.order, c.other, c.place) for c in found.conflicts] == [("letter", "bell", SCHOOL)]


def test_what_still_sounds_is_in_the_way_too() -> None:
    begun = plan(asked(COUNTY_RELAY)).slots
    late = order("late", fixed("06:38"), level=Level.NATIONAL)
    found = plan(asked(COUNTY_RELAY, late, kept=begun, now=at("06:35")))
    assert [(c.order, c.other, c.proposed) for c in found.conflicts] == [("late", "relay", at("06:40:05"))]


def test_a_proposal_respects_quiet_hours_validity_and_what_is_past() -> None:
    local = order("local", fixed("06:32"), LIJIA, level=Level.VILLAGE, valid=(at("06:30"), at("06:45")))
    rules = {LIJIA: quiet("06:40-06:44:30")}
    assert [c.proposed for c in conflicts(asked(local, COUNTY_RELAY, now=at("06:10"), rules=rules))] == [None]


def test_times_of_one_order_closer_than_it_is_long_are_a_conflict_with_itself() -> None:
    found = plan(asked(order("twice", fixed("06:30", "06:31"), seconds=90)))
    assert [(c.order, c.other) for c in found.conflicts] == [("twice", "twice")]


def test_too_few_minutes_are_no_conflict() -> None:
    found = plan(asked(COUNTY_RELAY, rules={LIJIA: PlaceRules(budget_minutes=5)}))
    assert found.conflicts == ()
    assert missing(found, "relay", LIJIA) == ["budget"]
