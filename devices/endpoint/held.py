"""Documents held: what the controller has told this endpoint, verified, and written down before it is acted on."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from devices import topics
from devices.acceptance import Verdict, accept
from devices.documents import Alerts, Document, Header, Manifest, Plan, Settings
from devices.endpoint.clock import Clock
from devices.endpoint.settings import InForce, in_force
from devices.endpoint.store import HeldDocument, Store, StoreFault
from devices.errors import DeviceError
from devices.links import Message
from devices.low_rate import for_slow_line
from devices.provisioning import Provision
from devices.signing import Keyring
from devices.topics import DocumentKind

Unseal = Callable[[bytes, Keyring], Document]
STATE = (
    DocumentKind.PLAN,
    DocumentKind.ALERTS,
    DocumentKind.SETTINGS,
)  # kept with their bytes; a heartbeat names them

_Body = TypeVar("_Body", Plan, Alerts, Settings)


class Refused(Exception):
    """A document that changes nothing; `detail` is for the event, empty where there is nothing to report."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class Held:
    """`unseal` is a parameter so that many simulated endpoints may share the work; `complain` hears of a failing store."""

    def __init__(
        self, provision: Provision, store: Store, unseal: Unseal, complain: Callable[[str], None]
    ) -> None:
        self._store = store
        self._unseal = unseal
        self._is_slow = provision.line is not None and provision.line.wiring.line.is_slow
        self._complain = complain
        self._keyring = Keyring(provision.keys)
        self._order = _state_topics(provision)
        self._receipt = topics.endpoint_document(provision.endpoint, DocumentKind.RECEIPT)
        self.filters = (*self._order, self._receipt, topics.TIME)  # what to subscribe to, for ever
        self._zone = provision.zone
        self._revisions: dict[str, int] = {}
        self._documents: dict[str, Document] = {}
        self.newest = store.floor  # the newest issue time of a verified document: the clock's floor
        # For heartbeats: the revision of each state document, by topic without root.
        self.said: dict[str, int] = {}

    def load(self) -> Iterator[str]:
        """Verify again what earlier boots kept; what does not stand it is named, and only its revision is kept."""
        for kept in self._store.documents():
            self._revisions[kept.topic] = kept.revision
            if kept.payload and kept.topic in self._order:
                try:
                    self._documents[kept.topic] = self._opened(kept.payload)
                except DeviceError as error:
                    yield f"{kept.topic}: {error}"
        self._name()

    def take(self, message: Message, clock: Clock, now_s: float) -> Document:
        """The document in `message`, from now on held. Raises Refused.

        What cannot be written down is refused, but for alerts: people first.
        """
        document = self._genuine(message)
        header = document.header
        clock.verified(header.issued, now_s)
        judges = clock.confirmed or message.topic != topics.TIME
        self._judge(document, message.topic, clock.true_time(now_s) if judges else None)
        if message.topic in self._order:
            self._keep(document, message)
        elif message.topic == self._receipt and header.revision != self._revisions.get(message.topic):
            self._note(message.topic, header)
        self._revisions[message.topic] = header.revision
        self.newest = max(self.newest or header.issued, header.issued)
        return document

    def settings(self) -> InForce:
        """The settings in force."""
        return in_force((body for _, body in self.bodies(Settings)), self._zone)

    def bodies(self, kind: type[_Body]) -> list[tuple[Header, _Body]]:
        """Every document of one kind that is held, the narrowest area first."""
        held = (self._documents.get(topic) for topic in self._order)
        return [(d.header, d.body) for d in held if d is not None and isinstance(d.body, kind)]

    def _genuine(self, message: Message) -> Document:
        if message.topic not in self.filters and not message.topic.startswith(topics.MEDIA):
            raise Refused  # not ours, whoever sends it
        if not message.payload:
            raise Refused  # a topic that was cleared
        try:
            return self._opened(message.payload)
        except DeviceError as error:
            raise Refused(f"{message.topic}: {error}") from error

    def _opened(self, payload: bytes) -> Document:
        document = self._unseal(payload, self._keyring)
        return for_slow_line(document) if self._is_slow else document

    def _judge(self, document: Document, topic: str, time: datetime | None) -> None:
        verdict = accept(
            document,
            topic=topic,
            held_revision=self._revisions.get(topic),
            now=time,
            newest_issued=self.newest,
        )
        heals = topic == self._receipt or isinstance(document.body, Manifest)
        if verdict is Verdict.DUPLICATE and heals:
            return  # harmless, and needed where what the first one did is undone: a recording was damaged since
        if verdict is Verdict.DUPLICATE or (verdict is Verdict.STALE and topic == topics.TIME):
            raise Refused  # as happens on every good day
        if verdict is not Verdict.ACCEPTED:
            raise Refused(f"{topic}: {verdict}, revision {document.header.revision}")
        if isinstance(document.body, Settings):
            self._check(document.body, topic)

    def _check(self, settings: Settings, topic: str) -> None:
        """What only this board can find wrong."""
        try:
            in_force([settings], self._zone)
        except ValueError as error:
            raise Refused(f"{topic}: {error}") from error

    def _keep(self, document: Document, message: Message) -> None:
        header = document.header
        kept = HeldDocument(topic=message.topic, revision=header.revision, payload=message.payload)
        try:
            self._store.keep_document(kept, header.issued)
        except StoreFault as fault:
            self._complain(str(fault))
            if header.kind is not DocumentKind.ALERTS:
                raise Refused(f"{message.topic}: it cannot be written down") from fault
        self._documents[message.topic] = document
        self._revisions[message.topic] = header.revision
        self._name()

    def _note(self, topic: str, header: Header) -> None:
        """Only the revision, so that no older receipt counts after the next boot; a receipt makes room, whatever fails."""
        try:
            self._store.keep_document(
                HeldDocument(topic=topic, revision=header.revision, payload=b""), header.issued
            )
        except StoreFault as fault:
            self._complain(str(fault))

    def _name(self) -> None:
        root = len(topics.ROOT) + 1
        self.said = {
            topic[root:]: self._revisions[topic] for topic in self._order if topic in self._revisions
        }


def _state_topics(provision: Provision) -> tuple[str, ...]:
    """Plans, alerts and settings of the endpoint and its areas, the narrowest first."""
    own = [topics.endpoint_document(provision.endpoint, kind) for kind in STATE]
    return (*own, *(topics.area_document(area, kind) for area in provision.areas for kind in STATE))
