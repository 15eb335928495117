"""Killed at any instant: nothing counts twice, nothing proved is lost, nothing that counted sounds again."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.documents import Alerts, Settings
from devices.endpoint.core import Pace
from devices.endpoint.store import EndpointStore
from schedules.notices import InterruptionPolicy
from tests.devices.endpoint.board import Board, ready
from tests.devices.endpoint.village import alert, at, cue, item, plan, slot

MINUTE_MS = 60_000


def counted(board: Board) -> Counter[str]:
    return Counter(key for key, result in board.outcomes if result == "counted")


@pytest.mark.parametrize(("second", "result"), [(1, None), (30, "partial"), (56, "counted"), (61, "counted")])
def test_killed_during_a_play_the_next_boot_records_what_was_noted(second, result):
    board = ready(cue("08:00")).run_until(at(f"08:00:{second:02}" if second < 60 else "08:01:01"))
    board.kill().boot().run_for(seconds=30)
    assert [outcome for _, outcome in board.outcomes][:1] == ([result] if result else [])


def test_a_play_cut_by_a_kill_is_made_up_and_counts_once():
    board = ready(cue("08:00", "12:00")).run_until(at("08:00:30")).kill()
    board.run_quiet(180).boot().run_until(at("12:01"))
    assert [(r.result, r.because) for r in board.proved] == [("partial", "no_power"), ("counted", None)]
    assert board.proved[0].heard_ms == pytest.approx(30_000, abs=5_000)


def test_a_kill_just_before_the_end_of_a_play_shortens_no_gap():
    board = ready(cue("07:30", "12:00"), cue("08:00"), start=at("07:57"))
    board.run_until(at("08:00:59.9")).kill().boot().run_until(at("09:00"))
    first, second = board.heard
    assert second.started >= first.started + timedelta(milliseconds=first.heard_ms) + timedelta(minutes=10)


def test_a_kill_after_a_pause_keeps_the_gap_from_when_it_sounded_last():
    board = Board(start=at("07:59"))
    board.tell(plan(cue("08:00", "12:00"), items=[item(policy=InterruptionPolicy.RESUME)]))
    board.give("letter").run_until(at("08:00:30"))
    board.tell(Alerts(alerts=(alert(repeats=1, recording=None),)))
    while len(board.heard) < 2:
        board.run_for(seconds=1)
    board.run_for(seconds=10).kill().boot().run_until(at("12:00"))
    before, _, resumed, again = board.heard
    assert before.key == resumed.key == again.key
    assert again.started >= resumed.started + timedelta(milliseconds=resumed.heard_ms, minutes=10)


def test_a_play_that_counted_before_the_kill_does_not_sound_again():
    board = ready(cue("08:00", "12:00")).run_until(at("08:00:55")).kill().boot()
    board.run_until(at("12:01"))
    assert [stretch.heard_ms for stretch in board.heard] == [55_000]
    assert counted(board) == {slot("08:00"): 1}


def test_an_acknowledgement_that_was_lost_causes_no_second_play_and_no_second_count():
    board = ready(cue("08:00", "12:00"))
    board.receipts = False
    board.run_until(at("08:05")).kill().boot().run_until(at("12:01"))
    assert len(board.heard) == 1
    assert counted(board) == {slot("08:00"): 1}
    board.receipts = True
    board.connect().run_for(minutes=1)
    assert board.endpoint._recorder.unreceipted == 0


def test_what_a_dark_day_missed_has_lack_of_power_for_its_reason():
    board = ready(cue("08:00", "09:00")).run_until(at("07:00")).kill()
    board.now_s = (at("15:00") - board.start).total_seconds()
    board.boot().run_for(minutes=1)
    assert [(r.result, r.because) for r in board.proved] == [("missed", "no_power")]


@pytest.mark.parametrize("days", [0.125, 3, 40])
def test_the_link_comes_back_after_a_long_time_and_every_slot_has_one_outcome(days):
    slots = [cue(f"{hour:02}:00", f"{hour:02}:30") for hour in range(7, 20)]
    board = Board(pace=Pace(alive_s=3600))
    board.tell(Settings(heartbeat_s=86_400))
    board.tell(plan(*slots), expires=at("13:00"))
    board.give("letter").disconnect()
    board.run_for(days=days).connect().run_until(at("23:00", day=41))
    outcomes = Counter(key for key, _ in board.outcomes)
    assert outcomes == {c.slot: 1 for c in slots}
    assert len(counted(board)) <= 6, "the lease ended at one o'clock"


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), kills=st.lists(st.integers(0, 7_500), min_size=1, max_size=6))
def test_killed_anywhere_in_a_morning_nothing_counts_twice_and_nothing_proved_is_lost(seed, kills):
    chance = random.Random(seed)
    board = Board(start=at("07:55"), store=EndpointStore.open(None, chance))
    cues = [cue(clock, "10:00") for clock in ("08:00", "08:01", "08:30", "09:00", "09:01")]
    board.tell(plan(*cues))
    board.give("letter")
    for kill_s in sorted(kills):
        while board.now_s < kill_s:
            board.run_for(seconds=min(600, kill_s - board.now_s))
            if chance.random() < 0.1:
                board.tell(Alerts(alerts=(alert(repeats=1, version=chance.randrange(99), recording=None),)))
        board.kill()
        if chance.random() < 0.5:
            board.run_quiet(chance.uniform(0, 900))
        board.boot()
    board.run_until(at("10:30"))
    _check_laws(board, cues)


def _check_laws(board: Board, cues) -> None:
    slots = {c.slot for c in cues}
    plays = [key for key, n in counted(board).items() if key in slots for _ in range(n)]
    assert len(plays) == len(set(plays)), "a slot counts at most once"
    assert {record.seq for record in board.proved} == set(range(1, len(board.proved) + 1)), (
        "no gap in the chain"
    )
    outcomes = {record.slot for record in board.proved if record.slot}
    assert outcomes == slots, "every slot has an outcome"
    for key in slots:
        full = [s for s in board.heard if s.key == key and s.heard_ms >= 0.99 * MINUTE_MS]
        assert len(full) <= 1, "what was heard in full does not sound again"
        heard = sum(s.heard_ms for s in board.heard if s.key == key)
        proved = sum(r.heard_ms for r in board.proved if r.slot == key)
        assert proved <= heard + 10, "nothing is proved that did not sound"


CUES = [cue("08:00", "08:40"), cue("08:01", "08:40"), cue("08:10", "08:40")]


def scripted_morning(kill_after: int) -> tuple[Board, int]:
    """Plays, and an alert in the middle of one, killed after so many wakes; the board, and how many wakes it took."""
    board = ready(*CUES, start=at("07:59"), pace=Pace(spread_s=600))
    board.tell(Settings(heartbeat_s=86_400))
    told = False
    while board.now < at("08:41"):
        board.step(at("08:41"))
        if board.now > at("08:10:20") and not told:
            told = bool(board.tell(Alerts(alerts=(alert(repeats=2, recording=None),))))
        if board.steps == kill_after:
            board.kill().boot()
    board.run_for(minutes=2)
    return board, board.steps


def test_killed_after_any_single_step_of_a_morning_the_laws_hold():
    _, steps = scripted_morning(kill_after=-1)
    assert steps > 60
    for step in range(1, steps):
        board, _ = scripted_morning(kill_after=step)
        _check_laws(board, CUES)
        assert len(counted(board).keys() - {"flood"}) == 3, (
            f"killed after step {step}: all is made up in time"
        )


def test_killed_again_and_again_a_slot_never_counts_twice():
    board = ready(cue("08:00", "09:30"), cue("08:30", "09:30"), start=at("07:59"), pace=Pace(spread_s=600))
    while board.now < at("09:40"):
        board.step(at("09:40"))
        board.kill().boot()
    board.run_for(minutes=5)
    assert max(counted(board).values(), default=0) <= 1
    assert {record.slot for record in board.proved} == {slot("08:00"), slot("08:30")}


def test_a_clean_stop_records_the_partial_play_and_says_offline():
    board = ready(cue("08:00", "12:00")).run_until(at("08:00:20"))
    board.endpoint.stopping(board.instant)
    assert board.sounds.sound is None
    assert b'"offline"' in board.link.sent[-1].payload
    board.boot().run_for(seconds=30)
    assert [(r.result, r.heard_ms) for r in board.proved] == [("partial", 20_000)]


def test_a_store_that_is_damaged_is_moved_aside_and_the_proof_goes_on_in_a_new_chain(tmp_path):
    path = tmp_path / "endpoint.sqlite"
    board = ready(cue("08:00"), cue("09:00"), store=EndpointStore.open(path, random.Random(1)))
    board.run_until(at("08:05")).kill()
    board.store.close()
    path.write_bytes(b"not a database" * 1000)
    board.store = EndpointStore.open(path, random.Random(2))
    board.boot()
    board.tell(plan(cue("09:00")))
    board.run_until(at("09:05"))
    assert path.with_name("endpoint.sqlite.damaged").exists()
    assert board.outcomes == [(slot("08:00"), "counted"), (slot("09:00"), "counted")]
    assert len({record.boot for record in board.proved}) == 2


def test_a_controller_that_was_set_back_gets_everything_unreceipted_in_a_new_chain():
    board = ready(cue("08:00"), cue("09:00"), cue("10:00"))
    board.run_until(at("08:05"))
    before = board.tip
    board.run_until(at("09:05")).disconnect().run_until(at("10:05"))
    board.tip = before
    board.verdicts = set(board.verdicts) | {"gap"}
    board.connect().run_for(minutes=2)
    assert [key for key, _ in board.outcomes][-1] == slot("10:00")
    assert board.endpoint._recorder.unreceipted == 0
