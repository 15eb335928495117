"""Clients for the tests: a link that remembers what it hears, and a socket for what no decent client does."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from devices.links import Message
from devices.mqtt.link import Backoff, Connection, MqttLink
from devices.mqtt.packets import packet_at

PASSWORD = "correct horse"
PATIENCE_S = 30.0  # only a broken test, or a very busy machine, needs so long
AT_ONCE = Backoff(first_s=0.01, cap_s=0.05)


def connection(port: int, user: str, **settings: object) -> Connection:
    """A connection of this user that retries at once."""
    plain = Connection(
        host="127.0.0.1", port=port, client_id=user, username=user, password=PASSWORD, retry=AT_ONCE
    )
    return replace(plain, **settings)  # type: ignore[arg-type]


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; fails after PATIENCE_S."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  # what tests wait for are plain lists
            await asyncio.sleep(0.005)


class Party:
    """One user's link for the time of an `async with`, subscribed when that begins."""

    def __init__(self, port: int, user: str, *filters: str, **settings: object) -> None:
        self.heard: list[Message] = []
        self.losses: list[str] = []
        self.connections = 0
        self._own = f"ccx/1/endpoint/{user}/event"  # what every account may both write and read
        self._heard_own = asyncio.Event()
        self._news = asyncio.Condition()
        self.link = MqttLink(
            connection(port, user, **settings), self._hear, self._connected, self.losses.append
        )
        for topic_filter in (*filters, self._own):
            self.link.subscribe(topic_filter)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.link.run())
        await self.settled()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def settled(self) -> None:
        """Wait until everything asked of the broker so far is in force: it takes a client's packets in order."""
        self._heard_own.clear()
        self.link.publish(Message(self._own, b""))
        async with asyncio.timeout(PATIENCE_S):
            await self._heard_own.wait()

    async def hear(self, count: int) -> list[Message]:
        """Wait for so many messages in all; returns them."""
        await eventually(lambda: len(self.heard) >= count)
        return self.heard

    def _hear(self, message: Message) -> None:
        if message.topic == self._own:
            self._heard_own.set()
        else:
            self.heard.append(message)

    def _connected(self) -> None:
        self.connections += 1


def connect_packet(
    user: str,
    *,
    client_id: str = "raw",
    password: str = PASSWORD,
    keepalive_s: int = 60,
    will: Message | None = None,
) -> bytes:
    """CONNECT of MQTT 3.1.1 (3.1), clean session, as every client of ours sends it."""
    flags = 0xC2 | (0x04 | will.qos << 3 | will.retain << 5 if will else 0)
    fields = [
        client_id.encode(),
        *((will.topic.encode(), will.payload) if will else ()),
        user.encode(),
        password.encode(),
    ]
    body = b"\x00\x04MQTT\x04" + bytes([flags]) + keepalive_s.to_bytes(2, "big")
    body += b"".join(len(each).to_bytes(2, "big") + each for each in fields)
    assert len(body) < 128
    return bytes([0x10, len(body)]) + body


class Raw:
    """A bare connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def login(cls, port: int, packet: bytes) -> tuple["Raw", int]:
        """Connect and send a CONNECT packet; returns the return code of the CONNACK too."""
        raw = cls(*await asyncio.open_connection("127.0.0.1", port))
        raw.writer.write(packet)
        async with asyncio.timeout(PATIENCE_S):
            return raw, (await raw.reader.readexactly(4))[3]

    async def cut_off(self) -> bytes:
        """What still comes until the broker closes the connection."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""

    def vanish(self) -> None:
        """End without a goodbye."""
        self.writer.transport.abort()


class FakeBroker:
    """Answers as a broker does, or as `answers` says, and remembers the packets of each connection."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.reading = asyncio.Event()
        self.reading.set()
        self._tls = tls
        self.connections: list[list[bytes]] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.answers: dict[int, Callable[[bytes], bytes]] = {
            0x10: lambda body: b"\x20\x02\x00\x00",
            0x30: lambda body: b"",
            0x32: lambda body: b"\x40\x02" + body[2 + body[1] :][:2],
            0x33: lambda body: b"\x40\x02" + body[2 + body[1] :][:2],
            0x40: lambda body: b"",
            0x82: lambda body: b"\x90\x03" + body[:2] + b"\x01",
            0xA2: lambda body: b"\xb0\x02" + body[:2],
            0xC0: lambda body: b"\xd0\x00",
            0xE0: lambda body: b"",
        }

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        for writer in self.writers:
            writer.transport.abort()

    def packets(self, header: int) -> list[bytes]:
        """Bodies of all packets with this first byte, in order of arrival."""
        return [packet[2:] for packets in self.connections for packet in packets if packet[0] == header]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        packets: list[bytes] = []
        self.connections.append(packets)
        buffer = b""
        while await self.reading.wait() and (part := await reader.read(65536)):
            buffer += part
            while (body := packet_at(buffer, 0)) is not None:
                packets.append(buffer[: body[1]])
                writer.write(self.answers[buffer[0]](buffer[body[0] : body[1]]))
                buffer = buffer[body[1] :]
