"""Recordings: asked for when needed, chunk by chunk, kept only if they are what their name says."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices import topics
from devices.chunks import CHUNK, wanted
from devices.documents import Alerts, Plan
from devices.endpoint.media import DiskMedia, MemoryMedia
from devices.endpoint.output import Recording
from devices.links import Message
from devices.reports import EventKind, Heartbeat, Want
from schedules.places import Level
from schedules.precedence import BroadcastClass, Precedence, Severity
from tests.devices.endpoint.board import Board, ready
from tests.devices.endpoint.village import (
    DAWN,
    TOWN,
    alert,
    at,
    cue,
    item,
    plan,
    sha256,
    slot,
    sound_bytes,
)


def emergency(name: str) -> Precedence:
    return replace(item(name).precedence, klass=BroadcastClass.EMERGENCY)


def wanting(chunks: int, **changes) -> Board:
    """A board whose plan needs one recording of so many chunks."""
    board = Board(**changes)
    board.tell(plan(cue("08:00"), items=[item(recording=sha256("long", chunks))]))
    return board


def asked(board: Board, chunks: int) -> list[tuple[int, ...]]:
    return [wanted(want, chunks) for want in board.reports(Want) if want.have_manifest]


def test_topics_of_a_recording_are_subscribed_only_while_it_is_wanted():
    board = wanting(2)
    digest = sha256("long", 2)
    mine = {topics.manifest(digest), f"ccxm/1/{digest}/c/+"}
    assert mine <= board.link.filters
    board.give("long", 2)
    assert not mine & board.link.filters
    assert "ccxm/1/to/horn-01/+/+" in board.link.filters


def test_audio_that_waits_for_an_emergency_is_fetched_after_what_has_a_cue_and_never_sounds_by_the_plan():
    board = Board()
    saved = item("flood", recording=sha256("siren"), precedence=emergency("flood"))
    items = [item(recording=sha256("evening")), saved]
    board.tell(plan(cue("08:00"), items=items))
    board.run_for(minutes=1)
    assert board.reports(Heartbeat)[-1].missing == (sha256("evening"), sha256("siren"))
    board.give("evening").give("siren")
    board.run_for(hours=24)
    assert board.outcomes == [(slot("08:00"), "counted")]
    assert sha256("siren") in board.media.whole()


def test_the_first_want_is_jittered_and_asks_for_one_window():
    board = wanting(100).manifest("long", 100)
    assert asked(board, 100) == []
    board.run_for(seconds=1.01)
    assert asked(board, 100) == [tuple(range(64))]


def test_what_others_asked_for_is_taken_and_not_asked_for():
    board = wanting(3).manifest("long", 3)
    for number in range(3):
        board.chunk("long", number, 3)
    board.run_for(minutes=5)
    assert board.reports(Want) == []
    assert board.reports(Heartbeat)[-1].missing == ()


def test_after_two_quiet_seconds_only_the_gaps_are_asked_for():
    board = wanting(4).manifest("long", 4).run_for(seconds=1.1)
    board.chunk("long", 0, 4).chunk("long", 2, 4)
    board.run_for(seconds=1.9)
    assert len(asked(board, 4)) == 1
    board.run_for(seconds=1.2)
    assert asked(board, 4)[1:] == [(1, 3)]


def test_the_next_window_is_asked_for_at_once():
    board = wanting(70).manifest("long", 70).run_for(seconds=1.1)
    for number in range(64):
        board.chunk("long", number, 70)
    board.run_for(seconds=0.01)
    assert asked(board, 70)[-1] == tuple(range(64, 70))


def test_wants_that_nobody_answers_become_rare():
    board = wanting(1).manifest("long").run_for(minutes=10)
    assert 10 <= len(asked(board, 1)) <= 16


def test_a_manifest_that_does_not_come_is_asked_for():
    board = wanting(1).run_for(seconds=8)
    (want,) = board.reports(Want)
    assert (want.recording, want.have_manifest) == (sha256("long"), False)


def test_nothing_is_asked_for_without_the_link():
    board = wanting(1).manifest("long").disconnect().run_for(hours=1)
    assert board.reports(Want) == []
    board.connect().run_for(seconds=2)
    assert len(board.reports(Want)) == 1


def test_the_recording_that_is_needed_first_is_asked_for_first():
    board = Board()
    names = ["noon", "evening", "morning", "night"]
    cues = [cue(clock, item=n) for n, clock in enumerate(("12:00", "18:00", "09:00", "21:00"))]
    board.tell(plan(*cues, items=[item(recording=sha256(name)) for name in names]))
    for name in names:
        board.manifest(name)
    board.run_for(seconds=1.1)
    assert {want.recording for want in board.reports(Want)} == {sha256("morning"), sha256("noon")}
    board.tell(Alerts(alerts=(alert(),)))
    board.manifest("warning").run_for(seconds=1.1)
    assert sha256("warning") in [want.recording for want in board.reports(Want)]
    assert board.endpoint._downloads.missing[0] == sha256("warning")


def test_recordings_that_nobody_can_deliver_do_not_hold_up_others():
    board = Board()
    cues = [cue(f"{9 + n}:00".zfill(5), item=n) for n in range(4)]
    board.tell(plan(*cues, items=[item(recording=sha256(f"lost-{n}")) for n in range(3)] + [item()]))
    board.manifest("letter").run_for(minutes=2)
    assert sha256("letter") in [want.recording for want in board.reports(Want)]


@settings(max_examples=30, deadline=None)
@given(st.permutations(list(range(6)) * 2), st.sets(st.integers(0, 11)))
def test_chunks_lost_doubled_and_reordered_make_a_whole_recording(order, lost):
    board = wanting(6).manifest("long", 6)
    for position, number in enumerate(order):
        if position not in lost:
            board.chunk("long", number, 6)
    for _ in range(20):
        board.run_for(seconds=10)
        for numbers in asked(board, 6)[-1:]:
            for number in numbers:
                board.chunk("long", number, 6)
    assert board.media.sound(sha256("long", 6)) is not None


def test_a_chunk_that_is_not_what_the_manifest_says_is_refused():
    board = wanting(2).manifest("long", 2)
    board.deliver(Message(topics.chunk(sha256("long", 2), 0), bytes(CHUNK)))
    board.deliver(Message(topics.chunk(sha256("long", 2), 77), bytes(CHUNK)))
    assert len(board.events(EventKind.RECORDING_REFUSED)) == 1
    assert board.endpoint._downloads.missing == (sha256("long", 2),)


def test_a_chunk_of_something_that_nobody_wants_is_passed_over():
    board = Board()
    board.manifest("letter").chunk("letter", 0)
    board.deliver(Message("ccxm/1/to/horn-01/../../etc/passwd/0", b"x"))
    assert board.media.whole() == ()


def test_a_download_goes_on_where_a_kill_cut_it(tmp_path):
    board = wanting(8, media=DiskMedia(tmp_path, reserve_kb=0)).manifest("long", 8)
    for number in range(5):
        board.chunk("long", number, 8)
    board.kill()
    board.media = DiskMedia(tmp_path, reserve_kb=0)
    board.boot().manifest("long", 8).run_for(seconds=1.1)
    assert asked(board, 8) == [(5, 6, 7)]
    for number in (5, 6, 7):
        board.chunk("long", number, 8)
    board.run_until(at("08:02"))
    assert [stretch.key for stretch in board.heard] == [slot("08:00")]


def test_a_part_that_was_damaged_in_between_is_fetched_again_where_it_is_damaged(tmp_path):
    board = wanting(4, media=DiskMedia(tmp_path, reserve_kb=0)).manifest("long", 4)
    for number in range(3):
        board.chunk("long", number, 4)
    (part,) = tmp_path.glob("*.part")
    content = bytearray(part.read_bytes())
    content[CHUNK + 5] ^= 1
    part.write_bytes(content)
    board.kill().boot().manifest("long", 4).run_for(seconds=1.1)
    assert asked(board, 4) == [(1, 3)]


def test_a_recording_damaged_on_the_disk_is_thrown_away_and_fetched_again(tmp_path):
    board = ready(cue("08:00", "12:00"), media=DiskMedia(tmp_path, reserve_kb=0))
    path = tmp_path / sha256("letter")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    board.run_until(at("07:59:59"))
    beats = len(board.reports(Heartbeat))
    board.run_until(at("08:00:01"))
    assert [beat.missing for beat in board.reports(Heartbeat)[beats:]] == [(sha256("letter"),)]
    board.run_until(at("08:05"))
    assert (board.heard, path.exists()) == ([], False)
    assert board.events(EventKind.RECORDING_REFUSED)
    board.give("letter").run_until(at("12:01"))
    assert board.outcomes == [(slot("08:00"), "counted")]


def test_a_damaged_recording_is_fetched_again_by_the_manifest_that_was_held_before(tmp_path):
    board = Board(media=DiskMedia(tmp_path, reserve_kb=0))
    board.tell(plan(cue("08:00", "12:00")))
    manifest = board.send_manifest("letter")
    board.chunk("letter", 0)
    path = tmp_path / sha256("letter")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    board.run_until(at("08:05"))
    assert not path.exists()
    board.deliver(manifest).chunk("letter", 0).run_until(at("12:01"))
    assert board.outcomes == [(slot("08:00"), "counted")]


def test_a_whole_that_is_not_what_its_name_says_is_thrown_away_and_fetched_again(tmp_path):
    """A block of the disk went bad between two chunks."""
    board = wanting(2, media=DiskMedia(tmp_path, reserve_kb=0)).manifest("long", 2).chunk("long", 0, 2)
    part = tmp_path / f"{sha256('long', 2)}.part"
    part.write_bytes(b"?" + part.read_bytes()[1:])
    board.chunk("long", 1, 2)
    assert any("not what its name says" in said for said in board.events(EventKind.RECORDING_REFUSED))
    assert (board.media.whole(), part.exists()) == ((), False)
    assert asked(board.run_for(minutes=2), 2)[-1] == (0, 1)
    board.chunk("long", 0, 2).chunk("long", 1, 2).run_until(at("08:05"))
    assert board.outcomes == [(slot("08:00"), "counted")]


def test_on_a_full_disk_what_nobody_needs_goes_and_the_rest_is_kept():
    board = Board(media=MemoryMedia(room_kb=40))
    board.tell(plan(cue("08:00")))
    board.give("letter").run_until(at("09:00"))
    board.tell(plan(cue("10:00", item=0), items=[item(recording=sha256("long", 2))]))
    board.give("long", 2)
    assert board.media.whole() == (sha256("long", 2),)
    assert board.events(EventKind.STORAGE_FAULT)
    board.run_until(at("10:05"))
    assert [key for key, _ in board.outcomes] == [slot("08:00"), slot("10:00")]


def test_a_disk_too_small_is_said_and_everything_else_goes_on():
    board = Board(media=MemoryMedia(room_kb=20))
    board.tell(
        plan(cue("08:00", item=0), cue("09:00", item=1), items=[item(), item(recording=sha256("long", 2))])
    )
    board.give("letter").give("long", 2).run_until(at("10:00"))
    assert [stretch.key for stretch in board.heard] == [slot("08:00")]
    assert board.events(EventKind.STORAGE_FAULT)
    assert board.reports(Heartbeat)[-1].missing == (sha256("long", 2),)


def test_recordings_that_no_plan_names_any_more_are_kept_only_up_to_a_number():
    board = Board()
    for n in range(40):
        board.tell(plan(cue("20:00"), items=[item(recording=sha256(f"n{n}"))]))
        board.give(f"n{n}")
    board.tell(plan())
    kept = board.media.whole()
    assert len(kept) == 32
    assert sha256("n39") in kept
    assert sha256("n0") not in kept


@pytest.mark.parametrize("needed", ["cue", "alert"])
def test_a_recording_no_longer_needed_is_no_longer_fetched(needed):
    board = wanting(3) if needed == "cue" else Board()
    if needed == "alert":
        board.tell(Alerts(alerts=(alert(recording=sha256("long", 3)),)))
    board.manifest("long", 3).chunk("long", 0, 3)
    board.tell(plan())
    board.tell(Alerts())
    assert (board.media.parts(), board.endpoint._downloads.missing) == (frozenset(), ())


def test_the_bytes_that_are_kept_are_the_bytes_that_were_sent(tmp_path):
    board = wanting(3, media=DiskMedia(tmp_path, reserve_kb=0)).give("long", 3)
    assert board.media.sound(sha256("long", 3)).read_bytes() == sound_bytes("long", 3)


FLOOD = item(
    "flood",
    recording=sha256("warning"),
    precedence=Precedence(
        klass=BroadcastClass.EMERGENCY,
        level=Level.COUNTY,
        severity=Severity.RED,
        sent=DAWN,
        id="flood",
    ),
)


def test_the_audio_of_an_emergency_is_here_before_it_is_sent_and_sounds_at_once():
    board = Board()
    board.tell(plan(items=[FLOOD]))
    board.run_for(seconds=60)
    assert board.reports(Heartbeat)[-1].missing == (sha256("warning"),)
    board.give("warning")
    assert board.run_for(seconds=60).reports(Heartbeat)[-1].missing == ()
    assert board.heard == []
    board.tell(Alerts(alerts=(alert(starts=board.now, sent=board.now),)))
    sounds = board.sounds.sound
    assert isinstance(sounds.body, Recording)
    assert sounds.body.path.name == sha256("warning")


def test_audio_that_waits_for_an_emergency_comes_after_the_cues_of_today_and_before_those_of_tomorrow():
    board = Board()
    items = [item(), FLOOD, item("song", recording=sha256("song"))]
    tomorrow = cue("08:00", name="tomorrow", item=2, **_tomorrow())
    board.tell(plan(cue("12:00"), tomorrow, items=items))
    board.run_for(seconds=60)
    assert board.reports(Heartbeat)[-1].missing == (sha256("letter"), sha256("warning"), sha256("song"))


def _tomorrow() -> dict:
    return {"earliest": at("08:00", 1), "planned": at("08:00", 1), "latest": at("22:00", 1)}


@pytest.mark.parametrize("withdrawn", [False, True])
def test_where_there_is_no_room_audio_that_waits_stays_until_its_emergency_is_withdrawn(withdrawn):
    board = Board(media=MemoryMedia(room_kb=20))  # for one recording
    board.tell(plan(items=[FLOOD]))
    board.give("warning")
    if withdrawn:
        board.tell(Plan())
    board.tell(plan(cue("12:00"), items=[item()]), area=TOWN)
    board.give("letter")
    assert board.media.holds(sha256("warning")) is not withdrawn
    assert board.media.holds(sha256("letter")) is withdrawn
    assert board.events(EventKind.STORAGE_FAULT)


def test_a_recording_that_nobody_has_is_asked_for_day_after_day():
    board = wanting(2).run_for(hours=20)
    board.link.sent.clear()
    board.run_for(minutes=5)
    assert 3 <= len(board.reports(Want)) <= 6
