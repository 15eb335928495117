from broadcaster.repairs.causes import Cause
from broadcaster.tickets import orders, timers
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.states import TicketState
from broadcaster.tickets.ticket import Ticket
from tests.broadcaster.tickets.workshop import DAY, HOUR, MONDAY, WORKING, ticket


def levels(over_days: int, begun: Ticket) -> list[tuple[float, int]]:
    """(hours since it began, level) of everything that is told, looked at every hour."""
    told, current = [], begun
    for hour in range(over_days * 24):
        now = MONDAY + hour * HOUR
        change = timers.passed(current, WORKING, now)
        current = change.ticket
        told += [(hour, int(entry.facts["level"])) for entry in change.entries]
    return told


def test_urgent_tickets_escalate_around_the_clock_at_half_and_four_fifths_and_all_and_half_more() -> None:
    found = levels(2, ticket(cause=Cause.OPERATOR))
    assert found[:4] == [(2, 1), (4, 2), (4, 3), (6, 4)]


def test_others_escalate_by_working_time() -> None:
    found = levels(14, ticket(cause=Cause.CHARGER))  # 72 working hours are more than ten days
    assert found[0][0] > 6 * 24
    assert [level for _, level in found] == [1, 2]


def test_nothing_escalates_while_the_clock_stands_but_it_is_looked_at_once_a_day() -> None:
    waits = orders.wait(ticket(), "li", WaitReason.PART_ORDERED, MONDAY, "a horn").ticket
    assert levels(5, waits) == [(day * 24, 1) for day in range(1, 5)]


def test_a_proof_that_is_due_goes_before_an_escalation_that_is_due() -> None:
    both = ticket(state=TicketState.VERIFYING, proves_at=MONDAY)
    (entry,) = timers.passed(both, WORKING, MONDAY + 30 * DAY).entries
    assert entry.to_state is TicketState.CLOSED


def test_the_next_time_is_when_something_happens() -> None:
    begun = ticket(cause=Cause.OPERATOR)
    at = timers.next_time(begun, WORKING, MONDAY)
    assert at == MONDAY + 2 * HOUR
    assert timers.passed(begun, WORKING, at - HOUR / 60).entries == ()
    assert timers.passed(begun, WORKING, at).entries != ()
