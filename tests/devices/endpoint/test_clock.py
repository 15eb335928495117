"""What time it is, as far as an endpoint may believe it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.documents import TimeBeacon
from devices.endpoint.clock import Clock, Instant
from devices.reports import EventKind, Heartbeat
from tests.devices.endpoint.board import Board, ready
from tests.devices.endpoint.village import DAWN, EPOCH, at, cue, slot

HOUR = timedelta(hours=1)


def unsynced(mono_s: float) -> Instant:
    return Instant(mono_s=mono_s, wall=EPOCH + timedelta(seconds=mono_s), synced=False)


def synced(mono_s: float, wall=None) -> Instant:
    return Instant(mono_s=mono_s, wall=wall or DAWN + timedelta(seconds=mono_s), synced=True)


def test_a_board_in_1970_trusts_nothing_until_a_beacon_comes():
    clock = Clock()
    clock.observe(unsynced(5))
    assert (clock.quality, clock.true_time(5)) == ("none", None)
    clock.beacon(DAWN, 10)
    clock.observe(unsynced(10))
    assert (clock.quality, clock.true_time(70)) == ("learned", DAWN + timedelta(minutes=1))


def test_without_trust_it_is_at_least_as_late_as_the_newest_document():
    clock = Clock()
    clock.verified(DAWN, 100)
    clock.verified(DAWN - HOUR, 160)
    assert clock.time(160) == DAWN + timedelta(minutes=1)


def test_of_several_beacons_the_least_delayed_one_counts():
    clock = Clock()
    for heard_s, delay_s in ((10, 0.2), (70, 0.03), (130, 4.0), (190, 0.5)):
        clock.beacon(DAWN + timedelta(seconds=heard_s - delay_s), heard_s)
    clock.observe(unsynced(200))
    error = clock.true_time(200) - (DAWN + timedelta(seconds=200))
    assert abs(error) < timedelta(milliseconds=50)


def test_beacons_follow_a_controller_whose_clock_was_set_back():
    clock = Clock()
    for n in range(10):
        clock.beacon(DAWN + timedelta(seconds=60 * n) + HOUR, 60 * n)
    for n in range(10, 20):
        clock.beacon(DAWN + timedelta(seconds=60 * n), 60 * n)
    clock.observe(unsynced(1200))
    assert clock.true_time(1200) - DAWN < timedelta(seconds=1201)


def test_a_disciplined_clock_five_minutes_off_the_controller_is_believed():
    clock = Clock()
    clock.beacon(DAWN + timedelta(minutes=5), 0)
    clock.observe(synced(0))
    assert (clock.quality, clock.true_time(0)) == ("synced", DAWN)


@pytest.mark.parametrize("error", [HOUR, -HOUR, timedelta(days=3653)])
def test_a_disciplined_clock_that_contradicts_the_beacon_is_not_believed(error):
    clock = Clock()
    clock.beacon(DAWN, 0)
    assert "not believed" in clock.observe(synced(0, DAWN + error))
    assert (clock.quality, clock.true_time(0)) == ("learned", DAWN)


@pytest.mark.parametrize("jump", [HOUR, -HOUR, timedelta(days=3653)])
def test_a_clock_that_jumps_moves_nothing(jump):
    clock = Clock()
    clock.observe(synced(0))
    assert "jumped" in clock.observe(synced(60, DAWN + timedelta(seconds=60) + jump))
    assert clock.true_time(60) == DAWN + timedelta(seconds=60)
    assert clock.observe(synced(61, DAWN + timedelta(seconds=61) + jump)) == "", "said once"


def test_a_jump_that_the_beacon_confirms_is_believed():
    clock = Clock()
    clock.observe(synced(0, DAWN - HOUR))
    clock.observe(synced(60, DAWN + timedelta(seconds=60)))
    clock.beacon(DAWN + timedelta(seconds=60), 60)
    said = clock.observe(synced(61, DAWN + timedelta(seconds=61)))
    assert clock.true_time(61) == DAWN + timedelta(seconds=61)
    assert "corrected by +3600 s" in said


def test_a_clock_ten_years_late_at_boot_is_not_believed_until_the_controller_says_so():
    clock = Clock()
    clock.verified(DAWN, 0)
    clock.observe(synced(0, DAWN + timedelta(days=3653)))
    assert clock.quality == "none"
    clock.beacon(DAWN + timedelta(days=3653), 10)
    clock.observe(synced(11, DAWN + timedelta(days=3653, seconds=11)))
    assert clock.quality == "synced"


def test_a_clock_before_the_newest_document_is_not_believed():
    clock = Clock()
    clock.verified(DAWN, 0)
    assert "before the newest document" in clock.observe(synced(0, DAWN - HOUR))
    assert clock.quality == "none"


def test_a_board_that_loses_its_discipline_keeps_its_time():
    clock = Clock()
    clock.observe(synced(0))
    clock.observe(unsynced(60))
    assert (clock.quality, clock.true_time(60)) == ("learned", DAWN + timedelta(seconds=60))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["beacon", "document", "synced", "wrong"]), st.floats(0, 3600), st.floats(0, 300)
        ),
        max_size=30,
    )
)
def test_a_learned_time_is_never_before_a_verified_document(steps):
    clock, now_s, newest = Clock(), 0.0, None
    for kind, pause_s, delay_s in steps:
        now_s += pause_s
        true = DAWN + timedelta(seconds=now_s)
        issued = true - timedelta(seconds=delay_s)
        if kind in ("beacon", "document"):
            clock.verified(issued, now_s)
            newest = max(newest or issued, issued)
        if kind == "beacon":
            clock.beacon(issued, now_s)
        wall = true if kind == "synced" else true - 3 * HOUR
        clock.observe(Instant(mono_s=now_s, wall=wall, synced=kind in ("synced", "wrong")))
        if newest and clock.quality == "learned":
            assert clock.time(now_s) >= newest - timedelta(milliseconds=1)


def test_a_board_without_a_clock_plays_daily_items_only_once_it_has_learned_the_time():
    board = ready(cue("07:00", "12:00"), synced=False)
    board.run_until(at("09:00"))
    assert board.heard == []
    board.beacon()
    board.run_until(at("12:01"))
    assert [stretch.key for stretch in board.heard] == [slot("07:00")]
    assert board.proved[0].clock == "learned"


def test_what_an_unknown_time_missed_has_it_for_its_reason():
    board = ready(cue("07:00", "08:00"), synced=False)
    board.run_until(at("09:00"))
    board.beacon()
    board.run_for(minutes=1)
    assert [(r.result, r.because) for r in board.proved] == [("missed", "clock_unknown")]


def short_lived(board: Board, issued: timedelta = timedelta()) -> None:
    """A beacon as controllers send it."""
    when = board.now + issued
    board.tell(TimeBeacon(), issued=when, expires=when + timedelta(minutes=10))


@pytest.mark.parametrize("error", [HOUR, -HOUR])
def test_a_wrong_clock_that_calls_itself_disciplined_before_any_beacon_came_is_corrected_by_beacons(error):
    board = ready(cue("08:00"), synced=False).run_until(at("06:00"))
    board.synced, board.wall_error = True, error
    board.run_until(at("06:05"))
    short_lived(board)
    board.run_for(minutes=1)
    short_lived(board)
    assert [stretch.started for stretch in board.run_until(at("08:05")).heard] == [at("08:00")]


def test_a_beacon_that_was_held_back_is_refused_where_one_was_heard_before():
    board = ready(cue("08:00"), synced=False).run_until(at("06:00"))
    short_lived(board)
    board.run_until(at("07:30"))
    short_lived(board, issued=-HOUR)
    assert [stretch.started for stretch in board.run_until(at("08:05")).heard] == [at("08:00")]


def test_a_retained_beacon_is_old_news():
    board = Board(synced=False)
    board.tell(TimeBeacon(), retain=True)
    board.run_for(minutes=1)
    assert board.reports(Heartbeat)[-1].clock == "none"
    board.beacon()
    board.run_for(minutes=1)
    assert board.reports(Heartbeat)[-1].clock == "learned"


def test_plays_do_not_move_when_the_wall_clock_jumps():
    board = ready(cue("08:00"), cue("10:00")).run_until(at("07:00"))
    board.wall_error = HOUR
    board.run_until(at("09:00"))
    board.wall_error = -HOUR
    board.run_until(at("11:00"))
    assert [stretch.started for stretch in board.heard] == [at("08:00"), at("10:00")]
    assert board.events(EventKind.CLOCK_STEPPED)


def test_after_a_reboot_in_1970_the_time_is_not_before_what_was_known():
    board = ready(cue("08:00")).run_until(at("12:00")).kill()
    board.synced = False
    board.boot().run_for(seconds=30)
    clock = board.endpoint._clock
    assert clock.quality == "none"
    assert clock.time(board.instant.mono_s) >= DAWN
    assert board.reports(Heartbeat)[-1].clock == "none"


def test_a_small_correction_moves_the_next_start():
    board = ready(cue("08:00"), synced=False)
    board.tell_time(delay_s=9.0)
    board.run_until(at("07:00"))
    board.tell_time(delay_s=0.0)
    board.run_until(at("08:05"))
    assert abs(board.heard[0].started - at("08:00")) < timedelta(milliseconds=50)


def test_a_start_that_was_prepared_follows_the_clock():
    board = ready(cue("08:00")).run_until(at("07:59:58.5"))
    assert board.sounds.sound is not None
    board.wall_error = timedelta(seconds=-0.5)
    board.endpoint.wake(board.instant)
    (played,) = board.run_until(at("08:05")).heard
    assert abs(played.started - at("08:00:00.5")) < timedelta(seconds=0.05)
