"""The rules by which one line converges: what is told when to whom, and which recording goes first."""

import hashlib

from devices import topics
from devices.documents import Alerts, Plan, Receipt, Settings
from devices.hub.line import REFUSED_S
from devices.presence import Presence
from devices.reports import Status
from devices.serial.shelf import MemoryShelf
from devices.topics import DocumentKind, ReportKind
from tests.devices.endpoint.village import COUNTY, TOWN, VILLAGE, alert, cue, item, plan
from tests.devices.hub.rig import Rig, lacking
from tests.devices.serial.parties import recording

PLAN = topics.area_document(COUNTY, DocumentKind.PLAN)
RECEIPT = topics.endpoint_document("horn-1", DocumentKind.RECEIPT)
LETTER = recording(20_000)
SHA256 = hashlib.sha256(LETTER).hexdigest()
NEW_BOOT = "0a1b2c3e"


def needing(*recordings: str, clocks: tuple[str, ...] = ("08:00", "12:00")) -> Plan:
    """A plan whose first item is needed first."""
    cues = (cue(clock, item=number) for clock, number in zip(clocks, range(len(recordings)), strict=False))
    return plan(*cues, items=tuple(item(recording=name) for name in recordings))


def announced(rig: Rig, *contents: bytes) -> list[str]:
    names = [hashlib.sha256(content).hexdigest() for content in contents]
    for name, content in zip(names, contents, strict=True):
        rig.announce(name, content)
    return names


def long_plan() -> Plan:
    """Takes a slow line some seconds."""
    clocks = [f"{hour:02}:{minute:02}" for hour in range(8, 12) for minute in range(0, 60, 5)]
    return plan(*map(cue, clocks), items=(item(),))


def receipted(rig: Rig) -> Receipt:
    receipt = Receipt(chain="0" * 16, seq=1, hash="0" * 64)
    rig.say(receipt, DocumentKind.RECEIPT, RECEIPT, "horn-1")
    return receipt


# documents


def test_who_comes_after_an_older_document_was_heard_again_is_told_the_newest() -> None:
    rig = Rig(taps=2)
    rig.pull(2)
    rig.run(3)
    older, newer = rig.order(needing(SHA256)), rig.order(Plan())
    rig.hub.receive(older, rig.now)
    rig.plug(2)
    rig.run(70)
    assert [m.payload for m in rig.told(2) if m.topic == PLAN] == [newer.payload]


def test_a_document_on_another_topic_than_its_own_is_not_carried() -> None:
    rig = Rig(taps=1).run(3)
    rig.say(Plan(), DocumentKind.PLAN, PLAN, TOWN)
    rig.run(3)
    assert rig.topics_told() == []


def test_a_receipt_that_comes_a_second_time_is_told_a_second_time() -> None:
    rig = Rig(taps=1).run(3)
    message = rig.sealed(
        Receipt(chain="0" * 16, seq=1, hash="0" * 64), DocumentKind.RECEIPT, RECEIPT, "horn-1"
    )
    for _ in range(2):
        rig.hub.receive(message, rig.now)
        rig.run(3)
    assert rig.topics_told().count(RECEIPT) == 2


def test_a_heartbeat_of_the_same_boot_takes_back_nothing_that_was_just_acknowledged() -> None:
    rig = Rig(taps=1).run(3)
    rig.report(1, lacking(), ReportKind.HEARTBEAT)
    rig.run(3)
    rig.order(Plan())
    rig.run(3)
    rig.report(1, lacking(), ReportKind.HEARTBEAT)
    rig.run(5)
    assert rig.topics_told().count(PLAN) == 1


def test_what_a_new_boot_does_not_hold_is_told_again_but_receipts() -> None:
    """Heartbeats do not name those."""
    rig = Rig(taps=1).run(3)
    rig.report(1, lacking(), ReportKind.HEARTBEAT)
    rig.order(Plan())
    receipted(rig)
    rig.run(5)
    rig.report(1, lacking(boot=NEW_BOOT), ReportKind.HEARTBEAT)
    rig.run(5)
    assert [rig.topics_told().count(topic) for topic in (PLAN, RECEIPT)] == [2, 1]


def test_an_emergency_overtakes_a_plan_that_is_being_told() -> None:
    rig = Rig(taps=1, baud=1_200).run(20)
    rig.order(long_plan())
    rig.run(1)
    rig.order(Alerts(alerts=(alert(recording=None),)))
    rig.run(60)
    assert rig.topics_told() == [topics.area_document(COUNTY, DocumentKind.ALERTS), PLAN]


def test_receipts_are_told_before_plans() -> None:
    rig = Rig(taps=1)
    rig.pull(1)
    rig.run(3)
    rig.order(Plan())
    receipted(rig)
    rig.order(Settings(volume=50))
    rig.plug(1)
    rig.run(70)
    assert rig.topics_told() == [topics.area_document(COUNTY, DocumentKind.SETTINGS), RECEIPT, PLAN]


# recordings


def test_what_is_needed_first_is_sent_first() -> None:
    rig = Rig(taps=1, baud=9_600).run(3)
    early, late = sorted(announced(rig, LETTER, LETTER[::-1]), reverse=True)
    rig.order(needing(early, late))
    rig.run(8)
    assert list(rig.duty.offers.carried) == [early, late]


def test_no_recording_begins_while_a_document_is_told_that_may_name_one_that_is_needed_sooner() -> None:
    rig = Rig(taps=1, baud=1_200)
    rig.pull(1)
    late, early = announced(rig, LETTER, LETTER[::-1])
    rig.order(needing(late, clocks=("20:00",)))
    rig.say(
        Plan(items=(item(recording=early), *long_plan().items), cues=long_plan().cues),
        DocumentKind.PLAN,
        topics.area_document(VILLAGE, DocumentKind.PLAN),
        VILLAGE,
    )
    rig.run(3)
    rig.plug(1)
    while not rig.duty.offers.carried:
        rig.run(0.5)
    assert next(iter(rig.duty.offers.carried)) == early


def test_who_comes_early_joins_a_recording_and_who_comes_late_gets_it_afterwards() -> None:
    rig = Rig(taps=3, baud=9_600)
    rig.pull(2)
    rig.pull(3)
    rig.run(3)
    (name,) = announced(rig, recording(60_000))
    rig.order(needing(name))
    while not rig.duty.offers.carried:
        rig.run(0.5)
    rig.plug(2)
    rig.run(14)
    assert rig.duty.offers.carried[name].taps == {1, 2}
    rig.run(30)
    rig.plug(3)
    rig.run(15)
    assert rig.duty.offers.carried[name].taps == {1, 2}
    rig.run(150)
    assert all(rig.has(tap, name) for tap in rig.names)


def test_a_recording_is_not_offered_on_to_who_is_away() -> None:
    rig = Rig(taps=2, baud=9_600).run(3)
    (name,) = announced(rig, recording(30_000))
    rig.order(needing(name))
    rig.run(10)
    rig.pull(2)
    rig.run(60)
    assert (rig.has(1, name), rig.duty.offers.carried) == (True, {})


class Moody(MemoryShelf):
    """Takes nothing until it is willing."""

    willing = False

    def begin(self, sha256: bytes, size: int) -> int | None:
        return super().begin(sha256, size) if self.willing else None


def refusing() -> Rig:
    """Its endpoint has just refused the letter, and would take it now."""
    rig, shelf = Rig(taps=1), Moody()
    rig.shelves[1] = shelf
    rig.plug(1)
    rig.run(3)
    rig.announce(SHA256, LETTER)
    rig.order(needing(SHA256))
    while not rig.duty.wards[1].refused:
        rig.run(0.1)
    shelf.willing = True
    return rig


def test_a_recording_that_was_refused_is_offered_again_a_minute_later() -> None:
    rig = refusing().run(REFUSED_S - 10)
    assert not rig.has(1, SHA256)
    rig.run(40)
    assert rig.has(1, SHA256)


def test_who_refused_a_recording_and_does_not_miss_it_has_it() -> None:
    rig = refusing()
    rig.report(1, lacking(), ReportKind.HEARTBEAT)
    rig.run(REFUSED_S + 30)
    assert not rig.has(1, SHA256)
    assert rig.line_report().transfers == ()


def test_manifests_of_what_nobody_needs_any_more_are_forgotten() -> None:
    rig = Rig(taps=1).run(3)
    announced(rig, LETTER)
    rig.order(needing(SHA256))
    rig.run(5)
    assert rig.store.documents()[-1].topic == topics.manifest(SHA256)
    rig.order(Plan())
    assert [kept.topic for kept in rig.store.documents()] == [PLAN]


# endpoints


def test_an_endpoint_that_falls_silent_twice_in_one_session_is_said_to_be_offline_once() -> None:
    rig = Rig(taps=1).run(3)
    rig.report(1, Status(state=Presence.ONLINE, epoch="0a1b2c3d"), ReportKind.STATUS)
    rig.run(3)
    for _ in range(2):
        rig.pull(1)
        rig.run(30)
        rig.plug(1)
        rig.run(30)
    assert len(rig.said(ReportKind.STATUS, "horn-1")) == 2


def test_of_an_endpoint_that_was_never_heard_nobody_says_since_when() -> None:
    rig = Rig(taps=2)
    rig.pull(2)
    rig.run(40)
    assert [tap.silent_s is None for tap in rig.line_report().taps] == [False, True]


def test_the_report_of_a_line_says_whether_its_port_is_there() -> None:
    rig = Rig(taps=1)
    said = []
    for is_open in (True, False):
        rig.hub.port_changed("east", is_open=is_open, now=rig.now)
        rig.run(3)
        said.append(rig.line_report().open)
    assert said == [True, False]
