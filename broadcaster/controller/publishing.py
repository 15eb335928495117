"""Publishing: brings what is published in line with what is desired, and changes nothing where they agree.

Level-triggered. A document is issued anew when its body differs from the published one, or when its expiry comes near; its
revision is at least the issue time in seconds, so that it also grows past a database that was restored from an old copy.
"""

import hashlib
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from broadcaster.storage.engine import upsert
from broadcaster.storage.tables import PublishedRow
from devices import topics
from devices.documents import Alerts, Body, Document, Header, Plan, Receipt, Settings, TimeBeacon
from devices.links import Message
from devices.sealing import seal
from devices.signing import Signer
from devices.topics import DocumentKind
from schedules.places import Level, Place, level_of

log = logging.getLogger(__name__)

_RECEIPT_HOLDS = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What one topic should say. `holds`: how long a newly issued document is valid, renewed at half of it."""

    kind: DocumentKind
    target: str
    body: Body
    holds: timedelta

    @property
    def digest(self) -> str:
        """Names the body, so that an unchanged one is recognised."""
        return hashlib.sha256(repr(self.body).encode()).hexdigest()


def topic_of(kind: DocumentKind, place: Place) -> tuple[str, str]:
    """(topic, target) of a document for a place: an area by its code, an endpoint by its id."""
    if level_of(place) is Level.ENDPOINT:
        endpoint = place.partition("/")[2]
        return topics.endpoint_document(endpoint, kind), endpoint
    return topics.area_document(place, kind), place


_EMPTY: Mapping[DocumentKind, Body] = {
    DocumentKind.PLAN: Plan(),
    DocumentKind.ALERTS: Alerts(),
    DocumentKind.SETTINGS: Settings(),
}


def converge(
    session: Session,
    desired: Mapping[str, Desired],
    kinds: Iterable[DocumentKind],
    signer: Signer,
    now: datetime,
) -> list[Message]:
    """Makes the published documents of `kinds` be `desired` (by topic), and returns what has to be sent for it."""
    messages = issue(session, differing(session, desired, kinds, now), signer, now)
    return messages + clear(session, unwanted(session, desired, kinds), now)


def differing(
    session: Session, desired: Mapping[str, Desired], kinds: Iterable[DocumentKind], now: datetime
) -> dict[str, Desired]:
    """What has to be issued anew: what says something else than is published, and what wanes."""
    published = {
        row.topic: row
        for row in session.exec(select(PublishedRow).where(col(PublishedRow.kind).in_(list(kinds))))
    }
    wanted = {**_emptied(published, desired), **desired}
    return {
        topic: document
        for topic, document in wanted.items()
        if (row := published.get(topic)) is None or row.digest != document.digest or _wanes(row, now)
    }


def issue(session: Session, documents: Mapping[str, Desired], signer: Signer, now: datetime) -> list[Message]:
    """Issues these documents anew, each with the next revision of its topic; returns what to send after the commit."""
    known = select(PublishedRow.topic, PublishedRow.revision).where(
        col(PublishedRow.topic).in_(list(documents))
    )
    revisions = dict(session.exec(known).all())
    messages, rows = [], []
    for topic, document in documents.items():
        try:
            issued, payload = _issue(document, revisions.get(topic, 0), signer, now)
        except ValueError as error:  # one document that cannot be said holds up no other
            log.error("a document cannot be issued", extra={"topic": topic, "why": str(error)})
            continue
        rows.append(_row(topic, issued.header, document.digest, payload))
        messages.append(Message(topic, payload, qos=1, retain=True))
    upsert(session, PublishedRow, rows)
    return messages


def unwanted(session: Session, desired: Collection[str], kinds: Iterable[DocumentKind]) -> set[str]:
    """Topics of `kinds` that nobody desires any more and that may be cleared: manifests. State is emptied instead."""
    kinds = [kind for kind in kinds if kind not in _EMPTY]
    stands = select(PublishedRow.topic).where(
        col(PublishedRow.kind).in_(kinds), col(PublishedRow.payload) != b""
    )
    return set(session.exec(stands)) - set(desired)


def clear(session: Session, idle: Iterable[str], now: datetime) -> list[Message]:
    """Takes these documents off the broker; returns what to send after the commit.

    That they are cleared is known until they would have expired, so that a broker that was not reached is told again.
    """
    names = sorted(idle)
    session.exec(
        delete(PublishedRow).where(col(PublishedRow.payload) == b"", col(PublishedRow.expires) <= now)
    )
    for start in range(0, len(names), 500):
        part = col(PublishedRow.topic).in_(names[start : start + 500])
        session.exec(update(PublishedRow).where(part).values(payload=b"", digest=""))
    return [Message(topic, b"", qos=1, retain=True) for topic in names]


def said(session: Session, names: Sequence[str]) -> list[Message]:
    """What is published now on these topics; where nothing is, the message that clears it."""
    payloads: dict[str, bytes] = {}
    for start in range(0, len(names), 500):
        part = col(PublishedRow.topic).in_(names[start : start + 500])
        payloads |= dict(session.exec(select(PublishedRow.topic, PublishedRow.payload).where(part)).all())
    return [Message(topic, payloads.get(topic, b""), qos=1, retain=True) for topic in names]


def republish(session: Session) -> list[Message]:
    """Everything that is published, and what was cleared, for a broker that may have forgotten it or never learned of it."""
    rows = session.exec(select(PublishedRow).order_by(col(PublishedRow.topic)))
    return [Message(row.topic, row.payload, qos=1, retain=True) for row in rows]


def receipt(
    endpoint: str, body: Receipt, last_revision: int, signer: Signer, now: datetime
) -> tuple[int, Message]:
    """(revision, message) of a receipt; retained, so that an endpoint that was away learns it."""
    header = Header(
        kind=DocumentKind.RECEIPT,
        target=endpoint,
        revision=_next_revision(last_revision, now),
        issued=now,
        expires=now + _RECEIPT_HOLDS,
    )
    payload = seal(Document(header=header, body=body), signer)
    topic = topics.endpoint_document(endpoint, DocumentKind.RECEIPT)
    return header.revision, Message(topic, payload, qos=1, retain=True)


def beacon(signer: Signer, now: datetime) -> Message:
    """The controller's clock, for endpoints without one of their own."""
    desired = Desired(kind=DocumentKind.TIME, target="time", body=TimeBeacon(), holds=timedelta(minutes=10))
    return Message(topics.TIME, _issue(desired, 0, signer, now)[1], qos=0)


def _issue(desired: Desired, last_revision: int, signer: Signer, now: datetime) -> tuple[Document, bytes]:
    header = Header(
        kind=desired.kind,
        target=desired.target,
        revision=_next_revision(last_revision, now),
        issued=now,
        expires=now + desired.holds,
    )
    document = Document(header=header, body=desired.body)
    return document, seal(document, signer)


def _next_revision(last: int, now: datetime) -> int:
    return max(last + 1, int(now.timestamp()))


def _row(topic: str, header: Header, digest: str, payload: bytes) -> dict[str, object]:
    return {
        "topic": topic,
        "kind": header.kind,
        "target": header.target,
        "revision": header.revision,
        "issued": header.issued,
        "expires": header.expires,
        "digest": digest,
        "payload": payload,
    }


def _emptied(published: Mapping[str, PublishedRow], desired: Mapping[str, Desired]) -> dict[str, Desired]:
    """State that nobody desires any more is not deleted but said to be empty: a deletion reaches no endpoint."""
    return {
        topic: Desired(
            kind=row.kind, target=row.target, body=_EMPTY[row.kind], holds=row.expires - row.issued
        )
        for topic, row in published.items()
        if topic not in desired and row.kind in _EMPTY
    }


def _wanes(row: PublishedRow, now: datetime) -> bool:
    return now - row.issued > (row.expires - row.issued) / 2
