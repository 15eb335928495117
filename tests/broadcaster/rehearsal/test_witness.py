"""The witness knows what each endpoint may hold: genuine documents, where they belong, the newest of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from broadcaster.rehearsal.reading import Reading
from broadcaster.rehearsal.witness import Witness
from devices import topics
from devices.documents import Alerts, Document
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
    witness = Witness(Keyring([OURS.public]), Reading())
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
