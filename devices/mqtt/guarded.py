"""amqtt behind our accounts and our access table, and kept from what would undo them.

Theory of operation. amqtt 0.12 parses packets and keeps sessions, subscriptions, wills and retained messages.
Left alone it

* forgets a connected client, and gives its id away, before the newcomer's password is checked;
* hands each newcomer the retained messages of everybody's subscriptions, whatever it may read;
* publishes wills that no rule was asked about, and takes packets of any size;
* never notices a client that fell silent, nor closes the older of two connections with one id;
* asks its plugins about each delivery in a task of its own; clients change the subscriptions that it walks
  over meanwhile, and the rest of them lose the message.

So these steps are taken over: `_initialize_client_session` admits, `_topic_filtering` asks the table without
ever suspending, `_broadcast_message` hands out at once. All sessions are clean ones. A delivery needs no
check of its own: a subscription is taken only where its whole filter may be read.
"""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.errors import AMQTTError
from amqtt.mqtt.connack import NOT_AUTHORIZED, ConnackPacket
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.mqtt.puback import PubackPacket
from amqtt.mqtt.suback import SubackPacket
from amqtt.utils import gen_client_id
from msgspec.structs import replace

from devices.links import Message
from devices.mqtt.access import covers, may_read, may_write
from devices.mqtt.accounts import Accounts
from devices.mqtt.filters import Filters
from devices.mqtt.packets import publish_packet
from devices.mqtt.wards import WARDS, load_wards

log = logging.getLogger(__name__)

REFUSED = 0x80  # return code of a SUBACK (3.9.3)
LARGEST_PACKET = 256 * 1024
CONNECT_WITHIN_S = 10.0
ACCEPT_QUEUE = 1024  # connections that a power cut's end may bring at once
OUTBOX_LIMIT = 8 * 1024 * 1024  # bytes that wait for one slow client; what comes on top is dropped


class GuardedBroker(Broker):  # type: ignore[misc]  # amqtt has no types
    """An MQTT 3.1.1 broker on one TCP port for the accounts in a password file."""

    def __init__(self, host: str, port: int, passwords: Path) -> None:
        super().__init__({"listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}}, "plugins": {}})
        self._subscriptions: Filters[list[tuple[Any, int]]] = Filters()
        self._passwords = passwords
        self._accounts = Accounts(passwords)
        self._wards = load_wards(passwords.with_name(WARDS))

    def reload(self) -> None:
        """Read the accounts again and hang up on everybody whose password no longer holds."""
        self._accounts = Accounts(self._passwords)
        self._wards = load_wards(self._passwords.with_name(WARDS))
        for session, handler in self._sessions.values():
            if not self._accounts.verify(session.username, session.password):
                handler.hang_up()

    async def _create_server_instance(
        self, listener_name: str, listener_type: object, address: str, port: int, ssl_context: object
    ) -> asyncio.Server:
        connected = partial(self.stream_connected, listener_name=listener_name)
        return await asyncio.start_server(connected, address, port, backlog=ACCEPT_QUEUE)

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        await self._client_connected(listener_name, _Reader(reader), _Writer(writer))

    async def _initialize_client_session(
        self, reader: "_Reader", writer: "_Writer", address: str, port: int
    ) -> tuple["_Handler", Any]:
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                handler, session = await _Handler.init_from_connect(reader, writer, self.plugins_manager)
        except Exception as error:  # whatever a stranger's bytes make amqtt raise
            writer.hang_up()
            raise AMQTTError(f"no connection from {address}: {error!r}") from error
        if not self._admits(session):
            log.warning("login of %.200r from %s refused", session.username, address)
            with suppress(OSError):
                await ConnackPacket.build(0, NOT_AUTHORIZED).to_stream(writer)
                await writer.close()
            raise AMQTTError(f"login of {session.username!r} refused")
        # with its account in the name, no client is mistaken for another account's
        session.client_id = f"{session.username}/{session.client_id or gen_client_id()}"
        session.clean_session = True
        handler.broker = self
        handler.watch(reader, session.keep_alive * 1.5)  # 3.1.2.10
        session.keep_alive = 0  # amqtt's own timer does nothing but cost
        await self._end_older(session.client_id)
        return handler, session

    def _admits(self, session: Any) -> bool:
        return (
            session.username is not None
            and session.password is not None
            and self._accounts.verify(session.username, session.password)
            and (
                not session.will_flag
                or may_write(session.username, session.will_topic, self.wards_of(session))
            )
        )

    async def _end_older(self, client_id: str) -> None:
        older, handler = self._sessions.get(client_id, (None, None))
        if older is not None:
            older.will_flag = False  # whoever connects again lives
            await self._delete_session(client_id)
            handler.hang_up()

    async def _authenticate(self, session: Any, listener: object) -> bool:
        return True  # or it would not have come so far

    async def _topic_filtering(self, session: Any, topic: str, action: Action) -> bool:
        asked = may_write if action == Action.PUBLISH else may_read
        return asked(session.username, topic, self.wards_of(session))

    def wards_of(self, session: Any) -> tuple[str, ...]:
        """The endpoints for which a client speaks."""
        return self._wards.get(session.username, ())

    async def _broadcast_message(
        self, session: Any, topic: str, data: bytes | bytearray, force_qos: int | None = 1
    ) -> None:
        self.hand_out(Message(topic, bytes(data), force_qos or 0))

    def hand_out(self, message: Message) -> None:
        """Send a message to all who subscribed to it, at the lower of both QoS."""
        for subscribers in self._subscriptions.matching(message.topic):
            for session, qos in subscribers:
                if (handler := self._get_handler(session)) is not None:
                    handler.send(message, qos)

    def hand_out_retained(self, handler: "_Handler", topic_filter: str, qos: int) -> None:
        """Send a new subscriber what is retained under its filter."""
        for topic, kept in self._retained_messages.items():
            if covers(topic_filter, topic):
                handler.send(Message(topic, bytes(kept.data), kept.qos, retain=True), qos)

    async def _publish_retained_messages_for_subscription(
        self, subscription: object, session: object
    ) -> None:
        """Not here: amqtt does it for every filter of everybody when a client connects."""

    async def _handle_disconnect(self, session: Any, handler: "_Handler", waiter: Any) -> None:
        await super()._handle_disconnect(session, handler, waiter)
        if self._sessions.get(session.client_id, (None, None))[0] is session:
            await self._delete_session(session.client_id)


class _Handler(BrokerProtocolHandler):  # type: ignore[misc]
    """One client's protocol, with publications on a short way in and out."""

    broker: GuardedBroker
    _identifier = 0
    _told = False

    async def handle_publish(self, packet: Any) -> None:
        if packet.qos == 2:
            await super().handle_publish(packet)  # the four-way exchange, then `_handle_message_delivery`
            return
        session, topic = self.session, packet.topic_name
        if may_write(session.username, topic, self.broker.wards_of(session)):
            message = Message(topic, packet.data, packet.qos)
            self.broker.hand_out(message)
            if packet.retain_flag:
                await self.broker.retain_message(session, topic, packet.data, packet.qos)
        else:
            self._tell("%s writes to %.200s, which it may not", topic)
        if packet.qos and not self.writer.gone:
            self.writer.write(PubackPacket.build(packet.packet_id).to_bytes())

    async def handle_subscribe(self, packet: Any) -> None:
        """At once, so that what a client publishes next finds it subscribed."""
        asked = packet.payload.topics
        codes = [await self.broker.add_subscription(each, self.session) for each in asked]
        await self._send_packet(SubackPacket.build(packet.variable_header.packet_id, codes))
        for (topic_filter, qos), code in zip(asked, codes, strict=True):
            if code != REFUSED:
                self.broker.hand_out_retained(self, topic_filter, qos)

    async def handle_puback(self, packet: Any) -> None:
        """Nothing waits for it: a clean session repeats nothing, and TCP bounds what is on its way."""

    def send(self, message: Message, qos: int) -> None:
        """Send at once, or drop where too much waits for this client already."""
        if self.writer.gone:
            return
        if self.writer.waiting > OUTBOX_LIMIT:
            self._tell("%s reads too slowly, so %.200s and more is dropped", message.topic)
            return
        self._identifier = self._identifier % 0xFFFF + 1
        if qos < message.qos:
            message = replace(message, qos=qos)
        self.writer.write(publish_packet(message, self._identifier))

    def watch(self, reader: "_Reader", silence_s: float) -> None:
        """Hang up when the client has been silent for so long; zero is for ever."""
        if silence_s <= 0 or reader.at_eof:
            return
        loop = asyncio.get_running_loop()
        left_s = reader.heard_at + silence_s - loop.time()
        if left_s <= 0:
            self.hang_up()
        else:
            loop.call_later(left_s, self.watch, reader, silence_s)

    def hang_up(self) -> None:
        """Cut the connection."""
        self.writer.hang_up()

    def _tell(self, text: str, topic: str) -> None:
        """Log the first trouble with a client: a broken one has no end of it."""
        if not self._told:
            self._told = True
            log.warning(text, self.session.username, topic)


class _Reader(StreamReaderAdapter):  # type: ignore[misc]
    """Knows when it was last fed and takes no packet over LARGEST_PACKET."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self.heard_at = asyncio.get_running_loop().time()

    @property
    def at_eof(self) -> bool:
        return bool(self._reader.at_eof())

    async def read(self, n: int = -1) -> bytes:
        if n > LARGEST_PACKET:
            raise ValueError(f"a packet of {n} bytes; the limit is {LARGEST_PACKET}")
        part: bytes = await super().read(n)
        self.heard_at = asyncio.get_running_loop().time()
        return part


class _Writer(StreamWriterAdapter):  # type: ignore[misc]
    """Knows how much waits to be sent and can cut the connection."""

    @property
    def waiting(self) -> int:
        return int(self._writer.transport.get_write_buffer_size())

    @property
    def gone(self) -> bool:
        return bool(self._writer.transport.is_closing())

    def hang_up(self) -> None:
        self._writer.transport.abort()
