"""What the trail shows, and to whom."""

import pytest

from broadcaster.desk.errors import Invalid, Refused
from broadcaster.desk.house import OWNER
from broadcaster.people.rights import Grant, Role
from tests.broadcaster.desk.conftest import OTHER_TOWN, TOWN, CountyDeskOf


def test_orders_stand_in_the_trail_refused_ones_too(county_desk_of: CountyDeskOf) -> None:
    with pytest.raises(Refused):
        county_desk_of("qian").users.add(user="sun", grants=(Grant(role=Role.EDITOR, place=OTHER_TOWN),))
    newest, *_others, oldest = county_desk_of("zhao").audit.list()
    assert (newest.who, newest.what, newest.subject, newest.outcome) == (
        "qian",
        "users.add",
        "sun",
        "refused",
    )
    assert newest.places == (OTHER_TOWN,)
    assert (oldest.who, oldest.parameters["user"], oldest.outcome) == (OWNER, "zhao", "done")


def test_the_trail_is_searched_and_turned_page_by_page(county_desk_of: CountyDeskOf) -> None:
    trail = county_desk_of("zhao").audit
    assert [entry.subject for entry in trail.list(what="users", limit=1)] == ["qian"]
    assert [entry.subject for entry in trail.list(before=2)] == ["zhao"]
    assert trail.list(who="qian") == ()
    with pytest.raises(Invalid, match="limit"):
        trail.list(limit=0)


def test_the_trail_proves_itself(county_desk_of: CountyDeskOf) -> None:
    verified = county_desk_of("zhao").audit.verify()
    assert (verified.rows, verified.broken_at) == (2, None)


def test_editors_do_not_read_it(county_desk_of: CountyDeskOf) -> None:
    county_desk_of("zhao").users.add(user="sun", grants=(Grant(role=Role.EDITOR, place=TOWN),))
    with pytest.raises(Refused):
        county_desk_of("sun").audit.list()
