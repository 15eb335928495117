"""Daily plays: at their instant, once, in turn, made up after an outage, and proved."""

from datetime import timedelta
from itertools import pairwise

from devices.documents import Settings
from tests.devices.endpoint.board import Board, ready
from tests.devices.endpoint.village import LETTER, at, cue, item, plan, slot, span


def test_a_cue_sounds_at_its_instant_and_is_proved():
    board = ready(cue("08:00")).run_until(at("09:00"))
    (stretch,) = board.heard
    assert (stretch.key, stretch.started, stretch.heard_ms) == (slot("08:00"), at("08:00"), 60_000)
    (record,) = board.proved
    assert (record.slot, record.result, record.heard_ms) == (slot("08:00"), "counted", 60_000)
    assert abs(record.started - at("08:00")) < timedelta(milliseconds=50)
    assert record.recording == LETTER


def test_villages_with_clocks_a_little_apart_start_within_fifty_milliseconds():
    boards = [ready(cue("08:00"), start=at("06:00") + timedelta(milliseconds=ms)) for ms in (0, 137, 991)]
    starts = [board.run_until(at("08:10")).heard[0].started for board in boards]
    assert max(starts) - min(starts) < timedelta(milliseconds=50)


def test_the_decoder_is_prepared_before_the_instant():
    board = ready(cue("08:00")).run_until(at("07:59:59"))
    assert board.sounds.sound is not None
    assert board.heard == []


def test_nothing_is_polled_between_two_plays():
    board = ready(cue("08:00"), cue("20:00"))
    board.tell(Settings(heartbeat_s=86_400))
    board.run_until(at("08:10"))
    steps = board.steps
    board.run_until(at("19:00"))
    alive_notes = 60 * 11
    assert board.steps - steps <= alive_notes


def test_a_heartbeat_and_the_note_that_the_board_lives_are_one_wake_up():
    board = ready(cue("20:00"))
    board.tell(Settings(heartbeat_s=60))
    board.run_until(at("08:00"))
    steps = board.steps
    board.run_until(at("09:00"))
    assert board.steps - steps <= 61
    board.kill().boot()
    assert board.store.boots()[-1].last > at("08:58")


def test_plays_that_were_missed_are_made_up_without_a_burst():
    cues = [cue(f"{8 + n // 6:02}:{n % 6}0", since="08:00") for n in range(50)]
    board = ready(*cues)
    board.run_until(at("07:50")).kill()
    board.now_s = (at("18:00") - board.start).total_seconds()
    board.boot().run_until(at("22:01"))
    assert len(board.heard) >= 15
    gaps = [b.started - a.started - timedelta(minutes=1) for a, b in pairwise(board.heard)]
    assert min(gaps) >= timedelta(seconds=600), "the gap of the notice is kept"
    assert {outcome for _, outcome in board.outcomes} == {"counted", "missed"}
    assert len(board.outcomes) == 50


def test_a_playlist_follows_itself_closely():
    board = Board()
    board.tell(plan(cue("08:00", item=0), cue("08:01", item=1), items=[item(), item("second")]))
    board.give("letter").run_until(at("08:10"))
    first, second = board.heard
    assert second.started - (first.started + timedelta(milliseconds=first.heard_ms)) < timedelta(
        milliseconds=50
    )


def test_a_play_withdrawn_while_it_sounds_is_silent_at_once():
    board = ready(cue("08:00")).run_until(at("08:00:20"))
    board.tell(plan())
    assert board.sounds.sound is None
    board.run_until(at("22:30"))
    assert [stretch.heard_ms for stretch in board.heard] == [20_000]
    assert board.outcomes == [(slot("08:00"), "withdrawn")]


def test_a_slot_withdrawn_before_its_time_leaves_no_record():
    board = ready(cue("08:00"))
    board.tell(plan())
    board.run_until(at("23:00"))
    assert (board.heard, board.outcomes) == ([], [])


def test_a_plan_that_no_longer_names_what_is_over_withdraws_nothing():
    board = ready(cue("08:00", "09:00"), cue("10:00"))
    board.run_until(at("07:00")).kill()
    board.now_s = (at("09:30") - board.start).total_seconds()
    board.synced = False
    board.boot()
    board.tell(plan(cue("10:00")))
    board.run_for(seconds=5)
    board.beacon()
    board.run_until(at("09:31"))
    (record,) = board.proved
    assert (record.slot, record.result, record.because) == (slot("08:00"), "missed", "no_power")


def test_after_the_lease_has_ended_nothing_sounds():
    board = Board()
    board.tell(plan(cue("08:00"), cue("10:00", "11:00")), expires=at("09:00"))
    board.give("letter").disconnect().run_until(at("12:00")).connect().run_for(minutes=1)
    assert [stretch.key for stretch in board.heard] == [slot("08:00")]
    assert [(r.result, r.because) for r in board.proved] == [("counted", None), ("missed", "no_link")]


def test_quiet_hours_hold_even_where_a_plan_says_otherwise():
    board = ready(cue("12:10", "13:30"), cue("12:20", "15:00"))
    board.tell(Settings(quiet_hours=(span("12:00", "14:00"),), zone="Asia/Shanghai"))
    board.run_until(at("16:00"))
    (stretch,) = board.heard
    assert stretch.key == slot("12:20")
    assert stretch.started >= at("14:00")
    (missed,) = (record for record in board.proved if record.result == "missed")
    assert (missed.slot, missed.because) == (slot("12:10"), "quiet_hours")


def test_quiet_hours_that_begin_during_a_play_end_it():
    board = ready(cue("12:00")).run_until(at("12:00:20"))
    board.tell(Settings(quiet_hours=(span("11:00", "13:00"),)))
    assert board.sounds.sound is None
    assert board.heard[0].heard_ms == 20_000


def test_a_recording_that_comes_late_is_played_when_it_is_there():
    board = Board()
    board.tell(plan(cue("08:00", "10:00", since="08:00")))
    board.run_until(at("08:30"))
    board.give("letter").run_until(at("10:00"))
    assert [stretch.key for stretch in board.heard] == [slot("08:00")]


def test_a_recording_that_never_comes_is_the_reason():
    board = Board()
    board.tell(plan(cue("08:00", "10:00")))
    board.run_until(at("10:01"))
    (record,) = board.proved
    assert (record.result, record.because, record.started) == ("missed", "no_recording", None)


def test_the_volume_of_a_notice_goes_before_that_of_the_settings():
    board = Board()
    board.tell(plan(cue("08:00", item=0), cue("09:00", item=1), items=[item(), item(volume=30)]))
    board.tell(Settings(volume=55))
    board.give("letter").run_until(at("10:00"))
    assert [stretch.sound.volume for stretch in board.heard] == [55, 30]
