"""Who may look after whom."""

import pytest

from broadcaster.desk.errors import Invalid, NotFound, Refused
from broadcaster.people.rights import Grant, Role
from tests.broadcaster.desk.conftest import COUNTY, OTHER_TOWN, TOWN, CountyDeskOf

EDITOR = Grant(role=Role.EDITOR, place=TOWN)
ELSEWHERE = Grant(role=Role.EDITOR, place=OTHER_TOWN)


def test_a_towns_administrator_adds_people_of_the_town_only(county_desk_of: CountyDeskOf) -> None:
    qian = county_desk_of("qian").users
    assert qian.add(user="sun", full_name="孙", grants=(EDITOR,)).grants == (EDITOR,)
    with pytest.raises(Refused, match=f"qian has no right to admin in {OTHER_TOWN}"):
        qian.add(user="li", grants=(ELSEWHERE,))
    assert [user.name for user in qian.list()] == ["qian", "sun", "zhao"]


def test_a_user_begins_with_a_role(county_desk_of: CountyDeskOf) -> None:
    with pytest.raises(Invalid, match="needs a role in a place"):
        county_desk_of("zhao").users.add(user="sun", grants=())


@pytest.mark.parametrize("name", ["X", "@owner", "controller"])
def test_names_that_cannot_be_are_refused_with_a_reason(county_desk_of: CountyDeskOf, name: str) -> None:
    with pytest.raises(Invalid, match=f"user name {name}:"):
        county_desk_of("zhao").users.add(user=name, grants=(EDITOR,))


def test_nobody_changes_roles_outside_their_place(county_desk_of: CountyDeskOf) -> None:
    county_desk_of("zhao").users.add(user="sun", grants=(ELSEWHERE,))
    qian = county_desk_of("qian").users
    with pytest.raises(Refused):
        qian.grant(user="sun", grants=(EDITOR,))
    with pytest.raises(Refused):
        qian.enable(user="sun", enabled=False)
    with pytest.raises(Refused):
        qian.grant(user="qian", grants=(Grant(role=Role.ADMIN, place=COUNTY),))
    assert county_desk_of("zhao").users.show(user="sun").grants == (ELSEWHERE,)


def test_roles_are_given_anew(county_desk_of: CountyDeskOf) -> None:
    zhao = county_desk_of("zhao").users
    zhao.add(user="sun", grants=(EDITOR,))
    assert zhao.grant(user="sun", grants=(ELSEWHERE,)).grants == (ELSEWHERE,)


def test_who_is_kept_out_may_do_nothing(county_desk_of: CountyDeskOf) -> None:
    county_desk_of("zhao").users.enable(user="qian", enabled=False)
    with pytest.raises(Refused):
        county_desk_of("qian").users.list()


def test_somebody_unknown_is_named(county_desk_of: CountyDeskOf) -> None:
    with pytest.raises(NotFound, match="There is no user nobody"):
        county_desk_of("zhao").users.show(user="nobody")
