"""Witness: which genuine documents have reached each endpoint, and so what it may sound at any instant.

It stands beside the link, not in the endpoint: what an endpoint believes about documents is what is being judged. Of a
document that killed its endpoint nobody knows whether it was still written down; it may be held, or not.

An endpoint that wakes up without a clock cannot know for how long it was dark: until a live beacon tells, it judges the end
of an alert by the earliest time that it can be, and so may sound it longer by what it lost. Daily plays wait for a clock.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from broadcaster.rehearsal.reading import Reading
from devices.acceptance import topics_of
from devices.documents import Alerts, Document, Plan
from devices.errors import DeviceError
from devices.links import Message
from devices.topics import TIME


@dataclass(frozen=True, slots=True)
class Order:
    """What one held document says of a slot or an alert. It is cut short by `until`, an alert also without a clock."""

    until: datetime
    gap_s: int = 0
    fixed: bool = True
    needs_clock: bool = True


@dataclass(frozen=True, slots=True)
class _Delivery:
    at: datetime
    revision: int
    orders: dict[str, Order]
    sure: bool


@dataclass(frozen=True, slots=True)
class _Told:
    """What a genuine document says, wherever it is sent to."""

    topics: Collection[str]  # where alone it means anything
    revision: int
    orders: dict[str, Order]


class Witness:
    """`reading` trusts the county's own key."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._deliveries: defaultdict[str, dict[str, list[_Delivery]]] = defaultdict(dict)
        self._told: dict[bytes, _Told | None] = {}
        self._lost: defaultdict[str, list[tuple[datetime, timedelta]]] = defaultdict(list)

    def woke(self, endpoint: str, at: datetime, known: datetime | None) -> None:
        """It started without a clock; what it has written down was issued up to `known`."""
        self._lost[endpoint].append((at, at - known if known is not None else timedelta(0)))

    def delivered(self, endpoint: str, message: Message, at: datetime, *, sure: bool) -> None:
        """A message reached an endpoint; not `sure`: it died over it."""
        if message.topic == TIME and self._lost[endpoint] and self._read(message.payload) is not None:
            self._lost[endpoint].append((at, timedelta(0)))
        if not message.topic.endswith(("/plan", "/alerts")):
            return
        told = self._read(message.payload)
        if told is None or message.topic not in told.topics:
            return
        before = self._deliveries[endpoint].setdefault(message.topic, [])
        newest = max((d.revision for d in before if d.sure), default=0)
        if told.revision > newest:
            before.append(_Delivery(at, told.revision, told.orders, sure))

    def orders(self, endpoint: str, key: str, at: datetime) -> Iterator[Order]:
        """What the documents that this endpoint may hold at `at` say of a slot or an alert."""
        for deliveries in self._deliveries[endpoint].values():
            sure = 0
            for delivery in reversed(deliveries[: bisect_right(deliveries, at, key=attrgetter("at"))]):
                if delivery.revision >= sure and key in delivery.orders:
                    yield self._as_known(endpoint, delivery.orders[key], at)
                if delivery.sure:
                    sure = max(sure, delivery.revision)

    def ever_ordered(self, endpoint: str, key: str) -> bool:
        """Whether any genuine document that reached it ever named the slot or alert."""
        return any(key in d.orders for found in self._deliveries[endpoint].values() for d in found)

    def _as_known(self, endpoint: str, order: Order, at: datetime) -> Order:
        """As an endpoint may see it that lost time."""
        if order.needs_clock:
            return order
        lost = next((lost for when, lost in reversed(self._lost[endpoint]) if when <= at), timedelta(0))
        return replace(order, until=order.until + lost)

    def _read(self, payload: bytes) -> _Told | None:
        if payload not in self._told:
            self._told[payload] = self._unsealed(payload)
        return self._told[payload]

    def _unsealed(self, payload: bytes) -> _Told | None:
        try:
            document = self._reading.unseal(payload)
        except DeviceError:
            return None
        header = document.header
        return _Told(topics_of(header), header.revision, dict(_orders(document)))


def _orders(document: Document) -> Iterator[tuple[str, Order]]:
    expires = document.header.expires
    match document.body:
        case Plan(items=items, cues=cues):
            for cue in cues:
                yield cue.slot, Order(min(cue.latest, expires), items[cue.item].gap_s, cue.fixed)
        case Alerts(alerts=alerts):
            for alert in alerts:
                yield alert.id, Order(min(alert.expires, expires), needs_clock=False)
