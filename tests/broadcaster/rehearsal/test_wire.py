"""The simulated broker: what it remembers, and for whom."""

import random
from datetime import UTC, datetime

from broadcaster.rehearsal.wire import Broker, SimLink, Weather
from broadcaster.rehearsal.world import World
from devices.links import Message

PERFECT = Weather(lose_qos0=0, lose_qos1=0, double=0, reorder=0, reconnect_s=(1, 2))


class Party:
    """A broker with one client."""

    def __init__(self) -> None:
        self.world = World(datetime(2026, 3, 2, tzinfo=UTC))
        self.broker = Broker(self.world)
        self.got: list[str] = []
        self.link = SimLink(
            self.world,
            self.broker,
            PERFECT,
            random.Random(1),
            on_message=lambda message: self.got.append(message.topic),
            on_connected=lambda: None,
            on_disconnected=lambda: None,
        )
        self.link.open()
        self.wait()

    def wait(self) -> None:
        self.world.run_until(self.world.now_s + 60)

    def retain(self, *topics: str, payload: bytes = b"x") -> None:
        for topic in topics:
            self.broker.route(Message(topic, payload, retain=True))

    def subscribed(self, topic_filter: str) -> list[str]:
        """What a client gets that subscribes now."""
        self.link.unsubscribe(topic_filter)
        self.wait()
        self.got.clear()
        self.link.subscribe(topic_filter)
        self.wait()
        return self.got


def test_a_filter_gets_what_is_retained_and_matches_it():
    party = Party()
    party.retain("a/1/x", "a/2/x", "a/2/y", "ab/1/x", "b/1/x")
    assert party.subscribed("a/+/x") == ["a/1/x", "a/2/x"]
    assert party.subscribed("a/2/#") == ["a/2/x", "a/2/y"]
    assert party.subscribed("b/1/x") == ["b/1/x"]


def test_what_came_or_was_cleared_since_is_seen_by_the_next_who_subscribes():
    party = Party()
    party.retain("a/1", "a/3")
    assert party.subscribed("a/+") == ["a/1", "a/3"]
    party.retain("a/2")
    party.retain("a/3", payload=b"")
    assert party.subscribed("a/+") == ["a/1", "a/2"]


def test_a_broker_that_died_remembers_nothing():
    party = Party()
    party.retain("a/1", "a/2")
    party.broker.die()
    party.broker.rise()
    party.wait()
    assert party.subscribed("a/+") == []
