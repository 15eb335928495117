"""The lifecycle that time drives: approved notices and playlists go on air when their validity begins, and expire."""

from datetime import datetime

from sqlmodel import Session, col, select

from broadcaster.controller.orders import LIVE
from broadcaster.storage.tables import NoticeRow, PlaylistRow, StepRow, SubjectKind
from schedules.notices import NoticeEvent, NoticeState, after

BY_TIME = "controller"


def advance(session: Session, now: datetime) -> bool:
    """Moves what is due; whether anything moved that the plan depends on."""
    due = [(row, _event(row, now)) for row in _live(session)]
    for row, event in due:
        if event is not None:
            move(session, row, event, BY_TIME, now)
    return any(event is NoticeEvent.EXPIRE for _, event in due)


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


def _live(session: Session) -> list[NoticeRow | PlaylistRow]:
    notices = session.exec(select(NoticeRow).where(col(NoticeRow.state).in_(LIVE)))
    return [*notices, *session.exec(select(PlaylistRow).where(col(PlaylistRow.state).in_(LIVE)))]


def _event(row: NoticeRow | PlaylistRow, now: datetime) -> NoticeEvent | None:
    if now >= row.valid_until:
        return NoticeEvent.EXPIRE
    if now >= row.valid_from and row.state is NoticeState.APPROVED:
        return NoticeEvent.START
    return None
