"""Lag: documents that an endpoint should hold by now and, as its heartbeat says, does not. They are said again.

A broker may drop what a slow endpoint does not take in time, and an endpoint may be unable to write a document down. So
each document is said again at most once in a period, which doubles as long as that does not help.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice

from sqlmodel import Session, col

from broadcaster.storage.engine import among
from broadcaster.storage.tables import EndpointRow, PublishedRow
from devices.reports import Heartbeat
from devices.topics import ROOT, DocumentKind, area_document, endpoint_document
from schedules.places import Place, chain_of

ON_ITS_WAY = timedelta(seconds=10)  # a document so young may not have arrived, or not have been told of
LONGEST = timedelta(hours=1)
MOST_AT_ONCE = 500  # endpoints; the others are looked at with their next heartbeats
STATE = (DocumentKind.PLAN, DocumentKind.ALERTS, DocumentKind.SETTINGS)

_Document = tuple[str, int]  # topic and revision


class Lag:
    """`period`: how often one endpoint is looked at, and how soon a document may be said again for the first time."""

    def __init__(self, period: timedelta) -> None:
        self._period = period
        self._looked: dict[str, datetime] = {}
        self._said: dict[
            _Document, tuple[datetime, timedelta]
        ] = {}  # not again before, and the wait after that

    def found(
        self, session: Session, heartbeats: Mapping[str, tuple[datetime, Heartbeat]], now: datetime
    ) -> list[str]:
        """Topics of documents that have to be said again, by the newest heartbeats of endpoints."""
        waiting = (heard for heard in heartbeats.items() if self._is_due(heard[0], now))
        due = dict(islice(waiting, MOST_AT_ONCE))
        if not due:
            return []
        self._looked |= dict.fromkeys(due, now)
        self._said = {document: said for document, said in self._said.items() if said[0] > now - LONGEST}
        homes = _homes(session, due)
        published = _published(session, {topic for topics in homes.values() for topic in topics})
        lacking = {
            (topic, published[topic][0])
            for name, topics in homes.items()
            for topic in topics
            if topic in published and _lacks(due[name], topic, *published[topic])
        }
        return [document[0] for document in sorted(lacking) if self._may_be_said(document, now)]

    def _is_due(self, endpoint: str, now: datetime) -> bool:
        looked = self._looked.get(endpoint)
        return looked is None or now - looked >= self._period

    def _may_be_said(self, document: _Document, now: datetime) -> bool:
        not_before, wait = self._said.get(document, (now, self._period))
        if now < not_before:
            return False
        self._said[document] = (now + wait, min(wait * 2, LONGEST))
        return True


def _lacks(heard: tuple[datetime, Heartbeat], topic: str, revision: int, issued: datetime) -> bool:
    at, beat = heard
    return issued + ON_ITS_WAY < at and beat.held.get(topic.removeprefix(f"{ROOT}/"), 0) < revision


def _homes(session: Session, endpoints: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The topics of state that each endpoint obeys."""
    rows = among(session, (col(EndpointRow.id), col(EndpointRow.village)), col(EndpointRow.id), endpoints)
    return {name: topics_of_endpoint(name, Place(village)) for name, village in rows}


@lru_cache(65_536)
def topics_of_endpoint(endpoint: str, village: Place) -> tuple[str, ...]:
    """The topics of state that an endpoint obeys: its own, and those of its areas."""
    return (
        *(endpoint_document(endpoint, kind) for kind in STATE),
        *_topics_of_areas(village),
    )


@lru_cache(maxsize=4096)
def _topics_of_areas(village: Place) -> tuple[str, ...]:
    return tuple(area_document(area, kind) for area in chain_of(village) for kind in STATE)


def _published(session: Session, topics: Collection[str]) -> dict[str, tuple[int, datetime]]:
    wanted = (col(PublishedRow.topic), col(PublishedRow.revision), col(PublishedRow.issued))
    rows = among(session, wanted, col(PublishedRow.topic), topics)
    return {topic: (revision, issued) for topic, revision, issued in rows}
