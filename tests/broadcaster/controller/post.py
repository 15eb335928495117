"""A controller on a database file, a broker that keeps what is retained, and a process that can be killed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from broadcaster.controller.core import Controller
from broadcaster.controller.habits import Habits
from broadcaster.controller.media import Media
from broadcaster.controller.moment import Moment
from broadcaster.repairs.rules import PutBack
from broadcaster.storage.engine import open_database, snapshot, transaction
from devices import sealing, topics
from devices.chain import Tip, batch, genesis, link
from devices.codec import encode
from devices.documents import Body, Document
from devices.links import Message
from devices.reports import Heartbeat, PlayedBatch, Report
from devices.signing import Ed25519Signer, Keyring
from devices.topics import DocumentKind, ReportKind
from schedules.records import AsPlayed, ClockQuality, Result
from tests.broadcaster.county import NOW, PROOF_KEYS, lay_out

SIGNER = Ed25519Signer.from_seed(bytes(32))
KEYRING = Keyring([SIGNER.public])


class Killed(BaseException):
    """kill -9 struck."""


class IdleRepairs:
    """Hears everything and wants nothing."""

    def receive(self, endpoint: str, report: Report, now: Moment, *, retained: bool = False) -> None:
        pass

    def connected(self, now: Moment) -> None:
        pass

    def disconnected(self, now: Moment) -> None:
        pass

    def alive(self, now: Moment) -> None:
        pass

    def probes(self) -> tuple[str, ...]:
        return ()

    def to_put_back(self) -> tuple[PutBack, ...]:
        return ()


class Shelf(dict[str, bytes]):
    """Recordings; what is not there is a LookupError."""

    def read(self, sha256: str, offset: int, size: int) -> bytes:
        return self[sha256][offset : offset + size]


@dataclass
class Broker:
    """Keeps retained messages; `sent` is all that was published since it was last looked at."""

    retained: dict[str, bytes] = field(default_factory=dict)
    sent: list[Message] = field(default_factory=list)
    filters: set[str] = field(default_factory=set)

    def publish(self, message: Message) -> None:
        self.sent.append(message)
        if message.retain:
            self.retained[message.topic] = message.payload
            if not message.payload:
                del self.retained[message.topic]

    def subscribe(self, topic_filter: str) -> None:
        self.filters.add(topic_filter)

    def unsubscribe(self, topic_filter: str) -> None:
        self.filters.discard(topic_filter)

    def take(self) -> list[Message]:
        sent, self.sent = self.sent, []
        return sent


class Post:
    """The station's post: its database survives, its controller may be started anew."""

    def __init__(self, directory: Path, **habits: Any) -> None:
        self.engine = open_database(f"sqlite:///{directory / 'county.db'}")
        with transaction(self.engine) as session:
            lay_out(session)
        self.broker, self.shelf = Broker(), Shelf()
        self.now, self.mono_s = NOW, 1000.0
        self.habits = Habits(**{"gather_s": 0.2} | habits)
        self.aside: Callable[[Any], None] | None = None
        self.stopwatch: Callable[[], float] = lambda: 0.0
        self.dies_at: dict[str, int] = {}  # engine event → how many of them it survives
        for name in ("commit", "rollback"):
            event.listen(self.engine, name, lambda _connection, name=name: self._strike(name))
        self.start()

    def start(self) -> "Post":
        """A new process on the same database, connected."""
        self.controller = Controller(
            engine=self.engine,
            link=self.broker,
            signer=SIGNER,
            media=Media(self.shelf),
            habits=self.habits,
            aside=self.aside,
            stopwatch=self.stopwatch,
        )
        self.controller.connected(self.moment)
        return self

    @property
    def moment(self) -> Moment:
        return Moment(self.now, self.mono_s)

    def run(self, seconds: float = 6.0) -> "Post":
        """Lets time pass; the controller wakes when it wants to."""
        until_s = self.mono_s + seconds
        while (wake_s := max(self.controller.next_wake, self.mono_s)) <= until_s:
            self._pass(wake_s)
            self.controller.wake(self.moment)
        self._pass(until_s)
        return self

    def skip(self, span: timedelta) -> "Post":
        """Lets time pass at once."""
        self._pass(self.mono_s + span.total_seconds())
        return self.run()

    def change(self, deed: Callable[[Session], Any]) -> "Post":
        """What somebody does at the desk."""
        with transaction(self.engine) as session:
            deed(session)
        return self

    def ask(self, question: Callable[[Session], Any]) -> Any:
        with snapshot(self.engine) as session:
            return question(session)

    def tell(self, endpoint: str, *reports: Report) -> "Post":
        """An endpoint reports."""
        for report in reports:
            message = Message(topics.report(endpoint, kind_of(report)), encode(report))
            self.controller.receive(message, self.moment)
        return self

    def document(self, topic: str) -> Document:
        """What the broker holds there, opened as an endpoint would."""
        return sealing.unseal(self.broker.retained[topic], KEYRING)

    def body(self, kind: DocumentKind, area: str) -> Body:
        return self.document(topics.area_document(area, kind)).body

    def dies_before(self, commits: int, deed: Callable[[], object]) -> None:
        """Runs `deed` in a process that is killed just before its commit number `commits` (from 1) is done."""
        self.dies_at["commit"] = commits - 1
        try:
            deed()
        except Killed:
            pass
        finally:
            self.dies_at.clear()

    def _strike(self, name: str) -> None:
        if name in self.dies_at:
            if self.dies_at[name] == 0:
                raise Killed
            self.dies_at[name] -= 1

    def _pass(self, until_s: float) -> None:
        self.now += timedelta(seconds=until_s - self.mono_s)
        self.mono_s = until_s


def kind_of(report: Report) -> ReportKind:
    return {"PlayedBatch": ReportKind.PLAYED, "LineReport": ReportKind.LINE}.get(
        type(report).__name__
    ) or ReportKind(type(report).__name__.lower())


def heartbeat(seq: int = 1, **members: Any) -> Heartbeat:
    given = {
        "boot": "0badcafe",
        "up_s": 5,
        "clock_ms": 1_795_420_800_000,
        "clock": ClockQuality.SYNCED,
        "next_in_s": 30,
    }
    return Heartbeat(seq=seq, **given | members)


def played(seq: int, slot: str | None = "ab" * 16, started: datetime = NOW, **members: Any) -> AsPlayed:
    given = {
        "alert": None,
        "notice": "letter",
        "version": 1,
        "recording": None,
        "started": started,
        "ended": started + timedelta(minutes=1),
        "heard_ms": 60_000,
        "full_ms": 60_000,
        "result": Result.COUNTED,
        "because": None,
        "volume": 70,
        "clock": ClockQuality.SYNCED,
        "boot": "0badcafe",
    }
    return AsPlayed(seq=seq, slot=slot, **given | members)


class Chain:
    """An endpoint's chain of records, with the batches that it sends."""

    def __init__(self, endpoint: str, name: str = "c0ffee00c0ffee00") -> None:
        self.endpoint, self.name = endpoint, name
        self.links: list[dict[str, Any]] = []
        self.tip = Tip(chain=name, seq=0, hash=genesis(name))

    def add(self, *records: AsPlayed) -> "Chain":
        for record in records:
            linked = link(record, self.tip.hash)
            self.links.append(linked)
            self.tip = Tip(chain=self.name, seq=record.seq, hash=str(linked["hash"]))
        return self

    def batch(self, first: int = 1, last: int | None = None) -> PlayedBatch:
        return batch(self.name, self.links[first - 1 : last], PROOF_KEYS[self.endpoint])

    def batches(self, size: int = 64) -> Iterable[PlayedBatch]:
        return (self.batch(n + 1, n + size) for n in range(0, len(self.links), size))
