"""Presence, heartbeats, events and batches."""

import pytest

from devices import chain, topics
from devices.chain import ChainVerdict
from devices.documents import Alerts, Receipt, Settings
from devices.endpoint.instruments import Readings, SetInstruments
from devices.links import Message
from devices.reports import Event, EventKind, Heartbeat, PlayedBatch, Status
from devices.topics import DocumentKind
from tests.devices.endpoint.board import Board, ready
from tests.devices.endpoint.village import COUNTY, LETTER, alert, at, cue, item, plan, slot


def test_it_says_online_when_connected_and_leaves_offline_as_its_will():
    board = Board()
    (status,) = board.reports(Status)
    assert (status.state, status.epoch) == ("online", "00000001")
    will: Message = board.endpoint.will
    assert (will.topic, will.retain, b'"offline"' in will.payload) == (board.link.sent[0].topic, True, True)


def test_heartbeats_keep_their_rhythm_and_tell_the_next_one():
    board = Board()
    board.tell(Settings(heartbeat_s=120))
    board.run_for(hours=1)
    beats = board.reports(Heartbeat)
    assert 29 <= len(beats) <= 31
    assert {beat.next_in_s for beat in beats} == {120}
    assert [beat.seq for beat in beats] == list(range(1, len(beats) + 1))


def test_an_event_stands_in_the_logbook_too_once_in_ten_minutes(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO", logger="devices.endpoint")
    board = Board()
    for _ in range(2):
        board.deliver(Message(topics.area_document(COUNTY, DocumentKind.PLAN), b"torn"))
    (line,) = [record for record in caplog.records if record.message == "an event"]
    assert (line.kind, "area/341523000000/plan" in line.detail) == ("document_refused", True)


def test_endpoints_that_connect_together_do_not_beat_together():
    first_beats = set()
    board = Board()
    for _ in range(5):
        board.kill().boot()
        first_beats.add(board.endpoint.next_wake)
    assert len(first_beats) == 5
    assert max(first_beats) - min(first_beats) > 1


def test_a_heartbeat_describes_the_endpoint():
    instruments = SetInstruments(Readings(mains=True, battery=88, temperature=31, signal=-71))
    board = Board(instruments=instruments)
    board.tell(plan(cue("08:00")))
    board.run_for(minutes=3)
    beat = board.reports(Heartbeat)[-1]
    assert (beat.mains, beat.battery, beat.temperature, beat.signal) == (True, 88, 31, -71)
    assert (beat.missing, beat.missing_count, beat.sounding, beat.clock) == ((LETTER,), 1, None, "synced")
    assert beat.clock_ms == pytest.approx(board.now.timestamp() * 1000, abs=60_000)


def test_a_volume_turned_by_hand_is_set_by_settings_even_if_they_say_what_the_last_said():
    instruments = SetInstruments(Readings(volume_actual=25))
    board = Board(instruments=instruments)
    for own in (Settings(volume=80), Settings(volume=80), Settings()):
        instruments.readings = Readings(volume_actual=25)
        board.tell(own, area=None)
        ordered = 70 if own.volume is None else own.volume
        assert instruments.read().volume_actual == ordered
        assert board.run_for(minutes=2).reports(Heartbeat)[-1].volume_actual == ordered


def test_settings_that_were_heard_before_turn_no_volume():
    instruments = SetInstruments(Readings(volume_actual=25))
    board = Board(instruments=instruments)
    said = board.tell(Settings(volume=80))
    instruments.readings = Readings(volume_actual=25)
    board.deliver(said)
    assert instruments.read().volume_actual == 25


def test_a_heartbeat_names_the_slot_that_sounds():
    board = ready(cue("08:00"))
    board.tell(Settings(heartbeat_s=20))
    board.run_until(at("08:00:50"))
    assert board.reports(Heartbeat)[-1].sounding == slot("08:00")


def test_every_change_of_the_alerts_is_answered_by_a_heartbeat_at_once():
    board = Board()
    board.tell(Settings(heartbeat_s=86_400))
    board.run_for(minutes=5)
    before = len(board.reports(Heartbeat))
    board.tell(Alerts(alerts=(alert(recording=None),)))
    board.tell(Alerts(stopped=("flood",)))
    assert [beat.sounding for beat in board.reports(Heartbeat)[before:]][-1] is None
    assert "flood" in [beat.sounding for beat in board.reports(Heartbeat)[before:]]


def test_events_wait_for_the_link_with_their_age():
    board = Board().disconnect()
    board.deliver(Message("ccx/1/area/341523000000/plan", b"garbage"))
    board.run_for(seconds=90).connect()
    (event,) = board.reports(Event)
    assert (event.kind, event.age_ms, event.seq) == (EventKind.DOCUMENT_REFUSED, 90_000, 1)


def test_the_last_gasp_goes_out_at_once_and_the_play_is_noted():
    board = ready(cue("08:00", "12:00")).run_until(at("08:00:33"))
    board.endpoint.power_failing(board.instant)
    assert board.reports(Event)[-1].kind is EventKind.LAST_GASP
    board.kill().run_quiet(60).boot().run_for(minutes=1)
    assert board.proved[0].heard_ms == pytest.approx(33_000, abs=20)


def test_instruments_that_show_a_mains_failure_are_enough():
    instruments = SetInstruments(Readings(mains=True))
    board = Board(instruments=instruments)
    board.run_for(minutes=2)
    instruments.readings = Readings(mains=False)
    board.run_for(minutes=2)
    instruments.readings = Readings(mains=True)
    board.run_for(minutes=2)
    assert [event.kind for event in board.reports(Event)] == [EventKind.LAST_GASP, EventKind.MAINS_BACK]


def test_batches_hold_at_most_twenty_records_and_are_sent_again_until_receipted():
    board = ready(*[cue(f"{7 + n // 30:02}:{n % 30 * 2:02}", "22:00") for n in range(50)])
    board.disconnect().run_until(at("12:00"))
    board.receipts = False
    board.connect().run_for(minutes=30)
    batches = board.reports(PlayedBatch)
    assert max(len(batch.records) for batch in batches) == 20
    assert len(batches) > 6, "sent again"
    assert len(board.proved) == 50
    board.receipts = True
    board.connect().run_for(minutes=1)
    assert board.endpoint._recorder.unreceipted == 0
    assert board.store.records(0, 100) == ()


def test_what_was_lost_on_the_way_goes_out_again_as_soon_as_a_receipt_tells_of_the_gap():
    board = ready(cue("07:00"), cue("07:02"))
    board.link_up = False  # nobody listens, and nobody says so
    board.run_until(at("07:02:55"))
    board.link_up = True
    board.verdicts.add(ChainVerdict.GAP)
    board.run_until(at("07:03:06"))
    assert board.outcomes == [(slot("07:00"), "counted"), (slot("07:02"), "counted")]


def test_what_is_refused_again_and_again_is_not_sent_in_a_hurry():
    board = ready(cue("07:00"))
    board.verdicts.add(ChainVerdict.BAD_MAC)
    board.run_until(at("07:00:30"))
    board.endpoint._recorder._proof_key = b"another" * 4
    genesis = chain.genesis(board.store.chain)
    for _ in range(40):
        board.run_for(seconds=3)
        board.tell(Receipt(chain=board.store.chain, seq=0, hash=genesis), area=None)
    assert len(board.reports(PlayedBatch)) < 10


def test_records_that_follow_do_not_put_off_the_next_sending_of_those_before():
    cues = [cue(f"07:00:{n}0", name=f"{n}") for n in range(6)]
    board = Board()
    board.tell(plan(*cues, items=[item(duration_ms=2_000, gap_s=0)]))
    board.give("letter").link_up = False
    board.run_until(at("07:00:50"))
    whole = [batch for batch in board.reports(PlayedBatch) if batch.records[0]["seq"] == 1]
    assert len(whole) == 3  # at once, after 15 s and after 30 s more


def test_thirty_days_of_proofs_arrive_in_order_when_the_link_is_back():
    board = Board()
    board.tell(Settings(heartbeat_s=86_400))
    board.disconnect()
    board.tell(
        Alerts(alerts=(alert(recording=None, repeat_gap_s=600, expires=at("06:00", day=10)),)),
        expires=at("06:00", day=11),
    )
    board.run_until(at("06:00", day=10)).connect().run_for(minutes=5)
    assert len(board.proved) > 1_300
    assert [record.seq for record in board.proved] == list(range(1, len(board.proved) + 1))


def probed(board: Board, *, retain: bool = False) -> None:
    topic = board.endpoint.will.topic.replace("/status", "/probe")
    board.deliver(Message(topic, b"", 0, retain))


def test_a_probe_is_answered_with_a_heartbeat_within_two_seconds_and_the_rhythm_goes_on():
    board = Board()
    board.run_for(minutes=3, seconds=20)
    before = board.reports(Heartbeat)
    probed(board)
    board.run_for(seconds=2)
    beats = board.reports(Heartbeat)
    assert len(beats) == len(before) + 1
    assert beats[-1].next_in_s < before[-1].next_in_s
    assert [beat.seq for beat in beats] == list(range(1, len(beats) + 1))


def test_many_probes_are_one_heartbeat_in_ten_seconds_and_a_retained_one_is_none():
    board = Board()
    board.tell(Settings(heartbeat_s=3_600))
    board.run_for(minutes=3)
    before = len(board.reports(Heartbeat))
    probed(board, retain=True)
    board.run_for(seconds=5)
    assert len(board.reports(Heartbeat)) == before
    for _ in range(30):
        probed(board)
        board.run_for(seconds=1)
    assert 3 <= len(board.reports(Heartbeat)) - before <= 4
