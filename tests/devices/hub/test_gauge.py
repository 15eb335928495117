"""What a hub says of a line with very many endpoints stays within what a reader takes."""

import random
from itertools import count

from devices.codec import LONGEST_REPORT, decode, encode
from devices.endpoint.clock import Instant
from devices.endpoint.media import MemoryMedia
from devices.hub.core import Hub
from devices.hub.documents import Need
from devices.hub.provision import HubLine, HubProvision, TapProvision
from devices.hub.store import HubStore
from devices.reports import LineReport
from devices.serial.noise import CALMEST
from devices.topics import ReportKind
from tests.devices.endpoint.board import ScriptedLink
from tests.devices.endpoint.village import COUNTY, DAWN, SIGNER, TOWN, VILLAGE


def crowd(taps: int, recordings: int, calm: int = CALMEST) -> LineReport:
    """The report of a line where everybody is there, hears so, and lacks everything."""
    given = tuple(
        TapProvision(endpoint=f"{number:047}", address=number, areas=(VILLAGE, TOWN, COUNTY))
        for number in range(1, taps + 1)
    )
    line = HubLine(name="east", port="/dev/null", baud=9_600, taps=given)
    provision = HubProvision(hub="hub-town", host="x", password="x", keys=(SIGNER.public,), lines=(line,))
    link = ScriptedLink()
    hub = Hub(
        provision=provision,
        store=HubStore.open(None),
        media=MemoryMedia(),
        uplink=link,
        boot="0a1b2c3d",
        chance=random.Random(1),
    )
    now = Instant(mono_s=0.0, wall=DAWN, synced=True)
    hub.started(now)
    numbers = count()
    needs = {f"{next(numbers):064x}": Need(0.0, 9e9) for _ in range(recordings)}
    hub.connected(now)
    hub.wake(now)
    for ward in hub.lines["east"].wards.values():
        ward.lacks, ward.there = dict(needs), True
        hub.lines["east"].head.member(ward.address).calm = calm
    link.sent.clear()
    hub.wake(Instant(mono_s=40.0, wall=DAWN, synced=True))
    (message,) = [m for m in link.sent if m.topic.endswith("/line")]
    assert len(message.payload) <= LONGEST_REPORT
    report = decode(ReportKind.LINE, message.payload)
    assert isinstance(report, LineReport)
    assert encode(report) == message.payload
    return report


def test_of_a_crowded_line_as_much_is_told_as_a_report_bears() -> None:
    report = crowd(256, 40)
    assert len(report.taps) == 256
    assert len(report.transfers) == 1
    assert {tap.calm for tap in report.taps} == {CALMEST}


def test_of_a_usual_line_everything_is_told() -> None:
    assert len(crowd(8, 20).transfers) == 20


def test_how_calm_a_line_is_is_heard_before_anything_is_carried() -> None:
    assert {tap.calm for tap in crowd(3, 0, calm=80).taps} == {80}
