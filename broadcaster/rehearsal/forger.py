"""Forger: somebody who can write to the broker as if there were no access control, but has not the county's key.

What it sends looks like what endpoints wait for: documents with its own signature, genuine ones with a byte changed, old
ones again, and those of one village to another. Endpoints must act on none of them (design, section 4, law 4).
"""

import hashlib
import random
from collections import deque
from collections.abc import Iterator
from datetime import timedelta

from msgspec.structs import replace

from broadcaster.rehearsal.wire import Broker
from broadcaster.rehearsal.world import World
from devices import topics
from devices.cbor import encode
from devices.documents import Alert, Alerts, Cue, Document, Header, Plan, PlanItem
from devices.links import Message
from devices.sealing import seal
from devices.signing import Ed25519Signer
from devices.topics import DocumentKind
from schedules.notices import InterruptionPolicy
from schedules.places import Level, Place
from schedules.precedence import BroadcastClass, Precedence, Severity

REMEMBERED = 400  # documents that went by


class Forger:
    """Listens to everything; `strike` sends."""

    def __init__(
        self, world: World, broker: Broker, recordings: tuple[str, ...], chance: random.Random
    ) -> None:
        self._world, self._broker, self._chance = world, broker, chance
        self._recordings = recordings
        self._signer = Ed25519Signer.from_seed(hashlib.sha256(b"forger").digest())
        self._overheard: deque[Message] = deque(maxlen=REMEMBERED)
        self._struck = 0
        broker.tap(self._overhear)

    def strike(self, area: Place) -> None:
        """Everything that it can think of, to all endpoints of an area."""
        self._struck += 1
        for message in (*self._own(area), *self._replayed(area)):
            self._broker.route(message)

    def _overhear(self, message: Message) -> None:
        if message.retain and message.payload and "/area/" in message.topic:
            self._overheard.append(message)

    def _own(self, area: Place) -> Iterator[Message]:
        for document in (self._plan(area), self._alerts(area)):
            topic = topics.area_document(area, document.header.kind)
            yield Message(topic, seal(document, self._signer), qos=1)
            yield Message(topic, encode(document), qos=1)

    def _replayed(self, area: Place) -> Iterator[Message]:
        """Old documents where they belong and where they do not, and one with a bit turned over."""
        overheard = list(self._overheard)
        for message in self._chance.sample(overheard, min(8, len(overheard))):
            yield replace(message, retain=False)
            kind = message.topic.rpartition("/")[2]
            yield replace(message, topic=topics.area_document(area, DocumentKind(kind)), retain=False)
            place, bit = self._chance.randrange(len(message.payload)), 1 << self._chance.randrange(8)
            turned = bytearray(message.payload)
            turned[place] ^= bit
            yield replace(message, payload=bytes(turned), retain=False)

    def _plan(self, area: Place) -> Document:
        now = self._world.now
        item = PlanItem(
            order="forged",
            notice="forged",
            version=1,
            recording=self._chance.choice(self._recordings),
            duration_ms=20_000,
            precedence=self._precedence(),
            policy=InterruptionPolicy.RESTART,
            volume=100,
            gap_s=0,
            spans=(),
        )
        slot = hashlib.sha256(f"forged {self._struck}".encode()).hexdigest()[:32]
        starts = now + timedelta(seconds=30)
        cue = Cue(slot=slot, item=0, earliest=now, planned=starts, latest=now + timedelta(hours=2))
        return Document(header=self._header(DocumentKind.PLAN, area), body=Plan(items=(item,), cues=(cue,)))

    def _alerts(self, area: Place) -> Document:
        alert = Alert(
            id=f"forged-{self._struck}",
            notice="forged",
            version=1,
            klass=BroadcastClass.EMERGENCY,
            level=Level.COUNTY,
            severity=Severity.RED,
            sent=self._world.now,
            starts=self._world.now,
            expires=self._world.now + timedelta(minutes=5),
            recording=None,
            duration_ms=12_000,
        )
        return Document(header=self._header(DocumentKind.ALERTS, area), body=Alerts(alerts=(alert,)))

    def _header(self, kind: DocumentKind, area: Place) -> Header:
        now = self._world.now
        revision = int(now.timestamp()) + 1_000
        return Header(kind=kind, target=area, revision=revision, issued=now, expires=now + timedelta(days=3))

    def _precedence(self) -> Precedence:
        return Precedence(
            klass=BroadcastClass.DAILY,
            level=Level.COUNTY,
            severity=Severity.UNKNOWN,
            sent=self._world.now,
            id="forged",
        )
