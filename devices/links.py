"""What the two ends of the wire ask of a link, whichever carries it; MQTT, serial and simulated links keep it."""

from typing import Protocol

from msgspec import Struct


class Message(Struct, frozen=True, gc=False):
    """One publication. `retain`: the broker hands it to whoever subscribes later."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False


class Link(Protocol):
    """Carries messages; it may lose them, double them and be down: state documents and receipts heal that."""

    def publish(self, message: Message) -> None:
        """Hand over for sending; never blocks, never raises for a link that is down."""

    def subscribe(self, topic_filter: str) -> None:
        """Ask for a topic filter, now and after every reconnect."""

    def unsubscribe(self, topic_filter: str) -> None:
        """Stop asking for a topic filter."""
