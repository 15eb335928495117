"""A hub in virtual time: the real core, a real head and real taps on an emulated line, a broker that is a list."""

import random
from datetime import timedelta

from devices import topics
from devices.chunks import CHUNK, manifest_of, wanted
from devices.codec import decode, encode
from devices.documents import Alerts, Body, Document, Header, Plan, Settings
from devices.endpoint.clock import Instant
from devices.endpoint.media import MemoryMedia
from devices.hub.core import Hub
from devices.hub.provision import HubLine, HubProvision, TapProvision
from devices.hub.store import HubStore
from devices.links import Message
from devices.reports import Heartbeat, LineReport, Report, Want
from devices.sealing import seal
from devices.serial import parcels
from devices.serial.emulated import EmulatedLine, End, Unplugged, Weather
from devices.serial.events import Told
from devices.serial.pacing import Line
from devices.serial.shelf import MemoryShelf
from devices.serial.tap import Tap
from devices.topics import DocumentKind, ReportKind
from schedules.records import ClockQuality
from tests.devices.endpoint.board import ScriptedLink
from tests.devices.endpoint.village import COUNTY, DAWN, SIGNER, TOWN, VILLAGE

KINDS = {Plan: DocumentKind.PLAN, Alerts: DocumentKind.ALERTS, Settings: DocumentKind.SETTINGS}
STEP_S = 0.05  # so often the hub is woken
HUB = "hub-town"
CALM = Weather()


class Rig:
    """`taps` endpoints `horn-1` … on one line; what the station says is published, what the hub says is kept."""

    def __init__(self, taps: int = 2, *, baud: int = 19_200, weather: Weather = CALM, seed: int = 1) -> None:
        self.line = Line(baud=baud)
        self.names = {address: f"horn-{address}" for address in range(1, taps + 1)}
        self.chance = random.Random(seed)
        self.store, self.media = HubStore.open(None), MemoryMedia()
        self.shelves = {address: MemoryShelf() for address in self.names}
        self.wire = EmulatedLine(line=self.line, ends=[], weather=weather, seed=seed)
        self.library: dict[str, bytes] = {}
        self.linked = True
        self._shapes: dict[str, Message] = {}
        self._revision = 1_000
        self._read = self._events = 0
        self.boot()
        self.wire.ends = [self.duty.head, *map(self.new_tap, self.names)]
        self.wire.__post_init__()

    def new_tap(self, address: int) -> End:
        return Tap(
            address=address,
            line=self.line,
            shelf=self.shelves[address],
            nonce=lambda: self.chance.getrandbits(32),
        )

    def boot(self) -> None:
        """The hub's program starts anew from what its disk holds."""
        given = tuple(
            TapProvision(endpoint=name, address=address, areas=(VILLAGE, TOWN, COUNTY))
            for address, name in self.names.items()
        )
        line = HubLine(name="east", port="/dev/null", baud=self.line.baud, taps=given)
        provision = HubProvision(
            hub=HUB, host="127.0.0.1", password="x", keys=(SIGNER.public,), lines=(line,)
        )
        self.uplink, self._read, self._shown = ScriptedLink(), 0, set[str]()
        self.hub = Hub(
            provision=provision,
            store=self.store,
            media=self.media,
            uplink=self.uplink,
            boot=f"{self.chance.getrandbits(32):08x}",
            chance=self.chance,
        )
        self.duty = self.hub.lines["east"]
        self.hub.started(self.now)
        if self.linked:
            self.hub.connected(self.now)
        if self.wire.ends:
            self.wire.replace(0, self.duty.head)

    @property
    def now(self) -> Instant:
        return Instant(mono_s=self.wire.now, wall=DAWN + timedelta(seconds=self.wire.now), synced=True)

    def run(self, seconds: float) -> "Rig":
        """Let time pass."""
        end = self.wire.now + seconds
        at = self.wire.now
        while at < end:
            at += STEP_S
            self.wire.run(lambda: False, at)
            self.wire.now = at
            self._turn()
        return self

    def _turn(self) -> None:
        for _, index, event in self.wire.events[self._events :]:
            if index == 0:
                self.hub.line_event("east", event, self.now)  # type: ignore[arg-type]
        self._events = len(self.wire.events)
        for topic in self._shapes.keys() & self.uplink.filters - self._shown if self.linked else ():
            self._shown.add(topic)  # retained: it comes with the subscription
            self.hub.receive(self._shapes[topic], self.now)
        self.hub.wake(self.now)
        self.wire.stir(0)
        for message in self.uplink.sent[self._read :] if self.linked else ():
            self._answer(message)
        self._read = len(self.uplink.sent)
        if self.linked and self.hub.posting:
            self.hub.posted()

    def _answer(self, message: Message) -> None:
        about = topics.parse_report(message.topic)
        if about == (HUB, ReportKind.WANT):
            want = decode(ReportKind.WANT, message.payload)
            assert isinstance(want, Want)
            content = self.library.get(want.recording, b"")
            for number in wanted(want, -(-len(content) // CHUNK)):
                chunk = content[number * CHUNK : (number + 1) * CHUNK]
                self.hub.receive(Message(topics.chunk(want.recording, number), chunk), self.now)

    def cut_uplink(self) -> None:
        self.linked = False
        self.hub.disconnected(self.now)

    def mend_uplink(self) -> None:
        self.linked = True
        self.hub.connected(self.now)

    def pull(self, address: int) -> None:
        """An endpoint's power goes."""
        self.wire.replace(address, Unplugged())

    def plug(self, address: int) -> None:
        self.wire.replace(address, self.new_tap(address))

    def say(self, body: Body, kind: DocumentKind, topic: str, target: str, *, retain: bool = True) -> Message:
        message = self.sealed(body, kind, topic, target, retain=retain)
        self.hub.receive(message, self.now)
        return message

    def sealed(
        self, body: Body, kind: DocumentKind, topic: str, target: str, *, retain: bool = True
    ) -> Message:
        self._revision += 1
        header = Header(
            kind=kind,
            target=target,
            revision=self._revision,
            issued=self.now.wall,
            expires=self.now.wall + timedelta(days=1),
        )
        return Message(topic, seal(Document(header=header, body=body), SIGNER), 1, retain)

    def order(self, body: Plan | Alerts | Settings, area: str = COUNTY) -> Message:
        kind = KINDS[type(body)]
        return self.say(body, kind, topics.area_document(area, kind), area)

    def announce(self, sha256: str, content: bytes) -> None:
        self.library[sha256] = content
        shape = manifest_of(content, codec="opus", duration_ms=60_000)
        topic = topics.manifest(sha256)
        self._shapes[topic] = self.sealed(shape, DocumentKind.MANIFEST, topic, sha256)

    def told(self, address: int = 1) -> list[Message]:
        """What an endpoint was told."""
        return [
            parcels.from_bytes(event.content, self.names[address] if event.address == address else None)
            for _, index, event in self.wire.events
            if index == address and isinstance(event, Told)
        ]

    def topics_told(self, address: int = 1) -> list[str]:
        return [message.topic for message in self.told(address)]

    def report(self, address: int, report: Report, kind: ReportKind, *, qos: int = 1) -> None:
        """An endpoint says something."""
        name, tap = self.names[address], self.wire.ends[address]
        assert isinstance(tap, Tap)
        tap.send(parcels.to_bytes(Message(topics.report(name, kind), encode(report), qos), name))

    def said(self, kind: ReportKind, name: str) -> list[Message]:
        """What the hub has published as an endpoint's, or as its own."""
        return [m for m in self.uplink.sent if m.topic == topics.report(name, kind)]

    def line_report(self) -> LineReport:
        """The newest one."""
        report = decode(ReportKind.LINE, self.said(ReportKind.LINE, HUB)[-1].payload)
        assert isinstance(report, LineReport)
        return report

    def has(self, address: int, sha256: str) -> bool:
        return bytes.fromhex(sha256) in self.shelves[address].whole


def lacking(*recordings: str, boot: str = "0a1b2c3d") -> Heartbeat:
    """A heartbeat that names them, and holds no document."""
    return Heartbeat(
        boot=boot,
        seq=1,
        up_s=9,
        clock_ms=1,
        clock=ClockQuality.SYNCED,
        next_in_s=60,
        missing=recordings,
        missing_count=len(recordings),
    )
