"""An endpoint's telemetry at the desk: a value for each quarter of an hour in which it spoke, the oldest first."""

from datetime import timedelta

import pytest

from broadcaster.controller import telemetry
from broadcaster.desk.conditions import Telemetry
from broadcaster.desk.errors import NotFound
from broadcaster.storage.engine import upsert
from broadcaster.storage.tables import EndpointStateRow
from tests.broadcaster.county import NOW
from tests.broadcaster.desk.people import Station

QUARTER = timedelta(minutes=15)


def _heard(station: Station, endpoint: str, **values: int) -> None:
    """A heartbeat a minute ago, kept with this quarter."""
    row = {"endpoint": endpoint, "heard_at": station.now - timedelta(minutes=1), **values}
    station.change(lambda session: upsert(session, EndpointStateRow, [row]))
    telemetry.keep(station.house.engine, station.now)


def _told(station: Station, endpoint: str, hours: int = 24) -> list[Telemetry]:
    return list(station.desk("li").endpoints.telemetry(endpoint=endpoint, hours=hours))


def test_values_are_told_by_the_quarter_of_an_hour_in_which_they_were_said(station: Station) -> None:
    _heard(station, "li-1", battery=90, mains_v=230)
    station.now += QUARTER
    _heard(station, "li-1", battery=88)
    first, second = _told(station, "li-1")
    assert (first.battery, first.mains_v, first.temperature) == (90, 230, None)
    assert second.battery == 88
    assert second.at - first.at == QUARTER
    assert first.at <= NOW < first.at + QUARTER


def test_only_the_hours_asked_for_are_told_and_only_of_that_endpoint(station: Station) -> None:
    _heard(station, "li-1", battery=90)
    _heard(station, "li-2", battery=10)
    assert [each.battery for each in _told(station, "li-1")] == [90]
    station.now += timedelta(hours=2)
    assert _told(station, "li-1", hours=1) == []
    assert len(_told(station, "li-1", hours=2)) == 1


def test_an_endpoint_that_is_not_there_has_none(station: Station) -> None:
    with pytest.raises(NotFound, match="no endpoint"):
        _told(station, "nobody-1")
