"""Documents: genuine, for us, newer, written down first; everything else changes nothing."""

import dataclasses
import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from devices import topics
from devices.documents import Alerts, Document, Header, Plan, Receipt, Settings
from devices.links import Message
from devices.provisioning import LineProvision
from devices.reports import EventKind, Heartbeat
from devices.sealing import seal
from devices.signing import Ed25519Signer
from devices.topics import DocumentKind
from tests.devices.endpoint.board import Board, FailingStore, ready
from tests.devices.endpoint.village import (
    COUNTY,
    DAWN,
    PROVISION,
    TOWN,
    VILLAGE,
    alert,
    at,
    cue,
    item,
    plan,
    slot,
    span,
)


def forged(body: Plan, signer: Ed25519Signer, topic: str, revision: int = 99) -> Message:
    header = Header(
        kind=DocumentKind.PLAN,
        target=str(COUNTY),
        revision=revision,
        issued=DAWN,
        expires=DAWN + timedelta(days=1),
    )
    return Message(topic, seal(Document(header=header, body=body), signer))


COUNTY_PLAN = topics.area_document(COUNTY, DocumentKind.PLAN)


def heard_by(board: Board, until: str = "08:10") -> list[str]:
    return [stretch.key for stretch in board.run_until(at(until)).heard]


def test_plans_of_the_village_the_town_the_county_and_its_own_are_merged():
    board = Board()
    for hour, area in enumerate((VILLAGE, TOWN, COUNTY, None)):
        board.tell(plan(cue(f"{8 + hour:02}:00")), area=area)
    board.give("letter")
    assert heard_by(board, "12:00") == [slot(f"{hour:02}:00") for hour in (8, 9, 10, 11)]


def test_the_narrower_settings_go_before_the_wider_ones():
    board = Board()
    board.tell(Settings(volume=40, heartbeat_s=120), area=COUNTY)
    board.tell(Settings(volume=90), area=None)
    board.run_for(minutes=1)
    heartbeat = board.reports(Heartbeat)[-1]
    assert (heartbeat.volume, heartbeat.next_in_s) == (90, 120)


@pytest.mark.parametrize(
    "message",
    [
        forged(plan(cue("08:00")), Ed25519Signer.from_seed(bytes(32)), COUNTY_PLAN),
        Message(COUNTY_PLAN, b"\x00garbage"),
        Message(COUNTY_PLAN, b"x" * 1_000_000),
    ],
)
def test_what_is_not_genuine_is_refused_and_said_once(message):
    board = Board().give("letter")
    for _ in range(5):
        board.deliver(message)
    assert heard_by(board) == []
    assert len(board.events(EventKind.DOCUMENT_REFUSED)) == 1


def test_a_document_replayed_on_another_topic_is_refused():
    board = Board().give("letter")
    recorded = board.tell(plan(cue("08:00")), area=VILLAGE)
    board.tell(plan(), area=VILLAGE)
    board.deliver(replace_topic(recorded, COUNTY_PLAN))
    assert heard_by(board) == []


def test_an_older_document_replayed_is_refused_also_after_a_reboot():
    board = Board()
    recorded = board.tell(plan(cue("08:00")))
    board.tell(plan(cue("09:00")))
    board.give("letter").deliver(recorded)
    board.kill().boot().deliver(recorded)
    assert heard_by(board) == []
    assert board.events(EventKind.DOCUMENT_REFUSED)


def test_an_expired_document_is_refused():
    board = Board().give("letter")
    board.tell(plan(cue("08:00")), issued=DAWN - timedelta(days=2), expires=DAWN - timedelta(days=1))
    assert heard_by(board) == []


def test_a_cleared_topic_changes_nothing_and_is_no_event():
    board = ready(cue("08:00"))
    board.deliver(Message(COUNTY_PLAN, b"", 1, True))
    assert heard_by(board) == [slot("08:00")]
    assert board.events(EventKind.DOCUMENT_REFUSED) == []


def test_settings_for_a_zone_that_nobody_knows_change_nothing():
    board = Board()
    board.tell(Settings(volume=40))
    board.tell(Settings(volume=90, zone="Mars/Olympus"))
    board.run_for(minutes=1)
    assert board.reports(Heartbeat)[-1].volume == 40
    assert "Mars/Olympus" in board.events(EventKind.DOCUMENT_REFUSED)[0]


def test_a_document_of_somebody_else_is_not_looked_at():
    board = Board()
    stranger = topics.endpoint_document("horn-99", DocumentKind.PLAN)
    board.send(plan(cue("08:00")), "horn-99", stranger)
    board.give("letter")
    assert heard_by(board) == []


def test_a_receipt_of_somebody_else_forgets_nothing():
    board = ready(cue("08:00"))
    board.receipts = False
    board.run_until(at("08:05"))
    stranger = topics.endpoint_document("horn-99", DocumentKind.RECEIPT)
    board.send(Receipt(chain=board.tip.chain, seq=1, hash=board.tip.hash), "horn-99", stranger)
    board.run_for(minutes=1)
    assert board.reports(Heartbeat)[-1].unreceipted == 1


def test_an_older_receipt_is_stale_also_after_a_power_cut():
    board = ready(cue("08:00"))
    board.receipts = False
    topic = topics.endpoint_document("horn-01", DocumentKind.RECEIPT)
    old = board.send(Receipt(chain="0" * 16, seq=1, hash="0" * 64), "horn-01", topic)
    board.send(Receipt(chain="0" * 16, seq=2, hash="0" * 64), "horn-01", topic)
    board.kill()
    board.boot()
    board.deliver(old)
    board.run_for(minutes=1)
    (refused,) = board.events(EventKind.DOCUMENT_REFUSED)
    assert refused == f"{topic}: stale, revision 1"


def test_the_heartbeat_says_the_revision_of_each_document_held():
    board = Board()
    board.tell(plan())
    board.tell(plan())
    board.tell(Settings(quiet_hours=(span("22:00", "06:00"),)), area=None)
    board.run_for(minutes=1)
    assert board.reports(Heartbeat)[-1].held == {
        f"area/{COUNTY}/plan": 2,
        "endpoint/horn-01/settings": 1,
    }


def test_what_was_held_is_in_force_after_a_reboot_without_the_link():
    board = ready(cue("08:00"))
    board.tell(Settings(volume=33))
    board.kill().disconnect().boot()
    board.run_until(at("08:05"))
    assert [stretch.sound.volume for stretch in board.heard] == [33]


def test_what_a_key_signed_that_is_trusted_no_more_is_said_and_dropped_after_a_reboot():
    board = ready(cue("08:00"))
    board.kill().provision = dataclasses.replace(PROVISION, keys=(Ed25519Signer.generate().public,))
    assert heard_by(board.boot()) == []
    assert any("unknown key" in said for said in board.events(EventKind.DOCUMENT_REFUSED))


def test_what_cannot_be_written_down_is_not_acted_on_but_for_an_alert():
    board = Board(store=FailingStore.open(None, random.Random(1)))
    board.give("letter")
    board.store.full = True
    board.tell(plan(cue("08:00")))
    board.tell(Alerts(alerts=(alert(recording=None, repeats=1),)))
    assert heard_by(board) == ["flood"]
    assert board.events(EventKind.STORAGE_FAULT)


def test_records_that_cannot_be_written_are_written_when_there_is_room_again():
    board = ready(cue("08:00"), store=FailingStore.open(None, random.Random(1)))
    board.run_until(at("07:00"))
    board.store.full = True
    board.run_until(at("08:30"))
    assert (len(board.heard), board.proved) == (1, [])
    board.store.full = False
    board.run_until(at("08:45"))
    assert board.outcomes == [(slot("08:00"), "counted")]


def replace_topic(message: Message, topic: str) -> Message:
    return replace(message, topic=topic)


@pytest.mark.parametrize(("baud", "wanted"), [(9_600, "cd" * 32), (115_200, "ab" * 32)])
def test_on_a_slow_line_the_low_rate_recording_takes_the_place_of_the_other_also_after_a_reboot(
    baud: int, wanted: str
) -> None:
    line = LineProvision(port="/dev/ttyS1", address=1, baud=baud)
    board = Board(provision=dataclasses.replace(PROVISION, line=line))
    sounding = {"recording": "ab" * 32, "low_rate": "cd" * 32}
    board.tell(plan(cue("08:00"), items=(item(**sounding),)), area=COUNTY)
    board.tell(Alerts(alerts=(alert(**sounding, starts=at("09:00")),)), area=COUNTY)
    board.boot()
    board.run_for(minutes=2)
    assert board.reports(Heartbeat)[-1].missing == (wanted,)
