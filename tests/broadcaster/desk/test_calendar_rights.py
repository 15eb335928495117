"""Who may correct the calendar: it holds for the whole county."""

from datetime import date

import pytest

from broadcaster.desk.errors import Refused
from broadcaster.desk.house import OWNER
from broadcaster.people.rights import Grant, Role
from tests.broadcaster.county import TOWN
from tests.broadcaster.desk.people import Station


def test_one_town_does_not_change_the_calendar_of_all(station: Station) -> None:
    station.desk(OWNER).users.add(user="chen", grants=(Grant(role=Role.ADMIN, place=TOWN),))
    with pytest.raises(Refused):
        station.desk("chen").calendar.set(day=date(2026, 12, 1), workday=False)
    assert station.desk("li").calendar.set(day=date(2026, 12, 1), workday=False, name="赶集").name == "赶集"
    station.desk("li").calendar.clear(day=date(2026, 12, 1))
    assert station.desk("li").calendar.list() == ()
