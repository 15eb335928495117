"""The hub without input or output: messages of the broker's side, events of its lines, and passing time in; messages out.

The parts: `documents` keeps what is signed for the endpoints of the lines, `line` has each of them converge on it, the
`postbox` sends reports up that must not be lost, the `gauge` says how the lines are. It fetches recordings as an endpoint does.
"""

import logging
import random
import sqlite3
from collections.abc import Mapping
from math import inf

from devices import sealing, topics
from devices.codec import decode, encode
from devices.documents import Manifest, Receipt
from devices.endpoint.clock import Instant
from devices.endpoint.downloads import Downloads
from devices.endpoint.media import Media
from devices.errors import BadReport
from devices.hub.documents import Documents, Unseal, topics_for
from devices.hub.gauge import EVERY_S, Gauge
from devices.hub.line import LineDuty
from devices.hub.postbox import Postbox
from devices.hub.provision import HubProvision
from devices.hub.reached import Reached
from devices.hub.store import HubStore
from devices.links import Link, Message
from devices.presence import Presence
from devices.reports import EventKind, Heartbeat, LineReport, Status, Want
from devices.serial import parcels
from devices.serial.events import Delivered, HeadEvent, Held, Present, Received, Refused, Silent
from devices.serial.parcels import BadParcel
from devices.topics import ReportKind

log = logging.getLogger(__name__)

ROUNDING_S = 1e-6


class Hub:
    """Build it anew for every boot from the same store and media; `boot` is 8 fresh hex digits.

    `report_s`: between its reports; rehearsals may choose longer periods.
    """

    def __init__(
        self,
        *,
        provision: HubProvision,
        store: HubStore,
        media: Media,
        uplink: Link,
        boot: str,
        chance: random.Random,
        software: str = "",
        unseal: Unseal = sealing.unseal,
        report_s: float = EVERY_S,
    ) -> None:
        self._provision = provision
        self._uplink = uplink
        self._boot = boot
        self._documents = Documents(store, provision.keys, unseal)
        self._reached = Reached(store)
        self._postbox = Postbox(store, uplink)
        self._downloads = Downloads(
            media=media, link=uplink, endpoint=provision.hub, chance=chance, say=self._say
        )
        self._lines = {
            line.name: LineDuty(
                line,
                epoch=_epoch(store, line.name, drawn=int(boot[:4], 16)),
                documents=self._documents,
                reached=self._reached,
                recordings=media,
            )
            for line in provision.lines
        }
        self._gauge = Gauge(provision.hub, boot, uplink, self._lines, software, report_s)
        self._epochs: dict[str, str] = {}  # of endpoints' sessions

    @property
    def lines(self) -> Mapping[str, LineDuty]:
        """By name; their heads are run by whoever has the ports."""
        return self._lines

    @property
    def will(self) -> Message:
        """What the broker shall publish when the link dies."""
        return self._presence(Presence.OFFLINE)

    @property
    def next_wake(self) -> float:
        """Monotonic deadline of the next `wake`."""
        lines = min((duty.next_s for duty in self._lines.values()), default=inf)
        return ROUNDING_S + min(lines, self._downloads.next_s, self._gauge.next_s)

    @property
    def posting(self) -> bool:
        """Whether reports are on their way up; call `posted` when the broker has all that was published."""
        return self._postbox.under_way

    def started(self, now: Instant) -> None:
        """Call once, first: subscribes, and takes up what the store holds."""
        self._gauge.started(now.mono_s)
        wanted = {topic for tap in self._provision.taps for topic in topics_for(tap.endpoint, tap.areas)}
        for topic_filter in (*sorted(wanted), topics.TIME, f"{topics.MEDIA}/to/{self._provision.hub}/+/+"):
            self._uplink.subscribe(topic_filter)
        self._need(now)

    def connected(self, now: Instant) -> None:
        """The uplink is there (again)."""
        self._uplink.publish(self._presence(Presence.ONLINE))
        self._downloads.connected(now.mono_s)
        self._gauge.connected(now)
        self._postbox.connected()

    def disconnected(self, now: Instant) -> None:
        """The uplink is gone; the lines are served on from what is here."""
        self._downloads.disconnected()
        self._gauge.disconnected()
        self._postbox.disconnected()

    def stopping(self, now: Instant) -> None:
        """A clean end."""
        self._uplink.publish(self.will)

    def receive(self, message: Message, now: Instant) -> None:
        """A message of the broker."""
        if chunk := topics.parse_chunk(message.topic):
            if self._downloads.take_chunk(chunk.sha256, chunk.number, message.payload, now.mono_s):
                for duty in self._lines.values():
                    duty.offers.has(chunk.sha256)
            return
        if message.topic == topics.TIME:
            if not message.retain and self._documents.take(message):
                for duty in self._lines.values():
                    duty.beacon(message)
            return
        taken = self._documents.take(message)
        if taken is None:
            return
        document, new = taken
        if isinstance(document.body, Manifest):
            self._downloads.take_manifest(document.header.target, document.body, now.mono_s)
        self._tell(message.topic, new=new, again=isinstance(document.body, Receipt))
        if new:
            self._need(now)

    def line_event(self, name: str, event: HeadEvent, now: Instant) -> None:
        """Something happened on a line."""
        duty = self._lines[name]
        match event:
            case Present():
                duty.present(event, now)
                self._gauge.hurry(now.mono_s)
                log.info("an endpoint of the line is there", extra=_whose(duty, event.tap))
            case Silent():
                duty.silent(event, now)
                self._gauge.hurry(now.mono_s)
                self._say_offline(duty.wards[event.tap].endpoint)
                log.warning("an endpoint of the line does not answer any more", extra=_whose(duty, event.tap))
            case Delivered():
                duty.delivered(event, now)
            case Held():
                duty.held(event, now)
            case Refused():
                duty.refused(event, now)
            case Received():
                self._report(duty, event, now)

    def port_changed(self, name: str, *, is_open: bool, now: Instant) -> None:
        """A line's port has been opened or lost."""
        self._gauge.port_changed(name, is_open=is_open)
        self._gauge.hurry(now.mono_s)

    def line_report(self, name: str, now: Instant) -> LineReport:
        """How a line is."""
        return self._gauge.line(name, now)

    def wake(self, now: Instant) -> None:
        """Do what is due; whose head is not idle then may have been given something to say."""
        self._downloads.ask(now.mono_s)
        self._gauge.beat(now)
        self._postbox.post()
        for duty in self._lines.values():
            if duty.next_s <= now.mono_s:
                duty.converge(now)

    def posted(self) -> None:
        """The broker has all that was published."""
        self._postbox.posted()

    # documents

    def _tell(self, topic: str, *, new: bool, again: bool) -> None:
        for duty in self._lines.values():
            if new:
                duty.changed(topic)
            elif again:
                duty.said_again(topic)

    def _need(self, now: Instant) -> None:
        """Which recordings the hub itself must have; of others it forgets the manifests, and in time who has them."""
        needed: dict[str, float] = {}
        for duty in self._lines.values():
            for recording, need in duty.needed().items():
                needed[recording] = min(need.first_s, needed.get(recording, inf))
        self._downloads.need({name: max(0.0, first_s) for name, first_s in needed.items()}, now.mono_s)
        for kept in tuple(self._documents):
            if kept.topic.startswith(topics.MEDIA) and kept.topic.split("/")[2] not in needed:
                self._documents.forget(kept.topic)
        self._reached.forget_all_but(needed.keys() | self._downloads.whole)
        for recording in needed:
            manifest = self._documents.manifest(recording)
            if manifest is not None:
                self._downloads.take_manifest(recording, manifest, now.mono_s)

    # reports

    def _report(self, duty: LineDuty, event: Received, now: Instant) -> None:
        endpoint = duty.wards[event.tap].endpoint
        try:
            message = parcels.from_bytes(event.content, endpoint)
            about = topics.parse_report(message.topic)
            if about is None or about[0] != endpoint:
                raise BadParcel(f"{message.topic} is no report of {endpoint}")
            self._carry_up(duty, endpoint, about[1], message, now)
        except (BadParcel, BadReport) as error:
            log.warning("a report is not carried on", extra={"endpoint": endpoint, "why": str(error)})

    def _carry_up(
        self, duty: LineDuty, endpoint: str, kind: ReportKind, message: Message, now: Instant
    ) -> None:
        report = decode(kind, message.payload)
        match report:
            case Want():
                return  # what it lacks its heartbeats say
            case Heartbeat():
                duty.beat(endpoint, report, now)
            case Status():
                self._epochs[endpoint] = report.epoch
        if message.qos == 0:
            self._uplink.publish(message)
        else:
            self._postbox.put(message)

    def _say_offline(self, endpoint: str) -> None:
        """As a broker says by a will; it is a hint only."""
        if (epoch := self._epochs.pop(endpoint, None)) is not None:
            status = Status(state=Presence.OFFLINE, epoch=epoch)
            topic = topics.report(endpoint, ReportKind.STATUS)
            self._postbox.put(Message(topic, encode(status), 1, True))

    def _presence(self, state: Presence) -> Message:
        status = Status(state=state, epoch=self._boot)
        return Message(topics.report(self._provision.hub, ReportKind.STATUS), encode(status), 1, True)

    def _say(self, kind: EventKind, about: str, detail: str) -> None:
        log.warning("a recording could not be fetched", extra={"kind": kind, "about": about, "why": detail})


def _epoch(store: HubStore, line: str, *, drawn: int) -> int:
    """The next of a line; where the disk does not take it, the one that was drawn: a line must not stand for it."""
    try:
        return store.next_epoch(line, first=drawn)
    except sqlite3.Error:
        log.exception("the epoch of a line is not written down", extra={"line": line})
        return drawn


def _whose(duty: LineDuty, tap: int) -> dict[str, object]:
    """For the logbook: where on which line, and who."""
    return {"line": duty.line.name, "address": tap, "endpoint": duty.wards[tap].endpoint}
