"""A serial port that comes and goes, with a head or a tap behind it. The only module that imports pyserial.

Theory of operation. The protocol does no I/O; here bytes and time are brought to it. pyserial blocks, so one thread reads and
one writes; all else happens on the loop. When the port goes (a USB adapter is pulled out, the other side of a `socket://` ends)
it is opened again, ever more patiently; the protocol at both ends sees a cut and goes on.

A half-duplex transceiver is turned by itself (most are), by the kernel's driver (`TIOCSRS485`) or by RTS from here. Adapters that
are turned from here are late by a scheduler's whim: give such lines a `turn_s` of at least 5 ms.
"""

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import serial
from serial.rs485 import RS485Settings

from devices.serial.wiring import Direction, Wiring

log = logging.getLogger(__name__)

AGAIN_S, LONGEST_AGAIN_S = 0.5, 10.0  # before a port that cannot be opened is tried again
LONGEST_SLEEP_S = 5.0
_PATIENCE_S, _URL_PATIENCE_S = 0.2, 0.01  # of one read; URLs do not say how much waits
_WRITE_S = 5.0


class End(Protocol):
    """A head or a tap."""

    def receive(self, received: bytes, now: float) -> Sequence[Any]: ...

    def to_send(self, now: float) -> bytes: ...

    def next_deadline(self) -> float | None: ...


class Port:
    """Runs one end of a line on the running loop. The callbacks come on the loop; `on_open` and `on_lost(reason)` take turns."""

    def __init__(
        self,
        wiring: Wiring,
        end: End,
        on_event: Callable[[Any], None],
        on_open: Callable[[], None] = lambda: None,
        on_lost: Callable[[str], None] = lambda reason: None,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.wiring = wiring
        self._end = end
        self._on_event = on_event
        self._on_open = on_open
        self._on_lost = on_lost
        self._now = now
        self._loop = asyncio.get_running_loop()
        self._stirred = asyncio.Event()

    def stir(self) -> None:
        """The end was given something to say."""
        self._stirred.set()

    async def run(self) -> None:
        """Open the port, and again after each loss, until cancelled."""
        again_s = AGAIN_S
        while True:
            try:
                opened = await asyncio.to_thread(_opened, self.wiring)
            except (OSError, ValueError) as error:  # SerialException is an OSError
                log.warning(
                    "the serial port cannot be opened; it is tried again",
                    extra={"port": self.wiring.port, "reason": str(error), "retry_in_s": again_s},
                )
                await asyncio.sleep(again_s)
                again_s = min(LONGEST_AGAIN_S, 2 * again_s)
                continue
            again_s = AGAIN_S
            await self._serve(_Opened(opened, self.wiring, self._loop, self._received))

    async def _serve(self, opened: "_Opened") -> None:
        log.info("the serial port is open", extra={"port": self.wiring.port, "baud": self.wiring.line.baud})
        self._on_open()
        opened.start()
        reason = "the link was closed"
        try:
            while not opened.ended.done():
                await self._turn(opened)
            reason = opened.ended.result()
            log.warning("the serial port is lost", extra={"port": self.wiring.port, "reason": reason})
        finally:
            opened.close()
            self._on_lost(reason)

    async def _turn(self, opened: "_Opened") -> None:
        self._stirred.clear()
        now = self._now()
        self._take(b"", now)
        if said := self._end.to_send(now):
            opened.write(said)
        deadline = self._end.next_deadline()
        wait_s = (
            LONGEST_SLEEP_S if deadline is None else min(LONGEST_SLEEP_S, max(0.0, deadline - self._now()))
        )
        stirred = asyncio.ensure_future(self._stirred.wait())
        try:
            await asyncio.wait((stirred, opened.ended), timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stirred.cancel()

    def _received(self, received: bytes) -> None:
        self._take(received, self._now())
        self._stirred.set()

    def _take(self, received: bytes, now: float) -> None:
        for event in self._end.receive(received, now):
            try:
                self._on_event(event)
            except Exception:
                log.exception("handling what a line brought failed")


def _opened(wiring: Wiring) -> Any:
    """The port, opened. Raises OSError, ValueError where it cannot do what is asked."""
    is_url = "://" in wiring.port
    port = serial.serial_for_url(
        wiring.port,
        do_not_open=True,
        baudrate=wiring.line.baud,
        timeout=_URL_PATIENCE_S if is_url else _PATIENCE_S,
        write_timeout=None if is_url else _WRITE_S,
    )
    if not is_url:
        port.exclusive = True
    if wiring.direction is Direction.DRIVER:
        port.rs485_mode = RS485Settings(delay_before_tx=0.0, delay_before_rx=0.0)
    if wiring.direction is Direction.RTS:
        port.rts = False
    port.open()
    return port


class _Opened:
    """An open port with its two threads; `ended` gives why it ended."""

    def __init__(
        self, port: Any, wiring: Wiring, loop: asyncio.AbstractEventLoop, received: Callable[[bytes], None]
    ) -> None:
        self._port = port
        self._turns = wiring.direction is Direction.RTS
        self._at_once = 4096 if "://" in wiring.port else 0
        self._loop = loop
        self._received = received
        self._said: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._closed = False
        self.ended: asyncio.Future[str] = loop.create_future()

    def start(self) -> None:
        """Begin to hear and to speak."""
        for work, name in ((self._hear, "serial reader"), (self._speak, "serial writer")):
            threading.Thread(target=self._until_lost, args=(work,), name=name, daemon=True).start()

    def write(self, content: bytes) -> None:
        """Hand over for the writing thread; what the protocol gives is a few hundred bytes at most."""
        self._said.put(content)

    def close(self) -> None:
        """Let both threads end."""
        self._closed = True
        self._said.put(b"")
        with contextlib.suppress(OSError, TypeError):
            self._port.close()

    def _until_lost(self, work: Callable[[], None]) -> None:
        reason = "the port was closed"
        try:
            while not self._closed:
                work()
        except Exception as error:  # pyserial raises TypeError and AttributeError too when a port goes
            reason = str(error) or repr(error)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._end, reason)

    def _end(self, reason: str) -> None:
        if not self.ended.done():
            self.ended.set_result(reason)

    def _hear(self) -> None:
        if received := self._port.read(self._at_once or max(1, self._port.in_waiting)):
            self._loop.call_soon_threadsafe(self._received, received)

    def _speak(self) -> None:
        content = self._said.get()
        if self._closed or not content:
            return
        if self._turns:
            self._port.rts = True
        self._port.write(content)
        if self._turns:
            self._port.flush()
            if self._said.empty():
                self._port.rts = False
