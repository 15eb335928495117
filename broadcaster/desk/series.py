"""Series of announcements: issue numbers (第 N 期) that run without gaps and without doubles.

A number belongs to a notice from its draft on, because it is spoken in it. It is given out again only if the notice is
taken back, or leaves its series, before anybody approved it.
"""

from itertools import count

from sqlmodel import Session, select

from broadcaster.desk.errors import Conflict
from broadcaster.language import N_
from broadcaster.storage.engine import insert_new, upsert
from broadcaster.storage.tables import NoticeRow, SeriesRow, StepRow, SubjectKind
from schedules.notices import NoticeEvent, NoticeState


def numbered(
    session: Session, name: str | None, wished: int | None, notice: str, before: NoticeRow | None
) -> tuple[str | None, int | None]:
    """The series and the issue of a version: its own number while it stays in the series, else the next one.

    A new series may begin with any number. Conflict for a number that is taken, or that would leave a gap.
    """
    if name is None:
        return None, None
    last = _locked(session, name)
    lowest, given = _issues(session, name)
    taken = {issue for other, issue in given if other != notice}
    own = before.issue if before is not None and before.series == name else None
    if own is not None and own not in taken and wished in (None, own):
        return name, own
    following = next(issue for issue in count(min(lowest or last + 1, last + 1)) if issue not in taken)
    issue = wished or following
    if issue in taken or (issue != following and (last or taken)):
        message = N_("Issue {issue} of series {series} is given out or leaves a gap; the next one is {next}.")
        raise Conflict(message, issue=issue, series=name, next=following)
    upsert(session, SeriesRow, [{"name": name, "last_issue": max(issue, last)}])
    return name, issue


def give_back(session: Session, row: NoticeRow, *, unless: str | None) -> None:
    """The number of a draft that leaves its series for another one, or for none."""
    if row.series is None or row.series == unless or row.issue is None or row.version > 1:
        return
    if _locked(session, row.series) == row.issue:
        upsert(session, SeriesRow, [{"name": row.series, "last_issue": row.issue - 1}])


def _locked(session: Session, name: str) -> int:
    """The last issue given out, 0 for a new series; until the transaction ends nobody else is given a number."""
    insert_new(session, SeriesRow, [{"name": name, "last_issue": 0}])
    wanted = select(SeriesRow.last_issue).where(SeriesRow.name == name).with_for_update()
    return session.exec(wanted).one()


def _issues(session: Session, name: str) -> tuple[int | None, list[tuple[str, int]]]:
    """The lowest issue there ever was, and (notice, issue) of those not taken back before anybody approved them."""
    approved = select(StepRow.subject, StepRow.version).where(
        StepRow.subject_kind == SubjectKind.NOTICE, StepRow.event == NoticeEvent.APPROVE
    )
    issued = set(session.exec(approved).all())
    rows = session.exec(select(NoticeRow).where(NoticeRow.series == name))
    numbers = [(row, row.issue) for row in rows if row.issue is not None]
    given = [
        (row.id, issue)
        for row, issue in numbers
        if row.state is not NoticeState.WITHDRAWN or (row.id, row.version) in issued
    ]
    return min((issue for _, issue in numbers), default=None), given
