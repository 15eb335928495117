"""Lag: documents that an endpoint should hold by now and, as its heartbeat says, does not. They are said again.

A broker may drop what a slow endpoint does not take in time, and an endpoint may be unable to write a document down. So
each document is said again at most once in a period, which doubles as long as that does not help.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain

from msgspec import Struct
from sqlmodel import Session, col, select

from broadcaster.storage.engine import among
from broadcaster.storage.tables import EndpointRow, PublishedRow
from devices.reports import Heartbeat
from devices.topics import ROOT, DocumentKind
from schedules.places import Place, chain_of

ON_ITS_WAY = timedelta(seconds=10)  # a document so young may not have arrived, or not have been told of
LONGEST = timedelta(hours=1)
STATE = (DocumentKind.PLAN, DocumentKind.ALERTS, DocumentKind.SETTINGS)


class _Document(Struct, frozen=True, gc=False):
    topic: str  # without its root, as heartbeats name it
    revision: int
    told_from: datetime  # heartbeats from then on tell of it


class Lag:
    """`period`: how often one endpoint is looked at, and how soon a document may be said again for the first time.

    What is published is read once in ON_ITS_WAY: younger documents are lacked by nobody.
    """

    def __init__(self, period: timedelta) -> None:
        self._period = period
        self._looked: dict[str, datetime] = {}
        self._read_at: datetime | None = None
        self._published: Mapping[str, list[_Document]] = {}  # by place
        self._shared: dict[str, tuple[_Document, ...]] = {}  # of them, by village: those of its areas
        self._said: dict[
            _Document, tuple[datetime, timedelta]
        ] = {}  # not again before, and the wait after that

    def found(
        self, session: Session, heartbeats: Mapping[str, tuple[datetime, Heartbeat]], now: datetime
    ) -> list[str]:
        """Topics of documents that have to be said again, by the newest heartbeats of endpoints."""
        due = {name: beat for name, beat in heartbeats.items() if self._is_due(name, now)}
        if not due:
            return []
        if self._read_at is None or not timedelta(0) <= now - self._read_at < ON_ITS_WAY:
            self._published, self._shared, self._read_at = _published(session), {}, now
        self._looked |= dict.fromkeys(due, now)
        self._said = {document: said for document, said in self._said.items() if said[0] > now - LONGEST}
        lacking = {
            document
            for name, village in _homes(session, due)
            for document in self._documents_of(name, village)
            if _lacks(due[name], document)
        }
        topics = sorted(document.topic for document in lacking if self._may_be_said(document, now))
        return [f"{ROOT}/{topic}" for topic in topics]

    def _is_due(self, endpoint: str, now: datetime) -> bool:
        looked = self._looked.get(endpoint)
        return looked is None or now - looked >= self._period

    def _documents_of(self, endpoint: str, village: str) -> tuple[_Document, ...]:
        """The state that an endpoint should hold: its own, and that of its areas."""
        shared, own = self._shared.get(village), self._published.get(f"endpoint/{endpoint}", ())
        if shared is None:
            areas = (self._published.get(f"area/{area}", ()) for area in chain_of(Place(village)))
            shared = self._shared[village] = tuple(chain.from_iterable(areas))
        return (*own, *shared)

    def _may_be_said(self, document: _Document, now: datetime) -> bool:
        not_before, wait = self._said.get(document, (now, self._period))
        if now < not_before:
            return False
        self._said[document] = (now + wait, min(wait * 2, LONGEST))
        return True


def _lacks(heard: tuple[datetime, Heartbeat], document: _Document) -> bool:
    at, beat = heard
    return document.told_from < at and beat.held.get(document.topic, 0) < document.revision


def _homes(session: Session, endpoints: Collection[str]) -> Iterable[tuple[str, str]]:
    """(endpoint, village) of these endpoints."""
    rows = among(session, (col(EndpointRow.id), col(EndpointRow.village)), col(EndpointRow.id), endpoints)
    return ((name, village) for name, village in rows)


def _published(session: Session) -> Mapping[str, list[_Document]]:
    """The state that is published, by place: area or endpoint, as topics begin after the root."""
    columns = (PublishedRow.topic, PublishedRow.revision, PublishedRow.issued)
    found: defaultdict[str, list[_Document]] = defaultdict(list)
    for topic, revision, issued in session.exec(select(*columns).where(col(PublishedRow.kind).in_(STATE))):
        name = topic.removeprefix(f"{ROOT}/")
        found[name.rpartition("/")[0]].append(_Document(name, revision, issued + ON_ITS_WAY))
    return found
