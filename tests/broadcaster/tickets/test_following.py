from dataclasses import replace

from broadcaster.repairs.causes import Cause, Owner
from broadcaster.repairs.incidents import Flag, Stage
from broadcaster.tickets import following, orders, timers
from broadcaster.tickets.states import TicketState, TicketStep
from tests.broadcaster.tickets.workshop import (
    DAY,
    GROUND,
    HOUR,
    MINUTE,
    MONDAY,
    WORKING,
    ended,
    incident,
    ticket,
)


def test_a_ticket_is_begun_by_an_announced_incident_with_the_handling_of_its_cause() -> None:
    begun = following.begun(incident(Cause.SPEAKER), GROUND, MONDAY)
    assert (begun.ticket.state, begun.ticket.owner, begun.ticket.truck) == (
        TicketState.OPEN,
        Owner.TOWN,
        True,
    )
    assert begun.ticket.clock.contract_s == 48 * 3600
    assert [entry.step for entry in begun.entries] == [TicketStep.RIPEN]


def test_what_recovers_before_anybody_took_it_up_closes_by_itself() -> None:
    change = following.follow(ticket(), ended(incident()), MONDAY + HOUR)
    assert change.ticket.state is TicketState.SELF_RECOVERED
    assert change.ticket.closed_at == MONDAY + HOUR


def test_what_a_crew_mended_is_verified_and_closed_on_the_devices_proof() -> None:
    mended = orders.done(orders.accept(ticket(), "li", MONDAY).ticket, "li", MONDAY + HOUR).ticket
    recovering = following.follow(
        mended, replace(incident(), stage=Stage.RECOVERING, affected=()), MONDAY + HOUR
    )
    assert recovering.ticket.state is TicketState.VERIFYING
    assert (
        following.follow(recovering.ticket, ended(incident()), MONDAY + 2 * HOUR).ticket.state
        is TicketState.CLOSED
    )


def test_each_reopening_doubles_the_time_in_which_it_must_stay_well() -> None:
    again = replace(ticket(), reopens=2, state=TicketState.ACCEPTED)
    waiting = following.follow(again, ended(incident()), MONDAY).ticket
    assert (waiting.state, waiting.proves_at) == (TicketState.VERIFYING, MONDAY + 30 * MINUTE)
    assert timers.passed(waiting, WORKING, MONDAY + 29 * MINUTE).ticket.state is TicketState.VERIFYING
    assert timers.passed(waiting, WORKING, MONDAY + 30 * MINUTE).ticket.state is TicketState.CLOSED


def test_a_volume_that_was_turned_must_stay_right_for_a_whole_day() -> None:
    turned = incident(Cause.VOLUME_TAMPERED)
    change = following.follow(ticket(cause=Cause.VOLUME_TAMPERED), ended(turned), MONDAY)
    assert change.ticket.proves_at == MONDAY + DAY


def test_the_same_within_a_day_opens_the_ticket_again_and_later_it_is_another() -> None:
    closed = following.follow(ticket(), ended(incident()), MONDAY).ticket
    same = incident(onset=MONDAY.timestamp() + 7200)
    assert following.is_recurrence(closed, same, MONDAY + DAY)
    assert not following.is_recurrence(closed, same, MONDAY + DAY + MINUTE)
    assert not following.is_recurrence(closed, incident(root="li-2"), MONDAY + HOUR)
    again = following.reopened(closed, same, MONDAY + HOUR)
    assert (again.ticket.state, again.ticket.reopens, again.ticket.key) == (TicketState.OPEN, 1, same.key)


def test_a_fault_that_returns_while_it_is_verified_is_disputed_where_a_person_said_done() -> None:
    for done_by, state in (("li", TicketState.DISPUTED), ("", TicketState.ACCEPTED)):
        verifying = ticket(state=TicketState.VERIFYING, done_by=done_by, proves_at=MONDAY + HOUR)
        again = following.relapsed(verifying, incident(onset=MONDAY.timestamp() + 60), MONDAY + MINUTE).ticket
        assert (again.state, again.proves_at) == (state, None)


def test_a_corrected_cause_goes_to_who_mends_it_unless_somebody_has_begun() -> None:
    network = replace(incident(), cause=Cause.SITE_LINK)
    assert following.follow(ticket(), network, MONDAY).ticket.owner is Owner.STATION
    begun = orders.accept(ticket(), "li", MONDAY).ticket
    change = following.follow(begun, network, MONDAY + HOUR)
    assert (change.ticket.owner, change.ticket.cause) == (Owner.TOWN, Cause.SITE_LINK)
    assert change.ticket.clock.begun == MONDAY
    assert [entry.step for entry in change.entries] == [TicketStep.CORRECT]


def test_a_merged_ticket_leaves_its_onset_and_its_stricter_service_to_the_other() -> None:
    merged = following.follow(
        ticket(), replace(incident(), stage=Stage.MERGED, merged_into="k"), MONDAY + HOUR
    )
    assert (merged.ticket.state, merged.ticket.merged_into) == (TicketState.MERGED, "k")
    heir = replace(ticket(MONDAY + HOUR, Cause.GRID_OUTAGE), onset=MONDAY + HOUR)
    heir = following.absorbed(heir, merged.ticket, MONDAY + HOUR).ticket
    assert (heir.onset, heir.clock.begun, heir.clock.contract_s) == (MONDAY, MONDAY, 8 * 3600)


def test_flapping_is_said_once_and_changes_no_state() -> None:
    flapping = replace(incident(), flags=frozenset({Flag.FLAPPING}))
    change = following.follow(ticket(), flapping, MONDAY)
    assert [entry.step for entry in change.entries] == [TicketStep.FLAPS]
    assert following.follow(change.ticket, flapping, MONDAY).entries == ()


def test_what_never_was_is_closed_without_having_been_a_fault() -> None:
    change = following.follow(ticket(), replace(incident(), stage=Stage.WITHDRAWN), MONDAY)
    assert change.ticket.state is TicketState.SELF_RECOVERED
