from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from broadcaster.people import audit
from tests.broadcaster.storage.values import NOON


def three(session: Session) -> None:
    """Li submits, Wang is refused, Wang approves."""
    for minute, (who, what, outcome) in enumerate(
        [
            ("li", "notices.submit", "done"),
            ("wang", "alerts.send", "refused"),
            ("wang", "notices.approve", "done"),
        ]
    ):
        audit.record(
            session,
            at=NOON + timedelta(minutes=minute, microseconds=1),
            who=who,
            what=what,
            subject=f"n-{minute}",
            places=["341523000000"],
            parameters={"comment": '好 🙂\n"x"', "plays": 6, "share": 0.1, "items": ("a", None)},
            outcome=outcome,
        )


def tampered(session: Session, statement: str) -> audit.Verified:
    """The verdict after somebody took the locks off and changed the trail."""
    connection = session.connection()
    for change in ("update", "delete"):
        connection.execute(text(f"DROP TRIGGER audit_forbids_{change}"))
    connection.execute(text(statement))
    session.expire_all()
    return audit.verify(session)


def test_a_trail_that_nobody_touched_is_whole(session: Session) -> None:
    assert audit.verify(session) == audit.Verified(rows=0, tip=audit.GENESIS, broken_at=None)
    three(session)
    session.expunge_all()
    verified = audit.verify(session)
    assert verified
    assert verified.rows == 3


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'zhao'", "DELETE FROM audit"])
def test_the_database_forbids_changes(session: Session, statement: str) -> None:
    three(session)
    with pytest.raises(DBAPIError, match="only ever added to"):
        session.connection().execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'zhao' WHERE id = 2",
        "UPDATE audit SET at = '2026-11-24 04:01:00.000002' WHERE id = 2",
        "UPDATE audit SET outcome = 'done' WHERE id = 2",
        "UPDATE audit SET parameters = '{}' WHERE id = 2",
        "UPDATE audit SET places = '[]' WHERE id = 2",
        "UPDATE audit SET id = CASE id WHEN 2 THEN 9 ELSE 2 END WHERE id > 1",
        "INSERT INTO audit SELECT 9, at, who, what, subject, places, parameters, outcome, message, hash"
        " FROM audit WHERE id = 1",
    ],
)
def test_a_row_that_was_changed_moved_or_slipped_in_shows(session: Session, statement: str) -> None:
    three(session)
    assert tampered(session, statement).broken_at in (2, 9)


def test_a_row_that_was_taken_out_shows_at_the_next(session: Session) -> None:
    three(session)
    assert tampered(session, "DELETE FROM audit WHERE id = 2").broken_at == 3


def test_rows_cut_off_at_the_end_show_against_a_tip_that_was_noted(session: Session) -> None:
    three(session)
    noted = audit.verify(session)
    cut = tampered(session, "DELETE FROM audit WHERE id = 3")
    assert cut
    assert (cut.rows, cut.tip) != (noted.rows, noted.tip)


def test_entries_come_newest_first_and_as_they_were(session: Session) -> None:
    three(session)
    session.expunge_all()
    newest = audit.entries(session)[0]
    assert (newest.id, newest.at, newest.who) == (3, NOON + timedelta(minutes=2, microseconds=1), "wang")
    assert newest.places == ("341523000000",)
    assert newest.parameters == {"comment": '好 🙂\n"x"', "plays": 6, "share": 0.1, "items": ["a", None]}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"who": "wang"}, [3, 2]),
        ({"what": "notices"}, [3, 1]),
        ({"what": "notices.submit"}, [1]),
        ({"what": "notice"}, []),
        ({"what": "n%"}, []),
        ({"subject": "n-1"}, [2]),
        ({"outcome": "refused"}, [2]),
        ({"since": NOON + timedelta(minutes=1)}, [3, 2]),
        ({"until": NOON + timedelta(minutes=1)}, [1]),
        ({"limit": 2}, [3, 2]),
        ({"before": 3, "limit": 1}, [2]),
        ({"who": "wang", "what": "notices"}, [3]),
    ],
)
def test_entries_are_found(session: Session, filters: dict[str, object], found: list[int]) -> None:
    three(session)
    assert [entry.id for entry in audit.entries(session, **filters)] == found  # type: ignore[arg-type]
