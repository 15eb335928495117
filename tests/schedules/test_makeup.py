"""Where an owed play goes, around what the output is already taken for."""

from datetime import timedelta

from schedules.makeup import BREATH, Output, Owed
from schedules.slots import Span
from tests.schedules.playing import clock, cue

NOON = clock("12:00")
MINUTE = timedelta(minutes=1)


def owed(room: Span) -> Owed:
    ordered = cue("letter-00", room.start, (room,))
    return Owed(
        slot=ordered.slot,
        notice=ordered.notice,
        precedence=ordered.precedence,
        duration=MINUTE,
        gap=timedelta(0),
        room=(room,),
    )


def test_a_room_as_long_as_the_play_holds_it():
    play = owed(Span(start=NOON, end=NOON + MINUTE))
    found = Output()
    assert found.latest(play, NOON) == found.earliest(play, NOON) == NOON


def test_the_last_free_start_may_be_the_first_of_the_room():
    play, found = owed(Span(start=NOON, end=NOON + 5 * MINUTE)), Output()
    found.take(NOON + MINUTE + BREATH, NOON + 5 * MINUTE)
    assert found.latest(play, NOON + 5 * MINUTE) == NOON
