"""The lifecycle that time drives: approved notices and playlists go on air when their validity begins, and expire."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, and_, col, or_, select

from broadcaster.controller.orders import LIVE
from broadcaster.storage.tables import NoticeRow, PlaylistRow, StepRow, SubjectKind
from schedules.notices import NoticeEvent, NoticeState, after

BY_TIME = "controller"
_Timed = TypeVar("_Timed", NoticeRow, PlaylistRow)


def advance(session: Session, now: datetime) -> bool:
    """Moves what is due; whether anything moved that the plan depends on."""
    expired = False
    due: list[NoticeRow | PlaylistRow] = []
    due += _turned(session, NoticeRow, now)
    due += _turned(session, PlaylistRow, now)
    for row in due:
        over = now >= row.valid_until
        move(session, row, NoticeEvent.EXPIRE if over else NoticeEvent.START, BY_TIME, now)
        expired = expired or over
    return expired


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


def _turned(session: Session, table: type[_Timed], now: datetime) -> Sequence[_Timed]:
    """What is live and past its validity, or approved and within it."""
    begun = and_(col(table.state) == NoticeState.APPROVED, col(table.valid_from) <= now)
    live = col(table.state).in_(LIVE)
    return session.exec(select(table).where(live, or_(begun, col(table.valid_until) <= now))).all()
