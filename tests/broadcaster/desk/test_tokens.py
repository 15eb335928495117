"""Tokens: who may look after whose."""

from datetime import timedelta

import pytest

from broadcaster.desk.errors import Invalid, NotFound, Refused
from broadcaster.house import CountyHouse
from broadcaster.people import tokens
from tests.broadcaster.desk.conftest import NOW, CountyDeskOf


def test_a_token_opens_the_door_until_it_ends(
    county_desk_of: CountyDeskOf, county_house: CountyHouse
) -> None:
    token = county_desk_of("qian").tokens.issue(user="qian", name="laptop", days=3)
    with county_house.snapshot() as session:
        assert tokens.holder(session, token, now=NOW) == "qian"
        assert tokens.holder(session, token, now=NOW + timedelta(days=3)) is None
    (listed,) = county_desk_of("qian").tokens.list(user="qian")
    assert (listed.name, listed.expires_at) == ("laptop", NOW + timedelta(days=3))
    assert token not in str(county_desk_of("zhao").audit.list())


def test_a_token_can_be_ended_by_its_owner_or_an_administrator(county_desk_of: CountyDeskOf) -> None:
    county_desk_of("qian").tokens.issue(user="qian", name="laptop")
    county_desk_of("zhao").tokens.revoke(user="qian", name="laptop")
    assert county_desk_of("qian").tokens.list(user="qian") == ()
    with pytest.raises(NotFound, match="qian has no token laptop in force"):
        county_desk_of("qian").tokens.revoke(user="qian", name="laptop")


def test_tokens_of_those_above_are_out_of_reach(county_desk_of: CountyDeskOf) -> None:
    for ask in ("list", "issue", "revoke"):
        arguments = {} if ask == "list" else {"name": "laptop"}
        with pytest.raises(Refused):
            getattr(county_desk_of("qian").tokens, ask)(user="zhao", **arguments)


@pytest.mark.parametrize("days", [0, 401, 10**12])
def test_a_token_lasts_a_year_at_most(county_desk_of: CountyDeskOf, days: int) -> None:
    with pytest.raises(Invalid):
        county_desk_of("qian").tokens.issue(user="qian", name="laptop", days=days)
