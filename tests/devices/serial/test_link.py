"""Real ports at both ends of a pair of pseudo-terminals: the endpoint's link keeps what the MQTT link keeps."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import serial
from serial.rfc2217 import PortManager
from serial.rs485 import RS485Settings

from devices import topics
from devices.chunks import CHUNK
from devices.codec import encode
from devices.links import Message
from devices.reports import Event, EventKind, Want
from devices.serial import parcels
from devices.serial.cable import Cable
from devices.serial.events import HeadEvent, Held, Received, Refused
from devices.serial.frames import EVERYBODY
from devices.serial.head import Head
from devices.serial.link import SerialLink
from devices.serial.pacing import Line
from devices.serial.port import Port
from devices.serial.wiring import Direction, Wiring
from devices.topics import DocumentKind, ReportKind
from tests.devices.mqtt.parties import eventually
from tests.devices.serial.parties import recording

LINE = Line(baud=115_200)
ALERTS = Message(topics.area_document("341523000000", DocumentKind.ALERTS), b"\xd2\x84...", 1, True)
PLAN = Message(topics.endpoint_document("horn-01", DocumentKind.PLAN), b"\xd2\x84!!!", 1, True)
GASP = Message(
    topics.report("horn-01", ReportKind.EVENT),
    encode(Event(boot="0a1b2c3d", seq=1, kind=EventKind.LAST_GASP)),
)


class Village:
    """A station's port and one endpoint's link."""

    def __init__(self, directory: Path, cable: Cable, direction: Direction = Direction.AUTO) -> None:
        self.cable = cable
        self.events: list[HeadEvent] = []
        self.told: list[Message] = []
        self.connections = 0
        self.lost: list[str] = []
        self.head = Head(line=LINE, epoch=1, taps=[(5, ())])
        wirings = [Wiring(port=str(end), line=LINE, direction=direction) for end in cable.ends]
        self.port = Port(wirings[0], self.head, self.events.append, on_lost=self.lost.append)
        self.link = SerialLink(
            endpoint="horn-01",
            address=5,
            wiring=wirings[1],
            shelf=directory / "line",
            on_message=self.told.append,
            on_connected=self._connected,
        )

    def _connected(self) -> None:
        self.connections += 1

    def send(self, message: Message, address: int = 5) -> None:
        self.head.send(address, parcels.to_bytes(message, "horn-01" if address == 5 else None))
        self.port.stir()

    def heard(self) -> list[Message]:
        return [
            parcels.from_bytes(event.content, "horn-01")
            for event in self.events
            if isinstance(event, Received)
        ]


@asynccontextmanager
async def village(directory: Path, direction: Direction = Direction.AUTO) -> AsyncIterator[Village]:
    cable = Cable(directory)
    cable.plug()
    here = Village(directory, cable, direction)
    tasks = [asyncio.create_task(here.port.run()), asyncio.create_task(here.link.run())]
    try:
        yield here
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        cable.pull()


async def test_documents_go_down_and_reports_come_up(tmp_path: Path) -> None:
    async with village(tmp_path) as here:
        here.link.subscribe(ALERTS.topic)
        here.link.subscribe(PLAN.topic)
        await eventually(lambda: here.connections > 0)
        here.send(ALERTS, EVERYBODY)
        here.send(PLAN)
        here.link.publish(GASP)
        await eventually(lambda: len(here.told) == 2 and len(here.heard()) == 1)
        assert sorted(here.told, key=lambda message: message.topic) == [ALERTS, PLAN]
        assert here.heard() == [GASP]
        assert await here.link.drained(20)


async def test_what_no_filter_covers_is_not_handed_over(tmp_path: Path) -> None:
    async with village(tmp_path) as here:
        here.link.subscribe(PLAN.topic)
        here.link.subscribe(ALERTS.topic)
        here.link.unsubscribe(ALERTS.topic)
        await eventually(lambda: here.connections > 0)
        here.send(ALERTS)
        here.send(PLAN)
        await eventually(lambda: bool(here.told))
        assert here.told == [PLAN]


async def test_a_recording_that_is_wanted_comes_as_chunks_and_again_when_asked(tmp_path: Path) -> None:
    content = recording(CHUNK + 100)
    sha256 = hashlib.sha256(content).digest()
    async with village(tmp_path) as here:
        here.link.subscribe(f"{topics.MEDIA}/{sha256.hex()}/c/+")
        here.head.offer(sha256, content, [5], address=5)
        here.port.stir()
        chunks = [
            Message(topics.chunk(sha256.hex(), number), content[number * CHUNK :][:CHUNK])
            for number in (0, 1)
        ]
        await eventually(lambda: here.told == chunks and Held(5, sha256) in here.events)
        want = Want(recording=sha256.hex(), base=1, bitmap="80")
        here.link.publish(Message(topics.report("horn-01", ReportKind.WANT), encode(want)))
        await eventually(lambda: here.told == [*chunks, chunks[1]])
        assert here.heard() == []


async def test_a_recording_that_is_not_wanted_is_refused_and_no_want_goes_over_the_line(
    tmp_path: Path,
) -> None:
    content = recording(500)
    sha256 = hashlib.sha256(content).digest()
    async with village(tmp_path) as here:
        here.head.offer(sha256, content, [5], address=5)
        here.port.stir()
        await eventually(lambda: Refused(5, sha256) in here.events)
        want = encode(Want(recording=sha256.hex(), base=0, bitmap="80"))
        here.link.publish(Message(topics.report("horn-01", ReportKind.WANT), want))
        here.link.publish(GASP)
        await eventually(lambda: here.heard() == [GASP])
        assert await here.link.drained(20)
        assert here.heard() == [GASP]


async def test_a_port_that_disappears_comes_back_and_what_waited_arrives(tmp_path: Path) -> None:
    async with village(tmp_path) as here:
        here.link.subscribe(PLAN.topic)
        await eventually(lambda: here.connections > 0)
        here.cable.pull()
        await eventually(lambda: bool(here.lost))
        here.send(PLAN)
        here.cable.plug()
        await eventually(lambda: here.told == [PLAN])


async def test_a_port_turned_by_the_program_speaks_and_hears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pseudo-terminal has no RTS: what would set it is watched."""
    turned: list[bool] = []
    monkeypatch.setattr(serial.Serial, "_update_rts_state", lambda port: turned.append(port.rts))
    async with village(tmp_path, Direction.RTS) as here:
        here.link.subscribe(PLAN.topic)
        here.send(PLAN)
        await eventually(lambda: here.told == [PLAN])
    assert {*turned} == {True, False}


async def test_a_line_over_tcp_needs_nothing_else(tmp_path: Path) -> None:
    """`socket://`: the bytes of one port through a terminal server."""
    cable_ends: list[asyncio.StreamWriter] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cable_ends.append(writer)
        await eventually(lambda: len(cable_ends) == 2)
        other = cable_ends[1 - cable_ends.index(writer)]
        while content := await reader.read(4_096):
            other.write(content)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    cable = Cable(tmp_path)
    cable.ends = (f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}",) * 2  # type: ignore[assignment]
    here = Village(tmp_path, cable)
    here.link.subscribe(PLAN.topic)
    here.send(PLAN)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(here.port.run()), tasks.create_task(here.link.run())]
        await eventually(lambda: here.told == [PLAN])
        for task in running:
            task.cancel()
    server.close()


class FarPort(serial.Serial):
    """The port of a terminal server: a pseudo-terminal, which has no modem lines."""

    cts = dsr = ri = cd = False  # type: ignore[assignment]

    def _update_rts_state(self) -> None:
        pass

    _update_dtr_state = _update_rts_state


async def test_a_line_behind_a_terminal_server_runs_at_the_speed_that_it_is_told(tmp_path: Path) -> None:
    """`rfc2217://`: pyserial's own server end, on a port of its own."""
    cable, loop = Cable(tmp_path), asyncio.get_running_loop()
    cable.plug()
    with FarPort(str(cable.ends[0]), baudrate=1_200, timeout=0) as far:

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            manager = PortManager(far, writer)
            loop.add_reader(far.fd, lambda: writer.write(b"".join(manager.escape(far.read(4_096)))))
            while content := await reader.read(4_096):
                far.write(b"".join(manager.filter(content)))
            loop.remove_reader(far.fd)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        near = f"rfc2217://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        wired, cable.ends = cable.ends, (near, cable.ends[1])  # type: ignore[assignment]
        here = Village(tmp_path, cable)
        here.link.subscribe(PLAN.topic)
        here.send(PLAN)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(here.port.run()), tasks.create_task(here.link.run())]
            await eventually(lambda: here.told == [PLAN])
            assert far.baudrate == LINE.baud
            for task in running:
                task.cancel()
        server.close()
        cable.ends = wired
        cable.pull()


async def test_a_port_turned_by_the_driver_is_told_so_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pseudo-terminal has no driver that turns: what would tell it is watched."""
    told: list[RS485Settings] = []
    monkeypatch.setattr(serial.Serial, "_set_rs485_mode", lambda port, settings: told.append(settings))
    async with village(tmp_path, Direction.DRIVER) as here:
        here.link.subscribe(PLAN.topic)
        here.send(PLAN)
        await eventually(lambda: here.told == [PLAN])
    assert [settings.rts_level_for_tx for settings in told if settings] == [True, True]


async def test_a_driver_that_cannot_turn_is_told_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with village(tmp_path, Direction.DRIVER):
        await eventually(lambda: "the serial port cannot be opened; it is tried again" in caplog.messages)
    assert any("RS485" in str(vars(record).get("reason", "")) for record in caplog.records)
