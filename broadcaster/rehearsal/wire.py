"""A simulated MQTT side: a broker with retained messages, and links that delay, lose, break and come back.

Losses are those that a real deployment shows: a link that breaks takes what is under way with it; a broker that dies
forgets its retained messages; QoS 0 gets lost now and then; QoS 1 may arrive twice. Order is kept per link and
direction, but for what is sent again.
"""

import random
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice, takewhile
from typing import Protocol

from paho.mqtt.matcher import MQTTMatcher

from broadcaster.rehearsal.fuse import Fuse
from broadcaster.rehearsal.world import World
from devices.links import Link, Message

OVERTAKEN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How the network behaves: delays in seconds, losses and doublings as probabilities."""

    delay_s: tuple[float, float] = (0.02, 0.25)
    lose_qos0: float = 0.002
    lose_qos1: float = (
        0.0005  # the sender's process died between hand-over and send, or the broker's queue was full
    )
    double: float = 0.001
    reorder: float = 0.001  # a message is overtaken by those after it, as a repetition may be
    reconnect_s: tuple[float, float] = (1.0, 45.0)


class Carrier(Link, Protocol):
    """What carries a board's messages: a link that comes and goes."""

    will: Message | None
    on_lost: Callable[[Message], None]
    deaf: bool

    def open(self) -> None:
        """Power and carrier are there."""

    def close(self) -> None:
        """Power or carrier is gone."""

    def cut(self) -> None:
        """The session breaks."""


class Broker:
    """Routes messages between links; remembers retained ones while it lives."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.alive = True
        self._taps: list[Callable[[Message], None]] = []
        self._retained: dict[str, Message] = {}
        self._named: list[str] | None = (
            None  # the topics of what is retained, in order; None: to be sorted anew
        )
        self._exact: dict[str, dict[SimLink, None]] = {}
        self._wild = MQTTMatcher()
        self._wild_routes: dict[str, tuple[dict[SimLink, None], ...]] = {}  # by topic, as far as asked
        self._links: dict[SimLink, None] = {}

    def tap(self, overhear: Callable[[Message], None]) -> None:
        """Somebody listens to all that passes."""
        self._taps.append(overhear)

    def attach(self, link: "SimLink") -> None:
        """A client's session begins."""
        self._links[link] = None

    def detach(self, link: "SimLink") -> None:
        """A client's session ends and its subscriptions with it."""
        self._links.pop(link, None)
        for topic_filter in link.filters:
            self._subscribers(topic_filter).pop(link, None)

    def subscribe(self, link: "SimLink", topic_filter: str) -> None:
        """Route matching messages to `link`, retained ones at once."""
        if not self.alive or link not in self._links:
            return
        self._subscribers(topic_filter)[link] = None
        if "+" not in topic_filter and "#" not in topic_filter:
            found = [self._retained[topic_filter]] if topic_filter in self._retained else []
        else:
            found = [self._retained[topic] for topic in self._retained_for(topic_filter)]
        for message in found:
            link.deliver(message)

    def unsubscribe(self, link: "SimLink", topic_filter: str) -> None:
        """Stop routing a filter to `link`."""
        self._subscribers(topic_filter).pop(link, None)

    def route(self, message: Message) -> None:
        """Hand a message to everybody who asked for it."""
        if not self.alive:
            return
        for overhear in self._taps:
            overhear(message)
        if message.retain:
            self._retain(message)
        for link in tuple(self._exact.get(message.topic, ())):
            link.deliver(message)
        for links in self._wild_for(message.topic):
            for link in tuple(links):
                link.deliver(message)

    def die(self) -> None:
        """Kill: retained messages and sessions are gone, every client notices."""
        self.alive = False
        self._retained.clear()
        self._named = None
        for link in tuple(self._links):
            link.cut()

    def rise(self) -> None:
        """Start again, empty."""
        self.alive = True

    def _retain(self, message: Message) -> None:
        if (message.topic in self._retained) is not bool(message.payload):
            self._named = None
        if message.payload:
            self._retained[message.topic] = message
        else:
            self._retained.pop(message.topic, None)

    def _retained_for(self, topic_filter: str) -> list[str]:
        """The topics of what is retained that match a filter with a wildcard; only those are looked at that begin like it."""
        if self._named is None:
            self._named = sorted(self._retained)
        wanted = MQTTMatcher()
        wanted[topic_filter] = True
        literal = topic_filter[: min(map(topic_filter.find, filter(topic_filter.__contains__, "+#")))]
        begin = bisect_left(self._named, literal)
        alike = takewhile(lambda topic: topic.startswith(literal), islice(self._named, begin, None))
        return [topic for topic in alike if next(wanted.iter_match(topic), None)]

    def _subscribers(self, topic_filter: str) -> dict["SimLink", None]:
        if "+" not in topic_filter and "#" not in topic_filter:
            return self._exact.setdefault(topic_filter, {})
        try:
            found: dict[SimLink, None] = self._wild[topic_filter]
        except KeyError:
            found = self._wild[topic_filter] = {}
            self._wild_routes.clear()
        return found

    def _wild_for(self, topic: str) -> tuple[dict["SimLink", None], ...]:
        """Who asked for `topic` with a wildcard; matching costs more than all the rest of a delivery."""
        found = self._wild_routes.get(topic)
        if found is None:
            found = self._wild_routes[topic] = tuple(self._wild.iter_match(topic))
        return found


class SimLink:
    """One client's link: keeps the `Link` protocol of the devices room over a simulated network."""

    def __init__(
        self,
        world: World,
        broker: Broker,
        weather: Weather,
        chance: random.Random,
        *,
        on_message: Callable[[Message], None],
        on_connected: Callable[[], None],
        on_disconnected: Callable[[], None],
        fuse: Fuse | None = None,
    ) -> None:
        self._fuse = fuse or Fuse()
        self._world, self._broker, self._weather, self._chance = world, broker, weather, chance
        self._on_message, self._on_connected, self._on_disconnected = (
            on_message,
            on_connected,
            on_disconnected,
        )
        self.filters: dict[str, None] = {}
        self.will: Message | None = None
        self.on_lost: Callable[[Message], None] = lambda _message: None  # of what was to come down
        self.deaf = False  # nothing comes down, though the session lives
        self._usable = False  # power and carrier are there
        self._up = False
        self._session = 0
        self._up_at = self._down_at = 0.0

    def open(self) -> None:
        """Carrier and process are there: connect soon, and again whenever the session is lost."""
        self._usable = True
        self._retry()

    def close(self) -> None:
        """The process or the carrier is gone: nothing passes until `open`."""
        self._usable = False
        self.cut()

    def cut(self) -> None:
        """The session breaks; what is under way is lost; the broker publishes the will."""
        if not self._up:
            return
        self._up = False
        self._session += 1
        self._broker.detach(self)
        if self.will is not None:
            self._broker.route(self.will)
        self._on_disconnected()
        if self._usable:
            self._retry()

    def publish(self, message: Message) -> None:
        """Send towards the broker, if the session lives."""
        self._fuse.burn()
        if self._up and not self._lost(message):
            self._carry(message, self._broker.route, upward=True)

    def subscribe(self, topic_filter: str) -> None:
        """Subscribe now and after every reconnect."""
        self.filters[topic_filter] = None
        if self._up:
            self._broker.subscribe(self, topic_filter)

    def unsubscribe(self, topic_filter: str) -> None:
        """Give a subscription up."""
        self.filters.pop(topic_filter, None)
        self._broker.unsubscribe(self, topic_filter)

    def deliver(self, message: Message) -> None:
        """The broker hands a message down."""
        if not self._up:
            return
        if self.deaf or self._lost(message):
            self.on_lost(message)
        else:
            self._carry(message, self._on_message, upward=False)

    def _lost(self, message: Message) -> bool:
        return self._chance.random() < (self._weather.lose_qos1 if message.qos else self._weather.lose_qos0)

    def _carry(self, message: Message, hand_over: Callable[[Message], None], *, upward: bool) -> None:
        copies = 2 if message.qos and self._chance.random() < self._weather.double else 1
        for _ in range(copies):
            arrival = self._world.now_s + self._chance.uniform(*self._weather.delay_s)
            if self._chance.random() < self._weather.reorder:
                arrival += self._chance.uniform(0, OVERTAKEN_S)
            elif upward:
                arrival = self._up_at = max(arrival, self._up_at)
            else:
                arrival = self._down_at = max(arrival, self._down_at)
            self._world.at(arrival, partial(self._arrive, self._session, hand_over, message))

    def _arrive(self, session: int, hand_over: Callable[[Message], None], message: Message) -> None:
        if session == self._session:
            hand_over(message)

    def _retry(self) -> None:
        self._world.after(self._chance.uniform(*self._weather.reconnect_s), self._connect)

    def _connect(self) -> None:
        if self._up or not self._usable:
            return
        if not self._broker.alive:
            self._retry()
            return
        self._up = True
        self._broker.attach(self)
        for topic_filter in tuple(self.filters):
            self._broker.subscribe(self, topic_filter)
        self._on_connected()
