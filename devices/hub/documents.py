"""Documents that a hub keeps for the endpoints of its lines, and the recordings that they name."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import inf

from devices import topics
from devices.acceptance import topics_of
from devices.documents import Alerts, Document, Manifest, Plan
from devices.endpoint.cues import staged_only
from devices.errors import DeviceError
from devices.hub.store import HubStore, KeptDocument
from devices.links import Message
from devices.low_rate import for_slow_line
from devices.signing import Keyring, PublicKey
from devices.topics import DocumentKind

log = logging.getLogger(__name__)

Unseal = Callable[[bytes, Keyring], Document]
ORDER = (
    DocumentKind.ALERTS,
    DocumentKind.SETTINGS,
    DocumentKind.RECEIPT,
    DocumentKind.PLAN,
    DocumentKind.MANIFEST,
)  # in which they are said
_WAITING_AFTER = timedelta(days=1)  # what waits for an emergency is fetched as if it had a cue then


@dataclass(frozen=True, slots=True)
class Need:
    """When a recording is needed first, and until when at all, Unix time; `first_s` -inf: an alert needs it now."""

    first_s: float
    until_s: float

    @property
    def urgent(self) -> bool:
        """Whether an alert needs it."""
        return self.first_s == -inf

    def joined(self, other: "Need | None") -> "Need":
        """Both together."""
        if other is None:
            return self
        return Need(min(self.first_s, other.first_s), max(self.until_s, other.until_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A genuine document, the newest of its topic."""

    topic: str
    kind: DocumentKind
    revision: int
    payload: bytes
    needs: Mapping[str, Need]
    slow_needs: Mapping[str, Need]  # of endpoints on slow lines
    manifest: Manifest | None = None


class Documents:
    """By topic. Nothing is kept that is not signed by a key that is trusted, or that is older than what is kept."""

    def __init__(self, store: HubStore, keys: Iterable[PublicKey], unseal: Unseal) -> None:
        self._store = store
        self._unseal = unseal
        self._keyring = Keyring(keys)
        self._kept: dict[str, Kept] = {}
        for kept in store.documents():
            if (document := self._genuine(kept.topic, kept.payload)) is not None:
                self._kept[kept.topic] = _kept(kept.topic, kept.payload, document)

    def get(self, topic: str) -> Kept | None:
        """The document of a topic."""
        return self._kept.get(topic)

    def manifest(self, recording: str) -> Manifest | None:
        """The shape of a recording."""
        kept = self._kept.get(topics.manifest(recording))
        return kept.manifest if kept else None

    def __iter__(self) -> Iterator[Kept]:
        return iter(self._kept.values())

    def take(self, message: Message) -> tuple[Document, bool] | None:
        """The genuine document of a message, and whether it is newer than what was kept, in whose place it now stands."""
        document = self._genuine(message.topic, message.payload)
        if document is None:
            return None
        known, revision = self._kept.get(message.topic), document.header.revision
        if known is not None and revision <= known.revision:
            return (document, False) if revision == known.revision else None
        if document.header.kind is not DocumentKind.TIME:
            self._kept[message.topic] = _kept(message.topic, message.payload, document)
            self._write(KeptDocument(message.topic, revision, message.payload))
        return document, True

    def forget(self, topic: str) -> None:
        """Nobody needs it any more."""
        if self._kept.pop(topic, None) is not None:
            try:
                self._store.forget(topic)
            except sqlite3.Error:
                log.exception("a document is forgotten in memory only", extra={"topic": topic})

    def _write(self, kept: KeptDocument) -> None:
        try:
            self._store.keep(kept)
        except sqlite3.Error:
            log.exception("a document is kept in memory only", extra={"topic": kept.topic})

    def _genuine(self, topic: str, payload: bytes) -> Document | None:
        if not payload:
            return None  # a topic that was cleared
        try:
            document = self._unseal(payload, self._keyring)
        except DeviceError as error:
            log.warning("a document is not carried on", extra={"topic": topic, "why": str(error)})
            return None
        if topic not in topics_of(document.header):
            log.warning("a document came on another topic than its own", extra={"topic": topic})
            return None
        return document


def _kept(topic: str, payload: bytes, document: Document) -> Kept:
    return Kept(
        topic=topic,
        kind=document.header.kind,
        revision=document.header.revision,
        payload=payload,
        needs=needs_of(document),
        slow_needs=needs_of(for_slow_line(document)),
        manifest=document.body if isinstance(document.body, Manifest) else None,
    )


def needs_of(document: Document) -> dict[str, Need]:
    """The recordings that a document names, and when they are needed."""
    header, needs = document.header, dict[str, Need]()

    def add(recording: str, need: Need) -> None:
        needs[recording] = need.joined(needs.get(recording))

    match document.body:
        case Plan(items=items, cues=cues) as plan:
            for cue in cues:
                item = items[cue.item]
                until = max((cue.latest, *(span.end for span in item.spans)))
                add(item.recording, Need(cue.planned.timestamp(), until.timestamp()))
            for recording in staged_only(plan):
                waits = header.issued + _WAITING_AFTER
                add(recording, Need(waits.timestamp(), header.expires.timestamp()))
        case Alerts(alerts=alerts):
            for alert in alerts:
                if alert.recording is not None:
                    add(alert.recording, Need(-inf, alert.expires.timestamp()))
        case _:
            pass
    return needs


def topics_for(endpoint: str, areas: Iterable[str]) -> tuple[str, ...]:
    """Of all state documents that an endpoint obeys."""
    state = (DocumentKind.ALERTS, DocumentKind.SETTINGS, DocumentKind.PLAN)
    own = [topics.endpoint_document(endpoint, kind) for kind in (*state, DocumentKind.RECEIPT)]
    return (*own, *(topics.area_document(area, kind) for area in areas for kind in state))
