"""Emergencies: at once, above everything, again and again, and silent when they are stopped."""

import errno
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from devices.documents import Alerts, Settings
from devices.endpoint.media import DiskMedia
from devices.endpoint.output import SIREN_MS, SilentOutput, Siren, Sound
from devices.reports import EventKind, Heartbeat
from schedules.notices import InterruptionPolicy
from schedules.precedence import BroadcastClass, Severity
from tests.devices.endpoint.board import Board, ready
from tests.devices.endpoint.village import (
    COUNTY,
    EPOCH,
    TOWN,
    VILLAGE,
    WARNING,
    alert,
    at,
    cue,
    item,
    plan,
    slot,
    span,
)


def staged(**changes) -> Board:
    """A board that has the warning's recording from an earlier alert, which is over."""
    board = Board(**changes)
    board.tell(Alerts(alerts=(alert("rehearsed", starts=at("23:00"), expires=at("23:30")),)))
    return board.give("warning")


def sounding(board: Board) -> str | None:
    """What the newest heartbeat says."""
    return board.reports(Heartbeat)[-1].sounding


def test_an_alert_sounds_at_once_and_repeats_after_its_gap():
    board = staged()
    board.tell(Alerts(alerts=(alert(repeat_gap_s=10),)))
    board.run_for(seconds=115)
    starts = [(stretch.started - board.start).total_seconds() for stretch in board.heard]
    assert starts == pytest.approx([0, 40, 80], abs=0.1)


def test_each_repetition_is_a_record_of_its_own():
    board = staged()
    board.tell(Alerts(alerts=(alert(repeats=3),)))
    board.run_for(minutes=10)
    assert board.outcomes == [("flood", "counted")] * 3
    assert len(board.heard) == 3


def test_a_stopped_alert_is_silent_at_once_and_the_endpoint_says_so():
    board = staged()
    board.tell(Alerts(alerts=(alert(),)))
    assert sounding(board) == "flood"
    board.run_for(seconds=12)
    board.tell(Alerts(stopped=("flood",)))
    assert sounding(board) is None
    assert board.sounds.sound is None
    board.run_for(minutes=5)
    assert [stretch.heard_ms for stretch in board.heard] == [12_000]
    assert board.outcomes == [("flood", "withdrawn")]


def test_an_alert_that_expires_stops_by_itself_without_the_link():
    board = staged()
    board.tell(Alerts(alerts=(alert(expires=board.now + timedelta(seconds=55)),)))
    board.disconnect().run_for(minutes=5)
    assert [stretch.heard_ms for stretch in board.heard] == pytest.approx([30_000, 15_000], abs=20)


def test_an_alert_interrupts_a_notice_which_begins_again():
    board = ready(cue("08:00"))
    board.run_until(at("08:00:20"))
    board.tell(Alerts(alerts=(alert(repeats=1, recording=None),)))
    board.run_until(at("08:10"))
    assert [(s.key, s.heard_ms) for s in board.heard] == [
        (slot("08:00"), 20_000),
        ("flood", SIREN_MS),
        (slot("08:00"), 60_000),
    ]
    assert [(r.result, r.because) for r in board.proved if r.slot] == [
        ("partial", "interrupted"),
        ("counted", None),
    ]


def test_a_long_notice_goes_on_where_it_was_after_a_chime():
    board = Board()
    board.tell(plan(cue("08:00"), items=[item(policy=InterruptionPolicy.RESUME)]))
    board.give("letter").run_until(at("08:00:20"))
    board.tell(Alerts(alerts=(alert(repeats=1, recording=None),)))
    board.run_until(at("08:10"))
    first, _, rest = board.heard
    assert (first.heard_ms, rest.heard_ms, rest.sound.body.start_ms, rest.sound.chime) == (
        20_000,
        40_000,
        20_000,
        True,
    )
    (record,) = (record for record in board.proved if record.slot)
    assert (record.result, record.heard_ms, record.started) == ("counted", 60_000, at("08:00"))


def test_a_dropped_notice_is_made_up_later():
    board = Board()
    board.tell(plan(cue("08:00", "12:00"), items=[item(policy=InterruptionPolicy.DROP)]))
    board.give("letter").run_until(at("08:00:20"))
    board.tell(Alerts(alerts=(alert(repeats=1, recording=None),)))
    board.run_until(at("12:00"))
    assert [record.result for record in board.proved if record.slot] == ["partial", "counted"]
    assert board.heard[-1].started > at("08:10"), "the gap to the partial play is kept"


def test_a_higher_alert_interrupts_a_lower_one_and_an_equal_one_waits():
    board = staged()
    board.tell(Alerts(alerts=(alert("storm", severity=Severity.YELLOW, policy=InterruptionPolicy.RESTART),)))
    board.run_for(seconds=10)
    board.tell(Alerts(alerts=(alert("rain", severity=Severity.YELLOW),)), area=VILLAGE)
    board.run_for(seconds=1)
    assert board.endpoint._conductor.sounding == "storm"
    board.tell(Alerts(alerts=(alert("flood", severity=Severity.RED),)), area=TOWN)
    board.run_for(minutes=3)
    assert [stretch.key for stretch in board.heard[:2]] == ["storm", "flood"]
    assert {stretch.key for stretch in board.heard[1:]} == {"flood"}, "lower ones wait in its gaps too"


def test_a_daily_notice_does_not_sound_between_two_repetitions():
    board = ready(cue("06:05"), media=staged().media)
    board.tell(Alerts(alerts=(alert(repeat_gap_s=200),)))
    board.run_until(at("06:20"))
    assert {stretch.key for stretch in board.heard} == {"flood"}
    board.tell(Alerts(stopped=("flood",)))
    board.run_until(at("06:40"))
    assert board.heard[-1].key == slot("06:05")


def test_fifty_notices_held_up_by_an_alert_do_not_burst():
    board = ready(*[cue(f"07:{n:02}", since="07:00") for n in range(0, 60, 2)])
    board.tell(Alerts(alerts=(alert(starts=at("06:50"), expires=at("09:00"), recording=None),)))
    board.run_until(at("12:00"))
    letters = [stretch for stretch in board.heard if stretch.key != "flood"]
    assert letters[0].started >= at("09:00")
    gaps = [b.started - a.started for a, b in pairwise(letters)]
    assert min(gaps) >= timedelta(minutes=11)


def test_a_notice_that_an_alert_held_up_to_the_end_was_interrupted():
    board = ready(cue("07:00", "08:00"))
    board.tell(Alerts(alerts=(alert(recording=None, expires=at("09:00")),)))
    board.run_until(at("08:01"))
    assert [(r.result, r.because) for r in board.proved if r.slot] == [("missed", "interrupted")]


def test_a_drill_without_its_recording_sounds_no_siren():
    board = Board()
    board.tell(Alerts(alerts=(alert(klass=BroadcastClass.DRILL, text="演练"),)))
    assert board.sounds.sound.body == Siren(text="演练", language="zh", drill=True)


def test_without_its_recording_an_alert_sounds_the_siren_and_speaks_its_text():
    board = Board()
    board.tell(Alerts(alerts=(alert(text="洪水来了"),)))
    assert board.sounds.sound.body == Siren(text="洪水来了", language="zh")
    board.run_for(seconds=5)
    board.give("warning").run_for(minutes=1)
    siren, recording = board.heard[:2]
    assert (siren.heard_ms, recording.heard_ms) == (SIREN_MS, 30_000)
    assert [record.recording is None for record in board.proved][:2] == [True, False]


def test_an_alert_needs_no_clock():
    board = staged(start=at("06:00"))
    board.synced = False
    board.kill().boot()
    board.tell(Alerts(alerts=(alert(),)))
    board.run_for(seconds=40)
    assert board.heard[-1].key == "flood"
    assert board.proved[-1].clock == "none"


def test_without_a_clock_an_alert_long_expired_by_the_newest_document_stays_silent():
    board = Board()
    board.tell(Alerts(alerts=(alert(recording=None, expires=at("07:00")),)), expires=at("23:00"))
    board.run_until(at("06:30")).kill()
    board.now_s = timedelta(hours=10).total_seconds()
    board.synced, board.link_up = False, False
    board.boot()
    board.tell(Settings(volume=50))
    heard = len(board.heard)
    board.run_for(hours=1)
    assert len(board.heard) == heard


def test_an_alert_goes_on_after_a_power_cut():
    board = staged()
    board.tell(Alerts(alerts=(alert(repeats=2),)))
    board.run_for(seconds=35).kill().disconnect().boot()
    board.run_for(minutes=10)
    assert [stretch.heard_ms for stretch in board.heard] == [30_000, 30_000]


def test_the_same_alert_by_two_areas_sounds_once():
    board = staged()
    board.tell(Alerts(alerts=(alert(repeats=1),)), area=COUNTY)
    board.tell(Alerts(alerts=(alert(repeats=1),)), area=VILLAGE)
    board.run_for(minutes=5)
    assert len(board.heard) == 1


def test_a_stop_in_one_area_stops_it_in_all_but_not_what_is_issued_anew():
    board = staged()
    board.tell(Alerts(alerts=(alert(),)), area=COUNTY)
    board.run_for(seconds=5)
    board.tell(Alerts(stopped=("flood",)), area=VILLAGE)
    assert board.sounds.sound is None
    board.run_for(seconds=5)
    board.tell(Alerts(alerts=(alert(),)), area=COUNTY)
    assert board.sounds.sound is not None


def test_an_update_replaces_what_sounds():
    board = staged()
    board.tell(Alerts(alerts=(alert(),)))
    board.run_for(seconds=5)
    board.tell(Alerts(alerts=(alert(version=2, recording=None),)))
    assert isinstance(board.sounds.sound.body, Siren)
    assert board.proved == [] or board.proved[-1].version == 1


def test_onset_in_the_future_is_waited_for():
    board = staged()
    board.tell(Alerts(alerts=(alert(starts=at("06:10")),)))
    board.run_until(at("06:11"))
    assert board.heard[0].started - at("06:10") < timedelta(milliseconds=50)


@pytest.mark.parametrize(("klass", "sounds"), [("daily", False), ("drill", False), ("emergency", True)])
def test_in_quiet_hours_only_an_emergency_sounds(klass, sounds):
    board = staged()
    board.tell(Settings(quiet_hours=(span("05:00", "07:00"),)))
    board.tell(Alerts(alerts=(alert(klass=BroadcastClass(klass), repeats=1),)))
    board.run_until(at("06:59"))
    assert bool(board.heard) is sounds
    board.run_until(at("07:05"))
    assert bool(board.heard)


def test_a_drill_that_would_run_into_quiet_hours_does_not_begin():
    board = staged()
    board.tell(Settings(quiet_hours=(span("06:01", "07:00"),)))
    board.tell(Alerts(alerts=(alert(klass=BroadcastClass.DRILL, repeat_gap_s=15),)))
    board.run_until(at("06:59"))
    assert len(board.heard) == 1


def test_quiet_hours_that_are_set_during_a_drill_end_it():
    board = staged()
    board.tell(Alerts(alerts=(alert(klass=BroadcastClass.DRILL),)))
    board.run_for(seconds=15)
    board.tell(Settings(quiet_hours=(span("05:00", "07:00"),)))
    assert board.sounds.sound is None
    board.run_for(minutes=1)
    assert [(record.result, record.because) for record in board.proved] == [("partial", "quiet_hours")]


def test_an_alert_damaged_on_the_board_falls_back_to_the_siren_and_is_fetched_again():
    board = staged()
    digest = alert().recording
    board.media.discard(digest)
    board.tell(Alerts(alerts=(alert(),)))
    assert isinstance(board.sounds.sound.body, Siren)
    assert digest in board.endpoint._downloads.missing
    assert board.events(EventKind.RECORDING_REFUSED)


def test_a_board_that_wakes_in_1970_hears_the_alert_of_today():
    board = Board(synced=False)
    assert board.instant.wall - EPOCH < timedelta(minutes=1)
    board.tell(Alerts(alerts=(alert(recording=None),)))
    assert board.sounds.sound is not None


def test_an_alert_that_two_areas_list_is_in_force_as_long_as_either_document():
    board = Board()
    board.tell(Alerts(alerts=(alert(recording=None),)), area=TOWN, expires=at("06:10"))
    board.tell(Alerts(alerts=(alert(recording=None),)), area=COUNTY, expires=at("07:00"))
    last = board.run_until(at("07:30")).heard[-1].started
    assert at("06:59") < last < at("07:00")


def test_a_stop_of_the_same_instant_stops():
    board = Board()
    board.tell(Alerts(alerts=(), stopped=("flood",)), area=TOWN)
    board.tell(Alerts(alerts=(alert(recording=None),)), area=COUNTY)
    assert board.run_for(minutes=1).heard == []


def test_where_there_are_quiet_hours_a_drill_waits_for_a_trusted_clock():
    board = Board(start=at("09:00"), synced=False)
    board.tell(Settings(quiet_hours=(span("22:00", "06:30"),)))
    drill = alert("drill", klass=BroadcastClass.DRILL, recording=None, starts=at("08:00"), repeats=1)
    board.tell(Alerts(alerts=(drill,)))
    assert board.run_for(minutes=2).heard == []
    board.tell_time(0)
    assert [stretch.key for stretch in board.run_for(minutes=1).heard] == ["drill"]


def test_an_alert_whose_recording_is_damaged_sounds_the_siren_at_once(tmp_path):
    board = Board(media=DiskMedia(tmp_path, reserve_kb=0))
    board.tell(Alerts(alerts=(alert(starts=at("08:00"), repeat_gap_s=600),)))
    board.give("warning").run_until(at("07:59"))
    (tmp_path / WARNING).write_bytes(b"rust")
    (first,) = board.run_until(at("08:00:20")).heard
    assert first.started - at("08:00") < timedelta(seconds=1)
    assert isinstance(first.sound.body, Siren)


def test_a_damaged_recording_that_cannot_even_be_thrown_away_does_not_hold_the_siren_up(
    tmp_path, monkeypatch
):
    board = Board(media=DiskMedia(tmp_path, reserve_kb=0))
    board.tell(Alerts(alerts=(alert(starts=at("08:00"), repeat_gap_s=600),)))
    board.give("warning").run_until(at("07:59"))
    (tmp_path / WARNING).write_bytes(b"rust")

    def refused(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refused)
    (first,) = board.run_until(at("08:00:20")).heard
    assert isinstance(first.sound.body, Siren)


def test_a_sounding_that_was_interrupted_is_not_one_of_its_repeats():
    board = Board()
    again = {"policy": InterruptionPolicy.RESTART, "recording": None, "repeats": 1}
    rain = alert("rain", severity=Severity.BLUE, **again)
    board.tell(Alerts(alerts=(rain,)))
    board.run_for(seconds=5)
    board.tell(Alerts(alerts=(rain, alert(recording=None, repeats=1))))
    board.run_for(minutes=2)
    assert board.outcomes == [("rain", "partial"), ("flood", "counted"), ("rain", "counted")]


class HesitantOutput(SilentOutput):
    """Sounds 300 ms after it was asked to, as a real one opens its way first."""

    def start(self, sound: Sound, at_s: float, now_s: float) -> None:
        super().start(sound, at_s + 0.3, now_s)


def hesitant() -> Board:
    """A board whose alert for the village has its turn and no sample yet."""
    board = Board(output=HesitantOutput())
    board.tell(
        Alerts(alerts=(alert("rain", severity=Severity.BLUE, recording=None, repeats=1),)), area=VILLAGE
    )
    board.now_s += 0.05
    return board


def test_an_alert_that_is_interrupted_before_its_first_sample_begins_afterwards():
    board = hesitant()
    board.tell(Alerts(alerts=(alert(recording=None, repeats=1),)), area=COUNTY)
    board.run_for(minutes=2)
    assert board.outcomes == [("flood", "counted"), ("rain", "counted")]
    assert board.proved[1].heard_ms == SIREN_MS


def test_an_alert_that_is_stopped_before_its_first_sample_was_not_heard():
    board = hesitant()
    board.tell(Alerts(alerts=(alert(recording=None, repeats=1),)), area=COUNTY)
    board.tell(Alerts(stopped=("rain",)), area=VILLAGE)
    board.run_for(minutes=2)
    assert board.outcomes == [("flood", "counted")]
