"""The way of notices and playlists to the air: who may move them, and what each step leaves behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, select

from broadcaster.controller import lifecycle
from broadcaster.desk.errors import Conflict, Invalid, Refused
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people import users
from broadcaster.people.rights import Right, Verdict, may_approve
from broadcaster.promise import late, needed_by, promises
from broadcaster.storage.changes import changed
from broadcaster.storage.tables import (
    AreaRow,
    DraftRow,
    EndpointRow,
    NoticeRow,
    PlaylistRow,
    StepRow,
    SubjectKind,
)
from schedules.notices import TRANSITIONS, NoticeEvent, NoticeState
from schedules.places import Level, Place, level_of

Subject = NoticeRow | PlaylistRow
Key = Annotated[str, Field(min_length=16, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]
REPLACED = N_("replaced by version {version}")  # the comment of that step
_MAKING = (None, NoticeEvent.SUBMIT)  # who writes, edits or hands in; who gives it back may approve it then
BY_PEOPLE = frozenset({NoticeEvent.SUBMIT, NoticeEvent.REJECT, NoticeEvent.APPROVE, NoticeEvent.WITHDRAW})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who did what when with one version."""

    version: int
    event: NoticeEvent | None  # None: written or edited
    who: str
    at: datetime
    comment: str


def targets_of(ctx: Context, right: Right, targets: Iterable[str]) -> list[str]:
    """Targets that exist and where the caller has `right`; without any there is nothing to hear."""
    wanted = list(dict.fromkeys(targets))
    if not wanted:
        raise Invalid(N_("Nobody would hear it: name at least one area or endpoint."))
    unknown = [target for target in wanted if not _exists(ctx.session, Place(target))]
    if unknown:
        raise Invalid(
            N_("There is no area or endpoint {unknown}: import it, or name another."),
            unknown=", ".join(unknown),
        )
    ctx.require(right, *map(Place, wanted))
    return wanted


def move(ctx: Context, row: Subject, event: NoticeEvent, comment: str = "") -> None:
    """One step; Conflict where the state does not allow it."""
    try:
        lifecycle.move(ctx.session, row, event, ctx.who, ctx.now, comment)
    except ValueError as error:
        raise _out_of_turn(row, event) from error
    changed(ctx.session)
    ctx.session.flush()


def _out_of_turn(row: Subject, event: NoticeEvent) -> Conflict:
    possible = ", ".join(each for each in TRANSITIONS[row.state] if each in BY_PEOPLE)
    if not possible:
        message = N_("{subject} is {state}: it has ended, and nobody can {event} it. Begin a new one.")
        return Conflict(message, subject=row.id, state=row.state, event=event)
    message = N_("{subject} is {state}: nobody can {event} it now. Possible: {possible}.")
    return Conflict(message, subject=row.id, state=row.state, event=event, possible=possible)


def approve(
    ctx: Context, row: Subject, assets: Iterable[str], comment: str = "", *, although_late: bool = False
) -> None:
    """Approval by a second person with the right for all its targets; an older version on the air is replaced.

    Conflict where a serial line cannot carry the audio in time, unless it is approved although it is late.
    """
    targets = [Place(target) for target in row.targets]
    ctx.require(Right.APPROVE, *targets)
    if row.valid_until <= ctx.now:
        message = N_("{subject} ended on {ends}: give it back and have its validity changed.")
        raise Conflict(message, subject=row.id, ends=row.valid_until.isoformat())
    made = (step for step in steps(ctx.session, row, row.version) if step.event in _MAKING)
    makers = {step.who for step in made} - {users.CONTROLLER}
    verdict = may_approve(users.grants_of(ctx.session, ctx.who), ctx.who, makers, targets).verdict
    if ctx.who in makers or verdict is Verdict.OWN_WORK:
        raise Refused(
            N_("{who} worked on {subject}: it takes a second person to approve it."),
            who=ctx.who,
            subject=row.id,
        )
    if not although_late:
        _require_in_time(ctx, row, assets)
    for older in _live(ctx.session, row):
        move(ctx, older, NoticeEvent.WITHDRAW, REPLACED.format(version=row.version))
    move(ctx, row, NoticeEvent.APPROVE, comment)


def _require_in_time(ctx: Context, row: Subject, assets: Iterable[str]) -> None:
    needed = needed_by(row.valid_from, ctx.now)
    behind = late(promises(ctx.session, assets, row.targets, needed, ctx.now))
    if behind and (arrives := behind[0].arrives) is not None:
        raise Conflict(
            N_(
                "Too late for the first play: the audio of {subject} will be at {count} loudspeakers on serial lines by {time} "
                "only. Let it begin later, or approve it although it is late."
            ),
            subject=row.id,
            count=len(behind),
            time=arrives.astimezone(ctx.house.settings.zone).strftime("%m-%d %H:%M"),
        )


def withdraw(ctx: Context, row: Subject, comment: str) -> None:
    """Taking back: what is still on its way to approval by whoever may write there, what is live by fewer."""
    unapproved = row.state in (NoticeState.DRAFT, NoticeState.SUBMITTED)
    ctx.require(Right.DRAFT if unapproved else Right.WITHDRAW, *map(Place, row.targets))
    move(ctx, row, NoticeEvent.WITHDRAW, comment)


def validity(ctx: Context, begins: datetime | None, ends: datetime | None) -> tuple[datetime, datetime]:
    """From when to when: now and 30 days where nothing is said. Invalid for what is over before it begins."""
    valid_from = begins or ctx.now
    valid_until = ends or valid_from + timedelta(days=30)
    if valid_until <= valid_from or valid_until <= ctx.now:
        raise Invalid(
            N_("A notice must end after it begins and after now: got {begins} to {ends}."),
            begins=valid_from.isoformat(),
            ends=valid_until.isoformat(),
        )
    return valid_from, valid_until


def written_under(ctx: Context, key: str | None) -> str | None:
    """What the caller wrote under a key of their own making; Invalid for a key of somebody else."""
    known = ctx.session.get(DraftRow, key) if key else None
    if known is not None and known.who != ctx.who:
        raise Invalid(N_("The key {key} belongs to another draft."), key=key)
    return known.subject if known is not None else None


def keep_key(ctx: Context, key: str | None, subject: str) -> None:
    """What is written under a key is known by it from now on."""
    if key:
        ctx.session.add(DraftRow(key=key, who=ctx.who, subject=subject))


def written(ctx: Context, row: Subject) -> None:
    """The step of drafting or editing, which changes no state."""
    ctx.act.subject = row.id
    ctx.session.add(
        StepRow(
            subject_kind=SubjectKind(row.__tablename__),
            subject=row.id,
            version=row.version,
            who=ctx.who,
            at=ctx.now,
        )
    )
    ctx.session.flush()


def steps(session: Session, row: Subject, version: int | None = None) -> tuple[Step, ...]:
    """Every step of a notice or playlist, or of one version, in order."""
    wanted = select(StepRow).where(
        StepRow.subject == row.id, StepRow.subject_kind == SubjectKind(row.__tablename__)
    )
    if version is not None:
        wanted = wanted.where(StepRow.version == version)
    return tuple(
        Step(version=each.version, event=each.event, who=each.who, at=each.at, comment=each.comment)
        for each in session.exec(wanted.order_by(col(StepRow.id)))
    )


def new_id(session: Session, table: type[NoticeRow] | type[PlaylistRow], letter: str, now: datetime) -> str:
    """The next free id of the day, such as n20261123-1."""
    stem = f"{letter}{now:%Y%m%d}-"
    taken = set(session.exec(select(table.id).where(col(table.id).startswith(stem))))
    return next(name for n in range(1, 100_000) if (name := f"{stem}{n}") not in taken)


def _live(session: Session, row: Subject) -> list[Subject]:
    """Other versions of the same thing that are approved or on the air."""
    if isinstance(row, NoticeRow):
        found: list[Subject] = [*session.exec(select(NoticeRow).where(NoticeRow.id == row.id))]
    else:
        found = [*session.exec(select(PlaylistRow).where(PlaylistRow.id == row.id))]
    live = (NoticeState.APPROVED, NoticeState.ON_AIR)
    return [other for other in found if other.version != row.version and other.state in live]


def _exists(session: Session, place: Place) -> bool:
    try:
        if level_of(place) is not Level.ENDPOINT:
            return session.get(AreaRow, place) is not None
    except ValueError:  # no code of an area
        return False
    village, _, endpoint = place.partition("/")
    row = session.get(EndpointRow, endpoint)
    return row is not None and row.village == village and row.enabled
