"""The calendar of days: Chinese public holidays and make-up workdays, lunar dates, market days, and what a rule selects.

Holidays and make-up workdays (调休) come from the `holidays` library, which follows the State Council's yearly notice.
That notice is published late in the year before: until then a year has its statutory days but no make-up workdays and
is *provisional*. The operator's own table of corrections wins over both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache

from schedules.rules import DaySelection, MarketCalendar, Weekday

_WEEKDAYS = tuple(Weekday)
_MARKET_PERIOD_DAYS = 5


class DayKind(StrEnum):
    """What kind of day it is."""

    WORKDAY = "workday"
    MAKEUP_WORKDAY = "makeup_workday"  # 调休上班: a weekend day that is worked
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


class Correction(StrEnum):
    """What the operator says a day is, whatever the published calendar says."""

    WORKDAY = "workday"
    OFF = "off"


class DayVerdict(StrEnum):
    """Whether a rule selects a day, or the first of its conditions that does not allow it."""

    SELECTED = "selected"
    EXCEPTED = "excepted"
    NOT_A_DATE = "not_a_date"
    OUTSIDE_RANGES = "outside_ranges"
    OTHER_WEEKDAY = "other_weekday"
    DAY_OFF = "day_off"  # the rule wants working days
    WORKING_DAY = "working_day"  # the rule wants days off
    NO_MARKET_DAY = "no_market_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class LunarDay:
    """A date of the lunar calendar (农历)."""

    year: int
    month: int
    leap: bool  # 闰月: the second month of that number
    day: int  # 1 to 29 or 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The published calendar with the operator's corrections."""

    corrections: Mapping[date, Correction] = field(default_factory=dict)

    def kind(self, day: date) -> DayKind:
        """What kind of day `day` is; a correction keeps the finer word where it agrees with the published one."""
        published = _published_kind(day)
        match self.corrections.get(day):
            case None:
                return published
            case Correction.OFF:
                return published if published in _OFF else DayKind.HOLIDAY
            case Correction.WORKDAY:
                weekend = day.weekday() >= 5
                return DayKind.MAKEUP_WORKDAY if weekend else DayKind.WORKDAY

    def is_off(self, day: date) -> bool:
        """Whether `day` is a weekend or holiday that is not worked."""
        return self.kind(day) in _OFF


_OFF = frozenset({DayKind.WEEKEND, DayKind.HOLIDAY})


def holiday_name(day: date) -> str | None:
    """The Chinese name of the public holiday that `day` is, if any; for display only."""
    return _published(day.year).names.get(day)


def is_provisional(year: int) -> bool:
    """Whether the make-up workdays of `year` are not published yet, so that its days may still change."""
    return not _published(year).makeup_workdays


def lunar_day(day: date) -> LunarDay:
    """The lunar date of `day`; ValueError outside 1900-01-31 … 2101-01-28, which the tables cover."""
    if not date(1900, 1, 31) <= day <= date(2101, 1, 28):
        raise ValueError(f"lunar dates are known from 1900-01-31 to 2101-01-28, got {day}")
    return _lunar_day(day)


def selects(selection: DaySelection, day: date, calendar: Calendar) -> DayVerdict:
    """Whether `selection` selects `day`, or why not: every condition that is given must allow it."""
    if day in selection.except_dates:
        return DayVerdict.EXCEPTED
    if selection.dates and day not in selection.dates:
        return DayVerdict.NOT_A_DATE
    if selection.ranges and not any(first <= day <= last for first, last in selection.ranges):
        return DayVerdict.OUTSIDE_RANGES
    if selection.weekdays and _WEEKDAYS[day.weekday()] not in selection.weekdays:
        return DayVerdict.OTHER_WEEKDAY
    if selection.workdays is not None and selection.workdays is calendar.is_off(day):
        return DayVerdict.DAY_OFF if selection.workdays else DayVerdict.WORKING_DAY
    if selection.market_digits and not is_market_day(selection.market_digits, selection.market_calendar, day):
        return DayVerdict.NO_MARKET_DAY
    return DayVerdict.SELECTED


def is_market_day(digits: frozenset[int], counted_in: MarketCalendar, day: date) -> bool:
    """Whether the day of the month and one of `digits` are equal modulo 5: (1, 6) is 1, 6, 11, 16, 21, 26.

    A leap month is counted like any other; the count starts again on the first of each month, so the market after
    the 26th is on the 1st, four or five days later, and the market of digit 0 or 5 is on 5, 10, … and 30 if there is one.
    """
    number = day.day if counted_in is MarketCalendar.SOLAR else lunar_day(day).day
    return any((number - digit) % _MARKET_PERIOD_DAYS == 0 for digit in digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Year:
    """What is published for one year."""

    names: Mapping[date, str]
    makeup_workdays: frozenset[date]


def _published_kind(day: date) -> DayKind:
    published = _published(day.year)
    if day in published.makeup_workdays:
        return DayKind.MAKEUP_WORKDAY
    if day in published.names:
        return DayKind.HOLIDAY
    return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY


@lru_cache(maxsize=16)
def _published(year: int) -> _Year:
    import holidays  # it and the lunar tables cost whoever only has a rule in their hands a tenth of a second

    known = holidays.country_holidays("CN", years=year, expand=False, language="zh_CN")
    # The library lists some make-up workdays of long ago with every year: only those of this year say that it is published.
    makeup = frozenset(day for day in known.weekend_workdays if day.year == year)
    return _Year(names=dict(known), makeup_workdays=makeup)


@lru_cache(maxsize=4096)
def _lunar_day(day: date) -> LunarDay:
    from borax.calendars.lunardate import LunarDate

    lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
    return LunarDay(year=lunar.year, month=lunar.month, leap=bool(lunar.leap), day=lunar.day)
