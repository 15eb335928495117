"""Daily plays: at their instant, once, in their order, and proved."""

from datetime import timedelta

from tests.devices.endpoint.board import Board
from tests.devices.endpoint.village import LETTER, at, cue, item, plan, slot


def ready(*cues, **changes) -> Board:
    """A board at dawn that holds the letter and a plan."""
    board = Board(**changes)
    board.tell(plan(*cues))
    return board.give("letter")


def test_a_cue_sounds_at_its_instant_and_is_proved():
    board = ready(cue("08:00")).run_until(at("09:00"))
    (stretch,) = board.heard
    assert (stretch.key, stretch.started, stretch.heard_ms) == (slot("08:00"), at("08:00"), 60_000)
    (record,) = board.proved
    assert (record.slot, record.result, record.heard_ms) == (slot("08:00"), "counted", 60_000)
    assert abs(record.started - at("08:00")) < timedelta(milliseconds=50)
    assert record.recording == LETTER
