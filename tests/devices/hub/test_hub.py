"""A hub converges its line on what the station says, also without the station, and tells how the line is."""

import hashlib
from datetime import timedelta

import pytest

from devices import topics
from devices.codec import encode
from devices.documents import Alerts, Plan, TimeBeacon
from devices.endpoint.downloads import UNNEEDED_KEPT
from devices.hub.line import CROSSED_S
from devices.hub.store import HubStore
from devices.links import Message
from devices.presence import Presence
from devices.reports import Event, EventKind, Status, Want
from devices.serial import parcels
from devices.serial.events import Told
from devices.serial.frames import EVERYBODY
from devices.serial.tap import Tap
from devices.topics import DocumentKind, ReportKind
from tests.devices.endpoint.village import COUNTY, alert, cue, item, plan
from tests.devices.hub.rig import HUB, Rig, lacking
from tests.devices.serial.parties import recording

LETTER = recording(20_000)
SHA256 = hashlib.sha256(LETTER).hexdigest()
SLIM = LETTER[::3]
SLIM_SHA256 = hashlib.sha256(SLIM).hexdigest()
GASP = Event(boot="0a1b2c3d", seq=1, kind=EventKind.LAST_GASP)


def morning() -> Plan:
    """A plan that needs the letter."""
    return plan(cue("08:00"), items=(item(recording=SHA256),))


def test_everybody_is_told_once_what_concerns_all() -> None:
    rig = Rig(taps=3).run(3)
    message = rig.order(morning())
    rig.run(5)
    assert all(rig.topics_told(tap).count(message.topic) == 1 for tap in rig.names)


def test_a_horn_that_comes_later_is_told_and_the_others_are_not_told_again() -> None:
    rig = Rig(taps=2)
    rig.pull(2)
    rig.run(3)
    message = rig.order(morning())
    rig.run(5)
    rig.plug(2)
    rig.run(70)
    assert [rig.topics_told(tap).count(message.topic) for tap in (1, 2)] == [1, 1]


def test_a_recording_reaches_all_who_need_it_with_its_manifest() -> None:
    rig = Rig(taps=2).run(3)
    rig.announce(SHA256, LETTER)
    rig.order(morning())
    rig.run(40)
    assert rig.has(1, SHA256)
    assert rig.has(2, SHA256)
    assert topics.manifest(SHA256) in rig.topics_told(1)
    assert rig.line_report().transfers == ()


def test_a_recording_that_the_hub_gets_late_is_sent_when_it_has_it() -> None:
    rig = Rig(taps=1).run(3)
    rig.order(morning())
    rig.run(10)
    rig.announce(SHA256, LETTER)
    rig.run(40)
    assert rig.has(1, SHA256)


def test_what_nobody_signed_is_not_carried() -> None:
    rig = Rig().run(3)
    topic = topics.area_document(COUNTY, DocumentKind.PLAN)
    rig.hub.receive(Message(topic, b"\xd2\x84 no document", 1, True), rig.now)
    rig.run(3)
    assert topic not in rig.topics_told()


def test_an_older_document_does_not_replace_a_newer_one() -> None:
    rig = Rig().run(3)
    older = rig.order(morning())
    newer = rig.order(Plan())
    rig.run(4)
    rig.hub.receive(older, rig.now)
    rig.run(4)
    assert [m.payload for m in rig.told() if m.topic == older.topic][-1] == newer.payload


def test_an_emergency_overtakes_a_recording_that_is_on_its_way() -> None:
    rig = Rig(taps=1, baud=9_600).run(3)
    rig.announce(SHA256, LETTER)
    rig.order(morning())
    rig.run(12)
    assert rig.duty.offers.carried
    began = rig.wire.now
    message = rig.order(Alerts(alerts=(alert(recording=None),)))
    while message.topic not in rig.topics_told():
        rig.run(0.1)
    assert rig.wire.now - began < 1.5
    assert not rig.has(1, SHA256)


@pytest.mark.parametrize(("baud", "offered"), [(19_200, SLIM_SHA256), (38_400, SHA256)])
def test_an_emergency_for_all_is_offered_at_the_rate_that_is_fit_for_the_line(
    baud: int, offered: str
) -> None:
    rig = Rig(taps=1, baud=baud).run(3)
    rig.announce(SHA256, LETTER)
    rig.announce(SLIM_SHA256, SLIM)
    rig.order(Alerts(alerts=(alert(recording=SHA256, low_rate=SLIM_SHA256),)))
    rig.run(30)
    assert [each for each in (SHA256, SLIM_SHA256) if rig.has(1, each)] == [offered]
    assert rig.duty.needed().keys() == {offered}


def test_without_an_uplink_a_line_is_served_from_what_the_hub_holds() -> None:
    rig = Rig(taps=2)
    rig.pull(2)
    rig.run(3)
    rig.announce(SHA256, LETTER)
    rig.order(morning())
    rig.run(30)
    rig.cut_uplink()
    rig.boot()
    rig.plug(2)
    rig.run(100)
    assert rig.has(2, SHA256)
    assert topics.area_document(COUNTY, DocumentKind.PLAN) in rig.topics_told(2)


def test_a_hub_that_reboots_goes_on_with_what_is_half_on_its_way() -> None:
    rig = Rig(taps=2, baud=9_600).run(3)
    rig.announce(SHA256, LETTER)
    rig.order(morning())
    rig.run(12)
    assert rig.duty.offers.carried
    rig.pull(1)
    rig.pull(2)
    rig.boot()
    rig.run(5)  # it looks, and nobody has been heard yet
    rig.plug(1)
    rig.plug(2)
    rig.run(60)
    assert rig.has(1, SHA256)
    assert rig.has(2, SHA256)


def test_a_hub_that_reboots_does_not_send_again_what_has_arrived() -> None:
    rig = Rig(taps=1).run(3)
    rig.announce(SHA256, LETTER)
    message = rig.order(morning())
    rig.run(30)
    assert rig.has(1, SHA256)
    spoken = rig.wire.airtime_s[0]
    rig.boot()
    rig.run(10)
    assert rig.topics_told().count(message.topic) == 1
    assert rig.wire.airtime_s[0] - spoken < 2


def test_a_report_that_came_while_the_uplink_was_cut_goes_up_later_even_after_a_reboot() -> None:
    rig = Rig(taps=1).run(3)
    rig.cut_uplink()
    rig.report(1, GASP, ReportKind.EVENT)
    rig.run(4)
    rig.boot()
    rig.run(2)
    assert rig.said(ReportKind.EVENT, "horn-1") == []
    rig.mend_uplink()
    rig.run(1)
    assert len(rig.said(ReportKind.EVENT, "horn-1")) == 1


def test_an_endpoint_speaks_for_itself_only() -> None:
    rig = Rig(taps=2).run(3)
    tap = rig.wire.ends[1]
    assert isinstance(tap, Tap)
    forged = Message(topics.report("horn-2", ReportKind.EVENT), encode(GASP), 1)
    tap.send(parcels.to_bytes(forged, "horn-1"))
    rig.run(4)
    assert rig.said(ReportKind.EVENT, "horn-2") == []


def test_an_endpoint_that_falls_silent_is_said_to_be_offline() -> None:
    rig = Rig(taps=1).run(3)
    rig.report(1, Status(state=Presence.ONLINE, epoch="0a1b2c3d"), ReportKind.STATUS)
    rig.run(3)
    rig.pull(1)
    rig.run(30)
    said = rig.said(ReportKind.STATUS, "horn-1")
    assert len(said) == 2
    assert b"offline" in said[-1].payload
    assert said[-1].retain


def with_the_letter(taps: int = 1) -> Rig:
    """All of them have it, and told so."""
    rig = Rig(taps=taps).run(3)
    for tap in rig.names:
        rig.report(tap, lacking(), ReportKind.HEARTBEAT)
    rig.announce(SHA256, LETTER)
    rig.order(morning())
    while not all(rig.has(tap, SHA256) for tap in rig.names):
        rig.run(0.1)
    return rig


def test_an_endpoint_that_lost_a_recording_gets_it_again_with_its_manifest() -> None:
    rig = with_the_letter().run(CROSSED_S)
    rig.shelves[1].whole.clear()
    rig.report(1, lacking(SHA256), ReportKind.HEARTBEAT)
    rig.run(30)
    assert rig.has(1, SHA256)
    assert rig.topics_told().count(topics.manifest(SHA256)) == 2


def test_a_heartbeat_that_was_under_way_while_the_recording_came_sends_it_no_second_time() -> None:
    rig = with_the_letter()
    rig.report(1, lacking(SHA256), ReportKind.HEARTBEAT)
    rig.run(5)
    rig.shelves[1].whole.clear()
    rig.run(30)
    assert not rig.has(1, SHA256)


def test_the_first_heartbeat_that_a_hub_hears_may_have_been_under_way_too() -> None:
    rig = with_the_letter()
    rig.duty.wards[1].boot = ""
    rig.shelves[1].whole.clear()
    rig.report(1, lacking(SHA256), ReportKind.HEARTBEAT)
    rig.run(30)
    assert not rig.has(1, SHA256)


def test_what_a_new_boot_lacks_it_gets_at_once() -> None:
    rig = with_the_letter()
    rig.shelves[1].whole.clear()
    rig.report(1, lacking(SHA256, boot="0a1b2c3e"), ReportKind.HEARTBEAT)
    rig.run(20)
    assert rig.has(1, SHA256)


def test_a_manifest_is_told_to_everybody_at_once_when_its_recording_is_offered() -> None:
    rig = with_the_letter(taps=3)
    manifests = [
        event.address
        for _, index, event in rig.wire.events
        if index == 2 and isinstance(event, Told) and event.content[0] & 15 == 4
    ]
    assert manifests == [EVERYBODY]


def test_who_comes_to_a_line_in_the_middle_of_a_recording_is_told_its_manifest_again() -> None:
    rig = Rig(taps=2, baud=9_600).run(3)
    rig.announce(SHA256, LETTER)
    rig.order(morning())
    rig.run(8)
    rig.pull(2)
    rig.plug(2)
    rig.run(60)
    assert [rig.topics_told(tap).count(topics.manifest(SHA256)) for tap in rig.names] == [1, 2]


def test_no_want_of_an_endpoint_goes_up() -> None:
    rig = Rig(taps=1).run(3)
    rig.report(1, Want(recording=SHA256, base=0, bitmap="80"), ReportKind.WANT)
    rig.run(3)
    assert rig.said(ReportKind.WANT, "horn-1") == []


def test_a_beacon_is_passed_on_at_once_and_a_retained_one_is_not() -> None:
    rig = Rig(taps=1).run(3)
    rig.say(TimeBeacon(), DocumentKind.TIME, topics.TIME, "time", retain=True)
    rig.run(2)
    assert topics.TIME not in rig.topics_told()
    rig.say(TimeBeacon(), DocumentKind.TIME, topics.TIME, "time", retain=False)
    rig.run(2)
    assert topics.TIME in rig.topics_told()


def test_the_report_of_a_line_says_who_is_heard_and_what_waits() -> None:
    rig = Rig(taps=2, baud=1_200)
    rig.pull(2)
    rig.run(20)
    rig.announce(SHA256, LETTER)
    rig.order(morning())
    rig.run(60)
    report = rig.line_report()
    assert [tap.there for tap in report.taps] == [True, False]
    (transfer,) = report.transfers
    assert transfer.size == len(LETTER)
    assert transfer.lacking["horn-1"] > 0


def test_a_hub_says_how_it_is_itself() -> None:
    rig = Rig().run(3)
    assert rig.said(ReportKind.HEARTBEAT, HUB)
    assert rig.hub.will.topic == topics.report(HUB, ReportKind.STATUS)


def test_what_is_no_longer_needed_is_not_sent() -> None:
    rig = Rig(taps=1, baud=1_200).run(20)
    rig.announce(SHA256, LETTER)
    rig.order(morning())
    rig.run(40)
    assert rig.duty.offers.carried
    rig.order(Plan())
    rig.run(20)
    assert not rig.duty.offers.carried


def test_what_an_emergency_needed_is_not_sent_on_when_it_has_expired() -> None:
    rig = Rig(taps=1, baud=1_200).run(20)
    rig.announce(SHA256, LETTER)
    ends = rig.now.wall + timedelta(seconds=60)
    rig.order(Alerts(alerts=(alert(recording=SHA256, expires=ends),)))
    rig.run(30)
    assert rig.duty.offers.carried
    rig.cut_uplink()
    rig.run(35)
    assert not rig.duty.offers.carried


def test_a_new_board_in_the_place_of_a_hub_is_obeyed() -> None:
    """Both have been started as often; its first epoch is its own."""
    rig = Rig(taps=1).run(30)
    rig.store = HubStore.open(None)
    rig.boot()
    rig.run(10)
    assert rig.duty.wards[1].there


def test_what_endpoints_held_long_ago_is_forgotten_with_the_recording() -> None:
    rig = Rig(taps=1, baud=38_400).run(3)
    letters = [recording(2_000, seed) for seed in range(UNNEEDED_KEPT + 3)]
    for letter in letters:
        name = hashlib.sha256(letter).hexdigest()
        rig.announce(name, letter)
        rig.order(plan(cue("08:00"), items=(item(recording=name),)))
        rig.run(12)
        assert rig.has(1, name)
    assert len(rig.store.held()) == UNNEEDED_KEPT + 1


def take_no_writes(store: HubStore) -> None:
    store._database.execute("PRAGMA query_only = 1")


def test_a_hub_that_boots_on_a_disk_that_takes_no_writes_serves_its_line() -> None:
    rig = Rig(taps=1).run(3)
    take_no_writes(rig.store)
    rig.boot()
    rig.run(30)
    rig.order(plan(cue("21:00")))
    rig.run(5)
    assert rig.topics_told() == [topics.area_document(COUNTY, DocumentKind.PLAN)]


def test_what_nobody_needs_any_more_is_forgotten_also_where_the_disk_takes_no_writes() -> None:
    rig = Rig(taps=1).run(3)
    rig.announce(SHA256, LETTER)
    rig.order(plan(cue("21:00"), items=(item(recording=SHA256),)))
    rig.run(5)
    take_no_writes(rig.store)
    empty = rig.order(Plan())
    rig.run(5)
    assert rig.told(1)[-1].payload == empty.payload
