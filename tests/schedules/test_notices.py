"""Notices: validity, interruption, and every state with every event."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schedules.notices import (
    TRANSITIONS,
    InterruptionPolicy,
    Notice,
    NoticeEvent,
    NoticeKind,
    NoticeState,
    after,
)
from tests.schedules.county import COUNTY

BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
LETTER = Notice(
    id="letter",
    version=1,
    kind=NoticeKind.OPEN_LETTER,
    title="一封信",
    targets=(COUNTY,),
    valid_from=BEGIN,
    valid_until=BEGIN + timedelta(days=7),
)
EVERY_STEP = [(state, event) for state in NoticeState for event in NoticeEvent]


@pytest.mark.parametrize(("state", "event"), EVERY_STEP)
def test_each_event_in_each_state_leads_somewhere_or_is_refused_with_what_is_possible(
    state: NoticeState, event: NoticeEvent
) -> None:
    if event in TRANSITIONS[state]:
        assert after(state, event) is TRANSITIONS[state][event]
        return
    with pytest.raises(ValueError, match=f"{state} cannot {event}") as caught:
        after(state, event)
    assert all(str(possible) in str(caught.value) for possible in TRANSITIONS[state])


def test_nothing_goes_on_air_without_approval() -> None:
    ways_to_the_air = [state for state in NoticeState if NoticeState.ON_AIR in TRANSITIONS[state].values()]
    assert ways_to_the_air == [NoticeState.APPROVED]
    ways_to_approval = {
        (state, event)
        for state, steps in TRANSITIONS.items()
        for event, then in steps.items()
        if then is NoticeState.APPROVED
    }
    assert ways_to_approval == {(NoticeState.SUBMITTED, NoticeEvent.APPROVE)}


def test_what_has_ended_stays_ended() -> None:
    assert TRANSITIONS[NoticeState.EXPIRED] == TRANSITIONS[NoticeState.WITHDRAWN] == {}


def test_a_validity_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="notice letter: validity must end after it begins"):
        replace(LETTER, valid_until=BEGIN)


@pytest.mark.parametrize("volume", [-1, 101])
def test_a_volume_outside_percent_is_refused(volume: int) -> None:
    with pytest.raises(ValueError, match=f"got {volume}"):
        replace(LETTER, volume=volume)


def test_a_short_notice_restarts_after_an_interruption_and_a_long_one_resumes() -> None:
    assert replace(LETTER, duration_ms=89_999).interruption is InterruptionPolicy.RESTART
    assert replace(LETTER, duration_ms=90_000).interruption is InterruptionPolicy.RESUME
    assert replace(LETTER, policy=InterruptionPolicy.DROP).interruption is InterruptionPolicy.DROP
