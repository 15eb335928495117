"""Programme: what was ordered to sound, and when and where it should not sound any more, as plan and alerts have it.

Slots and alerts are looked up when somebody sounds them. Of what was withdrawn or cancelled it is known which documents
say so: who holds one of them has been told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from broadcaster.controller.publishing import topic_of
from broadcaster.storage.engine import among, snapshot
from broadcaster.storage.tables import AlertRow, PublishedRow, SlotRow
from devices.reports import Heartbeat
from devices.topics import ROOT, DocumentKind
from schedules.places import Place, chain_of, covers

BELIEVED = timedelta(seconds=30)  # what was looked up
AROUND_START = timedelta(minutes=10)  # in which the start of a play may have moved somebody's hand
_PREFIX = len(ROOT) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """One slot or alert. `ends`: by then it is silent by itself; `stopped`: withdrawn or cancelled."""

    begins: datetime
    ends: datetime
    stopped: datetime | None = None
    told_by: Mapping[str, int] = field(
        default_factory=dict
    )  # document, as heartbeats name it → first revision

    def is_told(self, beat: Heartbeat) -> bool:
        """Whether an endpoint holds a document that says that it is stopped."""
        return any(beat.held.get(name, 0) >= revision for name, revision in self.told_by.items())


@dataclass(frozen=True, slots=True)
class Play:
    """When something sounds in a village, by the plan."""

    begins: datetime
    ends: datetime


class Programme:
    """What a county sounds. `learn` before `of`; mutable, it remembers what it looked up."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        self._engine, self._zone = engine, zone
        self._ordered: dict[str, tuple[datetime, Ordered]] = {}
        self._plays: dict[str, tuple[datetime, tuple[Play, ...]]] = {}

    def learn(self, session: Session, sounding: Iterable[str], now: datetime) -> None:
        """Looks up what is being sounded, and forgets what is old."""
        self._ordered = {k: each for k, each in self._ordered.items() if now - each[0] < BELIEVED}
        wanted = {key for key in sounding if key not in self._ordered}
        if wanted:
            found = {**_slots(session, wanted), **_alerts(session, wanted)}
            self._ordered |= {key: (now, each) for key, each in found.items()}

    def of(self, sounding: str) -> Ordered | None:
        """What was ordered under this id; None: nothing ever was."""
        found = self._ordered.get(sounding)
        return found[1] if found else None

    def since_start(self, village: str, at: datetime) -> timedelta | None:
        """How long before `at` the newest play in a village began, if it lasted then or had begun just before."""
        begun = [
            at - p.begins
            for p in self._around(village, at)
            if p.begins <= at < max(p.ends, p.begins + AROUND_START)
        ]
        return min(begun, default=None)

    def _around(self, village: str, at: datetime) -> tuple[Play, ...]:
        known = self._plays.get(village)
        if known is None or abs(at - known[0]) >= BELIEVED:
            with snapshot(self._engine) as session:
                known = self._plays[village] = (at, tuple(self._plays_of(session, Place(village), at)))
        return known[1]

    def _plays_of(self, session: Session, village: Place, at: datetime) -> Iterator[Play]:
        day = at.astimezone(self._zone).date()
        slots = select(SlotRow).where(
            col(SlotRow.day).in_((day, day - timedelta(days=1))),
            col(SlotRow.place).in_(chain_of(village)),
            col(SlotRow.withdrawn_at).is_(None),
        )
        for slot in session.exec(slots):
            yield Play(slot.planned, slot.planned + timedelta(milliseconds=slot.duration_ms))
        alerts = select(AlertRow).where(AlertRow.expires > at - AROUND_START, AlertRow.starts <= at)
        for alert in session.exec(alerts):
            if any(covers(Place(target), village) for target in alert.targets):
                yield Play(alert.starts, alert.cancelled_at or alert.expires)


def _slots(session: Session, wanted: Collection[str]) -> dict[str, Ordered]:
    rows = among(session, (SlotRow,), SlotRow.id, wanted).scalars().all()
    places = {row.place for row in rows if row.withdrawn_at is not None}
    published = _published(session, DocumentKind.PLAN, places)
    return {
        row.id: Ordered(
            begins=row.planned,
            ends=row.latest,
            stopped=row.withdrawn_at,
            told_by=_told_by(published, DocumentKind.PLAN, [row.place], row.withdrawn_at),
        )
        for row in rows
    }


def _alerts(session: Session, wanted: Collection[str]) -> dict[str, Ordered]:
    rows = among(session, (AlertRow,), AlertRow.id, wanted).scalars().all()
    places = {place for row in rows if row.cancelled_at is not None for place in row.targets}
    published = _published(session, DocumentKind.ALERTS, places)
    return {
        row.id: Ordered(
            begins=row.starts,
            ends=row.expires,
            stopped=row.cancelled_at,
            told_by=_told_by(published, DocumentKind.ALERTS, row.targets, row.cancelled_at),
        )
        for row in rows
    }


def _published(session: Session, kind: DocumentKind, places: Iterable[str]) -> dict[str, PublishedRow]:
    names = {topic_of(kind, Place(place))[0] for place in places}
    if not names:
        return {}
    rows = among(session, (PublishedRow,), PublishedRow.topic, names).scalars()
    return {row.topic: row for row in rows}


def _told_by(
    published: Mapping[str, PublishedRow], kind: DocumentKind, places: Iterable[str], stopped: datetime | None
) -> dict[str, int]:
    """The documents of these places that were issued after it was stopped."""
    if stopped is None:
        return {}
    rows = (published.get(topic_of(kind, Place(place))[0]) for place in places)
    return {row.topic[_PREFIX:]: row.revision for row in rows if row is not None and row.issued >= stopped}
