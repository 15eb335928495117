"""An endpoint's link over a tap, sans-I/O: what `devices.mqtt.link` is to a broker, this is to the head of a line.

Filters are kept here: the head sends what is meant for this endpoint and its groups, and what no filter covers is dropped.
Recordings come as transfers into a shelf of their own, and from there the endpoint's wants are answered. No want goes over the
line: what an endpoint lacks its hub knows from the documents that it told it and from its heartbeats.
"""

import json
import logging
from collections.abc import Callable

from devices import topics
from devices.chunks import CHUNK, from_bitmap
from devices.links import Message
from devices.mqtt.filters import Filters
from devices.serial import parcels
from devices.serial.bodies import Lane
from devices.serial.events import Here, Joined, TapEvent, Told
from devices.serial.pacing import Line
from devices.serial.parcels import BadParcel
from devices.serial.shelf import Shelf, ShelfFull
from devices.serial.tap import Tap
from devices.topics import ReportKind

log = logging.getLogger(__name__)

SILENT_S = 120.0  # without a question of the head the link counts as down


class TapLink:
    """Keeps `devices.links.Link`.

    `later` does a deed on its owner's next turn: a handler of a message must not be handed another.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        address: int,
        line: Line,
        shelf: Shelf,
        nonce: Callable[[], int],
        later: Callable[[Callable[[], None]], object],
        on_message: Callable[[Message], None],
        on_connected: Callable[[], None] = lambda: None,
        on_disconnected: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._endpoint = endpoint
        self._later = later
        self._on_message = on_message
        self._on_connected = on_connected
        self._on_disconnected = on_disconnected
        self._filters: Filters[str] = Filters()
        self._shelf = WantedShelf(shelf, self._wants)
        self.tap = Tap(address=address, line=line, shelf=self._shelf, nonce=nonce)
        self._connected = False
        self._asked = (0, float("-inf"))  # questions that were seen, and when the last of them was
        self._heard_until = (0, 0)  # then: frames of the head, and what was garbled
        self._complained = False

    @property
    def connected(self) -> bool:
        """Whether a head has welcomed us and asks on."""
        return self._connected

    def publish(self, message: Message) -> None:
        """Hand over for sending; it waits for the head to ask. Reports that change are replaced while they wait."""
        kind = message.topic.rpartition("/")[2]
        if kind == ReportKind.WANT:
            self._answer(message.payload)
            return
        urgent = kind == ReportKind.EVENT or (kind == ReportKind.HEARTBEAT and message.qos > 0)
        replaced = message.qos == 0 or message.retain
        self.tap.send(
            parcels.to_bytes(message, self._endpoint),
            lane=Lane.URGENT if urgent else Lane.NORMAL,
            key=message.topic if replaced else None,
        )

    def subscribe(self, topic_filter: str) -> None:
        """Hand over what this filter covers from now on."""
        self._filters[topic_filter] = topic_filter

    def unsubscribe(self, topic_filter: str) -> None:
        """Hand it over no longer; a recording whose chunks nobody wants leaves the shelf."""
        if topic_filter in self._filters:
            del self._filters[topic_filter]
            match topic_filter.split("/"):
                case ["ccxm", "1", sha256, "c", "+"]:
                    self._shelf.discard(bytes.fromhex(sha256))

    def take(self, event: TapEvent) -> None:
        """Something has come over the line."""
        match event:
            case Joined():
                self.down("the head of the line has begun anew")
                self._up()
            case Told(address=address, content=content):
                self._told(content, self._endpoint if address == self.tap.address else None)
            case Here(sha256=sha256, size=size):
                for number in range(-(-size // CHUNK)):
                    self._hand_over_chunk(sha256, number)

    def watch(self, now: float) -> None:
        """Now and then: whether the head still asks."""
        questions, since = self._asked
        if questions != self.tap.questions or since == float("-inf"):
            self._asked, self._complained = (self.tap.questions, now), False
            self._heard_until = (self.tap.overheard, self.tap.noise.garbled)
            if self.tap.joined and questions != self.tap.questions:
                self._up()
        elif now - since > SILENT_S and not self._complained:
            self._complained = True
            self._complain()
            self.down(f"the head of the line has not asked for {SILENT_S:.0f} s")

    def _complain(self) -> None:
        """Where a technician has to look."""
        heard, garbled = self._heard_until
        frames, damaged = self.tap.overheard - heard, self.tap.noise.garbled - garbled
        if frames:
            look_at = "the address, here and in the hub's list: others are asked"
        elif damaged:
            look_at = "the speed, here and at the hub, and the wires: what comes is no frame"
        else:
            look_at = "the cable, the port and whether the hub runs: nothing comes"
        facts = {"address": self.tap.address, "frames": frames, "garbled": damaged, "look_at": look_at}
        log.warning("the head of the line does not ask this endpoint", extra=facts)

    def down(self, reason: str) -> None:
        """The link has ended."""
        if self._connected:
            self._connected = False
            self._on_disconnected(reason)

    def _up(self) -> None:
        if not self._connected:
            self._connected = True
            log.info("the head of the line has welcomed us", extra={"address": self.tap.address})
            self._on_connected()

    def _told(self, content: bytes, owner: str | None) -> None:
        try:
            message = parcels.from_bytes(content, owner)
        except BadParcel as error:
            log.warning("a message of the line was dropped", extra={"reason": str(error)})
            return
        self._deliver(message)

    def _deliver(self, message: Message) -> None:
        if any(True for _ in self._filters.matching(message.topic)):
            self._on_message(message)

    # recordings

    def _wants(self, sha256: bytes) -> bool:
        return f"{topics.MEDIA}/{sha256.hex()}/c/+" in self._filters

    def _answer(self, payload: bytes) -> None:
        """Hand over what is wanted and here; what is not will come."""
        want = json.loads(payload)
        for offset, bit in enumerate(from_bitmap(bytes.fromhex(want["bitmap"]))):
            if bit:
                self._hand_over_chunk(bytes.fromhex(want["recording"]), want["base"] + offset)

    def _hand_over_chunk(self, sha256: bytes, number: int) -> None:
        self._later(lambda: self._deliver_chunk(sha256, number))

    def _deliver_chunk(self, sha256: bytes, number: int) -> None:
        if not self._shelf.is_whole(sha256):
            return
        try:
            chunk = self._shelf.read(sha256, number * CHUNK, CHUNK)
        except ShelfFull:  # the disk cannot give it back
            self._shelf.discard(sha256)
            return
        if chunk:
            self._deliver(Message(topics.chunk(sha256.hex(), number), chunk))


class WantedShelf:
    """A shelf that takes only what is wanted; what is no longer wanted makes room."""

    def __init__(self, shelf: Shelf, wants: Callable[[bytes], bool]) -> None:
        self._shelf = shelf
        self._wants = wants
        self.read, self.finish = shelf.read, shelf.finish
        self.is_whole, self.discard, self.kept = shelf.is_whole, shelf.discard, shelf.kept

    def begin(self, sha256: bytes, size: int) -> int | None:
        return self._shelf.begin(sha256, size) if self._wants(sha256) else None

    def write(self, sha256: bytes, offset: int, content: bytes) -> None:
        try:
            self._shelf.write(sha256, offset, content)
        except ShelfFull:
            for unwanted in [each for each in self.kept() if not self._wants(each)]:
                self.discard(unwanted)
            self._shelf.write(sha256, offset, content)
