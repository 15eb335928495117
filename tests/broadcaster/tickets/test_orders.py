from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.repairs.causes import Cause, Owner
from broadcaster.repairs.incidents import Stage
from broadcaster.tickets import following, orders, timers
from broadcaster.tickets.clocks import PAUSES, WaitReason
from broadcaster.tickets.orders import NotThisWay
from broadcaster.tickets.states import NotAllowed, TicketState, TicketStep, is_news
from broadcaster.tickets.ticket import Change, Ticket
from tests.broadcaster.tickets.workshop import DAY, HOUR, MINUTE, MONDAY, WORKING, ended, incident, ticket

LATER = MONDAY + HOUR


def test_a_person_cannot_close_while_the_device_still_fails() -> None:
    claimed = orders.done(ticket(), "li", MONDAY).ticket
    assert claimed.state is TicketState.DONE_CLAIMED
    assert timers.passed(claimed, WORKING, MONDAY + 15 * MINUTE).ticket.state is TicketState.DISPUTED


def test_what_is_well_already_goes_straight_into_verification() -> None:
    assert orders.done(replace(ticket(), affected=0), "li", MONDAY).ticket.state is TicketState.VERIFYING


@pytest.mark.parametrize(
    ("second", "photo", "reason"),
    [("", "f" * 64, "no power"), ("li", "f" * 64, "x"), ("wang", "", "x"), ("wang", "f" * 64, " ")],
)
def test_an_override_takes_a_reason_a_photo_and_a_second_person(second: str, photo: str, reason: str) -> None:
    with pytest.raises(NotThisWay):
        orders.override(ticket(), "li", second, photo, LATER, reason)


def test_an_override_is_recorded_with_all_three() -> None:
    closed = orders.override(ticket(), "li", "wang", "f" * 64, LATER, "the school is being rebuilt").ticket
    assert closed.state is TicketState.CLOSED
    assert closed.override is not None
    assert (closed.override.by, closed.override.second) == ("li", "wang")


def test_a_problem_record_is_closed_on_a_persons_word() -> None:
    assert orders.done(ticket(cause=Cause.CHRONIC), "li", LATER).ticket.state is TicketState.CLOSED


def test_waiting_for_the_power_company_stops_the_clock_and_waiting_for_nothing_does_not() -> None:
    for why, consumed in ((WaitReason.POWER_COMPANY, 0.0), (WaitReason.OTHER, 3600.0)):
        waits = orders.wait(ticket(), "li", why, MONDAY, "they come tomorrow").ticket
        assert waits.clock.consumed(WORKING, LATER) == consumed


def test_who_waits_for_something_else_now_has_a_pause_for_each_and_none_counts_twice() -> None:
    waits = orders.wait(ticket(), "li", WaitReason.POWER_COMPANY, MONDAY, "they come tomorrow").ticket
    waits = orders.wait(waits, "li", WaitReason.PART_ORDERED, LATER, "a new fuse").ticket
    went_on = orders.resume(waits, "li", LATER + HOUR).ticket
    assert [pause.reason for pause in went_on.clock.pauses] == [
        WaitReason.POWER_COMPANY,
        WaitReason.PART_ORDERED,
    ]
    assert went_on.clock.consumed(WORKING, LATER + 2 * HOUR) == 3600.0


def test_help_that_is_not_answered_within_thirty_working_minutes_goes_to_the_leaders() -> None:
    evening = MONDAY + 8 * HOUR + 50 * MINUTE  # 17:50
    asked = orders.ask_help(ticket(evening), "li", evening, "which fuse?").ticket
    due = MONDAY + DAY - 10 * MINUTE  # 08:50 of the next day
    assert timers.passed(asked, WORKING, due - MINUTE).entries == ()
    (entry,) = timers.passed(asked, WORKING, due).entries
    assert (entry.step, entry.facts["level"]) == (TicketStep.ESCALATE, timers.Level.LEADERS)


def test_an_answer_stops_the_stations_clock() -> None:
    asked = orders.ask_help(ticket(), "li", MONDAY, "").ticket
    answered = orders.answer(asked, "zhao", MONDAY + 5 * MINUTE, "the left one").ticket
    assert timers.passed(answered, WORKING, LATER).entries == ()
    with pytest.raises(NotThisWay):
        orders.answer(answered, "zhao", LATER, "again")


def test_a_ticket_goes_back_and_forth_twice_at_most() -> None:
    moved = ticket()
    for _ in range(2):
        moved = orders.take_over(moved, "zhao", LATER).ticket
        assert moved.owner is Owner.STATION
        moved = orders.give_back(moved, "zhao", LATER, "it is the pole").ticket
    with pytest.raises(NotThisWay, match="head of the county"):
        orders.give_back(orders.take_over(moved, "zhao", LATER).ticket, "zhao", LATER, "again")


ORDERS = [
    lambda t: orders.assign(t, "zhao", "crew", LATER),
    lambda t: orders.accept(t, "li", LATER),
    lambda t: orders.hand_back(t, "li", LATER, "no lift"),
    lambda t: orders.arrive(t, "li", LATER),
    lambda t: orders.wait(t, "li", WaitReason.WEATHER, LATER, "storm", is_warned=True),
    lambda t: orders.wait(t, "li", WaitReason.OTHER, LATER, "the village head"),
    lambda t: orders.resume(t, "li", LATER),
    lambda t: orders.done(t, "li", LATER),
    lambda t: orders.ask_help(t, "li", LATER, "?"),
    lambda t: orders.take_over(t, "zhao", LATER),
    lambda t: orders.give_back(t, "zhao", LATER, "!"),
    lambda t: timers.passed(t, WORKING, LATER),
    lambda t: timers.passed(t, WORKING, LATER + 3 * DAY),
]
THE_DEVICE = [
    lambda t: following.follow(t, incident(), LATER),
    lambda t: following.follow(t, replace(incident(), stage=Stage.RECOVERING, affected=()), LATER),
    lambda t: following.follow(t, ended(incident()), LATER),
]


@given(st.lists(st.sampled_from([*ORDERS, *THE_DEVICE]), max_size=20))
def test_a_clock_stands_still_only_while_its_ticket_waits_for_a_reason_that_pauses(
    deeds: list[object],
) -> None:
    current: Ticket = ticket()
    for deed in deeds:
        try:
            current = deed(current).ticket  # type: ignore[operator]
        except (NotAllowed, NotThisWay):
            continue
        assert (current.waiting is not None) is (current.state is TicketState.WAITING)
        assert current.clock.paused is (current.waiting in PAUSES)


@pytest.mark.parametrize("evidence", ["", "  "])
def test_nobody_waits_without_evidence(evidence: str) -> None:
    with pytest.raises(NotThisWay):
        orders.wait(ticket(), "li", WaitReason.OPERATOR, LATER, evidence)


@given(st.lists(st.sampled_from(ORDERS), max_size=20))
def test_whatever_people_do_every_open_ticket_has_a_next_time_and_none_is_closed_without_proof(
    deeds: list[object],
) -> None:
    current: Ticket = ticket()
    for deed in deeds:
        try:
            change: Change = deed(current)  # type: ignore[operator]
        except (NotAllowed, NotThisWay):
            continue
        current = change.ticket
        assert (timers.next_time(current, WORKING, LATER) is None) is current.is_over
        assert not current.is_over


@given(st.sampled_from(TicketState), st.sampled_from(Owner), st.booleans())
def test_what_is_possible_is_what_the_orders_take_and_leads_on(
    state: TicketState, owner: Owner, asked: bool
) -> None:
    given_ticket = replace(ticket(), state=state, owner=owner)
    if asked and owner is not Owner.STATION:
        given_ticket = replace(given_ticket, support=orders.ServiceClock(contract_s=1800, begun=MONDAY))
    orders_of = {
        TicketStep.ASSIGN: lambda t: orders.assign(t, "li", "crew", MONDAY),
        TicketStep.ACCEPT: lambda t: orders.accept(t, "li", MONDAY),
        TicketStep.HAND_BACK: lambda t: orders.hand_back(t, "li", MONDAY, "x"),
        TicketStep.ARRIVE: lambda t: orders.arrive(t, "li", MONDAY),
        TicketStep.WAIT: lambda t: orders.wait(t, "li", WaitReason.OPERATOR, MONDAY, "x"),
        TicketStep.RESUME: lambda t: orders.resume(t, "li", MONDAY),
        TicketStep.DONE: lambda t: orders.done(t, "li", MONDAY),
        TicketStep.OVERRIDE: lambda t: orders.override(t, "li", "wang", "f" * 64, MONDAY, "x"),
        TicketStep.NOTE: lambda t: orders.note(t, "li", MONDAY, "x"),
        TicketStep.ASK_HELP: lambda t: orders.ask_help(t, "li", MONDAY, "x"),
        TicketStep.ANSWER: lambda t: orders.answer(t, "li", MONDAY, "x"),
        TicketStep.TAKE_OVER: lambda t: orders.take_over(t, "li", MONDAY),
        TicketStep.GIVE_BACK: lambda t: orders.give_back(t, "li", MONDAY, "x"),
    }
    assert orders_of.keys() == set(orders.BY_PEOPLE)
    for step, order in orders_of.items():
        assert (step in orders.possible(given_ticket)) is (
            is_taken(order, given_ticket) and is_news(state, step)
        )


def is_taken(order: Callable[[Ticket], Change], of: Ticket) -> bool:
    try:
        order(of)
    except (NotAllowed, NotThisWay):
        return False
    return True
