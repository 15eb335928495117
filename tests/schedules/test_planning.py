"""Planning: where plays go, what stands in whose way, and what is left standing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from schedules.ground import PlaceRules
from schedules.places import Level, Place, endpoint_place
from schedules.planning import plan
from schedules.precedence import BroadcastClass
from schedules.rules import DaySelection, Item, Weekday
from schedules.slots import DayPlan, PlannedBecause, Slot
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
    VILLAGES,
    WANGZHUANG,
    asked,
    at,
    clocks,
    fixed,
    loop,
    missing,
    order,
    quiet,
)
from tests.schedules.meetings import meetings

BERLIN = ZoneInfo("Europe/Berlin")


def _places(found: DayPlan, name: str) -> set[Place]:
    return {slot.place for slot in found.slots if slot.order == name}


# Where plays go


def test_plays_are_spread_evenly_over_the_windows() -> None:
    found = plan(asked(order("letter", loop(4, "06:00-08:00", "17:00-19:00"))))
    assert clocks(found, "letter", LIJIA) == ["06:29:45", "07:29:15", "17:29:45", "18:29:15"]
    assert {slot.because for slot in found.slots} == {PlannedBecause.SPREAD}


def test_orders_that_share_endpoints_stand_apart() -> None:
    orders = [order(f"letter-{n}", loop(2, "06:00-10:00")) for n in range(5)]
    starts = sorted(slot.planned for slot in plan(asked(*orders)).slots)
    assert len(starts) == 10
    assert min(after - before for before, after in pairwise(starts)) >= timedelta(minutes=6)


def test_room_is_not_broken_into_pieces_too_small_for_what_comes_later() -> None:
    short = [order(f"short-{n}", loop(6, "06:00-10:00"), level=Level.PROVINCE) for n in range(15)]
    long = [order(f"long-{n}", loop(3, "06:00-10:00"), seconds=240) for n in range(6)]
    assert plan(asked(*short, *long)).absences == ()  # 171 of 240 minutes, breaths included


def test_plays_are_packed_where_otherwise_not_all_would_fit() -> None:
    found = plan(
        asked(order("letter", loop(10, "06:00-07:40", gap_s=600), seconds=60))
    )  # 10 + 9 times 10 minutes
    heard = sorted(found.slots, key=lambda slot: slot.planned)
    assert [(slot.planned - at("06:00")) / timedelta(minutes=11) for slot in heard] == list(range(10))
    assert {slot.because for slot in heard} == {PlannedBecause.PACKED}


@pytest.mark.parametrize(("window", "start"), [("06:30-06:31", "06:30:00"), ("23:59-00:00", "23:59:00")])
def test_a_play_as_long_as_its_window_starts_at_its_edge(window: str, start: str) -> None:
    assert clocks(plan(asked(order("letter", loop(1, window)))), "letter", LIJIA) == [start]


def test_a_play_ends_by_the_end_of_its_last_window_at_the_latest() -> None:
    found = plan(asked(order("letter", loop(3, "06:00-06:20", "12:00-12:01", gap_s=0), seconds=60)))
    assert {(slot.earliest, slot.latest) for slot in found.slots} == {(at("06:00"), at("12:01"))}
    assert all(slot.earliest <= slot.planned and slot.planned_end <= slot.latest for slot in found.slots)


def test_a_window_over_midnight_reaches_into_the_next_morning() -> None:
    found = plan(asked(order("watch", loop(4, "23:00-01:00"))))
    assert clocks(found, "watch", LIJIA) == ["23:14:50", "23:44:35", "00:14:25", "00:44:10"]
    assert {slot.day for slot in found.slots} == {DAY}


def test_a_window_that_starts_and_ends_at_one_time_is_the_whole_day() -> None:
    found = plan(asked(order("tick", loop(24, "06:30-06:30"))))
    starts = sorted(slot.planned for slot in found.slots)
    assert starts[0] >= at("06:30")
    assert starts[-1] < at("06:30", DAY + timedelta(days=1))
    assert len(starts) == 24


def test_the_items_of_a_block_follow_each_other_directly_in_one_play() -> None:
    found = plan(asked(order("block", loop(2, "06:00-08:00"), seconds=(10.5, 20, 7.25))))
    for ordinal in range(2):
        first, second, third = (slot for slot in found.slots if slot.ordinal == ordinal)
        assert (first.item, second.item, third.item) == (0, 1, 2)
        assert (second.planned, third.planned) == (first.planned_end, second.planned_end)


def test_a_notice_that_comes_twice_in_a_block_has_two_slots_with_names_of_their_own() -> None:
    chime = Item(notice="chime", version=1, duration_ms=3_000)
    letter = Item(notice="letter", version=1, duration_ms=60_000)
    framed = replace(order("framed", loop(1, "06:00-08:00")), items=(chime, letter, chime))
    found = plan(asked(framed))
    assert len({slot.id for slot in found.slots}) == 3


def test_two_orders_keep_a_breath_between_them() -> None:
    crowd = [order(name, loop(1, "06:00-06:03"), seconds=55) for name in ("a", "b", "c")]
    heard = sorted(plan(asked(*crowd)).slots, key=lambda slot: slot.planned)
    assert len(heard) == 3
    assert all((after.planned - before.planned_end).total_seconds() >= 5 for before, after in pairwise(heard))


# Areas


def test_what_suits_a_county_is_one_slot_for_the_county() -> None:
    found = plan(asked(order("letter", loop(3, "06:00-08:00"))))
    assert _places(found, "letter") == {COUNTY}
    assert len(found.slots) == 3


def test_a_target_inside_another_gets_no_plays_of_its_own() -> None:
    found = plan(asked(order("letter", loop(1, "06:00-08:00"), LIJIA, HILLS, SCHOOL)))
    assert _places(found, "letter") == {HILLS}


def test_the_quiet_hours_of_one_village_are_avoided_for_all_where_that_leaves_room() -> None:
    found = plan(asked(order("letter", loop(2, "12:00-16:00")), rules={LIJIA: quiet("12:00-14:00")}))
    assert _places(found, "letter") == {COUNTY}
    assert all(slot.planned >= at("14:00") for slot in found.slots)


def test_what_one_village_cannot_hear_descends_town_by_town_and_village_by_village() -> None:
    found = plan(asked(order("letter", loop(2, "12:00-13:00")), rules={LIJIA: quiet("12:00-14:00")}))
    assert _places(found, "letter") == {RIVER, WANGZHUANG}
    assert missing(found, "letter", LIJIA) == ["quiet_hours", "quiet_hours"]
    assert {absence.place for absence in found.absences} == {LIJIA}


def test_a_play_for_part_of_an_area_is_made_up_for_by_the_rest_alone() -> None:
    rules = {LIJIA: PlaceRules(budget_minutes=2)}
    found = plan(asked(order("letter", loop(3, "06:00-12:00")), rules=rules))
    assert [slot.place for slot in found.slots].count(COUNTY) == 2
    assert _places(found, "letter") == {COUNTY, RIVER, WANGZHUANG}
    assert missing(found, "letter", LIJIA) == ["budget"]


def test_no_village_hears_less_because_others_hear_together() -> None:
    """One play in the middle would suit the whole county, but take both of its chances from all but the ferry."""
    ferry = order("ferry", fixed("06:00", "06:20"), FERRY, seconds=400, level=Level.PROVINCE)
    letter = order("letter", loop(2, "06:00-06:25", gap_s=1000), seconds=200)
    found = plan(asked(ferry, letter))
    assert [len(clocks(found, "letter", village)) for village in VILLAGES] == [2, 2, 1, 2]


def test_an_endpoint_can_have_an_order_of_its_own_that_its_village_respects() -> None:
    bell = order("bell", fixed("12:00"), SCHOOL, seconds=600, level=Level.VILLAGE)
    letter = order("letter", loop(1, "12:00-12:12"), LIJIA, level=Level.VILLAGE)
    found = plan(asked(bell, letter))
    assert clocks(found, "bell", SCHOOL) == ["12:00:00"]
    (heard,) = (slot for slot in found.slots if slot.order == "letter")
    assert heard.planned >= at("12:10:05")


def test_a_target_without_any_endpoint_misses_every_play() -> None:
    deaf = Place("341523300200")
    found = plan(asked(order("letter", loop(2, "06:00-08:00"), deaf, LIJIA), rules={deaf: PlaceRules()}))
    assert missing(found, "letter", deaf) == ["no_endpoint", "no_endpoint"]
    assert _places(found, "letter") == {LIJIA}


def test_an_endpoint_that_nobody_knows_is_a_target_without_endpoint() -> None:
    ghost = endpoint_place(LIJIA, "ghost")
    assert missing(plan(asked(order("x", loop(1, "06:00-08:00"), ghost))), "x", ghost) == ["no_endpoint"]


def test_a_village_without_endpoints_in_an_area_that_has_some_is_planned_like_the_others() -> None:
    found = plan(asked(order("x", loop(1, "06:00-08:00")), rules={Place("341523300200"): PlaceRules()}))
    assert _places(found, "x") == {COUNTY}
    assert not found.absences


# Why there is no slot


@pytest.mark.parametrize(
    ("letter", "reasons"),
    [
        (order("x", loop(3, "06:00-06:10"), seconds=601), ["too_long"] * 3),
        (order("x", loop(3, "06:00-06:10", gap_s=0), seconds=295), ["too_long"]),
        (order("x", loop(3, "06:00-06:10", gap_s=300)), ["minimum_gap"]),
        (order("x", loop(3, "06:00-08:00"), valid=(EVE, at("06:11"))), ["outside_validity"] * 2),
        (order("x", loop(2, "06:00-08:00"), valid=(at("07:59:30"), at("09:00"))), ["outside_validity"] * 2),
    ],
)
def test_a_play_that_does_not_fit_is_missing_for_a_true_reason(letter: object, reasons: list[str]) -> None:
    assert missing(plan(asked(letter)), "x", LIJIA) == reasons  # type: ignore[arg-type]


def test_who_fills_the_windows_is_named() -> None:
    relay = order("relay", fixed("06:00"), HILLS, seconds=3600, level=Level.PROVINCE)
    found = plan(asked(relay, order("letter", loop(2, "06:00-07:00"))))
    assert missing(found, "letter", LIJIA) == ["no_room"] * 2
    assert {absence.others for absence in found.absences} == {("relay",)}
    assert len(clocks(found, "letter", FERRY)) == 2


def test_the_budget_counts_daily_broadcasts_only_and_names_who_used_it() -> None:
    drill = order("drill", loop(1, "06:00-12:00"), seconds=600, klass=BroadcastClass.DRILL)
    letter, other = (order(name, loop(2, "06:00-12:00"), seconds=60) for name in ("letter", "other"))
    found = plan(asked(drill, letter, other, rules={COUNTY: PlaceRules(budget_minutes=3)}))
    assert len(clocks(found, "letter", LIJIA)) == 2
    assert missing(found, "other", LIJIA) == ["budget"]
    assert {absence.others for absence in found.absences} == {("letter",)}


@pytest.mark.parametrize(
    ("klass", "heard"), [(BroadcastClass.EMERGENCY, 1), (BroadcastClass.DRILL, 0), (BroadcastClass.DAILY, 0)]
)
def test_only_an_emergency_sounds_in_quiet_hours(klass: BroadcastClass, heard: int) -> None:
    found = plan(asked(order("x", loop(1, "22:00-23:00"), klass=klass), rules={COUNTY: quiet("21:00-06:00")}))
    assert len(found.slots) == heard


def test_an_order_owes_nothing_on_a_day_that_it_does_not_select_or_when_it_is_not_valid() -> None:
    sundays = order("sundays", loop(1, "06:00-08:00", days=DaySelection(weekdays=frozenset({Weekday.SUN}))))
    past = order("past", loop(1, "06:00-08:00"), valid=(EVE, at("06:00")))
    assert plan(asked(sundays, past)) == DayPlan(day=DAY)


@pytest.mark.parametrize("seconds", [0, 6 * 3600])
def test_an_item_of_no_length_or_of_six_hours_harms_nobody_else(seconds: int) -> None:
    odd = order("odd", loop(1, "06:00-13:00"), seconds=seconds, level=Level.PROVINCE)
    found = plan(asked(odd, order("letter", loop(2, "06:00-14:00", gap_s=0))))
    assert len(clocks(found, "letter", LIJIA)) == 2
    assert len(clocks(found, "odd", LIJIA)) == 1


# Fixed times


def test_fixed_times_come_first_whatever_their_precedence() -> None:
    relay = order("relay", fixed("06:30"), seconds=600, level=Level.VILLAGE)
    letters = [order(f"letter-{n}", loop(3, "06:00-07:00", gap_s=0)) for n in range(6)]
    found = plan(asked(*letters, relay))
    assert clocks(found, "relay", LIJIA) == ["06:30:00"]
    assert meetings(found.slots) == []


def test_a_fixed_time_may_be_late_by_its_lateness() -> None:
    found = plan(asked(order("relay", fixed("06:30", lateness_s=120), seconds=60)))
    (slot,) = found.slots
    assert (slot.earliest, slot.planned, slot.latest) == (at("06:30"), at("06:30"), at("06:33"))


def test_a_fixed_time_is_not_late_into_quiet_hours() -> None:
    found = plan(asked(order("relay", fixed("20:55"), seconds=60), rules={COUNTY: quiet("20:57-06:00")}))
    assert [slot.latest for slot in found.slots] == [at("20:57")]


@pytest.mark.parametrize(
    ("clock", "reason"), [("20:59:30", "quiet_hours"), ("05:30", "outside_validity"), ("04:00", "day_begun")]
)
def test_a_fixed_time_that_cannot_be_says_why(clock: str, reason: str) -> None:
    relay = order("relay", fixed("12:00", clock), valid=(at("06:00"), at("23:00")))
    found = plan(asked(relay, now=at("05:00"), rules={COUNTY: quiet("21:00-22:00")}))
    assert missing(found, "relay", LIJIA) == [reason]
    assert clocks(found, "relay", LIJIA) == ["12:00:00"]


def test_a_fixed_time_at_odd_seconds_is_kept_to_the_second() -> None:
    assert clocks(plan(asked(order("relay", fixed("06:30:07")))), "relay", LIJIA) == ["06:30:07"]


def test_a_fixed_time_just_past_still_sounds_within_its_lateness() -> None:
    relay = order("relay", fixed("06:30", lateness_s=300))
    assert clocks(plan(asked(relay, now=at("06:33:02"))), "relay", LIJIA) == ["06:33:05"]
    assert missing(plan(asked(relay, now=at("06:35:02"))), "relay", LIJIA) == ["day_begun"]


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 3, 28), "01:00"),
        (date(2026, 3, 29), "01:00"),  # 02:00 does not exist: 03:00 does
        (date(2026, 3, 30), "00:00"),
        (date(2026, 4, 5), "00:00"),
        (date(2026, 10, 24), "00:00"),
        (date(2026, 10, 25), "00:00"),  # 02:00 comes twice: once only
        (date(2026, 10, 26), "01:00"),
        (date(2026, 11, 1), "01:00"),
    ],
)
def test_two_o_clock_sounds_once_a_day_through_gap_and_overlap(day: date, utc: str) -> None:
    valid = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    relay = order("relay", fixed("02:00"), valid=valid)
    found = plan(asked(relay, day=day, zone=BERLIN, now=valid[0]))
    assert [f"{slot.planned:%H:%M}" for slot in found.slots] == [utc]


@pytest.mark.parametrize("clock", ["23:30", "00:30"])
def test_a_weekday_rule_means_the_weekday_of_the_countys_clocks(clock: str) -> None:
    mondays = replace(fixed(clock), days=DaySelection(weekdays=frozenset({Weekday.MON})))
    monday = plan(asked(order("x", mondays), now=EVE - timedelta(days=5)))
    (slot,) = monday.slots
    assert slot.planned == at(clock)
    for shift in (-1, 1):
        request = asked(order("x", mondays), day=DAY + timedelta(days=shift), now=EVE - timedelta(days=5))
        assert plan(request).slots == ()


# What stands stays


def _planned(found: DayPlan) -> dict[str, datetime]:
    return {slot.id: slot.planned for slot in found.slots}


def test_a_plan_made_again_with_its_own_slots_is_the_same() -> None:
    request = asked(
        order("a", loop(4, "06:00-08:00")),
        order("b", loop(4, "06:00-08:00"), HILLS),
        order("c", fixed("07:00")),
    )
    first = plan(request)
    assert plan(replace(request, kept=first.slots)) == first


def test_a_new_order_moves_nothing_that_stands() -> None:
    old = order("old", loop(4, "06:00-08:00"))
    first = plan(asked(old))
    new = order("new", loop(4, "06:00-08:00"), level=Level.NATIONAL)
    second = plan(asked(old, new, kept=first.slots))
    assert _planned(first).items() <= _planned(second).items()
    assert len(clocks(second, "new", LIJIA)) == 4


def test_a_new_fixed_time_moves_what_stands_in_its_way_and_nothing_else() -> None:
    old = order("old", loop(4, "06:00-08:00"))
    first = plan(asked(old))
    relay = order("relay", fixed("06:44"), level=Level.VILLAGE)
    second = plan(asked(old, relay, kept=first.slots))
    moved = {slot.planned for slot in first.slots} - {slot.planned for slot in second.slots}
    assert clocks(second, "relay", LIJIA) == ["06:44:00"]
    assert moved == {at("06:44:35")}
    assert len(clocks(second, "old", LIJIA)) == 4


def test_what_began_is_a_fact_even_in_quiet_hours_or_of_an_order_that_is_gone() -> None:
    old = order("old", loop(4, "06:00-08:00"))
    first = plan(asked(old))
    begun = tuple(slot for slot in first.slots if slot.planned < at("07:00"))
    rules = {COUNTY: quiet("00:00-12:00")}
    withdrawn = plan(asked(kept=first.slots, now=at("07:00"), rules=rules))
    assert withdrawn.slots == begun
    assert plan(asked(old, kept=first.slots, now=at("07:00"), rules=rules)).slots == begun


def test_nothing_is_planned_over_what_still_sounds() -> None:
    relay = order("relay", fixed("06:00"), seconds=1800)
    sounding = plan(asked(relay)).slots
    letter = order("letter", loop(1, "06:00-06:40"), level=Level.NATIONAL)
    found = plan(asked(letter, kept=sounding, now=at("06:10")))
    (slot,) = (slot for slot in found.slots if slot.order == "letter")
    assert slot.planned >= at("06:30:05")


def test_a_new_version_takes_the_place_of_the_future_plays_and_the_begun_ones_count() -> None:
    rule = loop(4, "06:00-08:00")
    first = plan(asked(order("x", rule)))
    second = plan(asked(order("x", rule, version=2), kept=first.slots, now=at("07:00")))
    assert sorted((slot.ordinal, slot.version) for slot in second.slots) == [(0, 1), (1, 1), (2, 2), (3, 2)]


def test_changed_windows_keep_what_lies_in_them_under_their_new_limits() -> None:
    first = plan(asked(order("x", loop(2, "06:00-08:00"))))
    second = plan(asked(order("x", loop(2, "07:00-09:00")), kept=first.slots))
    assert clocks(first, "x", LIJIA)[1] in clocks(second, "x", LIJIA)
    (kept,) = (slot for slot in second.slots if slot.because is PlannedBecause.KEPT)
    assert (kept.earliest, kept.latest) == (at("07:00"), at("09:00"))


def test_the_orders_own_future_plays_move_when_otherwise_not_all_would_fit() -> None:
    first = plan(asked(order("x", loop(1, "06:00-06:13", gap_s=600), seconds=60)))
    assert clocks(first, "x", LIJIA) == ["06:06:00"]
    second = plan(asked(order("x", loop(2, "06:00-06:13", gap_s=600), seconds=60), kept=first.slots))
    assert len(clocks(second, "x", LIJIA)) == 2


def test_fewer_plays_take_the_last_ones_away() -> None:
    first = plan(asked(order("x", loop(4, "06:00-08:00"))))
    second = plan(asked(order("x", loop(2, "06:00-08:00")), kept=first.slots))
    assert second.slots == tuple(slot for slot in first.slots if slot.ordinal < 2)


def test_other_targets_take_the_plays_away_where_nobody_is_to_hear_them() -> None:
    rule = loop(2, "06:00-08:00")
    first = plan(asked(order("x", rule, HILLS, FERRY)))
    second = plan(asked(order("x", rule, LIJIA, FERRY), kept=first.slots))
    assert _places(second, "x") == {LIJIA, FERRY}
    assert [slot for slot in second.slots if slot.place == FERRY] == [
        s for s in first.slots if s.place == FERRY
    ]


def test_wider_targets_leave_the_plays_of_a_village_and_add_those_of_the_others() -> None:
    rule = loop(2, "06:00-06:30", gap_s=800)
    first = plan(asked(order("x", rule, LIJIA)))
    second = plan(asked(order("x", rule), kept=first.slots))
    assert set(first.slots) <= set(second.slots)
    assert [len(clocks(second, "x", village)) for village in VILLAGES] == [2, 2, 2, 2]


def test_a_play_for_the_county_keeps_its_distance_from_those_that_a_village_has_already() -> None:
    first = plan(asked(order("x", loop(1, "06:00-06:10", gap_s=0), LIJIA)))
    second = plan(asked(order("x", loop(2, "06:00-06:30", gap_s=600)), kept=first.slots))
    heard = sorted((s for s in second.slots if s.place in (LIJIA, HILLS, COUNTY)), key=lambda s: s.planned)
    assert len(clocks(second, "x", LIJIA)) == 2
    assert heard[1].planned - heard[0].planned_end >= timedelta(minutes=10)


def test_a_longer_gap_moves_plays_that_stood_too_near() -> None:
    first = plan(asked(order("x", loop(3, "06:00-06:20", "09:00-10:00", gap_s=0))))
    second = plan(asked(order("x", loop(3, "06:00-06:20", "09:00-10:00", gap_s=3000)), kept=first.slots))
    heard = sorted(second.slots, key=lambda slot: slot.planned)
    assert len(heard) == 3
    assert all(b.planned - a.planned_end >= timedelta(seconds=3000) for a, b in pairwise(heard))


def test_what_began_is_paid_from_the_budget() -> None:
    old = plan(asked(order("old", loop(2, "06:00-07:00"), seconds=60)))
    rules = {COUNTY: PlaceRules(budget_minutes=3)}
    found = plan(asked(order("new", loop(2, "08:00-09:00")), kept=old.slots, now=at("07:30"), rules=rules))
    assert len(clocks(found, "new", LIJIA)) == 1
    assert missing(found, "new", LIJIA) == ["budget"]


def _spilled(day: date, planned: datetime, name: str = "watch") -> Slot:
    found = plan(asked(order(name, fixed("23:50")), day=day, now=EVE - timedelta(days=9)))
    return replace(found.slots[0], planned=planned)


def test_what_spills_over_from_the_day_before_is_in_the_way_and_not_in_the_plan() -> None:
    spilled = _spilled(DAY - timedelta(days=1), at("00:00:30"))
    found = plan(asked(order("x", loop(1, "00:00-00:03")), kept=(spilled,)))
    (slot,) = found.slots
    assert slot.planned >= spilled.planned_end


def test_the_minimum_gap_holds_over_midnight() -> None:
    last_night = _spilled(DAY - timedelta(days=1), at("23:58", DAY - timedelta(days=1)), "x")
    found = plan(asked(order("x", loop(1, "00:00-00:15", gap_s=600)), kept=(last_night,)))
    assert [slot.planned >= at("00:09") for slot in found.slots] == [True]


# A day that has begun


def test_late_in_the_day_all_plays_are_spread_over_the_rest_if_they_fit() -> None:
    found = plan(asked(order("x", loop(4, "06:00-20:00")), now=at("18:00:01")))
    assert len(found.slots) == 4
    assert all(slot.planned > at("18:00") for slot in found.slots)


def test_what_no_longer_fits_in_the_rest_of_the_day_says_that_the_day_had_begun() -> None:
    found = plan(asked(order("x", loop(4, "06:00-20:00", gap_s=600)), now=at("19:45")))
    assert len(clocks(found, "x", LIJIA)) == 2
    assert missing(found, "x", LIJIA) == ["day_begun"] * 2


def test_the_gap_after_the_last_play_is_part_of_what_the_day_no_longer_holds() -> None:
    last = plan(asked(order("x", loop(1, "19:40-19:41"))))
    found = plan(asked(order("x", loop(3, "06:00-20:00", gap_s=600)), kept=last.slots, now=at("19:45")))
    assert missing(found, "x", LIJIA) == ["day_begun"]


def test_after_the_last_window_everything_that_is_missing_says_that_the_day_had_begun() -> None:
    found = plan(asked(order("x", loop(2, "06:00-08:00")), now=at("20:00")))
    assert missing(found, "x", MILL) == ["day_begun"] * 2


# Requests that make no sense


def test_an_order_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="got several times: x"):
        asked(order("x", loop(1, "06:00-08:00")), order("x", loop(2, "06:00-08:00")))


def test_a_now_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware of its zone"):
        asked(now=datetime(2026, 10, 12, 8))  # noqa: DTZ001


def test_every_village_and_endpoint_hears_an_order_for_the_province() -> None:
    found = plan(asked(order("x", loop(2, "06:00-08:00"), Place("340000000000"))))
    assert all(len(clocks(found, "x", place)) == 2 for place in (*VILLAGES, *HORNS))
