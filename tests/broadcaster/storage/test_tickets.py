"""Tickets in the database: nothing is written over, and time finds what is due."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from broadcaster.repairs.causes import Cause
from broadcaster.storage import tickets as kept
from broadcaster.storage.engine import open_database
from broadcaster.tickets import following, orders
from broadcaster.tickets.states import TicketState
from broadcaster.tickets.ticket import Change, Ticket
from tests.broadcaster.tickets.workshop import DAY, GROUND, HOUR, MINUTE, MONDAY, incident


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(open_database("sqlite://")) as session:
        yield session


def opened(
    session: Session, root: str = "li-1", next_at: datetime | None = None, onset: datetime = MONDAY
) -> Ticket:
    begun = following.begun(incident(root=root, onset=onset.timestamp()), GROUND, onset)
    return kept.save(session, begun, next_at)


def test_a_ticket_comes_back_as_it_was_saved_with_its_number_and_its_lines(session: Session) -> None:
    first, second = opened(session), opened(session, "li-2")
    assert (first.number, second.number, first.version) == (1, 2, 1)
    accepted = kept.save(session, orders.accept(first, "town", MONDAY + MINUTE), None)
    assert kept.load(session, 1) == accepted
    assert (accepted.version, accepted.accepted_by) == (2, "town")
    assert [line.who for line in kept.entries_of(session, 1)][-1] == "town"
    assert kept.load(session, 3) is None


def test_of_two_changes_to_one_version_the_second_is_refused_and_leaves_no_line(session: Session) -> None:
    seen = opened(session)
    kept.save(session, orders.accept(seen, "town", MONDAY + MINUTE), None)
    lines = len(kept.entries_of(session, seen.number))
    with pytest.raises(kept.Overtaken, match="ticket 1 is no longer at version 1"):
        kept.save(session, orders.note(seen, "li", MONDAY + HOUR, "too late"), None)
    assert len(kept.entries_of(session, seen.number)) == lines


def test_what_is_due_comes_the_longest_due_first_and_no_more_than_asked_for(session: Session) -> None:
    for root, after in (("li-1", 2 * HOUR), ("li-2", HOUR), ("li-3", 3 * HOUR), ("li-4", HOUR)):
        opened(session, root, MONDAY + after)
    opened(session, "li-5", None)
    assert kept.due(session, MONDAY + 2 * HOUR, 9) == [2, 4, 1]
    assert kept.due(session, MONDAY + 2 * HOUR, 2) == [2, 4]
    kept.put_off(session, 2, MONDAY + DAY)
    assert kept.due(session, MONDAY + 2 * HOUR, 9) == [4, 1]


def test_the_last_ticket_of_a_cause_is_the_newest_that_was_not_merged_away(session: Session) -> None:
    assert kept.last_of(session, "amplifier", "li-1") is None
    first, second = opened(session), opened(session, onset=MONDAY + DAY)
    found = kept.last_of(session, "amplifier", "li-1")
    assert found is not None
    assert found.number == second.number
    kept.save(session, Change(ticket=replace(second, state=TicketState.MERGED)), None)
    assert kept.last_of(session, "amplifier", "li-1") == first
    assert kept.last_of(session, "amplifier", "li-2") is None


def test_an_incident_has_one_ticket_for_ever(session: Session) -> None:
    opened(session)
    with pytest.raises(IntegrityError, match=r"ticket\.incident"):
        opened(session)


def test_an_incident_leads_to_the_ticket_that_it_is_part_of(session: Session) -> None:
    ticket, found = opened(session), incident()

    def wall(at_s: float) -> datetime:
        return datetime.fromtimestamp(at_s, UTC)

    kept.put_incident(session, found, wall, GROUND.place, 300, None)
    assert kept.of_incident(session, found.key) is None
    kept.put_incident(session, found, wall, GROUND.place, 300, ticket.number)
    assert kept.of_incident(session, found.key) == ticket
    assert kept.of_incident(session, incident(Cause.SPEAKER).key) is None
