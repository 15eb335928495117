"""The lifecycle that time drives: approved notices and playlists go on air when their validity begins, and expire."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from broadcaster.controller.orders import LIVE
from broadcaster.storage.changes import changed
from broadcaster.storage.tables import NoticeRow, PlaylistRow, StepRow, SubjectKind
from schedules.notices import NoticeEvent, NoticeState, after

BY_TIME = "controller"


def advance(session: Session, now: datetime) -> None:
    """Moves what is due."""
    for row in _due(session, now):
        event = NoticeEvent.EXPIRE if now >= row.valid_until else NoticeEvent.START
        move(session, row, event, BY_TIME, now)
        if event is NoticeEvent.EXPIRE:  # one that starts was planned already
            changed(session)


def move(
    session: Session,
    row: NoticeRow | PlaylistRow,
    event: NoticeEvent,
    who: str,
    now: datetime,
    comment: str = "",
) -> None:
    """One step of a notice or playlist, with its trace; ValueError where its state does not allow it."""
    row.state = after(row.state, event)
    session.add(row)
    session.add(
        StepRow(
            subject_kind=SubjectKind(row.__tablename__),
            subject=row.id,
            version=row.version,
            event=event,
            who=who,
            at=now,
            comment=comment,
        )
    )


def _due(session: Session, now: datetime) -> list[NoticeRow | PlaylistRow]:
    return [
        *session.exec(select(NoticeRow).where(_is_due(NoticeRow, now))),
        *session.exec(select(PlaylistRow).where(_is_due(PlaylistRow, now))),
    ]


def _is_due(table: type[NoticeRow] | type[PlaylistRow], now: datetime) -> ColumnElement[bool]:
    starts = and_(col(table.state) == NoticeState.APPROVED, col(table.valid_from) <= now)
    ends = and_(col(table.state).in_(LIVE), col(table.valid_until) <= now)
    return or_(starts, ends)
