"""Explanations: why does Lijia village not hear item 7 tomorrow?"""

import string
from dataclasses import replace
from datetime import date

import pytest

from schedules.calendar import DayVerdict
from schedules.explain import SENTENCES, Explained, Statement, explain
from schedules.ground import PlaceRules
from schedules.notices import NoticeState
from schedules.places import Level, Place
from schedules.planning import plan
from schedules.request import PlanRequest
from schedules.rules import DaySelection, LoopRule, MarketCalendar, Weekday
from schedules.slots import AbsentBecause, PlannedBecause
from tests.schedules.county import (
    COUNTY,
    DAY,
    EVE,
    FERRY,
    HILLS,
    LIJIA,
    SCHOOL,
    asked,
    at,
    fixed,
    loop,
    order,
    quiet,
)

LETTER = order("letter", loop(2, "12:00-13:00"))


def _said(
    request: PlanRequest, where: Place, subject: str = "letter", state: NoticeState | None = None
) -> list[str]:
    return [statement.key.value for statement in explain(where, subject, request, plan(request), state=state)]


def test_a_village_in_quiet_hours_is_told_so_and_its_neighbour_when_it_hears() -> None:
    request = asked(LETTER, rules={LIJIA: quiet("12:00-14:00")})
    assert _said(request, LIJIA) == ["absent_quiet_hours"] * 2
    assert _said(request, FERRY) == ["hears_spread"] * 2
    first = explain(FERRY, "letter", request, plan(request))[0]
    assert (first.parameters["play"], first.parameters["plays"]) == (1, 2)
    assert first.parameters["planned"] == at("12:14:45")


def test_who_stands_in_the_way_is_named_with_a_proposed_move() -> None:
    request = asked(
        order("relay", fixed("06:30"), seconds=600), order("local", fixed("06:30"), HILLS, level=Level.TOWN)
    )
    absent, move = explain(LIJIA, "local", request, plan(request))
    assert (absent.key, absent.parameters["others"]) == (Explained.ABSENT_CONFLICT, "relay")
    assert (move.key, move.parameters["proposed"]) == (Explained.COULD_MOVE, at("06:28:55"))


def test_a_notice_is_explained_by_the_orders_that_play_it() -> None:
    request = asked(LETTER)
    assert _said(request, SCHOOL, subject="letter.0") == ["hears_spread"] * 2


@pytest.mark.parametrize(
    ("state", "key"),
    [
        (NoticeState.DRAFT, "not_approved"),
        (NoticeState.SUBMITTED, "not_approved"),
        (NoticeState.WITHDRAWN, "ended"),
        (NoticeState.EXPIRED, "ended"),
    ],
)
def test_what_is_not_on_its_way_to_the_air_is_explained_by_its_state(state: NoticeState, key: str) -> None:
    assert _said(asked(), LIJIA, state=state) == [key]


def test_what_a_draft_on_trial_would_get_follows_the_statement_that_it_is_none_yet() -> None:
    told = _said(asked(LETTER), LIJIA, state=NoticeState.DRAFT)
    assert told[:2] == ["not_approved", "if_approved"]
    assert set(told[2:]) == {"hears_spread"}
    assert _said(asked(LETTER), LIJIA, state=NoticeState.WITHDRAWN) == ["ended"]
    assert _said(asked(LETTER), LIJIA, state=NoticeState.ON_AIR) == ["hears_spread"] * 2


def test_what_nobody_ordered_is_unknown() -> None:
    assert _said(asked(LETTER), LIJIA, subject="item-7") == ["unknown"]


def test_a_village_that_is_not_a_target_is_told_so() -> None:
    assert _said(asked(order("letter", loop(1, "06:00-08:00"), HILLS)), FERRY) == ["not_a_target"]


def _on(day: date, days: DaySelection) -> list[str]:
    rule: LoopRule = replace(loop(1, "06:00-08:00"), days=days)
    far = (EVE.replace(year=2000), EVE.replace(year=2099))
    return _said(asked(order("letter", rule, valid=far), day=day), LIJIA)


@pytest.mark.parametrize(
    ("day", "days", "keys"),
    [
        (DAY, DaySelection(except_dates=frozenset({DAY})), ["day_excepted"]),
        (DAY, DaySelection(dates=frozenset({date(2026, 1, 1)})), ["day_not_a_date"]),
        (DAY, DaySelection(ranges=((date(2026, 1, 1), date(2026, 2, 1)),)), ["day_outside_ranges"]),
        (DAY, DaySelection(weekdays=frozenset({Weekday.SUN})), ["day_other_weekday"]),
        (DAY, DaySelection(workdays=False), ["day_working_day"]),
        (date(2026, 10, 11), DaySelection(workdays=True), ["day_day_off"]),
        (date(2026, 10, 1), DaySelection(workdays=True), ["day_holiday"]),
        (date(2031, 10, 1), DaySelection(workdays=True), ["day_holiday", "provisional"]),
        (
            DAY,
            DaySelection(market_digits=frozenset({1}), market_calendar=MarketCalendar.SOLAR),
            ["day_no_market_day"],
        ),
    ],
)
def test_a_day_that_the_order_does_not_select_is_explained(
    day: date, days: DaySelection, keys: list[str]
) -> None:
    assert _on(day, days) == keys


def test_an_order_that_is_valid_at_other_times_says_when() -> None:
    past = order("letter", loop(1, "06:00-08:00"), valid=(EVE, at("05:00")))
    (statement,) = explain(LIJIA, "letter", asked(past), plan(asked(past)))
    assert statement.key is Explained.VALID_AT_OTHER_TIMES
    assert statement.parameters["valid_until"] == at("05:00")


def test_a_county_sees_what_it_hears_together_and_what_single_villages_miss() -> None:
    request = asked(order("letter", loop(2, "06:00-12:00")), rules={LIJIA: PlaceRules(budget_minutes=1)})
    statements = explain(COUNTY, "letter", request, plan(request))
    missing = [s.parameters["place"] for s in statements if s.key is Explained.ABSENT_BUDGET]
    assert missing == [LIJIA]
    assert {s.parameters["place"] for s in statements if s.key is Explained.HEARS_SPREAD} >= {COUNTY}


def test_every_verdict_and_reason_has_its_sentence() -> None:
    keys = {f"hears_{because}" for because in PlannedBecause}
    keys |= {f"absent_{because}" for because in AbsentBecause}
    keys |= {f"day_{verdict}" for verdict in DayVerdict if verdict is not DayVerdict.SELECTED}
    assert keys <= {key.value for key in Explained}
    assert set(SENTENCES) == set(Explained)


def test_the_parameters_of_a_statement_fill_its_sentence() -> None:
    request = asked(
        LETTER,
        order("relay", fixed("12:30"), seconds=900),
        order("local", fixed("12:31")),
        rules={LIJIA: quiet("12:00-14:00")},
    )
    found = plan(request)
    for subject in ("letter", "relay", "local", "nobody"):
        for statement in explain(COUNTY, subject, request, found):
            assert _names(statement) <= set(statement.parameters), statement


def _names(statement: Statement) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(statement.sentence) if name}
