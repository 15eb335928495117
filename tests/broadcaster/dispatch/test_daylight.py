"""Daylight against the almanac, to a few minutes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from broadcaster.dispatch.daylight import daylight

ALMANAC = [  # Beijing and Sanya, in the county's time (UTC+8)
    (date(2026, 6, 21), 39.90, 116.41, (4, 46), (19, 46)),
    (date(2026, 12, 22), 39.90, 116.41, (7, 33), (16, 53)),
    (date(2026, 3, 21), 39.90, 116.41, (6, 16), (18, 27)),
]


@pytest.mark.parametrize(("day", "latitude", "longitude", "rises", "sets"), ALMANAC)
def test_the_sun_rises_and_sets_as_the_almanac_says(day, latitude, longitude, rises, sets) -> None:
    found = daylight(day, latitude, longitude)
    for at, (hour, minute) in zip(found, (rises, sets), strict=True):
        expected = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)
        assert abs(at - expected) < timedelta(minutes=4)


def test_beyond_the_polar_circle_it_is_all_or_nothing() -> None:
    begin, end = daylight(date(2026, 6, 21), 80, 0)
    assert end - begin == timedelta(days=1)
    begin, end = daylight(date(2026, 12, 21), 80, 0)
    assert begin == end
