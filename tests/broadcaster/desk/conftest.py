"""A county's own desk, on a database of its own."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadcaster.config import load
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.house import CountyHouse
from broadcaster.people.rights import Grant, Role
from schedules.places import Place
from tests.broadcaster.desk.people import Station
from tests.broadcaster.desk.people import station as make_station

COUNTY, TOWN, OTHER_TOWN = Place("341523000000"), Place("341523100000"), Place("341523200000")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

CountyDeskOf = Callable[[str], CountyDesk]


@pytest.fixture
def county_house(tmp_path: Path) -> CountyHouse:
    return CountyHouse(load(tmp_path, environ={}))


@pytest.fixture
def county_desk_of(county_house: CountyHouse) -> CountyDeskOf:
    """The desk of anybody; `zhao` administers the county, `qian` one town."""

    def desk_of(who: str) -> CountyDesk:
        return CountyDesk(HouseDoor(county_house, who, clock=lambda: NOW))

    owner = desk_of(OWNER)
    owner.users.add(user="zhao", grants=(Grant(role=Role.ADMIN, place=COUNTY),))
    owner.users.add(user="qian", grants=(Grant(role=Role.ADMIN, place=TOWN),))
    return desk_of


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """A county with people at its desk."""
    return make_station(tmp_path)
