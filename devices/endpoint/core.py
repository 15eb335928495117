"""Endpoint: the whole logic of a loudspeaker without input or output, driven by a real board and by rehearsals alike.

Whoever drives it calls an entry whenever something happens and `wake` at `next_wake`; after every call `next_wake` may
have changed. Nothing is polled: between two deadlines an endpoint costs nothing.
"""

import random
from dataclasses import dataclass

from devices.endpoint.clock import Instant
from devices.endpoint.instruments import Instruments
from devices.endpoint.media import Media
from devices.endpoint.output import Output
from devices.endpoint.store import EndpointStore
from devices.links import Link, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often an endpoint writes down what a power cut must not erase; rehearsals may choose longer periods."""

    note_s: float = 5.0  # how far the play has come that sounds now
    alive_s: float = 60.0  # that it lives, which tells dark spans afterwards
    spread_s: float = 10.0  # the first heartbeat after connecting comes within this time


class Endpoint:
    """One loudspeaker. Build it anew for every boot from the same store and media; `boot` is 8 fresh hex digits.

    Entries take the moment as the board sees it. None of them raises: what goes wrong becomes an event or a record.
    """

    def __init__(
        self,
        *,
        provision: "Provision",
        store: EndpointStore,
        media: Media,
        output: Output,
        link: Link,
        boot: str,
        chance: random.Random,
        instruments: Instruments | None = None,
        pace: Pace = Pace(),
    ) -> None:
        raise NotImplementedError

    @property
    def will(self) -> Message:
        """What the broker shall publish when the link dies: give it to the link before it connects."""
        raise NotImplementedError

    @property
    def next_wake(self) -> float:
        """Monotonic deadline of the next `wake`; infinity if there is none."""
        raise NotImplementedError

    def started(self, now: Instant) -> None:
        """Call once, first: subscribes, takes up what the store holds, records what a power cut left half heard."""
        raise NotImplementedError

    def connected(self, now: Instant) -> None:
        """The link's session is up (again); the link renews subscriptions by itself."""
        raise NotImplementedError

    def disconnected(self, now: Instant) -> None:
        """The link's session is gone."""
        raise NotImplementedError

    def receive(self, message: Message, now: Instant) -> None:
        """A message arrived."""
        raise NotImplementedError

    def wake(self, now: Instant) -> None:
        """Do what is due. Harmless at any time; edges also call it when the output reports a change or the clock is stepped."""
        raise NotImplementedError

    def power_failing(self, now: Instant) -> None:
        """Mains fails: the last gasp goes out, what sounds is noted. The endpoint goes on as long as it lives."""
        raise NotImplementedError

    def power_back(self, now: Instant) -> None:
        """Mains is back before the endpoint died."""
        raise NotImplementedError

    def stopping(self, now: Instant) -> None:
        """A clean end (SIGTERM): silences the output, records the partial play, says offline."""
        raise NotImplementedError
