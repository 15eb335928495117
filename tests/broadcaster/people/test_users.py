import pytest
from sqlmodel import Session

from broadcaster.people import users
from broadcaster.people.rights import Grant, Role
from schedules.places import Place
from tests.broadcaster.storage.values import NOON

EDITOR = Grant(role=Role.EDITOR, place=Place("341523100000"))
ADMIN = Grant(role=Role.ADMIN, place=Place("341523000000"))


@pytest.mark.parametrize("name", ["", "L", "李秀兰", "li wang", "controller", "-li", "x" * 33])
def test_a_name_that_cannot_stand_in_the_trail_is_refused(session: Session, name: str) -> None:
    with pytest.raises(ValueError, match="expected 2 to 32 of a-z"):
        users.add(session, name=name, now=NOON)


def test_a_name_is_not_given_twice(session: Session) -> None:
    users.set_enabled(session, "li", enabled=False)
    with pytest.raises(ValueError, match="li is taken, or was once"):
        users.add(session, name="li", now=NOON)


def test_a_grant_replaces_what_was_granted(session: Session) -> None:
    users.grant(session, "li", [EDITOR, EDITOR])
    users.grant(session, "li", [ADMIN])
    assert users.grants_of(session, "li") == (ADMIN,)


def test_a_disabled_user_may_act_on_nothing_until_enabled_again(session: Session) -> None:
    users.grant(session, "li", [EDITOR])
    users.set_enabled(session, "li", enabled=False)
    assert users.grants_of(session, "li") == ()
    users.set_enabled(session, "li", enabled=True)
    assert users.grants_of(session, "li") == (EDITOR,)


def test_what_a_disabled_user_held_is_still_shown(session: Session) -> None:
    """Whoever lets them in again has to have the right where they hold their roles."""
    users.grant(session, "li", [ADMIN])
    users.set_enabled(session, "li", enabled=False)
    assert users.user(session, "li") == users.User(
        name="li", full_name="李秀兰", enabled=False, grants=(ADMIN,)
    )


def test_everybody_is_listed_by_name_with_their_roles(session: Session) -> None:
    users.add(session, name="an", now=NOON)
    users.grant(session, "li", [EDITOR, ADMIN])
    found = users.users(session)
    assert [(each.name, each.grants) for each in found] == [("an", ()), ("li", (ADMIN, EDITOR))]
    assert users.user(session, "li") == found[1]
    assert users.user(session, "zhao") is None


def test_orders_about_nobody_are_refused(session: Session) -> None:
    with pytest.raises(LookupError, match="there is no user 'zhao'"):
        users.grant(session, "zhao", [EDITOR])
