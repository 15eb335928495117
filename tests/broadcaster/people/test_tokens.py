from datetime import timedelta

import pytest
from sqlmodel import Session, select

from broadcaster.people import tokens, users
from broadcaster.storage.tables import TokenRow
from tests.broadcaster.storage.values import NOON

DAY = timedelta(days=1)


def test_a_token_stands_for_its_user_until_it_ends(session: Session) -> None:
    token = tokens.issue(session, "li", "bridge", now=NOON, lasts=DAY)
    assert tokens.holder(session, token, now=NOON) == "li"
    assert tokens.holder(session, token, now=NOON + DAY - timedelta(seconds=1)) == "li"
    assert tokens.holder(session, token, now=NOON + DAY) is None


def test_a_token_that_nobody_issued_is_nobodys(session: Session) -> None:
    tokens.issue(session, "li", "bridge", now=NOON, lasts=DAY)
    assert tokens.holder(session, "ccx_" + "A" * 43, now=NOON) is None
    assert tokens.holder(session, "", now=NOON) is None


def test_only_the_hash_of_a_token_is_kept(session: Session) -> None:
    token = tokens.issue(session, "li", "bridge", now=NOON, lasts=DAY)
    kept = session.exec(select(TokenRow)).one()
    assert token not in str(kept.model_dump())
    assert token.removeprefix(tokens.PREFIX) not in str(kept.model_dump())


def test_a_revoked_token_opens_nothing(session: Session) -> None:
    token = tokens.issue(session, "li", "bridge", now=NOON, lasts=DAY)
    assert tokens.revoke(session, "li", "bridge", now=NOON)
    assert not tokens.revoke(session, "li", "bridge", now=NOON)
    assert tokens.holder(session, token, now=NOON) is None


def test_a_token_of_the_same_name_replaces_the_one_before(session: Session) -> None:
    first = tokens.issue(session, "li", "bridge", now=NOON, lasts=DAY)
    second = tokens.issue(session, "li", "bridge", now=NOON, lasts=DAY)
    assert [tokens.holder(session, each, now=NOON) for each in (first, second)] == [None, "li"]


def test_tokens_of_a_disabled_user_open_nothing(session: Session) -> None:
    token = tokens.issue(session, "li", "bridge", now=NOON, lasts=DAY)
    users.set_enabled(session, "li", enabled=False)
    assert tokens.holder(session, token, now=NOON) is None


def test_a_user_sees_the_tokens_that_are_in_force(session: Session) -> None:
    tokens.issue(session, "li", "old", now=NOON - 2 * DAY, lasts=DAY)
    tokens.issue(session, "li", "screen", now=NOON, lasts=DAY)
    tokens.issue(session, "li", "bridge", now=NOON, lasts=2 * DAY)
    tokens.issue(session, "li", "lost", now=NOON, lasts=DAY)
    tokens.revoke(session, "li", "lost", now=NOON)
    assert [token.name for token in tokens.tokens(session, "li", now=NOON)] == ["bridge", "screen"]


@pytest.mark.parametrize(("name", "lasts"), [("", DAY), ("x" * 65, DAY), ("a", -DAY), ("a", 401 * DAY)])
def test_a_token_needs_a_name_and_an_end(session: Session, name: str, lasts: timedelta) -> None:
    with pytest.raises(ValueError, match="a token"):
        tokens.issue(session, "li", name, now=NOON, lasts=lasts)
