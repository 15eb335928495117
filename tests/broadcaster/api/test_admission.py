"""Who comes in with which token."""

from pathlib import Path

import pytest

from broadcaster.api.admission import Admit, admission
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.errors import Refused
from tests.broadcaster.desk.people import Station
from tests.broadcaster.desk.people import station as make_station

OWNERS = "the owner's"


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return make_station(tmp_path)


def admitted(station: Station, *, phones: bool = False) -> Admit:
    return admission(station.house, OWNERS, station.orders.append, phones=phones, clock=lambda: station.now)


def who_comes(admit: Admit, token: str, act_as: str | None = None) -> str | None:
    door = admit(token, act_as)
    return None if door is None else CountyDesk(door).deeds.me()


def test_the_owner_of_the_directory_comes_in_as_anybody(station: Station) -> None:
    admit = admitted(station)
    assert (who_comes(admit, OWNERS), who_comes(admit, OWNERS, "li")) == ("@owner", "li")
    with pytest.raises(Refused):
        who_comes(admit, OWNERS, "nobody")


def test_everybody_else_comes_in_as_themselves(station: Station) -> None:
    token, admit = station.desk("li").tokens.issue(user="li", name="laptop"), admitted(station)
    assert [who_comes(admit, token, name) for name in (None, "li", "wang")] == ["li", "li", None]


@pytest.mark.parametrize("token", ["", "ccx_" + "A" * 43, "the owner'", "the owner's ", "店主"])
def test_a_token_that_nobody_issued_opens_nothing(station: Station, token: str) -> None:
    assert admitted(station)(token, None) is None


def test_the_token_of_a_phones_link_opens_the_pages_for_phones_alone(station: Station) -> None:
    """It travels in messages: whoever finds one must not get a token of a year for it, nor the API."""
    token = station.desk("town").tokens.phone(user="town").partition("?k=")[2]
    assert who_comes(admitted(station, phones=True), token) == "town"
    assert admitted(station)(token, None) is None


def test_orders_of_whoever_came_in_are_told(station: Station) -> None:
    token = station.desk("li").tokens.issue(user="li", name="laptop")
    station.orders.clear()
    door = admitted(station)(token, "li")
    assert door is not None
    CountyDesk(door).tokens.revoke(user="li", name="laptop")
    assert station.orders == ["tokens.revoke"]
    assert admitted(station)(token, "li") is None
