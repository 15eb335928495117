"""The witness knows what each endpoint may hold: genuine documents, where they belong, the newest of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from broadcaster.rehearsal.reading import Reading
from broadcaster.rehearsal.witness import Witness
from devices import topics
from devices.documents import Alerts, Document, TimeBeacon
from devices.links import Message
from devices.sealing import seal
from devices.signing import Ed25519Signer, Keyring
from devices.topics import DocumentKind
from tests.devices import samples
from tests.devices.samples import COUNTY, NOW

OURS, FORGED = (Ed25519Signer.from_seed(bytes([n]) * 32) for n in (1, 2))
TOWN = "341523100000"
HERE = topics.area_document(COUNTY, DocumentKind.ALERTS)
LATER = NOW + timedelta(minutes=1)


def alerts(names: Sequence[str], revision: int) -> Document:
    said = Alerts(alerts=tuple(replace(samples.alert(), id=name) for name in names))
    return samples.document(said, revision=revision)


def message(document: Document, topic: str = HERE, signer: Ed25519Signer = OURS) -> Message:
    return Message(topic, seal(document, signer), qos=1)


def orders_of(key: str, *deliveries: tuple[Message, bool]) -> bool:
    """Whether an endpoint that got these, some of them surely, may hold an order to sound `key`."""
    witness = Witness(Reading(Keyring([OURS.public])))
    for delivered, sure in deliveries:
        witness.delivered("horn", delivered, NOW, sure=sure)
    return any(witness.orders("horn", key, LATER))


def test_a_document_that_came_orders_what_it_names():
    assert orders_of("a", (message(alerts(["a"], 1)), True))
    assert not orders_of("b", (message(alerts(["a"], 1)), True))


def test_a_document_of_another_area_takes_nothing_back_although_it_came_there_too():
    town = samples.document(Alerts(), target=TOWN, revision=2)
    replayed = [(message(town, topics.area_document(TOWN, DocumentKind.ALERTS)), True), (message(town), True)]
    assert orders_of("a", (message(alerts(["a"], 1)), True), *replayed)


def test_a_forged_document_orders_nothing():
    assert not orders_of("a", (message(alerts(["a"], 1), signer=FORGED), True))


def test_a_newer_document_takes_back_what_it_does_not_name():
    assert not orders_of("a", (message(alerts(["a"], 1)), True), (message(alerts([], 2)), True))


def test_a_document_that_killed_its_endpoint_may_be_held_or_not():
    killing = (message(alerts(["b"], 2)), False)
    assert orders_of("a", (message(alerts(["a"], 1)), True), killing)
    assert orders_of("b", (message(alerts(["a"], 1)), True), killing)


def until_of(*, dark: timedelta | None, beacon: bool = False) -> timedelta:
    """How long after its expiry an endpoint may sound an alert that it held before it was dark, without a clock after."""
    witness = Witness(Reading(Keyring([OURS.public])))
    witness.delivered("horn", message(alerts(["a"], 1)), NOW, sure=True)
    if dark is not None:
        witness.woke("horn", LATER, LATER - dark)
    if beacon:
        time = samples.document(TimeBeacon(), target="time", issued=LATER)
        witness.delivered("horn", message(time, topics.TIME), LATER, sure=True)
    (order,) = witness.orders("horn", "a", LATER)
    return order.until - samples.alert().expires


def test_who_wakes_up_without_a_clock_may_sound_an_alert_longer_by_what_it_lost():
    assert until_of(dark=None) == timedelta(0)
    assert until_of(dark=timedelta(hours=2)) == timedelta(hours=2)


def test_a_beacon_tells_what_time_it_is():
    assert until_of(dark=timedelta(hours=2), beacon=True) == timedelta(0)
