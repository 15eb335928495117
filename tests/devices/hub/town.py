"""A town: a broker, a station that speaks as a controller does, and horns that reach it over MQTT or over a hub's line."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import structs

from devices import topics
from devices.chunks import CHUNK, manifest_of, wanted
from devices.codec import decode
from devices.documents import Alert, Alerts, Body, Cue, Document, Header, Plan, Receipt, Settings
from devices.endpoint.core import Pace
from devices.endpoint.output import Output, Progress, Sound, Stage
from devices.endpoint.program import PROVISION, run_endpoint
from devices.hub import program as hub_program
from devices.hub.program import run_hub
from devices.hub.provision import HubLine, HubProvision, TapProvision
from devices.links import Message
from devices.mqtt.accounts import Accounts
from devices.mqtt.broker import Broker, BrokerKind
from devices.mqtt.wards import WARDS, save_wards
from devices.provisioning import LineProvision
from devices.reports import PlayedBatch, Report, Want
from devices.sealing import seal
from devices.serial.cable import Cable
from devices.topics import DocumentKind, ReportKind
from tests.devices.endpoint.village import COUNTY, SIGNER, TOWN, VILLAGE, alert, item
from tests.devices.endpoint.village import PROVISION as HORN
from tests.devices.mqtt.parties import PASSWORD, Party, eventually

HUB = "hub-town"
KINDS = {Plan: DocumentKind.PLAN, Alerts: DocumentKind.ALERTS, Settings: DocumentKind.SETTINGS}


class Way(StrEnum):
    """How horns reach the station."""

    MQTT = "mqtt"
    SERIAL = "serial"


class QuickOutput:
    """Sounds everything in no time at its instant, and remembers it."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.sounds: list[Sound] = []
        self.starts: list[float] = []
        self.stops = 0
        self.endless = False
        self._changed = changed
        self._at_s = 0.0

    def start(self, sound: Sound, at_s: float, now_s: float) -> None:
        self.sounds.append(sound)
        self.starts.append(max(at_s, now_s))
        self._at_s = max(at_s, now_s)
        self._changed()

    def progress(self, now_s: float) -> Progress:
        if now_s < self._at_s:
            return Progress(stage=Stage.WAITING)
        stage = Stage.SOUNDING if self.endless else Stage.FINISHED
        return Progress(stage=stage, heard_ms=60_000, full_ms=60_000, first_sample_s=self._at_s)

    def stop(self, now_s: float) -> Progress:
        self.stops += 1
        return structs.replace(self.progress(now_s), stage=Stage.FINISHED)


class Station:
    """A controller's ears and mouth: documents, chunks for those who want them, receipts."""

    def __init__(self, port: int) -> None:
        self.party = Party(port, "controller", "ccx/1/endpoint/+/+")
        self.library: dict[str, bytes] = {}
        self.receipts = True
        self._revision = 0
        self._read = 0

    def publish(
        self, target: str, body: Body, kind: DocumentKind, topic: str, *, retain: bool = True
    ) -> None:
        self._revision += 1
        now = datetime.now(UTC)
        header = Header(
            kind=kind,
            target=target,
            revision=int(now.timestamp()) + self._revision,
            issued=now,
            expires=now + timedelta(days=1),
        )
        payload = seal(Document(header=header, body=body), SIGNER)
        self.party.link.publish(Message(topic, payload, qos=1, retain=retain))

    def order(self, body: Plan | Alerts | Settings, area: str = COUNTY) -> None:
        """A state document for an area."""
        self.publish(area, body, KINDS[type(body)], topics.area_document(area, KINDS[type(body)]))

    def announce(self, sha256: str, content: bytes) -> None:
        """A recording that may be fetched."""
        self.library[sha256] = content
        shape = manifest_of(content, codec="opus", duration_ms=60_000)
        self.publish(sha256, shape, DocumentKind.MANIFEST, topics.manifest(sha256))

    def said(self, kind: ReportKind, name: str = "horn-01") -> list[Any]:
        topic = topics.report(name, kind)
        return [decode(kind, m.payload) for m in self.party.heard if m.topic == topic and m.payload]

    def holds(self, name: str, kind: DocumentKind, area: str = COUNTY) -> bool:
        """Whether an endpoint says that it holds an area's document in its newest revision."""
        held = f"area/{area}/{kind}"
        return any(beat.held.get(held) for beat in self.said(ReportKind.HEARTBEAT, name))

    def records(self, name: str = "horn-01") -> list[dict[str, Any]]:
        return [r for batch in self.said(ReportKind.PLAYED, name) for r in batch.records]

    async def serve(self) -> None:
        """Answer wants and receipt records, until cancelled."""
        while True:
            for message in self.party.heard[self._read :]:
                self._read += 1
                about = topics.parse_report(message.topic)
                if about and message.payload and about[1] in (ReportKind.WANT, ReportKind.PLAYED):
                    self._answer(about[0], decode(about[1], message.payload))
            await asyncio.sleep(0.01)

    def _answer(self, name: str, report: Report) -> None:
        match report:
            case Want(recording=sha256) if sha256 in self.library:
                content = self.library[sha256]
                for number in wanted(report, -(-len(content) // CHUNK)):
                    chunk = content[number * CHUNK : (number + 1) * CHUNK]
                    self.party.link.publish(Message(topics.chunk(sha256, number), chunk))
            case PlayedBatch(chain=chain, records=records) if self.receipts:
                last = records[-1]
                receipt = Receipt(chain=chain, seq=int(str(last["seq"])), hash=str(last["hash"]))
                topic = topics.endpoint_document(name, DocumentKind.RECEIPT)
                self.publish(name, receipt, DocumentKind.RECEIPT, topic)


class Town:
    """Horns that begin with `horn-`, each in a directory of its own."""

    def __init__(self, way: Way, directory: Path, names: tuple[str, ...] = ("horn-01",)) -> None:
        self.way = way
        self.directory = directory
        self.names = names
        self.outputs: dict[str, list[QuickOutput]] = {name: [] for name in names}
        self.baud = 115_200
        self._running: dict[str, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Town"]:
        self.broker = Broker(self.directory / "broker", kind=BrokerKind.EMBEDDED)
        accounts = Accounts(self.broker.passwords)
        for user in ("controller", HUB, *self.names):
            accounts.set(user, PASSWORD)
        accounts.save()
        save_wards(self.broker.passwords.with_name(WARDS), {HUB: self.names})
        await self.broker.start()
        self.port = self.broker.address[1]
        self.station = Station(self.port)
        self._provision()
        async with self.station.party:
            serving = asyncio.create_task(self.station.serve())
            try:
                self.start()
                yield self
            finally:
                serving.cancel()
                for name in tuple(self._running):
                    await self.stop(name)
                if self.way is Way.SERIAL:
                    self.cable.pull()
        await self.broker.stop()

    def start(self) -> None:
        """Everything that is not running."""
        homes = dict.fromkeys(self.names, run_endpoint) | ({HUB: run_hub} if self.way is Way.SERIAL else {})
        for name, run in homes.items():
            if name not in self._running:
                self._running[name] = asyncio.create_task(
                    run_hub(self.directory / name) if run is run_hub else self._horn(name), name=name
                )

    async def stop(self, name: str) -> None:
        """A hub's or a horn's process ends."""
        task = self._running.pop(name)
        task.cancel()
        await asyncio.wait([task])

    async def reboot(self, name: str) -> None:
        await self.stop(name)
        self.start()

    def _horn(self, name: str) -> Coroutine[Any, Any, None]:
        def output(directory: Path, changed: Callable[[], None]) -> Output:
            self.outputs[name].append(QuickOutput(changed))
            return self.outputs[name][-1]

        return run_endpoint(
            self.directory / name, output, trust_clock=True, pace=Pace(spread_s=0.0, resend_s=2.0)
        )

    def sounds(self, name: str = "horn-01") -> list[Sound]:
        return [sound for output in self.outputs[name] for sound in output.sounds]

    def _provision(self) -> None:
        for name in self.names:
            (self.directory / name).mkdir()
            horn = replace(HORN, endpoint=name, username=name, password=PASSWORD, port=self.port)
            if self.way is Way.SERIAL:
                self.cable = Cable(self.directory)
                self.cable.plug()
                wired = LineProvision(port=str(self.cable.ends[1]), address=7, baud=self.baud)
                horn = replace(horn, line=wired, host="", username="", password="")
                self._provision_hub(name)
            horn.save(self.directory / name / PROVISION)

    def _provision_hub(self, name: str) -> None:
        tap = TapProvision(endpoint=name, address=7, areas=(VILLAGE, TOWN, COUNTY), position=1)
        line = HubLine(name="east", port=str(self.cable.ends[0]), baud=self.baud, taps=(tap,))
        (self.directory / HUB).mkdir()
        HubProvision(
            hub=HUB,
            host="127.0.0.1",
            port=self.port,
            password=PASSWORD,
            keys=(SIGNER.public,),
            lines=(line,),
        ).save(self.directory / HUB / hub_program.PROVISION)


@asynccontextmanager
async def town(way: Way, directory: Path) -> AsyncIterator[Town]:
    async with Town(way, directory).open() as open_town:
        await eventually(lambda: bool(open_town.station.said(ReportKind.HEARTBEAT)))
        yield open_town


def soon(recording: str, duration_ms: int = 1_000, *, in_s: float = 3.0) -> Plan:
    """One cue, planned `in_s` from now."""
    now = datetime.now(UTC)
    planned = now + timedelta(seconds=in_s)
    cue = Cue(
        slot="ab" * 16,
        item=0,
        earliest=planned,
        planned=planned,
        latest=now + timedelta(hours=1),
    )
    return Plan(items=(item(recording=recording, duration_ms=duration_ms),), cues=(cue,))


def flood(**changes: object) -> Alert:
    now = datetime.now(UTC)
    times: dict[str, object] = {"sent": now, "starts": now, "expires": now + timedelta(minutes=30)}
    return alert(**times | {"recording": None, "repeats": 1} | changes)
