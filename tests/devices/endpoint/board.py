"""A loudspeaker in virtual time: the real `Endpoint`, a scripted link, an output that only takes time, a store in memory."""

import contextlib
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from devices import chain, topics
from devices.chunks import CHUNK, manifest_of
from devices.codec import decode
from devices.documents import Body, Cue, Document, Header, Receipt, TimeBeacon
from devices.endpoint.clock import BEACONS, Instant
from devices.endpoint.core import Endpoint, Pace
from devices.endpoint.instruments import Instruments
from devices.endpoint.media import Media, MemoryMedia
from devices.endpoint.output import Output, Progress, Recording, SilentOutput, Sound, Stage
from devices.endpoint.store import EndpointStore, StoreFault
from devices.links import Message
from devices.provisioning import Provision
from devices.reports import Event, EventKind, PlayedBatch
from devices.sealing import seal
from devices.topics import DocumentKind
from schedules.places import Place
from schedules.records import AsPlayed
from tests.devices.endpoint.village import COUNTY, DAWN, EPOCH, PROVISION, SIGNER, plan, sha256, sound_bytes
from tests.devices.samples import KINDS

Kind = TypeVar("Kind")


class ScriptedLink:
    """Keeps what was published; a test reads it, and delivers what it likes."""

    def __init__(self) -> None:
        self.filters: set[str] = set()
        self.sent: list[Message] = []

    def publish(self, message: Message) -> None:
        self.sent.append(message)

    def subscribe(self, topic_filter: str) -> None:
        self.filters.add(topic_filter)

    def unsubscribe(self, topic_filter: str) -> None:
        self.filters.discard(topic_filter)


class FailingStore(EndpointStore):
    """A store on a disk that may become full, or fail so many times."""

    full = False
    failing = 0

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self.failing, fails = max(0, self.failing - 1), self.failing
        if self.full or fails:
            raise StoreFault("database or disk is full")
        with super()._transaction() as database:
            yield database


@dataclass(frozen=True, slots=True)
class Stretch:
    """What could be heard: key, from when, for how long."""

    key: str
    started: datetime
    heard_ms: int
    sound: Sound


class ListenedOutput(SilentOutput):
    """A silent output whose every stretch the test hears, however it ended. `broken` keys fail as told."""

    def __init__(self, board: "Board") -> None:
        super().__init__()
        self._board = board
        self._sounding: Sound | None = None
        self.broken: dict[str, Progress | Exception] = {}
        self.unplayable: set[str] = set()  # recordings

    def start(self, sound: Sound, at_s: float, now_s: float) -> None:
        self.cut(now_s)
        failure = self.broken.get(sound.key)
        if isinstance(failure, Exception):
            raise failure
        super().start(sound, at_s, now_s)
        self._sounding = sound

    def progress(self, now_s: float) -> Progress:
        failure = self.broken.get(self.sound.key) if self.sound else None
        if (
            self.sound
            and isinstance(self.sound.body, Recording)
            and self.sound.body.path.name in self.unplayable
        ):
            failure = Progress(stage=Stage.RECORDING_FAULT, fault="nothing in it can be decoded")
        if isinstance(failure, Progress):
            return failure
        progress = super().progress(now_s)
        if progress.stage is Stage.FINISHED:
            self._hear(progress)
        return progress

    def stop(self, now_s: float) -> Progress:
        progress = super().stop(now_s)
        self._hear(progress)
        return progress

    def cut(self, now_s: float) -> None:
        """The power goes."""
        if self._sounding is not None:
            self._hear(super().stop(now_s))

    def _hear(self, progress: Progress) -> None:
        sound, self._sounding = self._sounding, None
        if sound is not None and progress.first_sample_s is not None and progress.heard_ms:
            started = self._board.true_time(progress.first_sample_s)
            self._board.heard.append(Stretch(sound.key, started, progress.heard_ms, sound))


@dataclass
class Board:
    """One endpoint and the world around it. True time is `start` plus seconds; the board's own clock is `wall`."""

    start: datetime = DAWN
    synced: bool = True
    wall_error: timedelta = timedelta()
    link_up: bool = True
    media: Media = field(default_factory=MemoryMedia)
    store: EndpointStore = field(default_factory=lambda: EndpointStore.open(None, random.Random(1)))
    output: Output | None = None
    instruments: Instruments | None = None
    provision: Provision = PROVISION
    pace: Pace = Pace()

    def __post_init__(self) -> None:
        self.now_s = 0.0  # since the start, true
        self.heard: list[Stretch] = []
        self.link = ScriptedLink()
        self.revisions: dict[str, int] = {}
        self.tip: chain.Tip | None = None
        self.proved: list[AsPlayed] = []  # what a controller has stored
        self.receipts = True
        self.verdicts = {
            chain.ChainVerdict.APPENDED,
            chain.ChainVerdict.ALREADY_KNOWN,
            chain.ChainVerdict.NEW_CHAIN,
        }
        self._read = 0
        self._boots = 0
        self._booted_s = 0.0
        self.steps = 0
        self.boot()

    # Time

    @property
    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.now_s)

    def true_time(self, mono_s: float) -> datetime:
        return self.start + timedelta(seconds=mono_s + self._booted_s)

    @property
    def instant(self) -> Instant:
        wall = (
            self.now + self.wall_error
            if self.synced or self.wall_error
            else EPOCH + timedelta(seconds=self.now_s)
        )
        return Instant(mono_s=self.now_s - self._booted_s, wall=wall, synced=self.synced)

    def run_until(self, when: datetime) -> "Board":
        """Let time pass; the endpoint is woken when it wants to be."""
        end_s = (when - self.start).total_seconds()
        spinning = 0
        while (next_s := self.endpoint.next_wake + self._booted_s) <= end_s:
            spinning = spinning + 1 if next_s <= self.now_s else 0
            assert spinning < 20, "the endpoint wants to be woken again and again at the same instant"
            self.now_s = max(self.now_s, next_s)
            self.steps += 1
            self.endpoint.wake(self.instant)
            self._controller()
        self.now_s = max(self.now_s, end_s)
        return self

    def run_for(self, **span: float) -> "Board":
        return self.run_until(self.now + timedelta(**span))

    def step(self, before: datetime) -> "Board":
        """Up to the next wake and no further, or to `before` if that comes first."""
        next_s = min(self.endpoint.next_wake + self._booted_s, (before - self.start).total_seconds())
        self.now_s = max(self.now_s, next_s)
        self.steps += 1
        self.endpoint.wake(self.instant)
        self._controller()
        return self

    def run_quiet(self, seconds: float) -> "Board":
        """Time passes for a board without power."""
        self.now_s += seconds
        return self

    # Power and link

    def boot(self) -> "Board":
        """The process starts, its timer and its memory empty."""
        self._boots += 1
        self._booted_s = self.now_s
        self.link = ScriptedLink()
        self._read = 0
        self.sounds = ListenedOutput(self)
        self.endpoint = Endpoint(
            provision=self.provision,
            store=self.store,
            media=self.media,
            output=self.output or self.sounds,
            link=self.link,
            boot=f"{self._boots:08x}",
            chance=random.Random(self._boots),
            instruments=self.instruments,
            pace=self.pace,
        )
        self.endpoint.started(self.instant)
        if self.link_up:
            self.endpoint.connected(self.instant)
        self._controller()
        return self

    def kill(self) -> "Board":
        """kill -9, or the power is gone."""
        self.sounds.cut(self.now_s - self._booted_s)
        return self

    def connect(self) -> "Board":
        self.link_up = True
        self.endpoint.connected(self.instant)
        self._controller()
        return self

    def disconnect(self) -> "Board":
        self.link_up = False
        self.endpoint.disconnected(self.instant)
        return self

    # What the controller says

    def tell(
        self,
        body: Body,
        *,
        area: Place | None = COUNTY,
        expires: datetime | None = None,
        issued: datetime | None = None,
        retain: bool = False,
    ) -> Message:
        """Publish a document for an area, or for this endpoint (area None); the message, to be replayed."""
        kind = KINDS[type(body)]
        target = str(area) if area else self.provision.endpoint
        topic = topics.area_document(target, kind) if area else topics.endpoint_document(target, kind)
        if kind is DocumentKind.TIME:
            target, topic = "time", topics.TIME
        return self.send(body, target, topic, expires=expires, issued=issued, retain=retain)

    def send(
        self,
        body: Body,
        target: str,
        topic: str,
        *,
        expires: datetime | None = None,
        issued: datetime | None = None,
        retain: bool = False,
    ) -> Message:
        revision = self.revisions[topic] = self.revisions.get(topic, 0) + 1
        header = Header(
            kind=KINDS[type(body)],
            target=target,
            revision=revision,
            issued=issued or self.now,
            expires=expires or self.now + timedelta(days=3),
        )
        message = Message(topic, seal(Document(header=header, body=body), SIGNER), 1, retain)
        self.deliver(message)
        return message

    def deliver(self, message: Message) -> "Board":
        self.endpoint.receive(message, self.instant)
        self._controller()
        return self

    def beacon(self) -> Message:
        return self.tell(TimeBeacon())

    def tell_time(self, delay_s: float) -> None:
        """Beacons that were all so long under way, often enough for the older ones to be forgotten."""
        for _ in range(BEACONS):
            self.tell(TimeBeacon(), issued=self.now - timedelta(seconds=delay_s))
            self.run_for(seconds=30)

    def give(self, name: str, chunks: int = 1) -> "Board":
        """Hand over a whole recording, as the distribution would."""
        self.manifest(name, chunks)
        for number in range(chunks):
            self.chunk(name, number, chunks)
        return self

    def manifest(self, name: str, chunks: int = 1) -> "Board":
        self.send_manifest(name, chunks)
        return self

    def send_manifest(self, name: str, chunks: int = 1) -> Message:
        manifest = manifest_of(sound_bytes(name, chunks), codec="opus", duration_ms=60_000)
        digest = sha256(name, chunks)
        return self.send(manifest, digest, topics.manifest(digest), retain=True)

    def chunk(self, name: str, number: int, chunks: int = 1) -> "Board":
        content = sound_bytes(name, chunks)[number * CHUNK : (number + 1) * CHUNK]
        return self.deliver(Message(topics.chunk(sha256(name, chunks), number), content))

    # What the endpoint says

    def reports(self, kind: type[Kind]) -> list[Kind]:
        """Every report of a kind since the boot."""
        parsed = ((m, topics.parse_report(m.topic)) for m in self.link.sent)
        decoded = (decode(found[1], m.payload) for m, found in parsed if found)
        return [report for report in decoded if isinstance(report, kind)]

    def events(self, kind: EventKind) -> list[str]:
        """Details of every event of a kind since the boot."""
        return [event.detail for event in self.reports(Event) if event.kind is kind]

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """(slot or alert, result) of every record that the controller has stored."""
        return [(record.slot or record.alert or "", str(record.result)) for record in self.proved]

    def _controller(self) -> None:
        """Stores what new batches prove, and receipts it."""
        unread, self._read = self.link.sent[self._read :], len(self.link.sent)
        for message in unread if self.link_up else ():
            if message.topic.endswith("/played"):
                batch = decode(topics.ReportKind.PLAYED, message.payload)
                assert isinstance(batch, PlayedBatch)
                checked = chain.check(batch, self.tip, self.provision.proof_key)
                assert checked.verdict in self.verdicts, checked
                self.proved += checked.new
                self.tip = checked.tip
                if self.receipts and self.tip:
                    self.tell(Receipt(chain=self.tip.chain, seq=self.tip.seq, hash=self.tip.hash), area=None)


def ready(*cues: Cue, **changes: Any) -> Board:
    """A board that holds the letter and a plan."""
    board = Board(**changes)
    board.tell(plan(*cues))
    return board.give("letter")
