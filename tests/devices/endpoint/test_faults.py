"""What breaks is said and skipped; the output stays alive."""

import pytest

from devices.documents import Alerts
from devices.endpoint.output import Progress, Siren, Stage
from devices.reports import EventKind
from tests.devices.endpoint.board import Board, ready
from tests.devices.endpoint.village import LETTER, alert, at, cue, item, plan, sha256, slot

UNPLAYABLE = Progress(stage=Stage.RECORDING_FAULT, fault="there is no sound in it")


def two_items() -> Board:
    """A letter and another recording, one after the other."""
    board = Board()
    items = [item(), item("song", recording=sha256("song"))]
    board.tell(plan(cue("08:00", item=0), cue("09:00", item=1), items=items))
    return board.give("letter").give("song")


def test_a_recording_that_cannot_be_played_is_missed_by_a_fault_and_the_next_one_sounds():
    board = two_items()
    board.sounds.broken[slot("08:00")] = UNPLAYABLE
    board.run_until(at("22:01"))
    assert [(r.slot, r.result, r.because) for r in board.proved] == [
        (slot("08:00"), "missed", "fault"),
        (slot("09:00"), "counted", None),
    ]
    assert "there is no sound in it" in board.events(EventKind.RECORDING_REFUSED)[0]


def test_a_recording_that_ends_early_is_a_partial_play_and_is_not_tried_again():
    board = two_items()
    board.sounds.broken[slot("08:00")] = Progress(
        stage=Stage.FINISHED, heard_ms=30_000, first_sample_s=7200.0
    )
    board.run_until(at("22:01"))
    assert [(r.result, r.because, r.heard_ms) for r in board.proved] == [
        ("partial", "fault", 30_000),
        ("counted", None, 60_000),
    ]


def test_an_exception_in_the_player_is_said_and_the_play_is_tried_again():
    board = ready(cue("08:00", "12:00")).run_until(at("07:59"))
    board.sounds.broken[slot("08:00")] = RuntimeError("no sound card")
    board.run_until(at("08:00:10"))
    assert "no sound card" in board.events(EventKind.PLAYER_FAULT)[0]
    board.sounds.broken.clear()
    board.run_until(at("12:01"))
    assert board.outcomes == [(slot("08:00"), "counted")]


def test_an_output_that_stays_broken_is_given_up_for_the_slot_and_not_for_the_next():
    board = two_items()
    board.sounds.broken[slot("08:00")] = RuntimeError("no sound card")
    board.run_until(at("22:01"))
    assert [(r.slot, r.result, r.because) for r in board.proved] == [
        (slot("08:00"), "missed", "fault"),
        (slot("09:00"), "counted", None),
    ]


def test_an_output_that_dies_in_the_middle_leaves_a_partial_play_which_is_made_up():
    board = ready(cue("08:00", "12:00")).run_until(at("08:00:31"))
    board.sounds.broken[slot("08:00")] = Progress(stage=Stage.OUTPUT_FAULT, fault="aplay died")
    board.run_until(at("08:00:40"))
    board.sounds.broken.clear()
    board.run_until(at("12:01"))
    first, second = board.proved
    assert (first.result, first.because, second.result) == ("partial", "fault", "counted")
    assert first.heard_ms == pytest.approx(30_000, abs=2_000)


def test_an_output_that_never_comes_to_an_end_is_stopped():
    board = two_items()
    board.sounds.broken[slot("08:00")] = Progress(
        stage=Stage.SOUNDING, heard_ms=10_000, first_sample_s=7200.0
    )
    board.run_until(at("10:00"))
    assert "did not come to an end" in board.events(EventKind.PLAYER_FAULT)[0]
    assert (slot("09:00"), "counted") in board.outcomes


def test_an_alert_whose_recording_cannot_be_played_sounds_the_siren_at_once():
    board = Board()
    board.tell(Alerts(alerts=(alert(),)))
    board.run_for(seconds=12.5)
    board.give("warning")
    board.sounds.unplayable = {alert().recording}
    board.run_for(seconds=30)
    assert isinstance(board.sounds.sound.body, Siren) or len(board.heard) >= 2
    assert {stretch.sound.body for stretch in board.heard} == {Siren(text="洪水", language="zh")}
    assert board.heard[1].started - board.heard[0].started < (at("06:01") - at("06:00")) / 2


def test_a_broken_output_does_not_flood_events_records_and_the_log_during_an_alert(caplog):
    board = Board()
    board.sounds.broken["flood"] = RuntimeError("no sound card")
    board.tell(Alerts(alerts=(alert(recording=None),)))
    board.run_for(hours=1)
    assert len(board.events(EventKind.PLAYER_FAULT)) <= 7
    assert caplog.messages.count("the output failed") == 1
    assert [(r.result, r.because) for r in board.proved] == [("missed", "fault")]
    board.sounds.broken.clear()
    board.run_for(minutes=1)
    assert board.outcomes[-1] == ("flood", "counted")


def test_a_recording_longer_than_its_document_says_is_cut():
    board = ready(cue("08:00"))
    assert board.run_until(at("08:05")).heard[0].sound.body.duration_ms == 60_000
    assert LETTER in str(board.heard[0].sound.body.path)
