"""The calendar: holidays, make-up workdays, lunar dates, market days, and what a rule selects."""

from datetime import date, timedelta

import pytest

from schedules.calendar import (
    Calendar,
    Correction,
    DayKind,
    DayVerdict,
    holiday_name,
    is_market_day,
    is_provisional,
    lunar_day,
    selects,
)
from schedules.rules import DaySelection, MarketCalendar, Weekday

PUBLISHED = Calendar()
NATIONAL_DAY = date(2026, 10, 1)
MAKEUP_SATURDAY = date(2026, 10, 10)
UNPUBLISHED_YEAR = 2030  # its make-up workdays are published late in 2029


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 10, 12), DayKind.WORKDAY),
        (date(2026, 10, 11), DayKind.WEEKEND),
        (MAKEUP_SATURDAY, DayKind.MAKEUP_WORKDAY),
        (NATIONAL_DAY, DayKind.HOLIDAY),
        (date(2026, 10, 7), DayKind.HOLIDAY),  # a Wednesday off in exchange for that Saturday
        (date(2026, 2, 17), DayKind.HOLIDAY),  # Spring Festival
    ],
)
def test_days_of_2026_are_what_the_state_council_published(day: date, kind: DayKind) -> None:
    assert PUBLISHED.kind(day) is kind


def test_holidays_have_their_chinese_names() -> None:
    assert holiday_name(NATIONAL_DAY) == "国庆节"
    assert holiday_name(date(2026, 10, 12)) is None


def test_a_year_is_provisional_until_its_makeup_workdays_are_published() -> None:
    assert not is_provisional(2026)
    assert is_provisional(UNPUBLISHED_YEAR)
    assert PUBLISHED.kind(date(UNPUBLISHED_YEAR, 10, 1)) is DayKind.HOLIDAY  # the statutory days are known


@pytest.mark.parametrize(
    ("day", "correction", "kind"),
    [
        (date(2026, 10, 12), Correction.OFF, DayKind.HOLIDAY),
        (date(2026, 10, 11), Correction.WORKDAY, DayKind.MAKEUP_WORKDAY),
        (NATIONAL_DAY, Correction.WORKDAY, DayKind.WORKDAY),
        (date(2026, 10, 11), Correction.OFF, DayKind.WEEKEND),
    ],
)
def test_the_operators_correction_wins(day: date, correction: Correction, kind: DayKind) -> None:
    assert Calendar(corrections={day: correction}).kind(day) is kind


def test_the_fifteenth_of_the_eighth_lunar_month_is_the_moon_festival() -> None:
    moon = lunar_day(date(2026, 9, 25))
    assert (moon.month, moon.day, moon.leap) == (8, 15, False)


def test_a_leap_month_repeats_the_number_of_the_month_before_it() -> None:
    plain, leap = lunar_day(date(2025, 6, 25)), lunar_day(date(2025, 7, 25))  # 闰六月 of 2025
    assert (plain.month, plain.day, plain.leap) == (6, 1, False)
    assert (leap.month, leap.day, leap.leap) == (6, 1, True)


def test_lunar_dates_outside_the_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="got 2101-01-29"):
        lunar_day(date(2101, 1, 29))
    assert lunar_day(date(2101, 1, 28)).day == 29


def _market_days(first: date, days: int, digits: set[int], counted_in: MarketCalendar) -> list[int]:
    found = (first + timedelta(days=n) for n in range(days))
    return [
        day.day if counted_in is MarketCalendar.SOLAR else lunar_day(day).day
        for day in found
        if is_market_day(frozenset(digits), counted_in, day)
    ]


@pytest.mark.parametrize("digits", [{1}, {6}, {1, 6}])
def test_one_and_six_are_the_same_market_every_fifth_day(digits: set[int]) -> None:
    found = _market_days(date(2026, 10, 1), 31, digits, MarketCalendar.SOLAR)
    assert found == [1, 6, 11, 16, 21, 26, 31]


@pytest.mark.parametrize("digits", [{0}, {5}])
def test_zero_and_five_are_the_same_market(digits: set[int]) -> None:
    assert _market_days(date(2026, 2, 1), 28, digits, MarketCalendar.SOLAR) == [5, 10, 15, 20, 25]


def test_three_and_eight_are_market_days_in_a_lunar_leap_month_too() -> None:
    found = _market_days(date(2025, 7, 25), 29, {3, 8}, MarketCalendar.LUNAR)  # 闰六月 has 29 days
    assert found == [3, 8, 13, 18, 23, 28]


WEDNESDAY_OFF = date(2026, 10, 7)


@pytest.mark.parametrize(
    ("selection", "day", "verdict"),
    [
        (DaySelection(), NATIONAL_DAY, DayVerdict.SELECTED),
        (DaySelection(weekdays=frozenset({Weekday.THU})), NATIONAL_DAY, DayVerdict.SELECTED),
        (DaySelection(weekdays=frozenset({Weekday.FRI})), NATIONAL_DAY, DayVerdict.OTHER_WEEKDAY),
        (DaySelection(dates=frozenset({NATIONAL_DAY})), NATIONAL_DAY, DayVerdict.SELECTED),
        (DaySelection(dates=frozenset({NATIONAL_DAY})), WEDNESDAY_OFF, DayVerdict.NOT_A_DATE),
        (DaySelection(ranges=((NATIONAL_DAY, WEDNESDAY_OFF),)), NATIONAL_DAY, DayVerdict.SELECTED),
        (DaySelection(ranges=((NATIONAL_DAY, WEDNESDAY_OFF),)), WEDNESDAY_OFF, DayVerdict.SELECTED),
        (DaySelection(ranges=((NATIONAL_DAY, WEDNESDAY_OFF),)), MAKEUP_SATURDAY, DayVerdict.OUTSIDE_RANGES),
        (DaySelection(workdays=True), WEDNESDAY_OFF, DayVerdict.DAY_OFF),
        (DaySelection(workdays=True), MAKEUP_SATURDAY, DayVerdict.SELECTED),
        (DaySelection(workdays=False), MAKEUP_SATURDAY, DayVerdict.WORKING_DAY),
        (DaySelection(workdays=False), WEDNESDAY_OFF, DayVerdict.SELECTED),
        (DaySelection(except_dates=frozenset({NATIONAL_DAY})), NATIONAL_DAY, DayVerdict.EXCEPTED),
        (DaySelection(market_digits=frozenset({1, 6})), date(2026, 9, 25), DayVerdict.NO_MARKET_DAY),
        (DaySelection(market_digits=frozenset({5})), date(2026, 9, 25), DayVerdict.SELECTED),
    ],
)
def test_a_day_is_selected_or_the_first_condition_that_forbids_it_is_named(
    selection: DaySelection, day: date, verdict: DayVerdict
) -> None:
    assert selects(selection, day, PUBLISHED) is verdict


def test_every_given_condition_must_allow_the_day() -> None:
    thursdays_in_october = DaySelection(
        weekdays=frozenset({Weekday.THU}), ranges=((NATIONAL_DAY, date(2026, 10, 31)),), workdays=True
    )
    month = [NATIONAL_DAY + timedelta(days=n) for n in range(31)]
    chosen = [
        day.day for day in month if selects(thursdays_in_october, day, PUBLISHED) is DayVerdict.SELECTED
    ]
    assert chosen == [8, 15, 22, 29]
