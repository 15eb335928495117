import pytest

from broadcaster.tickets.states import (
    OVER,
    REMARKS,
    TABLE,
    NotAllowed,
    TicketState,
    TicketStep,
    after,
    is_allowed,
    is_news,
)

DEVICE = {TicketStep.PROVEN, TicketStep.MERGE}


@pytest.mark.parametrize("state", TicketState)
@pytest.mark.parametrize("step", TicketStep)
def test_every_pair_of_state_and_step_is_in_the_table_or_not_allowed(
    state: TicketState, step: TicketStep
) -> None:
    remark = step in REMARKS and (state not in OVER or step in (TicketStep.NOTE, TicketStep.CORRECT))
    if remark:
        assert after(state, step) is state
    elif step in TABLE[state]:
        assert after(state, step) is TABLE[state][step]
    else:
        with pytest.raises(NotAllowed, match=f"{state} takes no step {step}"):
            after(state, step)


@pytest.mark.parametrize("state", sorted(frozenset(TicketState) - OVER))
def test_what_the_device_proves_ends_a_ticket_from_every_state_that_is_not_over(state: TicketState) -> None:
    assert after(state, TicketStep.PROVEN) in OVER


@pytest.mark.parametrize("step", [TicketStep.ACCEPT, TicketStep.ASSIGN, TicketStep.DONE, TicketStep.WAIT])
def test_resolve_wins_over_ack(step: TicketStep) -> None:
    with pytest.raises(NotAllowed):
        after(TicketState.CLOSED, step)


def test_only_the_device_or_an_override_closes() -> None:
    closing = {
        step for steps in TABLE.values() for step, to in steps.items() if to in OVER and step not in DEVICE
    }
    assert closing == {TicketStep.OVERRIDE}


def test_people_are_offered_what_leads_on_only():
    assert not is_news(TicketState.ON_SITE, TicketStep.ARRIVE)
    assert not is_news(TicketState.ON_SITE, TicketStep.ACCEPT)
    assert is_news(TicketState.ACCEPTED, TicketStep.ARRIVE)
    assert is_news(TicketState.ON_SITE, TicketStep.NOTE)
    assert is_allowed(TicketState.ON_SITE, TicketStep.ARRIVE)  # as a phone may say it late
