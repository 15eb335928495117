"""Holdings: at which endpoints audio is ordered by documents in force, and which of them say that they hold it."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, or_, select

from broadcaster.controller.publishing import topic_of
from broadcaster.storage.tables import (
    AlertRow,
    EndpointRow,
    EndpointStateRow,
    NoticeRow,
    PublishedRow,
    RecordingRow,
    SlotRow,
)
from devices.topics import ROOT, DocumentKind
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Place, covers, endpoint_place

_OVER = (NoticeState.WITHDRAWN, NoticeState.EXPIRED)


class Holdings:
    """Of the audio of one asset, as of `now`."""

    def __init__(self, session: Session, asset: str, now: datetime) -> None:
        self._session = session
        wanted = select(RecordingRow.sha256).where(RecordingRow.asset == asset)
        self.recordings = frozenset(session.exec(wanted))
        planned = frozenset(_planned(session, asset, now)) | frozenset(_waiting(session, asset))
        self._places = dict.fromkeys(planned, DocumentKind.PLAN)
        self._places |= dict.fromkeys(_alerted(session, self.recordings, now), DocumentKind.ALERTS)

    def are_ordered(self, endpoint: EndpointRow) -> bool:
        """Whether a plan or an alert names it there."""
        return any(covers(place, _where(endpoint)) for place in self._places)

    def are_held(self, endpoint: EndpointRow) -> bool:
        """Whether the endpoint said that it holds a document in force that names it, and lacks no audio of this asset."""
        state = self._session.get(EndpointStateRow, endpoint.id)
        if state is None or state.missing_count is None or self.recordings & set(state.missing or ()):
            return False
        if state.missing_count > len(state.missing or ()):
            return False  # it lacks more than it named
        return any(
            self._is_held(state, *topic_of(kind, place))
            for place, kind in self._places.items()
            if covers(place, _where(endpoint))
        )

    def _is_held(self, state: EndpointStateRow, topic: str, _target: str) -> bool:
        published = self._session.get(PublishedRow, topic)
        said = (state.held or {}).get(topic.removeprefix(f"{ROOT}/"), 0)
        return published is not None and said >= published.revision


def _where(endpoint: EndpointRow) -> Place:
    return endpoint_place(Place(endpoint.village), endpoint.id)


def _planned(session: Session, asset: str, now: datetime) -> Iterable[Place]:
    """Where it is still to be played."""
    notices = select(NoticeRow.id).where(NoticeRow.asset == asset)
    slots = select(SlotRow.place).where(
        col(SlotRow.notice).in_(notices), col(SlotRow.latest) > now, col(SlotRow.withdrawn_at).is_(None)
    )
    return map(Place, session.exec(slots.distinct()))


def _waiting(session: Session, asset: str) -> Iterable[Place]:
    """Where it waits for an emergency that is saved, or for its end."""
    saved = select(NoticeRow).where(
        NoticeRow.kind == NoticeKind.EMERGENCY,
        col(NoticeRow.state).not_in(_OVER),
        or_(NoticeRow.asset == asset, NoticeRow.cancel_asset == asset),
    )
    return (Place(target) for row in session.exec(saved) for target in row.targets)


def _alerted(session: Session, recordings: Iterable[str], now: datetime) -> Iterable[Place]:
    """Where it is sounded at once."""
    in_force = select(AlertRow).where(
        col(AlertRow.expires) > now,
        col(AlertRow.cancelled_at).is_(None),
        col(AlertRow.recording).in_(list(recordings)),
    )
    return (Place(target) for row in session.exec(in_force) for target in row.targets)
