"""One line of a hub: what its endpoints must know and hold, told through the head; sans-I/O.

Level-triggered: for each endpoint that is there, every document that it lacks in its newest revision is said, to all at once
where several lack it; then the recordings that these documents name, those that are needed first before others. What is
known of an endpoint is what it acknowledged, corrected by what its heartbeats say.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from devices import topics
from devices.endpoint.clock import Instant
from devices.hub.documents import ORDER, Documents, Kept, Need, topics_for
from devices.hub.provision import HubLine, TapProvision
from devices.hub.reached import Reached
from devices.hub.thrift import Carried, Thrift
from devices.links import Message
from devices.reports import Heartbeat, TransferReport, Want
from devices.serial import parcels
from devices.serial.arrival import Hearing
from devices.serial.bodies import Lane
from devices.serial.events import Delivered, Held, Present, Refused, Silent
from devices.serial.frames import EVERYBODY
from devices.serial.head import Head
from devices.serial.steady import Steady
from devices.topics import DocumentKind

log = logging.getLogger(__name__)

AT_ONCE = 2  # recordings offered, so that the line is full while one of them is asked about
GATHER_S = 1.0  # before a recording is offered: others may turn out to need it too
STILL_JOINING = 0.25  # of a recording's airtime: who needs it later gets it afterwards, not all anew
REFUSED_S = 60.0  # before a recording that was refused is offered again
SAMPLE_S = 5.0
CROSSED_S = 30.0  # a want may be on its way while the recording comes
BELIEVED_S = 600.0  # an acknowledgement outweighs heartbeats of the same boot for so long


class Recordings(Protocol):
    """What the hub itself has."""

    def holds(self, sha256: str) -> bool:
        """Whether all of a recording is here."""

    def content(self, sha256: str) -> bytes | None:
        """All of it, verified; None: it is not here, or damaged."""


@dataclass(slots=True)
class _Tap:
    """An endpoint as its line sees it."""

    endpoint: str
    address: int
    position: int | None
    topics: tuple[str, ...]
    there: bool = False
    since_s: float = -inf  # it is there, or was heard last
    boot: str = ""
    under_way: dict[str, int] = field(default_factory=dict)  # topic → ticket
    refused: dict[str, float] = field(default_factory=dict)  # recording → when
    got: dict[str, float] = field(default_factory=dict)
    lacks: dict[str, Need] = field(default_factory=dict)  # recordings
    settling: bool = True  # documents are on their way that may name more
    steady: Steady = field(default_factory=Steady)  # how calm the line is to it


@dataclass(slots=True)
class _Said:
    """A document on its way."""

    topic: str
    revision: int
    shared: bool


class LineDuty:
    """What its owner hears of the head's events and of documents it is told; then it converges."""

    def __init__(
        self, line: HubLine, *, epoch: int, documents: Documents, reached: Reached, recordings: Recordings
    ) -> None:
        self.line = line
        self.head = Head(line=line.wiring.line, epoch=epoch, taps=[(tap.address, ()) for tap in line.taps])
        self.carried: dict[str, Carried] = {}
        self._documents = documents
        self._reached = reached
        self._recordings = recordings
        self._taps = {tap.address: _tap(tap) for tap in line.taps}
        self._by_endpoint = {tap.endpoint: tap for tap in self._taps.values()}
        self._said: dict[int, _Said] = {}
        self._stale: set[int] = set(self._taps)  # taps to be looked at
        self._offer_s = inf  # when recordings are to be offered anew
        self._look_s = inf  # when all taps are to be looked at again
        self._sample_s = -inf  # when to hear of the calm of taps next
        self.thrift = Thrift(line.wiring.line)
        self._begun: set[str] = set()  # recordings that were offered before

    @property
    def next_s(self) -> float:
        """When to call `converge`, if nothing happens before."""
        sample_s = self._sample_s if self.carried else inf
        return -inf if self._stale else min(self._offer_s, self._look_s, sample_s)

    @property
    def taps(self) -> Iterable[_Tap]:
        """All of them, by address."""
        return self._taps.values()

    def endpoint_at(self, address: int) -> str:
        """Who is there."""
        return self._taps[address].endpoint

    def needed(self) -> dict[str, Need]:
        """All recordings that endpoints of the line need, whether or not they have them."""
        needed: dict[str, Need] = {}
        for topic in {topic for tap in self._taps.values() for topic in tap.topics}:
            kept = self._documents.get(topic)
            for recording, need in self._needs(kept).items() if kept else ():
                needed[recording] = need.joined(needed.get(recording))
        return needed

    def transfers(self, limit: int) -> Iterator[TransferReport]:
        """Recordings that endpoints lack: those that are under way, then those that wait."""
        waiting: dict[str, Need] = {}
        for tap in self._taps.values():
            for recording, need in tap.lacks.items():
                waiting[recording] = need.joined(waiting.get(recording))
        queued = sorted(waiting.keys() - self.carried.keys(), key=lambda name: (waiting[name].first_s, name))
        for recording in (*self.carried, *queued)[:limit]:
            size = self._size(recording)
            partly = self.head.lacking(bytes.fromhex(recording)) if recording in self.carried else {}
            lackers = self._lackers(recording) | partly.keys()
            lacking = {self._taps[each].endpoint: partly.get(each, size) for each in sorted(lackers)}
            yield TransferReport(recording=recording, size=size, lacking=lacking)

    def _size(self, recording: str) -> int:
        if recording in self.carried:
            return self.carried[recording].size
        manifest = self._documents.manifest(recording)
        return manifest.size if manifest else 0

    # what happens

    def changed(self, topic: str) -> None:
        """A document is new, or is to be said again."""
        if topic.startswith(topics.MEDIA):
            self._stale.update(self._taps)
        self._stale.update(tap.address for tap in self._taps.values() if topic in tap.topics)

    def said_again(self, topic: str) -> None:
        """A receipt has come a second time: its endpoint did not act on the first."""
        for tap in self._taps.values():
            if topic in tap.topics and topic not in tap.under_way:
                self._reached.set(tap.endpoint, topic, 0)
                self._stale.add(tap.address)

    def has(self, recording: str) -> None:
        """The hub has all of a recording: it can be offered now."""
        if any(recording in tap.lacks for tap in self._taps.values()):
            self._offer_s = -inf

    def beacon(self, message: Message) -> None:
        """A time beacon: once, to everybody, and never late."""
        self.head.note(parcels.to_bytes(Message(message.topic, message.payload, 0), None), key=message.topic)

    def present(self, event: Present, now: Instant) -> None:
        """A tap is there (again): what was said to all has gone on without it."""
        tap = self._taps[event.tap]
        tap.there, tap.since_s = True, now.mono_s
        self._forget_shared(tap)
        self._stale.add(tap.address)
        self._offer_s = min(self._offer_s, now.mono_s + GATHER_S)  # it lacks what it lacked before

    def silent(self, event: Silent, now: Instant) -> None:
        """A tap is away."""
        tap = self._taps[event.tap]
        tap.there, tap.since_s = False, now.mono_s
        self._forget_shared(tap)
        self._offer_s = now.mono_s

    def delivered(self, event: Delivered, now: Instant) -> None:
        """A document has arrived at a tap."""
        tap, said = self._taps[event.tap], self._said.get(event.ticket)
        if said is None:
            return
        if tap.under_way.get(said.topic) == event.ticket:
            del tap.under_way[said.topic]
        self._reached.set(tap.endpoint, said.topic, said.revision, now.mono_s)
        self._stale.add(tap.address)
        if not any(each.under_way.get(said.topic) == event.ticket for each in self._taps.values()):
            del self._said[event.ticket]

    def held(self, event: Held, now: Instant) -> None:
        """A tap has all of a recording."""
        tap, recording = self._taps[event.tap], event.sha256.hex()
        self._reached.hold(tap.endpoint, recording, held=True)
        tap.got[recording] = now.mono_s
        tap.lacks.pop(recording, None)
        self._settled(recording, tap, now)

    def refused(self, event: Refused, now: Instant) -> None:
        """A tap does not take a recording; it is asked again later, or when it wants it."""
        tap, recording = self._taps[event.tap], event.sha256.hex()
        tap.refused[recording] = now.mono_s
        tap.lacks.pop(recording, None)
        self._settled(recording, tap, now)
        self._look_s = min(self._look_s, now.mono_s + REFUSED_S)

    def want(self, endpoint: str, want: Want, now: Instant) -> None:
        """An endpoint says that it lacks a recording, or its manifest: what was known of that is wrong.

        Just after it got the recording it has said so before; it repeats what it goes on to lack.
        """
        tap = self._by_endpoint[endpoint]
        if now.mono_s - tap.got.get(want.recording, -inf) < CROSSED_S:
            return
        tap.refused.pop(want.recording, None)
        if not want.have_manifest:
            self._reached.set(endpoint, topics.manifest(want.recording), 0)
        self._reached.hold(endpoint, want.recording, held=False)
        self._stale.add(tap.address)

    def beat(self, endpoint: str, beat: Heartbeat, now: Instant) -> None:
        """What an endpoint says that it holds."""
        tap = self._by_endpoint[endpoint]
        anew, tap.boot = beat.boot != tap.boot, beat.boot
        for topic in tap.topics:
            name = topic.removeprefix(f"{topics.ROOT}/")
            if topic in tap.under_way or topic.endswith(DocumentKind.RECEIPT):
                continue
            revision, known = beat.held.get(name, 0), self._reached.revision(endpoint, topic)
            believed = now.mono_s - self._reached.since_s(endpoint, topic) < BELIEVED_S and not anew
            if revision > known or (revision < known and not believed):
                self._reached.set(endpoint, topic, revision, now.mono_s)
                self._stale.add(tap.address)
        if beat.missing_count == len(beat.missing):
            for recording in tap.refused.keys() - set(beat.missing):
                del tap.refused[recording]
                self._reached.hold(endpoint, recording, held=True)
        for recording in beat.missing:
            if self._reached.holds(endpoint, recording) and anew:
                self._reached.hold(endpoint, recording, held=False)
                self._stale.add(tap.address)

    # what follows

    def converge(self, now: Instant) -> None:
        """Say and offer what is lacking; and hear how calm the line is while it is used."""
        if now.mono_s >= self._sample_s:
            self._sample(now)
        if now.mono_s >= self._look_s:
            self._look_s = inf
            self._stale.update(self._taps)
        stale, self._stale = self._stale, set()
        lacking: dict[str, list[_Tap]] = {}
        for address in sorted(stale):
            self._look(self._taps[address], lacking, now)
        for topic in sorted(lacking, key=self._rank):
            self._say(topic, lacking[topic])
        if now.mono_s >= self._offer_s:
            self._offer(now)

    def _sample(self, now: Instant) -> None:
        self._sample_s = now.mono_s + SAMPLE_S
        for tap in self._taps.values():
            if tap.there:
                tap.steady.sample(self.head.member(tap.address).calm)

    def _look(self, tap: _Tap, lacking: dict[str, list[_Tap]], now: Instant) -> None:
        """What one tap lacks."""
        before, tap.lacks, tap.settling = tap.lacks, {}, False
        for kept in filter(None, map(self._documents.get, tap.topics)):
            if self._reached.revision(tap.endpoint, kept.topic) < kept.revision:
                tap.settling = True
                self._lack(tap, kept, lacking)
                continue
            for recording, need in self._needs(kept).items():
                if self._is_needed(tap, recording, need, now):
                    tap.lacks[recording] = need.joined(tap.lacks.get(recording))
        for recording in tap.lacks:
            manifest = self._documents.get(topics.manifest(recording))
            if (
                manifest
                and self._reached.revision(tap.endpoint, manifest.topic) < manifest.revision
                and tap.there
            ):
                self._lack(tap, manifest, lacking)
        if tap.lacks.keys() != before.keys():
            urgent = any(need.urgent for need in tap.lacks.values())
            self._offer_s = min(self._offer_s, now.mono_s + (0.0 if urgent else GATHER_S))

    def _needs(self, kept: Kept) -> Mapping[str, Need]:
        return kept.slow_needs if self.line.wiring.line.is_slow else kept.needs

    def _lack(self, tap: _Tap, kept: Kept, lacking: dict[str, list[_Tap]]) -> None:
        on_its_way = self._said.get(tap.under_way.get(kept.topic, 0))
        if tap.there and (on_its_way is None or on_its_way.revision < kept.revision):
            lacking.setdefault(kept.topic, []).append(tap)

    def _is_needed(self, tap: _Tap, recording: str, need: Need, now: Instant) -> bool:
        past = now.synced and need.until_s <= now.wall.timestamp()
        refused = now.mono_s - tap.refused.get(recording, -inf) < REFUSED_S
        return not (past or refused or self._reached.holds(tap.endpoint, recording))

    def _rank(self, topic: str) -> int:
        kept = self._documents.get(topic)
        return ORDER.index(kept.kind) if kept else 0

    def _say(self, topic: str, taps: list[_Tap]) -> None:
        kept = self._documents.get(topic)
        if kept is None:
            return
        shared = len(taps) > 1
        owner = None if shared else taps[0].endpoint
        content = parcels.to_bytes(Message(topic, kept.payload, 1, True), owner)
        ticket = self.head.send(
            EVERYBODY if shared else taps[0].address,
            content,
            lane=Lane.URGENT if kept.kind is DocumentKind.ALERTS else Lane.NORMAL,
            key=topic,
        )
        self._said[ticket] = _Said(topic, kept.revision, shared)
        for tap in taps:
            tap.under_way[topic] = ticket

    def _forget_shared(self, tap: _Tap) -> None:
        lost = [topic for topic, ticket in tap.under_way.items() if self._is_shared(ticket)]
        for topic in lost:
            del tap.under_way[topic]

    def _is_shared(self, ticket: int) -> bool:
        said = self._said.get(ticket)
        return said is None or said.shared

    # recordings

    def _offer(self, now: Instant) -> None:
        self._offer_s = inf
        wanted = self._wanted(now)
        if any(tap.there and tap.settling for tap in self._taps.values()):
            wanted = {name: need for name, need in wanted.items() if name in self.carried or need.urgent}
            self._offer_s = now.mono_s + GATHER_S
        chosen = sorted(wanted, key=lambda name: (wanted[name].first_s, name))[:AT_ONCE]
        keep = 0
        for carried, name in zip(tuple(self.carried), chosen, strict=False):
            if carried != name or self._should_join(name, now):
                break
            keep += 1
        for name in tuple(self.carried)[keep:]:
            self.head.withdraw(bytes.fromhex(name))
            del self.carried[name]
        for name in chosen[keep:]:
            self._begin(name, wanted[name], now)

    def _wanted(self, now: Instant) -> dict[str, Need]:
        """What somebody who is there lacks and the hub has."""
        wanted: dict[str, Need] = {}
        for tap in self._taps.values():
            for recording, need in tap.lacks.items() if tap.there else ():
                if recording in wanted or recording in self.carried or self._recordings.holds(recording):
                    wanted[recording] = need.joined(wanted.get(recording))
        return wanted

    def _lackers(self, recording: str) -> set[int]:
        return {tap.address for tap in self._taps.values() if recording in tap.lacks}

    def _should_join(self, recording: str, now: Instant) -> bool:
        """Whether somebody lacks what is under way to others, and it is early enough to begin anew for all."""
        carried = self.carried[recording]
        newcomers = self._lackers(recording) - carried.taps
        whole_s = self.head_airtime_s(carried.size)
        return bool(newcomers) and now.mono_s - carried.since_s < STILL_JOINING * whole_s

    def head_airtime_s(self, size: int) -> float:
        """How long so many bytes fill this line."""
        return self.line.wiring.line.airtime_s(size)

    def _begin(self, recording: str, need: Need, now: Instant) -> None:
        content, taps = self._recordings.content(recording), self._lackers(recording)
        if content is None:
            return
        address = next(iter(taps)) if len(taps) == 1 else EVERYBODY
        self.head.offer(bytes.fromhex(recording), content, taps, address=address, urgent=need.urgent)
        fresh, alone = recording not in self._begun, not self.carried
        self.carried[recording] = Carried(
            taps=taps, size=len(content), since_s=now.mono_s, fresh=fresh, alone=alone
        )
        self._begun.add(recording)

    def _settled(self, recording: str, tap: _Tap, now: Instant) -> None:
        """A tap is through with a recording; it is withdrawn when nobody waits for it who is there."""
        carried = self.carried.get(recording)
        if carried is None:
            return
        carried.taps.discard(tap.address)
        drops = self.head.member(tap.address).drops
        carried.through.append(Hearing(calm=tap.steady.calm, dropped=drops.share))
        if not any(self._taps[address].there for address in carried.taps):
            self.head.withdraw(bytes.fromhex(recording))
            del self.carried[recording]
            self._offer_s = now.mono_s
            self.thrift.measure(carried, now.mono_s, alone=not self.carried)


def _tap(tap: TapProvision) -> _Tap:
    return _Tap(
        endpoint=tap.endpoint,
        address=tap.address,
        position=tap.position,
        topics=topics_for(tap.endpoint, tap.areas),
    )
