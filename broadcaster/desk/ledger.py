"""The ledger and the coverage, as people ask for them: did every village hear every notice as often as ordered?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from broadcaster.desk.door import Noun, question
from broadcaster.desk.errors import Invalid
from broadcaster.desk.house import Context
from broadcaster.desk.watched import known_at
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.proof.coverage import coverage_of
from broadcaster.proof.ledger import days_between, read_day, read_days
from broadcaster.storage.tables import AreaRow, NoticeRow
from schedules.coverage import Step
from schedules.places import Place, covers
from schedules.tally import Atom, Tally, lines, total

_MOST_DAYS = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Plays:
    """Plays at endpoints by outcome; `ordered` is their sum."""

    ordered: int
    counted: int
    made_up: int
    missed: int
    partial: int
    withdrawn: int
    unknown: int
    pending: int
    missed_by_reason: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One notice in one village on one day; `heard_by_*` count each play once, by how many endpoints heard it."""

    day: date
    notice: str
    title: str
    village: str
    name: str
    plays: Plays
    heard_by_all: int
    heard_by_some: int
    heard_by_none: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Who did not reach a step, and why."""

    village: str
    name: str
    endpoint: str | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """How many villages and endpoints reached one step."""

    step: str
    villages: int
    endpoints: int
    village_percent: float
    endpoint_percent: float
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView:
    """How far a notice came."""

    notice: str
    known_at: datetime | None  # as of when: a controller last watched then
    villages: int
    endpoints: int
    steps: tuple[StepView, ...]


class Ledger(Noun):
    """What was ordered, heard, made up and missed."""

    @question("GET", "/ledger", right=Right.VIEW)
    def lines(
        self,
        ctx: Context,
        since: date | None = None,
        until: date | None = None,
        notice: str | None = None,
        place: Place | None = None,
    ) -> tuple[LedgerLine, ...]:
        """Notice by village and day; today where no day is named."""
        found = _atoms(ctx, since, until, notice, place)
        titles, names = _titles(ctx.session), _names(ctx.session)
        return tuple(
            LedgerLine(
                day=line.day,
                notice=line.notice,
                title=titles.get(line.notice, line.notice),
                village=line.village,
                name=names.get(line.village, line.village),
                plays=_plays(line.tally),
                heard_by_all=line.heard_by_all,
                heard_by_some=line.heard_by_some,
                heard_by_none=line.heard_by_none,
            )
            for line in lines(found)
        )

    @question("GET", "/ledger/sum", right=Right.VIEW)
    def sum(
        self,
        ctx: Context,
        since: date | None = None,
        until: date | None = None,
        notice: str | None = None,
        place: Place | None = None,
    ) -> Plays:
        """All of it added up."""
        return _plays(total(_atoms(ctx, since, until, notice, place)))

    @question("GET", "/coverage/{notice}", right=Right.VIEW)
    def coverage(
        self, ctx: Context, notice: str, since: date | None = None, until: date | None = None
    ) -> CoverageView:
        """How far a notice came, step by step, with everyone who is missing at each."""
        days = [read_day(ctx.session, day) for day in _days(ctx, since, until)]
        found = coverage_of(days, notice, ctx.now)
        names = _names(ctx.session)
        return CoverageView(
            notice=notice,
            known_at=known_at(ctx.session),
            villages=found.villages,
            endpoints=found.endpoints,
            steps=tuple(
                StepView(
                    step=each.step.name.lower(),
                    villages=each.villages,
                    endpoints=each.endpoints,
                    village_percent=round(100 * found.village_share(Step(each.step)), 1),
                    endpoint_percent=round(100 * found.endpoint_share(Step(each.step)), 1),
                    missing=tuple(
                        Missing(
                            village=one.village,
                            name=names.get(one.village, one.village),
                            endpoint=one.endpoint,
                            because=str(one.because or ""),
                        )
                        for one in each.missing
                    ),
                )
                for each in found.steps
            ),
        )


def _atoms(
    ctx: Context, since: date | None, until: date | None, notice: str | None, place: Place | None
) -> list[Atom]:
    atoms = read_days(ctx.session, _days(ctx, since, until), ctx.now)
    return [
        atom
        for atom in atoms
        if (notice is None or atom.notice == notice) and (place is None or covers(place, atom.village))
    ]


def _days(ctx: Context, since: date | None, until: date | None) -> Iterable[date]:
    today = ctx.now.astimezone(ctx.house.settings.zone).date()
    first = since or until or today
    last = until or max(first, today)
    if not 0 <= (last - first).days < _MOST_DAYS:
        raise Invalid(
            N_("The ledger shows 1 to {most} days in order, got {first} to {last}."),
            most=_MOST_DAYS,
            first=first,
            last=last,
        )
    return days_between(first, last)


def _plays(tally: Tally) -> Plays:
    return Plays(
        ordered=tally.ordered,
        counted=tally.counted,
        made_up=tally.made_up,
        missed=tally.missed,
        partial=tally.partial,
        withdrawn=tally.withdrawn,
        unknown=tally.unknown,
        pending=tally.pending,
        missed_by_reason=dict(sorted(tally.missed_by.items())),
    )


def _titles(session: Session) -> dict[str, str]:
    wanted = select(NoticeRow.id, NoticeRow.title).order_by(col(NoticeRow.version))
    return dict(session.exec(wanted).all())


def _names(session: Session) -> dict[str, str]:
    return dict(session.exec(select(AreaRow.code, AreaRow.name)).all())
