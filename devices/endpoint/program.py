"""The endpoint program: a real `Endpoint` on an event loop, with its directory, its output and its link.

Directory: `provision.json` (given), `endpoint.db`, `media/`, and `sounded/` where a WAV output writes. The process may
be killed at any instant; started again with the same directory, it goes on.
"""

import asyncio
import contextlib
import ctypes
import logging
import os
import random
import signal
import time
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from devices.endpoint.clock import Instant
from devices.endpoint.core import Endpoint, Pace
from devices.endpoint.instruments import Instruments, Readings
from devices.endpoint.media import DiskMedia
from devices.endpoint.outputs import OutputOf
from devices.endpoint.store import EndpointStore, StoreInUse
from devices.links import Message
from devices.mqtt.link import Connection, MqttLink
from devices.provisioning import Provision
from devices.serial.link import SerialLink

log = logging.getLogger(__name__)

PROVISION, STORE, MEDIA, AUTHORITY = "provision.json", "endpoint.db", "media", "ca.pem"
SHELF = "line"  # recordings that are under way over a serial line
LAST_WORDS_S = 1.0  # for records and the goodbye to leave
_AGAIN_S = 5.0  # before a program that broke is begun anew
_LONGEST_SLEEP_S = 60.0  # a step of the system clock is seen at the latest then
_SYNC_S = 10.0  # the kernel is asked so often whether the clock is disciplined
_UNSYNCED = 5  # adjtimex(2), TIME_ERROR


async def run_endpoint(
    directory: Path,
    output_of: OutputOf,
    *,
    trust_clock: bool = False,
    instruments: Instruments | None = None,
    pace: Pace = Pace(),
    software: str = "",
) -> None:
    """The endpoint in `directory`, until cancelled; should it break, it is begun anew, as after a power cut.

    `trust_clock` takes the system clock as disciplined, as simulations may. Raises BadProvision.
    """
    Provision.load(directory / PROVISION)
    while True:
        try:
            with contextlib.closing(EndpointStore.open(directory / STORE, random.SystemRandom())) as store:
                await EndpointProgram(
                    directory, store, output_of, trust_clock, instruments, pace, software
                ).run()
        except StoreInUse as error:
            log.error("this is not started while another program runs here", extra={"reason": str(error)})
        except Exception:
            log.exception("the endpoint broke and is begun anew", extra={"endpoint": directory.name})
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise asyncio.CancelledError from None  # it broke while it was to end
        await asyncio.sleep(_AGAIN_S)


async def until_signal(work: Awaitable[None]) -> None:
    """`work` until it ends or the process is told to (SIGTERM, SIGINT); then its clean end."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def clock_is_synced() -> bool:
    """Whether the kernel says that the system clock is disciplined (NTP, GNSS)."""
    try:
        buffer = ctypes.create_string_buffer(512)  # struct timex, all zero: read only
        return bool(ctypes.CDLL(None).adjtimex(buffer) not in (-1, _UNSYNCED))
    except (OSError, AttributeError):
        return False


class EndpointProgram:
    """One boot of one endpoint on the running loop."""

    def __init__(
        self,
        directory: Path,
        store: EndpointStore,
        output_of: OutputOf,
        trust_clock: bool,
        instruments: Instruments | None,
        pace: Pace,
        software: str,
    ) -> None:
        provision = Provision.load(directory / PROVISION)
        self._loop = asyncio.get_running_loop()
        self._stirred = asyncio.Event()
        self._trust_clock = trust_clock
        self._synced = (float("-inf"), False)
        self._link = _LaterLink()
        self._output = output_of(directory, self._changed)
        self._endpoint = Endpoint(
            provision=provision,
            store=store,
            media=DiskMedia(directory / MEDIA),
            output=self._output,
            link=self._link,
            boot=os.urandom(4).hex(),
            chance=random.SystemRandom(),
            instruments=instruments if provision.line is None else _OnALine(instruments, self._link),
            pace=pace,
            software=software,
        )
        self._link.real = self._new_link(provision, directory)

    def _new_link(self, provision: Provision, directory: Path) -> MqttLink | SerialLink:
        if provision.line is None:
            connection = _connection(provision, directory, self._endpoint.will)
            return MqttLink(connection, self._receive, self._connected, self._disconnected)
        return SerialLink(
            endpoint=provision.endpoint,
            address=provision.line.address,
            wiring=provision.line.wiring,
            shelf=directory / SHELF,
            on_message=self._receive,
            on_connected=self._connected,
            on_disconnected=self._disconnected,
        )

    async def run(self) -> None:
        """Until cancelled; then it falls silent, writes down what it sounded, and says good-bye."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._endpoint.started(self._now())
                link = tasks.create_task(self._link.real.run(), name="link")
                try:
                    await self._wake_in_time()
                finally:
                    self._endpoint.stopping(self._now())
                    await self._link.real.drained(LAST_WORDS_S)
                    link.cancel()
        finally:
            self._output.stop(time.monotonic())  # also of one that broke: the next one starts in silence

    async def _wake_in_time(self) -> None:
        while True:
            self._stirred.clear()
            self._endpoint.wake(self._now())
            wait_s = min(self._endpoint.next_wake - time.monotonic(), _LONGEST_SLEEP_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, wait_s)):
                    await self._stirred.wait()

    def _now(self) -> Instant:
        now_s = time.monotonic()
        if now_s > self._synced[0] + _SYNC_S:
            self._synced = (now_s, self._trust_clock or clock_is_synced())
        return Instant(mono_s=now_s, wall=datetime.now(UTC), synced=self._synced[1])

    def _changed(self) -> None:
        """A sound has ended; told by its thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._stir)

    def _stir(self) -> None:
        self._endpoint.output_changed(self._now())
        self._stirred.set()

    def _receive(self, message: Message) -> None:
        self._endpoint.receive(message, self._now())
        self._stirred.set()

    def _connected(self) -> None:
        self._endpoint.connected(self._now())
        self._stirred.set()

    def _disconnected(self, reason: str) -> None:
        self._endpoint.disconnected(self._now())
        self._stirred.set()


class _LaterLink:
    """The link before there is one: the link needs the endpoint's will, the endpoint needs the link."""

    real: MqttLink | SerialLink

    def publish(self, message: Message) -> None:
        self.real.publish(message)

    def subscribe(self, topic_filter: str) -> None:
        self.real.subscribe(topic_filter)

    def unsubscribe(self, topic_filter: str) -> None:
        self.real.unsubscribe(topic_filter)


class _OnALine:
    """What a board measures, and the damaged frames of its serial line."""

    def __init__(self, board: Instruments | None, link: _LaterLink) -> None:
        self._board = board
        self._link = link

    def read(self) -> Readings:
        readings = self._board.read() if self._board else Readings()
        link = self._link.real
        return replace(readings, line_errors=link.line_errors) if isinstance(link, SerialLink) else readings

    def set_volume(self, percent: int) -> None:
        if self._board is not None:
            self._board.set_volume(percent)


def _connection(provision: Provision, directory: Path, will: Message) -> Connection:
    authority = None
    if provision.ca is not None:
        authority = _kept(directory / AUTHORITY, provision.ca)
    return Connection(
        host=provision.host,
        port=provision.port,
        client_id=provision.endpoint,
        username=provision.username,
        password=provision.password,
        tls=provision.tls,
        tls_ca=authority,
        will=will,
    )


def _kept(path: Path, text: str) -> Path:
    """The file with this text; one that has it is not touched, for the disk may be full."""
    if not path.exists() or path.read_text() != text:
        part = path.with_name(f"{path.name}.part")
        part.write_text(text)
        part.replace(path)
    return path
