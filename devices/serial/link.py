"""The serial link of an endpoint: what `devices.mqtt.link` is to a broker, this is to the head of a line.

Filters are kept here: the head sends what is meant for this endpoint and its groups, and what no filter covers is dropped.
Recordings come as transfers into a shelf of their own; from there the endpoint's wants are answered, so that only those for what
has not come, and is not coming, go over the line.
"""

import asyncio
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

from devices import topics
from devices.chunks import CHUNK, from_bitmap
from devices.links import Message
from devices.mqtt.filters import Filters
from devices.serial import parcels
from devices.serial.bodies import Lane
from devices.serial.events import Here, Joined, TapEvent, Told
from devices.serial.parcels import BadParcel
from devices.serial.port import Port
from devices.serial.shelf import DiskShelf, ShelfFull
from devices.serial.tap import Tap
from devices.serial.wiring import Wiring
from devices.topics import ReportKind

log = logging.getLogger(__name__)

SILENT_S = 120.0  # without a question of the head the link counts as down
_WATCH_S = 5.0


class SerialLink:
    """Keeps `devices.links.Link` for one endpoint over the line that `run` holds open. Use it from the loop that runs it."""

    def __init__(
        self,
        *,
        endpoint: str,
        address: int,
        wiring: Wiring,
        shelf: Path,
        on_message: Callable[[Message], None],
        on_connected: Callable[[], None] = lambda: None,
        on_disconnected: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self._endpoint = endpoint
        self._on_message = on_message
        self._on_connected = on_connected
        self._on_disconnected = on_disconnected
        self._filters: Filters[str] = Filters()
        self._shelf = WantedShelf(shelf, self._wants)
        self.tap = Tap(
            address=address,
            line=wiring.line,
            shelf=self._shelf,
            nonce=lambda: int.from_bytes(os.urandom(4), "big"),
        )
        self._port = Port(wiring, self.tap, self._take, on_lost=self._down)
        self._want_topic = topics.report(endpoint, ReportKind.WANT)
        self._connected = False

    @property
    def connected(self) -> bool:
        """Whether a head has welcomed us and asks on."""
        return self._connected

    @property
    def line_errors(self) -> int:
        """Damaged frames of the line since the start."""
        return self.tap.noise.garbled

    def publish(self, message: Message) -> None:
        """Hand over for sending; it waits for the head to ask. Reports that change are replaced while they wait."""
        if message.topic == self._want_topic and self._answers(message.payload):
            return
        kind = message.topic.rpartition("/")[2]
        urgent = kind == ReportKind.EVENT or (kind == ReportKind.HEARTBEAT and message.qos > 0)
        replaced = message.qos == 0 or message.retain or kind == ReportKind.WANT
        self.tap.send(
            parcels.to_bytes(message, self._endpoint),
            lane=Lane.URGENT if urgent else Lane.NORMAL,
            key=message.topic if replaced else None,
        )
        self._port.stir()

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

    async def drained(self, timeout_s: float) -> bool:
        """Wait until nothing is unsent; False where time ran out."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while self.tap.unsent and loop.time() < deadline:  # noqa: ASYNC110  # the head takes it when it asks
            await asyncio.sleep(0.05)
        return not self.tap.unsent

    async def run(self) -> None:
        """Hold the port open until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._port.run(), name="serial port")
            tasks.create_task(self._watch(), name="watch over the head")

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        questions, since = self.tap.questions, loop.time()
        while True:
            await asyncio.sleep(_WATCH_S)
            if questions != self.tap.questions:
                questions, since = self.tap.questions, loop.time()
                if self.tap.joined:
                    self._up()
            elif loop.time() - since > SILENT_S:
                self._down(f"the head of the line has not asked for {SILENT_S:.0f} s")

    def _take(self, event: TapEvent) -> None:
        match event:
            case Joined():
                self._down("the head of the line has begun anew")
                self._up()
            case Told(address=address, content=content):
                self._told(content, self._endpoint if address == self.tap.address else None)
            case Here(sha256=sha256, size=size):
                for number in range(-(-size // CHUNK)):
                    self._hand_over_chunk(sha256, number)

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

    def _up(self) -> None:
        if not self._connected:
            self._connected = True
            log.info("the head of the line has welcomed us", extra={"address": self.tap.address})
            self._on_connected()

    def _down(self, reason: str) -> None:
        if self._connected:
            self._connected = False
            self._on_disconnected(reason)

    # recordings

    def _wants(self, sha256: bytes) -> bool:
        return f"{topics.MEDIA}/{sha256.hex()}/c/+" in self._filters

    def _answers(self, payload: bytes) -> bool:
        """Whether a want is met from the shelf, or by what is on its way."""
        want = json.loads(payload)
        sha256 = bytes.fromhex(want["recording"])
        if not want.get("have_manifest", True):
            return False
        if self._shelf.is_whole(sha256):
            for offset, bit in enumerate(from_bitmap(bytes.fromhex(want["bitmap"]))):
                if bit:
                    self._hand_over_chunk(sha256, want["base"] + offset)
            return True
        return self.tap.is_receiving(sha256)

    def _hand_over_chunk(self, sha256: bytes, number: int) -> None:
        """On the loop's next turn: a handler of a message must not be handed another."""
        asyncio.get_running_loop().call_soon(self._deliver_chunk, sha256, number)

    def _deliver_chunk(self, sha256: bytes, number: int) -> None:
        if self._shelf.is_whole(sha256) and (chunk := self._shelf.read(sha256, number * CHUNK, CHUNK)):
            self._deliver(Message(topics.chunk(sha256.hex(), number), chunk))


class WantedShelf(DiskShelf):
    """A shelf that takes only what is wanted; what is no longer wanted makes room."""

    def __init__(self, directory: Path, wants: Callable[[bytes], bool]) -> None:
        super().__init__(directory)
        self._wants = wants

    def begin(self, sha256: bytes, size: int) -> int | None:
        return super().begin(sha256, size) if self._wants(sha256) else None

    def write(self, sha256: bytes, offset: int, content: bytes) -> None:
        try:
            super().write(sha256, offset, content)
        except ShelfFull:
            for unwanted in [each for each in self.kept() if not self._wants(each)]:
                self.discard(unwanted)
            super().write(sha256, offset, content)
