"""The calendar at the desk: what each day is, published or corrected, and which days are market days."""

from datetime import date, timedelta

import pytest

from broadcaster.desk.calendar import DayView
from broadcaster.desk.errors import Invalid, NotFound
from schedules.calendar import DayKind
from schedules.rules import MarketCalendar
from tests.broadcaster.desk.people import Station

NATIONAL_DAY = date(2026, 10, 1)


def _day(station: Station, day: date) -> DayView:
    (found,) = station.desk("li").calendar.days(since=day, until=day)
    return found


def test_without_a_span_the_next_ninety_days_are_shown_from_the_countys_today(station: Station) -> None:
    days = station.desk("li").calendar.days()
    assert (days[0].day, len(days)) == (date(2026, 11, 23), 91)
    assert [each.day - days[0].day for each in days] == [timedelta(days=n) for n in range(91)]


@pytest.mark.parametrize("length", [0, 401])
def test_a_span_has_one_to_four_hundred_days(station: Station, length: int) -> None:
    since = date(2026, 1, 1)
    with pytest.raises(Invalid, match="1 to 400 days"):
        station.desk("li").calendar.days(since=since, until=since + timedelta(days=length - 1))


def test_a_correction_counts_until_it_is_taken_back(station: Station) -> None:
    assert (_day(station, NATIONAL_DAY).kind, _day(station, NATIONAL_DAY).corrected) == (
        DayKind.HOLIDAY,
        False,
    )
    calendar = station.desk("li").calendar
    calendar.set(day=NATIONAL_DAY, workday=True, name="抢收")
    found = _day(station, NATIONAL_DAY)
    assert (found.kind is DayKind.HOLIDAY, found.name, found.corrected) == (False, "抢收", True)
    calendar.set(day=NATIONAL_DAY, workday=False)
    assert [(each.day, each.workday) for each in calendar.list()] == [(NATIONAL_DAY, False)]
    calendar.clear(day=NATIONAL_DAY)
    assert (_day(station, NATIONAL_DAY).corrected, calendar.list()) == (False, ())


def test_what_was_never_corrected_cannot_be_taken_back(station: Station) -> None:
    with pytest.raises(NotFound, match="no correction for 2026-10-01"):
        station.desk("li").calendar.clear(day=NATIONAL_DAY)


def test_market_days_are_those_of_their_last_digit_and_none_unless_asked_for(station: Station) -> None:
    calendar, since = station.desk("li").calendar, date(2026, 12, 1)
    asked = {"since": since, "until": since + timedelta(days=9), "market_calendar": MarketCalendar.SOLAR}
    days = calendar.days(market=(3, 8), **asked)
    assert [each.day.day for each in days if each.market] == [3, 8]
    assert not any(each.market for each in calendar.days(**asked))
    lunar = calendar.days(market=(3, 8), **asked | {"market_calendar": MarketCalendar.LUNAR})
    assert {each.lunar_day % 10 for each in lunar if each.market} <= {3, 8}
