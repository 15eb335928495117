"""The MQTT link: what outlives the connections to a broker, which are `devices.mqtt.session`'s.

The link keeps the filters, asked for again on each connection, and the backlog. MQTT sessions are clean ones:
the broker keeps nothing for a client that is away, because state is retained and reports are repeated until
receipted.

While the link is down, or up but congested, a QoS 0 message is dropped and a QoS 1 message waits (see
`Backlog`). QoS 1 messages that were sent but not acknowledged go out again first on the next connection: one
may arrive twice, but old state never after newer state of its topic.
"""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from devices.links import Message
from devices.mqtt.backlog import Backlog
from devices.mqtt.connection import Backoff, Connection
from devices.mqtt.session import Refused, Session

__all__ = ["Backoff", "Connection", "MqttLink"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _End:
    """Why a connection ended or never was, and how to go on."""

    reason: str
    retry: Backoff
    lasted_s: float = 0.0


class MqttLink:
    """Keeps `devices.links.Link` over the MQTT 3.1.1 connection that `run` holds open.

    The callbacks run on the loop and should be quick; what they raise is logged and goes no further.
    `on_connected` comes after the filters were asked for again, `on_disconnected(reason)` once for each of
    it. Not thread-safe: use it from the loop that runs it.
    """

    def __init__(
        self,
        connection: Connection,
        on_message: Callable[[Message], None],
        on_connected: Callable[[], None] = lambda: None,
        on_disconnected: Callable[[str], None] = lambda reason: None,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.connection = connection
        self._on_message = on_message
        self._on_connected = on_connected
        self._on_disconnected = on_disconnected
        self._chance = chance
        self._tls = _tls_context(connection)
        self._filters: dict[str, None] = {}
        self._backlog = Backlog(connection.max_queued)
        self._session: Session | None = None
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._dropped = 0
        self._who = {"broker": f"{connection.host}:{connection.port}", "client": connection.client_id}

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted us and the connection is not known to have ended."""
        return self._session is not None

    def publish(self, message: Message) -> None:
        """Hand over for sending. A payload over `max_payload` is logged and dropped.

        Raises ValueError for a topic that no broker would take.
        """
        size, limit = len(message.payload), self.connection.max_payload
        if not message.topic or "+" in message.topic or "#" in message.topic:
            raise ValueError(f"cannot publish to {message.topic!r}: a topic is not empty and has no + or #")
        if size > limit:
            log.error(
                "message dropped: too large; split it, or raise max_payload and the broker's limit",
                extra=self._who | {"topic": message.topic, "size": size, "limit": limit},
            )
        elif message.qos == 0:
            self._send_or_drop(message)
        else:
            self._send_or_hold(message)

    def subscribe(self, topic_filter: str) -> None:
        """Ask for a filter now and after every reconnect; a refusal is logged."""
        if topic_filter not in self._filters:
            self._filters[topic_filter] = None
            if self._session is not None:
                self._session.subscribe([topic_filter])

    def unsubscribe(self, topic_filter: str) -> None:
        """Stop asking for a filter."""
        if topic_filter in self._filters:
            del self._filters[topic_filter]
            if self._session is not None:
                self._session.unsubscribe(topic_filter)

    async def drained(self, timeout_s: float) -> bool:
        """Wait until no QoS 1 message is unsent or unacknowledged; False where time ran out."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._all_sent.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Connect, and again after each loss, until cancelled; then say goodbye, so that no will is sent."""
        failures = 0
        while True:
            end = await self._connect_once()
            failures = 0 if end.lasted_s > end.retry.cap_s else failures
            delay_s = end.retry.delay_s(failures, self._chance())
            failures += 1
            extra = {"reason": end.reason, "retry_in_s": round(delay_s, 1)}
            log.warning("no connection to the broker", extra=self._who | extra)
            await asyncio.sleep(delay_s)

    async def _connect_once(self) -> _End:
        loop = asyncio.get_running_loop()
        session = Session(self.connection, self._on_message, self._progress)
        began = loop.time()
        try:
            await session.open(self._tls)
            self._up(session)
            return _End(await session.outlive(), self.connection.retry, loop.time() - began)
        except Refused as refusal:
            return self._refused(refusal)
        except TimeoutError:
            return _End(f"no answer within {self.connection.connect_timeout_s:g} s", self.connection.retry)
        except (OSError, UnicodeError) as error:
            return _End(str(error) or repr(error), self.connection.retry)
        except asyncio.CancelledError:
            await session.say_goodbye()
            raise
        finally:
            session.abort("the link was closed")
            self._down(session)

    def _refused(self, refusal: Refused) -> _End:
        if not refusal.bad_credentials:
            return _End(str(refusal), self.connection.retry)
        log.error(
            "the broker refuses our user name or password; set them anew at the controller and here",
            extra=self._who | {"user": self.connection.username},
        )
        return _End(str(refusal), self.connection.retry_refused)

    def _up(self, session: Session) -> None:
        self._session = session
        log.info("connected to the broker", extra=self._who)
        if self._dropped:
            log.warning(
                "messages were dropped while the link was down or full",
                extra=self._who | {"count": self._dropped},
            )
            self._dropped = 0
        if self._filters:
            session.subscribe(list(self._filters))
        self._feed(session)
        _call(self._on_connected)

    def _down(self, session: Session) -> None:
        for dropped in self._backlog.give_back(list(session.unacknowledged.values())):
            self._note_drop(dropped)
        if self._session is session:
            self._session = None
            _call(self._on_disconnected, session.reason)

    def _send_or_drop(self, message: Message) -> None:
        if self._session is not None and self._session.writable:
            self._session.publish(message)
        else:
            self._note_drop(message)

    def _send_or_hold(self, message: Message) -> None:
        self._all_sent.clear()
        if self._session is not None and self._session.has_room:
            self._session.publish(message)
        elif dropped := self._backlog.hold(message):
            self._note_drop(dropped)

    def _feed(self, session: Session) -> None:
        while session.has_room and self._backlog:
            session.publish(self._backlog.take())

    def _progress(self) -> None:
        if self._session is not None:
            self._feed(self._session)
            if not self._session.unacknowledged and not self._backlog:
                self._all_sent.set()

    def _note_drop(self, message: Message) -> None:
        self._dropped += 1
        if self._dropped == 1:
            log.warning(
                "message dropped: the link is down or full; more of them are only counted",
                extra=self._who | {"topic": message.topic, "qos": message.qos, "retain": message.retain},
            )


def _call(callback: Callable[..., None], *arguments: object) -> None:
    try:
        callback(*arguments)
    except Exception:
        log.exception("a callback of the link failed")


def _tls_context(connection: Connection) -> ssl.SSLContext | None:
    if not connection.tls and connection.tls_ca is None:
        return None
    try:
        return ssl.create_default_context(cafile=connection.tls_ca)
    except OSError as error:
        raise ValueError(f"tls_ca {connection.tls_ca} cannot be used: {error}; give a PEM file") from error
