"""One line of a hub: what its endpoints must know and hold, told through the head; sans-I/O.

Level-triggered: for each endpoint that is there, every document that it lacks in its newest revision is said, to all at once
where several lack it; then the recordings that these documents name are offered, each with its manifest. What is known of an
endpoint is what it acknowledged, corrected by what its heartbeats say.
"""

from collections.abc import Mapping
from math import inf

from devices import topics
from devices.endpoint.clock import Instant
from devices.hub.documents import ORDER, Documents, Kept, Need
from devices.hub.offers import Offers, Recordings
from devices.hub.provision import HubLine
from devices.hub.reached import Reached
from devices.hub.ward import Said, Ward, ward_at
from devices.links import Message
from devices.reports import Heartbeat
from devices.serial import parcels
from devices.serial.arrival import GATHER_S
from devices.serial.bodies import Lane
from devices.serial.events import Delivered, Held, Present, Refused, Silent
from devices.serial.frames import EVERYBODY
from devices.serial.head import Head
from devices.topics import DocumentKind

REFUSED_S = 60.0  # before a recording that was refused is offered again
CROSSED_S = 60.0  # a heartbeat may be on its way while the recording comes
BELIEVED_S = 600.0  # an acknowledgement outweighs heartbeats of the same boot for so long


class LineDuty:
    """What its owner hears of the head's events and of documents it is told; then it converges."""

    def __init__(
        self, line: HubLine, *, epoch: int, documents: Documents, reached: Reached, recordings: Recordings
    ) -> None:
        self.line = line
        self.head = Head(line=line.wiring.line, epoch=epoch, taps=[(tap.address, ()) for tap in line.taps])
        self.wards = {tap.address: ward_at(tap) for tap in line.taps}
        self.offers = Offers(
            line=line.wiring.line,
            head=self.head,
            wards=self.wards,
            documents=documents,
            recordings=recordings,
        )
        self._documents = documents
        self._reached = reached
        self._by_endpoint = {ward.endpoint: ward for ward in self.wards.values()}
        self._stale = set(self.wards)  # who is to be looked at
        self._look_s = inf  # when all are to be looked at again

    @property
    def next_s(self) -> float:
        """When to call `converge`, if nothing happens before."""
        return -inf if self._stale else min(self.offers.next_s, self._look_s)

    def needed(self) -> dict[str, Need]:
        """All recordings that endpoints of the line need, whether or not they have them."""
        needed: dict[str, Need] = {}
        for topic in {topic for ward in self.wards.values() for topic in ward.topics}:
            kept = self._documents.get(topic)
            for recording, need in self._needs(kept).items() if kept else ():
                needed[recording] = need.joined(needed.get(recording))
        return needed

    # what happens

    def changed(self, topic: str) -> None:
        """A document is new, or is to be said again."""
        if topic.startswith(topics.MEDIA):
            self._stale.update(self.wards)
        self._stale.update(ward.address for ward in self.wards.values() if topic in ward.topics)

    def said_again(self, topic: str) -> None:
        """A receipt has come a second time: its endpoint did not act on the first."""
        for ward in self.wards.values():
            if topic in ward.topics and topic not in ward.under_way:
                self._reached.set(ward.endpoint, topic, 0)
                self._stale.add(ward.address)

    def beacon(self, message: Message) -> None:
        """A time beacon: once, to everybody, and never late."""
        self.head.note(parcels.to_bytes(Message(message.topic, message.payload, 0), None), key=message.topic)

    def present(self, event: Present, now: Instant) -> None:
        """An endpoint is there (again): what was said to all has gone on without it, and manifests it does not keep."""
        ward = self.wards[event.tap]
        ward.there = True
        ward.forget_shared()
        for recording in ward.lacks:
            self._reached.set(ward.endpoint, topics.manifest(recording), 0)
        self._stale.add(ward.address)
        self.offers.soon(now.mono_s + GATHER_S)  # it lacks what it lacked before

    def silent(self, event: Silent, now: Instant) -> None:
        """An endpoint is away."""
        ward = self.wards[event.tap]
        ward.there = False
        ward.forget_shared()
        self.offers.soon(now.mono_s)

    def delivered(self, event: Delivered, now: Instant) -> None:
        """A document has arrived at an endpoint."""
        ward = self.wards[event.tap]
        for topic, said in ward.under_way.items():
            if said.ticket == event.ticket:
                del ward.under_way[topic]
                self._reached.set(ward.endpoint, topic, said.revision, now.mono_s)
                self._stale.add(ward.address)
                return

    def held(self, event: Held, now: Instant) -> None:
        """An endpoint has all of a recording."""
        ward, recording = self.wards[event.tap], event.sha256.hex()
        self._reached.hold(ward.endpoint, recording, held=True)
        ward.got[recording] = now.mono_s
        self.offers.through(recording, ward, now)

    def refused(self, event: Refused, now: Instant) -> None:
        """An endpoint does not take a recording; it is asked again later, or when it wants it."""
        ward, recording = self.wards[event.tap], event.sha256.hex()
        ward.refused[recording] = now.mono_s
        self.offers.through(recording, ward, now)
        self._look_s = min(self._look_s, now.mono_s + REFUSED_S)

    def beat(self, endpoint: str, beat: Heartbeat, now: Instant) -> None:
        """What an endpoint says that it holds."""
        ward = self._by_endpoint[endpoint]
        before, ward.boot = ward.boot, beat.boot
        anew = beat.boot != before
        for topic in ward.topics:
            name = topic.removeprefix(f"{topics.ROOT}/")
            if topic.endswith(DocumentKind.RECEIPT):
                continue
            revision, known = beat.held.get(name, 0), self._reached.revision(endpoint, topic)
            believed = now.mono_s - self._reached.since_s(endpoint, topic) < BELIEVED_S and not anew
            if revision > known or (revision < known and not believed):
                self._reached.set(endpoint, topic, revision, now.mono_s)
                self._stale.add(ward.address)
        if beat.missing_count == len(beat.missing):
            for recording in ward.refused.keys() - set(beat.missing):
                del ward.refused[recording]
                self._reached.hold(endpoint, recording, held=True)
        for recording in beat.missing:
            same = before in ("", beat.boot)  # as far as is known
            crossed = now.mono_s - ward.got.get(recording, -inf) < CROSSED_S and same
            if self._reached.holds(endpoint, recording) and not crossed:
                self._reached.set(endpoint, topics.manifest(recording), 0)
                self._reached.hold(endpoint, recording, held=False)
                self._stale.add(ward.address)

    # what follows

    def converge(self, now: Instant) -> None:
        """Say and offer what is lacking."""
        if now.mono_s >= self._look_s:
            self._look_s = inf
            self._stale.update(self.wards)
        stale, self._stale = self._stale, set()
        lackers: dict[str, tuple[Kept, list[Ward]]] = {}
        for ward in map(self.wards.__getitem__, sorted(stale)):
            for kept in self._look(ward, now):
                lackers.setdefault(kept.topic, (kept, []))[1].append(ward)
        for kept, wards in sorted(lackers.values(), key=lambda each: ORDER.index(each[0].kind)):
            self._say(kept, wards)
        self.offers.attend(now)
        for recording, carried in self.offers.carried.items():
            if manifest := self._documents.get(topics.manifest(recording)):
                self._say(manifest, [self.wards[address] for address in sorted(carried.taps)])

    def _look(self, ward: Ward, now: Instant) -> list[Kept]:
        """The documents that an endpoint lacks; which recordings it lacks of those that others name is noted with it."""
        documents = [kept for kept in map(self._documents.get, ward.topics) if kept]
        outdated = [kept for kept in documents if self._reached.lacks(ward.endpoint, kept)]
        current = [kept for kept in documents if kept not in outdated]
        ward.settling = bool(outdated)
        before, ward.lacks = ward.lacks, self._lacked(ward, current, now)
        if ward.lacks.keys() != before.keys():
            urgent = any(need.urgent for need in ward.lacks.values())
            self.offers.soon(now.mono_s + (0.0 if urgent else GATHER_S))
        if now.synced:
            ends_s = min((need.until_s for need in ward.lacks.values()), default=inf)
            self._look_s = min(self._look_s, now.mono_s + ends_s - now.wall.timestamp())
        return outdated

    def _lacked(self, ward: Ward, documents: list[Kept], now: Instant) -> dict[str, Need]:
        """The recordings that it lacks of those that are named by what it knows."""
        lacked: dict[str, Need] = {}
        for kept in documents:
            for recording, need in self._needs(kept).items():
                if self._is_needed(ward, recording, need, now):
                    lacked[recording] = need.joined(lacked.get(recording))
        return lacked

    def _needs(self, kept: Kept) -> Mapping[str, Need]:
        return kept.slow_needs if self.line.wiring.line.is_slow else kept.needs

    def _is_needed(self, ward: Ward, recording: str, need: Need, now: Instant) -> bool:
        past = now.synced and need.until_s <= now.wall.timestamp()
        refused = now.mono_s - ward.refused.get(recording, -inf) < REFUSED_S
        return not (past or refused or self._reached.holds(ward.endpoint, recording))

    def _say(self, kept: Kept, wards: list[Ward]) -> None:
        """To those of them who are there and lack it: to one endpoint, or where they are several to everybody at once."""
        wards = [
            ward
            for ward in wards
            if ward.there and not ward.is_told(kept) and self._reached.lacks(ward.endpoint, kept)
        ]
        if not wards:
            return
        shared = len(wards) > 1
        ticket = self.head.send(
            EVERYBODY if shared else wards[0].address,
            parcels.to_bytes(
                Message(kept.topic, kept.payload, 1, True), None if shared else wards[0].endpoint
            ),
            lane=Lane.URGENT if kept.kind is DocumentKind.ALERTS else Lane.NORMAL,
            key=kept.topic,
        )
        for ward in wards:
            ward.under_way[kept.topic] = Said(ticket, kept.revision, shared)
