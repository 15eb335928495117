"""The hub program: a real `Hub` on an event loop, with its directory, its uplink and its ports.

Directory: `hub.json` (given), `hub.db`, `media/`. The process may be killed at any instant; started again with the same
directory, it goes on.
"""

import asyncio
import contextlib
import logging
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from devices.endpoint.clock import Instant
from devices.endpoint.media import DiskMedia
from devices.endpoint.program import clock_is_synced
from devices.hub.core import Hub
from devices.hub.provision import HubProvision
from devices.hub.store import HubStore, StoreInUse
from devices.links import Message
from devices.mqtt.kept import keep
from devices.mqtt.link import Connection, MqttLink
from devices.serial.events import HeadEvent
from devices.serial.port import Port

log = logging.getLogger(__name__)

PROVISION, STORE, MEDIA, AUTHORITY = "hub.json", "hub.db", "media", "ca.pem"
LAST_WORDS_S = 1.0
_AGAIN_S = 5.0  # before a program that broke is begun anew
_LONGEST_SLEEP_S = 60.0
_SYNC_S = 10.0  # the kernel is asked so often whether the clock is disciplined
_POSTED_S = 60.0


async def run_hub(directory: Path, *, software: str = "") -> None:
    """The hub in `directory`, until cancelled; should it break, it is begun anew. Raises BadProvision."""
    HubProvision.load(directory / PROVISION)
    while True:
        try:
            with contextlib.closing(HubStore.open(directory / STORE)) as store:
                await HubProgram(HubProvision.load(directory / PROVISION), directory, store, software).run()
        except StoreInUse as error:
            log.error("this is not started while another program runs here", extra={"reason": str(error)})
        except Exception:
            log.exception("the hub broke and is begun anew", extra={"hub": directory.name})
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise asyncio.CancelledError from None
        await asyncio.sleep(_AGAIN_S)


class HubProgram:
    """One boot of one hub on the running loop."""

    def __init__(self, provision: HubProvision, directory: Path, store: HubStore, software: str = "") -> None:
        self._stirred = asyncio.Event()
        self._synced = (float("-inf"), False)
        self._uplink = _LaterLink()
        self.hub = Hub(
            provision=provision,
            store=store,
            media=DiskMedia(directory / MEDIA),
            uplink=self._uplink,
            boot=os.urandom(4).hex(),
            chance=random.SystemRandom(),
            software=software,
        )
        self._uplink.real = MqttLink(
            _connection(provision, directory, self.hub.will),
            self._receive,
            self._connected,
            self._disconnected,
        )
        self._ports = {name: self._new_port(name) for name in self.hub.lines}

    async def run(self) -> None:
        """Until cancelled; then it says good-bye."""
        async with asyncio.TaskGroup() as tasks:
            self.hub.started(self._now())
            uplink = tasks.create_task(self._uplink.real.run(), name="uplink")
            others = [tasks.create_task(port.run(), name=f"line {n}") for n, port in self._ports.items()]
            others.append(tasks.create_task(self._post(), name="postbox"))
            try:
                await self._wake_in_time()
            finally:
                for task in others:
                    task.cancel()
                self.hub.stopping(self._now())
                await self._uplink.real.drained(LAST_WORDS_S)
                uplink.cancel()

    def _new_port(self, name: str) -> Port:
        duty = self.hub.lines[name]

        def changed(*, is_open: bool) -> None:
            self.hub.port_changed(name, is_open=is_open, now=self._now())
            self._stirred.set()

        return Port(
            duty.line.wiring,
            duty.head,
            self._took(name),
            on_open=lambda: changed(is_open=True),
            on_lost=lambda reason: changed(is_open=False),
        )

    def _took(self, name: str) -> Callable[[HeadEvent], None]:
        def took(event: HeadEvent) -> None:
            self.hub.line_event(name, event, self._now())
            self._stirred.set()

        return took

    async def _wake_in_time(self) -> None:
        while True:
            self._stirred.clear()
            self.hub.wake(self._now())
            for name, port in self._ports.items():
                if not self.hub.lines[name].head.idle:
                    port.stir()
            wait_s = min(self.hub.next_wake - time.monotonic(), _LONGEST_SLEEP_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, wait_s)):
                    await self._stirred.wait()

    async def _post(self) -> None:
        """What was published is forgotten once the broker has it."""
        while True:
            await asyncio.sleep(0.05)  # so long a report waits at most for the next batch
            if self.hub.posting and await self._uplink.real.drained(_POSTED_S):
                self.hub.posted()
                self._stirred.set()

    def _now(self) -> Instant:
        now_s = time.monotonic()
        if now_s > self._synced[0] + _SYNC_S:
            self._synced = (now_s, clock_is_synced())
        return Instant(mono_s=now_s, wall=datetime.now(UTC), synced=self._synced[1])

    def _receive(self, message: Message) -> None:
        self.hub.receive(message, self._now())
        self._stirred.set()

    def _connected(self) -> None:
        self.hub.connected(self._now())
        self._stirred.set()

    def _disconnected(self, reason: str) -> None:
        self.hub.disconnected(self._now())
        self._stirred.set()


class _LaterLink:
    """The uplink before there is one: it needs the hub's will, the hub needs the uplink."""

    real: MqttLink

    def publish(self, message: Message) -> None:
        self.real.publish(message)

    def subscribe(self, topic_filter: str) -> None:
        self.real.subscribe(topic_filter)

    def unsubscribe(self, topic_filter: str) -> None:
        self.real.unsubscribe(topic_filter)


def _connection(provision: HubProvision, directory: Path, will: Message) -> Connection:
    authority = None
    if provision.ca is not None:
        authority = directory / AUTHORITY
        keep(authority, provision.ca)
    return Connection(
        host=provision.host,
        port=provision.port,
        client_id=provision.hub,
        username=provision.hub,
        password=provision.password,
        tls=provision.tls,
        tls_ca=authority,
        will=will,
    )
