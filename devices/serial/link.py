"""The serial link of an endpoint on an event loop: its port, and a look now and then whether the head still asks."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from devices.links import Message
from devices.serial.port import Port
from devices.serial.shelf import DiskShelf
from devices.serial.tap_link import TapLink
from devices.serial.wiring import Wiring

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
        self._loop = asyncio.get_running_loop()
        self._link = TapLink(
            endpoint=endpoint,
            address=address,
            line=wiring.line,
            shelf=DiskShelf(shelf),
            nonce=lambda: int.from_bytes(os.urandom(4), "big"),
            later=self._loop.call_soon,
            on_message=on_message,
            on_connected=on_connected,
            on_disconnected=on_disconnected,
        )
        self.tap = self._link.tap
        self.subscribe, self.unsubscribe = self._link.subscribe, self._link.unsubscribe
        self._port = Port(wiring, self.tap, self._link.take, on_lost=self._link.down)

    @property
    def connected(self) -> bool:
        """Whether a head has welcomed us and asks on."""
        return self._link.connected

    @property
    def line_errors(self) -> int:
        """Damaged frames of the line since the start."""
        return self.tap.noise.garbled

    def publish(self, message: Message) -> None:
        """Hand over for sending."""
        self._link.publish(message)
        self._port.stir()

    async def drained(self, timeout_s: float) -> bool:
        """Wait until nothing is unsent; False where time ran out."""
        deadline = self._loop.time() + timeout_s
        while self.tap.unsent and self._loop.time() < deadline:  # noqa: ASYNC110  # the head takes it when it asks
            await asyncio.sleep(0.05)
        return not self.tap.unsent

    async def run(self) -> None:
        """Hold the port open until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._port.run(), name="serial port")
            tasks.create_task(self._watch(), name="watch over the head")

    async def _watch(self) -> None:
        while True:
            self._link.watch(self._loop.time())
            await asyncio.sleep(_WATCH_S)
