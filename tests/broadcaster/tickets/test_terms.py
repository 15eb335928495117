"""Service times are the operator's own: clocks run by them, and keep what was used when they change."""

from dataclasses import replace

import pytest

from broadcaster.repairs.causes import Cause, Priority
from broadcaster.tickets import following, orders, timers
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.terms import Terms
from tests.broadcaster.tickets.workshop import GROUND, HOUR, MONDAY, WORKING, incident, ticket


def under(terms: Terms, cause: Cause = Cause.OPERATOR):
    """A ticket of P1 (its cause: 4 h around the clock) begun under these terms."""
    ground = replace(GROUND, agreed={Priority.P1: terms})
    return following.begun(incident(cause), ground, MONDAY).ticket


def told(begun, hours: int) -> list[tuple[int, int]]:
    found = []
    for hour in range(hours + 1):
        change = timers.passed(begun, WORKING, MONDAY + hour * HOUR)
        begun = change.ticket
        found += [(hour, int(entry.facts["level"])) for entry in change.entries]
    return found


def test_a_ticket_runs_by_what_is_agreed_for_its_priority() -> None:
    assert under(Terms(repair_h=2)).clock.contract_s == 7_200
    assert under(Terms()).clock.contract_s == 4 * 3_600
    assert under(Terms(repair_h=2), Cause.CHARGER).clock.contract_s == 72 * 3_600  # of another priority


def test_it_is_told_further_up_at_the_agreed_shares() -> None:
    assert told(under(Terms(repair_h=10, shares=(0.1, 0.2, 0.5, 1.0))), 12) == [
        (1, 1),
        (2, 2),
        (5, 3),
        (10, 4),
    ]


def test_the_lead_hears_that_nobody_took_it_up_in_time_and_only_then() -> None:
    terms = Terms(respond_h=1, repair_h=100)
    assert told(under(terms), 5) == [(1, 2)]
    assert told(orders.accept(under(terms), "town", MONDAY).ticket, 5) == []
    assert timers.next_time(under(terms), WORKING, MONDAY) == MONDAY + HOUR


def test_other_terms_keep_what_was_used_and_the_pauses() -> None:
    waits = orders.wait(under(Terms()), "li", WaitReason.PART_ORDERED, MONDAY + HOUR, "a horn").ticket
    later = MONDAY + 3 * HOUR
    agreed = orders.agree(waits, "li", Terms(repair_h=8), WORKING, later).ticket
    assert agreed.clock.consumed(WORKING, later) == waits.clock.consumed(WORKING, later)
    resumed = orders.resume(agreed, "li", later).ticket
    used, left = (f(resumed.hours(WORKING), later) for f in (resumed.clock.consumed, resumed.clock.remaining))
    assert (used, left) == (3_600, 7 * 3_600)


def test_what_is_no_longer_reached_is_told_again_when_it_is() -> None:
    late = timers.passed(under(Terms(repair_h=2)), WORKING, MONDAY + 2 * HOUR).ticket
    assert late.escalated == 3
    assert orders.agree(late, "li", Terms(repair_h=20), WORKING, MONDAY + 2 * HOUR).ticket.escalated == 0


@pytest.mark.parametrize(
    "wrong",
    [{"repair_h": 0}, {"respond_h": 3, "repair_h": 2}, {"shares": (0.5, 1.0)}, {"shares": (0.5, 0.4, 1, 2)}],
)
def test_terms_that_cannot_be_kept_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"got|cannot"):
        Terms(**wrong)


def test_a_ticket_of_before_has_the_default_terms() -> None:
    assert ticket().terms == Terms()
