"""One connection to a broker: paho speaks MQTT, asyncio moves the bytes. The only module that imports paho.

Theory of operation. paho wants a socket and is given one that is really an asyncio transport. So names, TCP
and TLS neither block the loop nor need a thread, and all that is to be sent during one turn of the loop
leaves in one write. Publications and their acknowledgements are read and written here, since they are nearly
everything that travels and paho takes several times as long; packets of other kinds are for paho.

A session is used once and thrown away, paho's client with it. What outlives it is the link's business.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from devices.links import Message
from devices.mqtt.connection import Connection
from devices.mqtt.packets import PUBACK, PUBLISH, MalformedPacket, packet_at, publication, publish_packet

log = logging.getLogger(__name__)

FIRST_OWN = 0x8000  # identifiers of publications from here on; paho's, of subscriptions, count from 1
LAST_WORDS_S = 2.0  # for the DISCONNECT to leave
BAD_CREDENTIALS = (134, 135)  # "bad user name or password", "not authorized", as paho maps the codes of 3.1.1


class Refused(ConnectionError):
    """The broker answered CONNECT with no."""

    def __init__(self, reason: ReasonCode) -> None:
        super().__init__(f"the broker refused the connection: {reason}")
        self.bad_credentials = reason.value in BAD_CREDENTIALS


class Session(asyncio.Protocol):
    """For asyncio a protocol, for paho's client a socket.

    `on_message` gets what arrives, and what it raises is logged. `on_progress` comes when a message was
    acknowledged and when there is room again.
    """

    def __init__(
        self, connection: Connection, on_message: Callable[[Message], None], on_progress: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._on_message = on_message
        self._on_progress = on_progress
        self._transport: asyncio.Transport | None = None
        self._client = self._new_client()
        self._accepted: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._unread = b""
        self._inbox, self._read_to = b"", 0
        self._outbox: list[bytes | bytearray] = []
        self._asked: dict[int, list[str]] = {}
        self._identifier = FIRST_OWN
        self.unacknowledged: dict[int, Message] = {}
        self.writable = True
        self.reason = ""

    @property
    def has_room(self) -> bool:
        """Whether one more QoS 1 message may be on its way."""
        return self.writable and len(self.unacknowledged) < self._connection.max_inflight

    async def open(self, tls: ssl.SSLContext | None) -> None:
        """Connect and be accepted; raises OSError (TimeoutError and Refused among them)."""
        to = self._connection
        async with asyncio.timeout(to.connect_timeout_s):
            await self._loop.create_connection(
                lambda: self, to.host, to.port, ssl=tls, happy_eyeballs_delay=0.25
            )
            self._client.connect(to.host, to.port, to.keepalive_s)
            await self._accepted

    async def outlive(self) -> str:
        """Ping as needed until the connection ends; returns why it did."""
        tick_s = (
            self._connection.keepalive_s / 5
        )  # a ping leaves at most so late; brokers wait half a period more
        while not self._ended.done():
            await asyncio.wait([self._ended], timeout=tick_s)
            self._client.loop_misc()
            if self._client.socket() is None:
                self.abort(f"no answer from the broker for {self._connection.keepalive_s} s")
        return self.reason

    async def say_goodbye(self) -> None:
        """DISCONNECT, so that the broker does not publish the will, and give it a moment to leave."""
        if self._client.is_connected():
            self.reason = self.reason or "the link was closed"
            self._client.disconnect()
            self._write()
            await asyncio.wait([self._ended], timeout=LAST_WORDS_S)

    def abort(self, reason: str) -> None:
        """Drop the connection at once; nothing happens where it has ended."""
        self.reason = self.reason or reason
        if self._transport is not None:
            self._transport.abort()

    def publish(self, message: Message) -> None:
        """Send; a QoS 1 message is among `unacknowledged` until the broker has it."""
        if self._client.want_write():
            self._client.loop_write()  # a subscription that was asked for before goes out before
        if message.qos:
            self._identifier = FIRST_OWN | (self._identifier + 1) & 0xFFFF
            self.unacknowledged[self._identifier] = message
        self._send_soon(publish_packet(message, self._identifier))

    def subscribe(self, filters: list[str]) -> None:
        """Ask for filters; a refusal is logged."""
        _, mid = self._client.subscribe([(topic_filter, 1) for topic_filter in filters])
        if mid is not None:
            self._asked[mid] = filters

    def unsubscribe(self, topic_filter: str) -> None:
        """Ask no more for a filter."""
        self._client.unsubscribe(topic_filter)

    # what paho's client tells us

    def _new_client(self) -> "_Client":
        to = self._connection
        client = _Client(self, to.client_id)
        client.username_pw_set(to.username, to.password)
        if to.will is not None:
            client.will_set(to.will.topic, to.will.payload, to.will.qos, to.will.retain)
        client.on_connect = self._connack
        client.on_subscribe = self._suback
        client.on_socket_register_write = self._want_write
        return client

    def _connack(
        self, client: object, userdata: object, flags: object, reason: ReasonCode, _: object
    ) -> None:
        if self._accepted.done():
            return
        if reason.is_failure:
            self._accepted.set_exception(Refused(reason))
        else:
            self._accepted.set_result(None)

    def _suback(
        self, client: object, userdata: object, mid: int, reasons: list[ReasonCode], _: object
    ) -> None:
        for topic_filter, reason in zip(self._asked.pop(mid, ()), reasons, strict=False):
            if reason.is_failure:
                log.error(
                    "the broker refuses a subscription: this account may not read all of it",
                    extra={"filter": topic_filter, "user": self._connection.username},
                )

    def _want_write(self, *_: object) -> None:
        self._loop.call_soon(self._write)

    # what asyncio's transport tells us

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        buffer = self._unread + data if self._unread else data
        begin = 0
        try:
            while (body := packet_at(buffer, begin)) is not None:
                self._receive(buffer, begin, *body)
                begin = body[1]
        except MalformedPacket as error:
            self.abort(f"the broker broke the protocol: {error}")
        self._unread = buffer[begin:]

    def connection_lost(self, error: Exception | None) -> None:
        self.reason = self.reason or (repr(error) if error else "the broker closed the connection")
        if not self._accepted.done():
            self._accepted.set_exception(ConnectionError(self.reason))
        self._ended.set_result(None)

    def pause_writing(self) -> None:
        self.writable = False

    def resume_writing(self) -> None:
        self.writable = True
        self._on_progress()

    def _receive(self, buffer: bytes, begin: int, body: int, end: int) -> None:
        header = buffer[begin]
        if header & 0xF0 == PUBLISH:
            message, identifier = publication(buffer, header, body, end)
            self._deliver(message)
            if identifier:
                self._send_soon(b"\x40\x02" + identifier)  # PUBACK (3.4)
        elif header == PUBACK:
            if self.unacknowledged.pop(int.from_bytes(buffer[body:end], "big"), None) is not None:
                self._on_progress()
        else:
            self._inbox, self._read_to = buffer[begin:end], 0
            if code := self._client.loop_read():
                self.abort(paho.error_string(code))

    def _deliver(self, message: Message) -> None:
        try:
            self._on_message(message)
        except Exception:
            log.exception("handling a message failed", extra={"topic": message.topic})

    # what paho's client takes for its socket

    def recv(self, size: int) -> bytes:
        begin = self._read_to
        if begin >= len(self._inbox):
            raise BlockingIOError
        part = self._inbox[begin : begin + size]
        self._read_to = begin + len(part)
        return part

    def send(self, packet: bytes | bytearray) -> int:
        self._outbox.append(packet)
        return len(packet)

    def close(self) -> None:
        self._flush()
        if self._transport is not None:
            self._transport.close()

    def fileno(self) -> int:
        return -1

    def setblocking(self, flag: bool) -> None:
        """Nothing here ever blocks."""

    def _send_soon(self, packet: bytes) -> None:
        if not self._outbox:
            self._loop.call_soon(self._flush)
        self._outbox.append(packet)

    def _write(self) -> None:
        self._client.loop_write()
        self._flush()

    def _flush(self) -> None:
        outbox, self._outbox = self._outbox, []
        if outbox and self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(outbox))


class _Client(paho.Client):
    """paho's client on a socket that it is given."""

    def __init__(self, socket: Session, client_id: str) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=True,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
        )
        self._given = socket

    def _create_socket(self) -> Any:
        return self._given
