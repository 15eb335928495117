"""The endpoint program on a serial line instead of a broker: the same documents, the same reports."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devices import topics
from devices.codec import decode
from devices.documents import Alerts, Document, Header
from devices.endpoint.core import Pace
from devices.endpoint.outputs import silent_output
from devices.endpoint.program import PROVISION, run_endpoint
from devices.links import Message
from devices.presence import Presence
from devices.provisioning import LineProvision
from devices.reports import Heartbeat, Status
from devices.sealing import seal
from devices.serial import parcels
from devices.serial.cable import Cable
from devices.serial.events import HeadEvent, Received
from devices.serial.frames import EVERYBODY
from devices.serial.head import Head
from devices.serial.port import Port
from devices.topics import DocumentKind, ReportKind
from tests.devices.endpoint.village import COUNTY, SIGNER, alert
from tests.devices.endpoint.village import PROVISION as HORN
from tests.devices.mqtt.parties import eventually

TOPIC = topics.area_document(COUNTY, DocumentKind.ALERTS)


def flood() -> bytes:
    """The county's alerts, sealed."""
    now = datetime.now(UTC)
    sounding = alert(sent=now, starts=now, expires=now + timedelta(minutes=5), recording=None, repeats=1)
    header = Header(
        kind=DocumentKind.ALERTS,
        target=COUNTY,
        revision=int(now.timestamp()),
        issued=now,
        expires=now + timedelta(hours=1),
    )
    return seal(Document(header=header, body=Alerts(alerts=(sounding,))), SIGNER)


async def test_an_endpoint_on_a_line_comes_obeys_and_says_what_it_holds(tmp_path: Path) -> None:
    cable = Cable(tmp_path)
    cable.plug()
    wired = LineProvision(port=str(cable.ends[1]), address=3, baud=115_200)
    replace(HORN, line=wired, host="", username="", password="").save(tmp_path / PROVISION)
    events: list[HeadEvent] = []
    head = Head(line=wired.wiring.line, epoch=1, taps=[(3, ())])
    port = Port(replace(wired.wiring, port=str(cable.ends[0])), head, events.append)

    def said(kind: ReportKind) -> list:
        messages = [parcels.from_bytes(e.content, "horn-01") for e in events if isinstance(e, Received)]
        return [decode(kind, m.payload) for m in messages if m.topic == topics.report("horn-01", kind)]

    board = run_endpoint(tmp_path, silent_output, trust_clock=True, pace=Pace(spread_s=0.0))
    tasks = [asyncio.create_task(port.run()), asyncio.create_task(board)]
    await eventually(lambda: bool(said(ReportKind.STATUS)))
    head.send(EVERYBODY, parcels.to_bytes(Message(TOPIC, flood(), 1, True)))
    port.stir()
    held = TOPIC.removeprefix("ccx/1/")
    await eventually(lambda: any(held in (beat.held or {}) for beat in said(ReportKind.HEARTBEAT)))
    for task in tasks[::-1]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    cable.pull()
    assert all(isinstance(beat, Heartbeat) and beat.line_errors == 0 for beat in said(ReportKind.HEARTBEAT))
    assert said(ReportKind.STATUS)[0] == Status(
        state=Presence.ONLINE, epoch=said(ReportKind.HEARTBEAT)[0].boot
    )
