"""The controller in real time: one loop that gives it messages and moments, and sleeps until its next deadline."""

import asyncio
import contextlib
import gc
import logging
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from audio.errors import MissingRecording
from audio.library import Library
from broadcaster.controller import telemetry
from broadcaster.controller.core import Controller, Draw
from broadcaster.controller.habits import Habits
from broadcaster.controller.media import Media
from broadcaster.controller.moment import Moment
from broadcaster.controller.repairing import Repairing
from devices.distribution import Pace
from devices.links import Message
from devices.mqtt.link import Connection, MqttLink
from devices.signing import Signer

log = logging.getLogger(__name__)

_INSTANT_S = 0.001  # reports that arrive so close together arrive at one moment
_LOOK_S = 1.0  # between two looks of repairs at what arrived
_RETRY_S = 1.0  # after a fault of the database or the disk
_GARBAGE = (50_000, 10, 20)  # objects and rounds between searches for it: reports leave none, and are many


class LibraryShelf:
    """The audio library as the controller reads it."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def read(self, sha256: str, offset: int, size: int) -> bytes:
        """Bytes of a recording; LookupError where it is not there, OSError where it cannot be read."""
        try:
            path = self._library.path(sha256)
        except MissingRecording as error:
            raise LookupError(str(error)) from error
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(size)


def machine() -> str:
    """The boot of this machine, in which alone its monotonic clock counts."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return uuid.uuid4().hex


def moment() -> Moment:
    """Now."""
    return Moment(datetime.now(UTC), time.monotonic())


class LiveController:
    """A controller on this event loop. Its entries are called from the loop only; `nudge` from any thread."""

    def __init__(
        self,
        *,
        engine: Engine,
        connection: Connection,
        signer: Signer,
        library: Library,
        habits: Habits,
        pace: Pace,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._stirred = asyncio.Event()
        self._now = moment()
        self._drawings: asyncio.Queue[Draw] = asyncio.Queue()  # at most one: the next waits for its end
        self._engine = engine
        self._repairing = Repairing(engine, habits.zone, machine=machine(), stopwatch=time.perf_counter)
        self.link = MqttLink(connection, self._receive, self._connected, self._disconnected)
        self._controller = Controller(
            engine=engine,
            link=self.link,
            signer=signer,
            media=Media(LibraryShelf(library), pace),
            habits=habits,
            aside=self._drawings.put_nowait,
            stopwatch=time.perf_counter,
            repairs=self._repairing,
        )
        self.linked = False  # whether the broker is reached

    async def run(self) -> None:
        """Until cancelled."""
        gc.set_threshold(*_GARBAGE)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.link.run(), name="controller's link")
            tasks.create_task(self._attend(), name="controller")
            tasks.create_task(self._draw(), name="planning")
            tasks.create_task(self._repair(), name="repairs")
            tasks.create_task(self._gauge(), name="telemetry")

    def nudge(self, order: str) -> None:
        """An order was done at the desk: alerts go out at once, the rest is looked at next."""
        deed = self._controller.alert if order.startswith("alerts.") else self._controller.look
        with contextlib.suppress(RuntimeError):  # the loop has ended: the next start looks by itself
            self._loop.call_soon_threadsafe(self._stir, deed)

    async def _draw(self) -> None:
        """Plans are drawn up in a thread: alerts, reports and the API wait for none of it."""
        while True:
            draw = await self._drawings.get()
            try:
                drawn = await asyncio.to_thread(draw)
            except Exception:
                log.exception("the plans could not be drawn up, it is tried again")
                await asyncio.sleep(_RETRY_S)
                drawn = None
            self._stir(partial(self._controller.drawn, drawn))

    async def _repair(self) -> None:
        """Supervision, correlation and tickets in a thread: what arrives waits for none of it."""
        await self._look()  # the county is opened before much arrives
        gc.freeze()  # and stays: no search for garbage goes through it again
        while True:
            await asyncio.sleep(_LOOK_S)
            await self._look()

    async def _look(self) -> None:
        try:
            await asyncio.to_thread(lambda: self._repairing.look(moment()))
        except Exception:
            log.exception("repairs could not look at what arrived, they try again")

    async def _gauge(self) -> None:
        """Telemetry is kept every quarter of an hour, in a thread."""
        while True:
            await asyncio.sleep(telemetry.wait_s(datetime.now(UTC)))
            try:
                await asyncio.to_thread(telemetry.keep, self._engine, datetime.now(UTC))
            except Exception:
                log.exception("telemetry could not be kept, the next quarter of an hour is")

    async def _attend(self) -> None:
        while True:
            self._stirred.clear()
            if not self._do(self._controller.wake):
                await asyncio.sleep(_RETRY_S)
            wait_s = max(0.0, min(self._controller.next_wake - time.monotonic(), 60.0))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._stirred.wait()

    def _receive(self, message: Message) -> None:
        now_s = time.monotonic()
        if now_s - self._now.mono_s > _INSTANT_S:
            self._now = moment()
        if self._controller.receive(message, self._now):
            self._stirred.set()

    def _connected(self) -> None:
        self.linked = True
        self._stir(self._controller.connected)

    def _disconnected(self, reason: str) -> None:
        self.linked = False
        self._stir(self._controller.disconnected)

    def _stir(self, deed: Callable[[Moment], None]) -> None:
        self._do(deed)
        self._stirred.set()

    def _do(self, deed: Callable[[Moment], None]) -> bool:
        """A fault of database or disk is said and tried again: endpoints repeat what was not receipted."""
        try:
            deed(moment())
        except Exception:
            log.exception("the controller could not do its work, it tries again")
            return False
        return True
