"""The endpoint program: a real `Endpoint` on an event loop, with its directory, its output and its MQTT link.

Directory: `provision.json` (given), `endpoint.db`, `media/`, and `sounded/` where a WAV output writes.
"""

import asyncio
import contextlib
import ctypes
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from devices.endpoint.clock import Instant
from devices.endpoint.core import Endpoint, Pace
from devices.endpoint.instruments import Instruments
from devices.endpoint.media import DiskMedia
from devices.endpoint.output import Output
from devices.endpoint.store import EndpointStore
from devices.links import Message
from devices.mqtt.link import Connection, MqttLink
from devices.provisioning import Provision

PROVISION, STORE, MEDIA, SOUNDED = "provision.json", "endpoint.db", "media", "sounded"
_TIME_ERROR = 5  # adjtimex(2), return value: clock not synchronised

OutputOf = Callable[[Path, Callable[[], None]], Output]
"""(directory, changed) → output; `changed` may be called from any thread when a sound ended."""


def clock_is_synced() -> bool:
    """Whether the kernel says that the system clock is disciplined (NTP, GNSS)."""
    try:
        buffer = ctypes.create_string_buffer(256)  # struct timex, all zero: read only
        return bool(ctypes.CDLL(None).adjtimex(buffer) not in (-1, _TIME_ERROR))
    except (OSError, AttributeError):
        return False


class EndpointProgram:
    """One endpoint of this process; `trust_clock` takes the system clock as disciplined, as simulations may."""

    def __init__(
        self,
        directory: Path,
        output_of: OutputOf,
        *,
        trust_clock: bool = False,
        instruments: Instruments | None = None,
        pace: Pace = Pace(),
    ) -> None:
        chance = random.SystemRandom()
        self._loop = asyncio.get_running_loop()
        self._stirred = asyncio.Event()
        self._trust_clock = trust_clock
        self._synced = (float("-inf"), False)
        self._store = EndpointStore.open(directory / STORE, chance)
        provision = Provision.load(directory / PROVISION)
        self._link = _Lazy()
        self._endpoint = Endpoint(
            provision=provision,
            store=self._store,
            media=DiskMedia(directory / MEDIA),
            output=output_of(directory, self._changed),
            link=self._link,
            boot=os.urandom(4).hex(),
            chance=chance,
            instruments=instruments,
            pace=pace,
        )
        self._link.real = MqttLink(
            _connection(provision, directory, self._endpoint.will),
            self._receive,
            self._connected,
            self._disconnected,
        )

    async def run(self) -> None:
        """Until cancelled; then it falls silent, writes down what it sounded, and says good-bye."""
        self._endpoint.started(self._now())
        link = asyncio.create_task(self._link.real.run(), name="link")
        try:
            while True:
                self._stirred.clear()
                self._endpoint.wake(self._now())
                wait_s = max(0.0, min(self._endpoint.next_wake - time.monotonic(), 3600.0))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._stirred.wait()
        finally:
            self._endpoint.stopping(self._now())
            await self._link.real.drained(1.0)
            link.cancel()
            await asyncio.wait([link])
            self._store.close()

    def _now(self) -> Instant:
        now_s = time.monotonic()
        if now_s > self._synced[0] + 10.0:
            self._synced = (now_s, self._trust_clock or clock_is_synced())
        return Instant(mono_s=now_s, wall=datetime.now(UTC), synced=self._synced[1])

    def _changed(self) -> None:
        self._loop.call_soon_threadsafe(self._stirred.set)

    def _receive(self, message: Message) -> None:
        self._endpoint.receive(message, self._now())
        self._stirred.set()

    def _connected(self) -> None:
        self._endpoint.connected(self._now())
        self._stirred.set()

    def _disconnected(self, reason: str) -> None:
        self._endpoint.disconnected(self._now())
        self._stirred.set()


class _Lazy:
    """The link before there is one: the endpoint gives the link its will, the link gives the endpoint its messages."""

    real: MqttLink

    def publish(self, message: Message) -> None:
        self.real.publish(message)

    def subscribe(self, topic_filter: str) -> None:
        self.real.subscribe(topic_filter)

    def unsubscribe(self, topic_filter: str) -> None:
        self.real.unsubscribe(topic_filter)


def _connection(provision: Provision, directory: Path, will: Message) -> Connection:
    ca = None
    if provision.ca is not None:
        ca = directory / "ca.pem"
        ca.write_text(provision.ca)
    return Connection(
        host=provision.host,
        port=provision.port,
        client_id=provision.endpoint,
        username=provision.username,
        password=provision.password,
        tls=provision.tls,
        tls_ca=ca,
        will=will,
    )
