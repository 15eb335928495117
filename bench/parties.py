"""Parties: bare MQTT clients to compare with, and the private broker that they and the product's own share.

A bare client is the least that speaks MQTT: it cuts the stream into packets, counts publications and acknowledges
them. As a program: `python -m bench.parties subscribers` and `python -m bench.parties publisher`.
"""

import asyncio
import mmap
import secrets
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.children import orders, say
from devices.links import Message
from devices.mqtt.accounts import Accounts
from devices.mqtt.broker import Broker, BrokerKind, find_mosquitto
from devices.mqtt.connection import Connection
from devices.mqtt.packets import PUBLISH, packet_at, publication, publish_packet

CONTROLLER = "controller"
WINDOW = 4_500  # publications on their way: fewer than make the broker drop any (5,000)


@dataclass(frozen=True, slots=True)
class Account:
    """Where a client connects, and as whom."""

    host: str
    port: int
    user: str
    password: str

    def of(self, user: str) -> "Account":
        """Another one's."""
        return replace(self, user=user)

    @property
    def connection(self) -> Connection:
        """The same for the product's own link."""
        return Connection(
            host=self.host,
            port=self.port,
            client_id=self.user,
            username=self.user,
            password=self.password,
            max_queued=100_000,
        )

    @property
    def words(self) -> tuple[str, ...]:
        """As arguments of a program."""
        return self.host, str(self.port), self.user, self.password


def brokers() -> tuple[BrokerKind, ...]:
    """What there is on this machine, Mosquitto first."""
    return (BrokerKind.MOSQUITTO,) * bool(find_mosquitto()) + (BrokerKind.EMBEDDED,)


@asynccontextmanager
async def broker(directory: Path, kind: BrokerKind, *users: str) -> AsyncIterator[Account]:
    """The product's private broker of that kind; the controller's account, whose password `users` have too."""
    runs = Broker(directory, kind=kind)
    accounts, password = Accounts(runs.passwords), secrets.token_urlsafe(12)
    for user in (CONTROLLER, *users):
        accounts.set(user, password)
    accounts.save()
    await runs.start()
    try:
        yield Account(*runs.address, CONTROLLER, password)
    finally:
        await runs.stop()


class BareClient(asyncio.Protocol):
    """Connects, subscribes to `topic_filter` where one is given, counts; `on_count` hears each new count."""

    def __init__(
        self, account: Account, name: str, topic_filter: str, on_count: Callable[[int], None]
    ) -> None:
        self._account, self._name, self._filter, self._on_count = account, name, topic_filter, on_count
        self._unread = b""
        self._count = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(_connect(self._name, self._account.user, self._account.password))

    def data_received(self, data: bytes) -> None:
        buffer = self._unread + data if self._unread else data
        begin, answers, before = 0, [], self._count
        while (body := packet_at(buffer, begin)) is not None:
            header = buffer[begin]
            if header & 0xF0 == PUBLISH:
                self._count += 1
                if identifier := publication(buffer, header, *body)[1]:
                    answers.append(b"\x40\x02" + identifier)
            elif header == 0x20 and self._filter:  # CONNACK
                answers.append(_subscribe(self._filter))
            elif header in (0x20, 0x90):  # or SUBACK
                self.ready.set_result(None)
            begin = body[1]
        self._unread = buffer[begin:]
        self.transport.writelines(answers)
        if self._count != before:
            self._on_count(self._count)


async def bare_client(
    account: Account, name: str, topic_filter: str = "", on_count: Callable[[int], None] = lambda count: None
) -> BareClient:
    """One that is connected, and subscribed."""
    _, made = await asyncio.get_running_loop().create_connection(
        lambda: BareClient(account, name, topic_filter, on_count), account.host, account.port
    )
    async with asyncio.timeout(30):
        await made.ready
    return made


async def subscribers(account: Account, topic_filter: str, numbers: range, expected: int) -> None:
    """A program of bare subscribers: says when all are ready, and each time when all have `expected` more."""
    complete = 0

    def counted(count: int) -> None:
        nonlocal complete
        if count % expected == 0:
            complete += 1
            if complete % len(numbers) == 0:
                say(done_s=time.monotonic())

    for n in numbers:
        await bare_client(account, f"bare-{n}", topic_filter, counted)
    say(ready=len(numbers))
    async for _ in orders():
        pass


def write_load(path: Path, messages: Iterable[Message]) -> int:
    """Messages as packets in a file for `publisher`; how many."""
    number = 0
    with path.open("wb") as file:
        for number, message in enumerate(messages, 1):
            packet = publish_packet(message, number % 0xFFFF + 1)
            file.write(len(packet).to_bytes(4, "big") + packet)
    return number


def publisher(account: Account, load: Path, counter: Path) -> None:
    """A program that publishes a load from a raw socket, never more than WINDOW ahead of the receiver's counter."""
    packets = list(_packets(load.read_bytes()))
    with socket.create_connection((account.host, account.port)) as to, Counter(counter) as received:
        to.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        to.sendall(_connect("publisher", account.user, account.password))
        to.recv(4)
        to.setblocking(False)
        say(ready=len(packets))
        sys.stdin.readline()
        say(begun_s=time.monotonic())
        sent = 0
        while sent < len(packets):
            room = min(200, WINDOW - (sent - received.value))
            if room < 100 and sent + room < len(packets):
                time.sleep(0.0005)
                continue
            _send(to, b"".join(packets[sent : sent + room]))
            sent += room
        sys.stdin.readline()


def _send(to: socket.socket, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        try:
            rest = rest[to.send(rest) :]
        except BlockingIOError:
            time.sleep(0.0005)
        try:
            to.recv(65_536)  # acknowledgements
        except BlockingIOError:
            continue


def _packets(load: bytes) -> Iterable[bytes]:
    begin = 0
    while begin < len(load):
        end = begin + 4 + int.from_bytes(load[begin : begin + 4], "big")
        yield load[begin + 4 : end]
        begin = end


class Counter:
    """A number in a file that two processes look at without system calls."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(8))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8)
        self._cell = memoryview(self._map).cast("Q")

    def __enter__(self) -> "Counter":
        return self

    def __exit__(self, *_: object) -> None:
        self._cell.release()
        self._map.close()

    @property
    def value(self) -> int:
        """What the other one counted."""
        return self._cell[0]

    def add_one(self) -> None:
        """Count."""
        self._cell[0] += 1


def _connect(client_id: str, user: str, password: str) -> bytes:
    body = b"\x00\x04MQTT\x04\xc2\x00\x00" + b"".join(map(_text, (client_id, user, password)))
    return bytes((0x10, len(body))) + body


def _subscribe(topic_filter: str) -> bytes:
    body = b"\x00\x01" + _text(topic_filter) + b"\x01"
    return bytes((0x82, len(body))) + body


def _text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


def main() -> None:
    role, host, port, user, password, *rest = sys.argv[1:]
    account = Account(host, int(port), user, password)
    if role == "publisher":
        publisher(account, *map(Path, rest))
    else:
        topic_filter, first, last, expected = rest
        asyncio.run(subscribers(account, topic_filter, range(int(first), int(last)), int(expected)))


if __name__ == "__main__":
    main()
