"""Windows: wall-clock spans as true time, through gaps, overlaps and midnight; and sets of spans."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.rules import Window
from schedules.slots import Span
from schedules.windows import clipped, instant, less, merged, span_of, spans_around, spans_of
from tests.schedules.county import SHANGHAI, at, windows

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks move by half an hour
APIA = ZoneInfo("Pacific/Apia")  # had no 30 December 2011


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        (BERLIN, date(2026, 3, 28), time(2), "2026-03-28T01:00Z"),
        (BERLIN, date(2026, 3, 29), time(2), "2026-03-29T01:00Z"),  # gap: 03:00 is the first instant after it
        (BERLIN, date(2026, 3, 29), time(2, 0, 0, 500_000), "2026-03-29T01:00Z"),
        (BERLIN, date(2026, 3, 29), time(2, 59, 59, 500_000), "2026-03-29T01:00Z"),
        (BERLIN, date(2026, 3, 29), time(3), "2026-03-29T01:00Z"),
        (BERLIN, date(2026, 4, 5), time(2), "2026-04-05T00:00Z"),  # the week after
        (BERLIN, date(2026, 10, 25), time(2), "2026-10-25T00:00Z"),  # overlap: the first of two
        (BERLIN, date(2026, 10, 25), time(2, 0, fold=1), "2026-10-25T00:00Z"),
        (BERLIN, date(2026, 10, 25), time(3), "2026-10-25T02:00Z"),
        (BERLIN, date(2026, 11, 1), time(2), "2026-11-01T01:00Z"),
        (NEW_YORK, date(2026, 3, 8), time(2), "2026-03-08T07:00Z"),
        (NEW_YORK, date(2026, 3, 15), time(2), "2026-03-15T06:00Z"),
        (NEW_YORK, date(2026, 11, 1), time(1, 30), "2026-11-01T05:30Z"),
        (NEW_YORK, date(2026, 11, 8), time(1, 30), "2026-11-08T06:30Z"),
        (LORD_HOWE, date(2026, 10, 4), time(2, 10), "2026-10-03T15:30Z"),
        (LORD_HOWE, date(2026, 4, 5), time(1, 45), "2026-04-04T14:45Z"),
        (APIA, date(2011, 12, 30), time(12), "2011-12-30T10:00Z"),
        (SHANGHAI, date(2026, 10, 12), time(0, 30), "2026-10-11T16:30Z"),
        (SHANGHAI, date(2026, 10, 12), time(23, 30), "2026-10-12T15:30Z"),
    ],
)
def test_wall_clock_times_become_instants(zone: ZoneInfo, day: date, wall: time, expected: str) -> None:
    assert instant(day, wall, zone) == datetime.fromisoformat(expected)


@given(
    st.sampled_from((BERLIN, NEW_YORK, LORD_HOWE)),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.times(),
)
def test_an_instant_is_the_first_at_which_the_clocks_show_the_time_or_a_later_one(
    zone: ZoneInfo, day: date, wall: time
) -> None:
    found = instant(day, wall, zone)
    wanted = datetime.combine(day, wall)
    assert found.astimezone(zone).replace(tzinfo=None) >= wanted
    just_before = (found - timedelta(microseconds=1)).astimezone(zone)
    assert just_before.replace(tzinfo=None) < wanted


def _hours(text: str, day: date, zone: ZoneInfo) -> float | None:
    span = span_of(windows(text)[0], day, zone)
    return span and (span.end - span.start) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "day", "zone", "hours"),
    [
        ("06:30-08:00", date(2026, 10, 12), SHANGHAI, 1.5),
        ("22:00-02:00", date(2026, 10, 12), SHANGHAI, 4),
        ("06:30-06:30", date(2026, 10, 12), SHANGHAI, 24),
        ("00:00-00:00", date(2026, 10, 12), SHANGHAI, 24),
        ("00:00-00:00", date(2026, 3, 29), BERLIN, 23),
        ("00:00-00:00", date(2026, 10, 25), BERLIN, 25),
        ("00:00-00:00", date(2026, 4, 5), LORD_HOWE, 24.5),
        ("23:30-02:30", date(2026, 3, 28), BERLIN, 2.5),  # ends where the gap of the next day ends
        ("02:15-02:45", date(2026, 3, 29), BERLIN, None),  # all of it in the gap
        ("01:30-02:30", date(2026, 3, 29), BERLIN, 0.5),
        ("01:30-03:30", date(2026, 10, 25), BERLIN, 3),
    ],
)
def test_windows_are_as_long_as_true_time_makes_them(
    text: str, day: date, zone: ZoneInfo, hours: float | None
) -> None:
    assert _hours(text, day, zone) == hours


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_starts() -> None:
    day = date(2026, 10, 12)
    (span,) = spans_of(windows("23:30-00:30"), day, SHANGHAI)
    assert (span.start, span.end) == (at("23:30", day), at("00:30", day + timedelta(days=1)))


def test_quiet_hours_over_midnight_also_hold_on_the_morning_that_began_the_eve_before() -> None:
    day = date(2026, 10, 12)
    night = spans_around(windows("21:00-06:00"), day, SHANGHAI)
    assert any(span.start < at("00:00", day) and span.end == at("06:00", day) for span in night)
    assert len(night) == 3


def test_windows_that_touch_or_overlap_are_one_span() -> None:
    day = date(2026, 10, 12)
    (span,) = spans_of(windows("07:00-08:00", "06:00-07:00", "06:30-07:30"), day, SHANGHAI)
    assert (span.start, span.end) == (at("06:00"), at("08:00"))


BEGIN = datetime(2026, 10, 12, tzinfo=UTC)
minute_sets = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=5).map(
    lambda pairs: merged(
        Span(start=BEGIN + timedelta(minutes=a), end=BEGIN + timedelta(minutes=a + n)) for a, n in pairs
    )
)


def _minutes(spans: tuple[Span, ...]) -> set[int]:
    return {
        n for n in range(60) if any(span.start <= BEGIN + timedelta(minutes=n) < span.end for span in spans)
    }


@given(minute_sets, minute_sets)
def test_subtracting_spans_leaves_the_time_in_the_one_and_not_in_the_other(
    one: tuple[Span, ...], other: tuple[Span, ...]
) -> None:
    assert _minutes(less(one, other)) == _minutes(one) - _minutes(other)


@given(minute_sets, st.integers(0, 50), st.integers(0, 50))
def test_clipping_leaves_the_time_between_two_instants(one: tuple[Span, ...], first: int, last: int) -> None:
    rest = clipped(one, BEGIN + timedelta(minutes=first), BEGIN + timedelta(minutes=last))
    assert _minutes(rest) == _minutes(one) & set(range(first, last))


@given(minute_sets)
def test_merged_spans_are_in_order_and_never_touch(spans: tuple[Span, ...]) -> None:
    assert all(before.end < after.start for before, after in pairwise(spans))


def test_a_window_is_the_same_span_however_its_zone_is_written() -> None:
    window = Window(start=time(6, 30), end=time(8))
    assert span_of(window, date(2026, 10, 12), SHANGHAI) == Span(start=at("06:30"), end=at("08:00"))
