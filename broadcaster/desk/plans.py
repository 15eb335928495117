"""Plans at the desk: a day of one village as people read it, why it is so, and what a draft would get."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, select

from broadcaster.controller.orders import Lineup, inaudible, lineup, trial
from broadcaster.controller.planning import request, stored_slots
from broadcaster.desk import notices, playlists
from broadcaster.desk.door import Noun, question
from broadcaster.desk.errors import NotFound
from broadcaster.desk.house import Context
from broadcaster.desk.titles import (
    AbsenceView,
    ConflictView,
    Explanation,
    Names,
    Shortfall,
    SlotView,
    concerns,
)
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.proof.ledger import Day, read_day
from broadcaster.storage.mapping import windows_of
from broadcaster.storage.tables import AreaRow, NoticeRow, PlaylistRow
from schedules.explain import explain
from schedules.notices import NoticeState
from schedules.outcomes import Outcome
from schedules.places import Level, Place, chain_of, covers, level_of
from schedules.planning import plan
from schedules.request import PlanRequest
from schedules.slots import DayPlan
from schedules.windows import clipped, instant, spans_around

_NOT_YET = (NoticeState.DRAFT, NoticeState.SUBMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A day in one place."""

    day: date
    place: str
    place_name: str
    slots: tuple[SlotView, ...]
    absences: tuple[AbsenceView, ...]
    minutes: float
    quiet: tuple[tuple[datetime, datetime], ...]  # the place's quiet hours of that day


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a notice or playlist would get on a day if it were approved now; `planned` plays have their place everywhere.

    `inaudible` are titles of notices that no plan can hold: they have no audio yet, or have ended.
    """

    day: date
    ordered: int
    planned: int
    slots: tuple[SlotView, ...]
    absences: tuple[AbsenceView, ...]
    conflicts: tuple[ConflictView, ...]
    inaudible: tuple[str, ...] = ()


class Plans(Noun):
    """What is planned, and why."""

    @question("GET", "/plans/{place}", right=Right.VIEW)
    def show(self, ctx: Context, place: Place, day: date | None = None, draft: str | None = None) -> PlanView:
        """A day of one place, with what became of each play so far; or as if a notice or playlist `draft` were approved."""
        which = day or today(ctx)
        known = read_day(ctx.session, which)
        made = _made(ctx, which, draft)
        said = Names(ctx.session)
        slots = [slot for slot in made.slots if slot.day == which and concerns(slot.place, place)]
        outcomes = _outcomes(known, place, ctx.now)
        slots.sort(key=lambda slot: (slot.planned, slot.item))
        return PlanView(
            day=which,
            place=place,
            place_name=said.place(place),
            slots=tuple(said.slot(slot, outcomes.get(slot.id, {})) for slot in slots),
            absences=said.absences(made, place),
            minutes=round(sum(slot.duration_ms for slot in slots) / 60_000, 1),
            quiet=_quiet(ctx, place, which),
        )

    @question("GET", "/plans/{place}/explain/{notice}", right=Right.VIEW)
    def explain(
        self, ctx: Context, place: Place, notice: str, day: date | None = None
    ) -> tuple[Explanation, ...]:
        """Why a place hears or does not hear a notice or playlist on a day; of a draft, also what it would get."""
        which = day or today(ctx)
        row = _subject(ctx.session, notice, live=True)
        lined = trial(ctx.session, row) if row.state in _NOT_YET else lineup(ctx.session)
        asked = request_of(ctx, which, lined)
        said = Names(ctx.session)
        return tuple(
            said.explanation(each) for each in explain(place, notice, asked, plan(asked), state=row.state)
        )

    @question("GET", "/plans-conflicts", right=Right.VIEW)
    def conflicts(self, ctx: Context, day: date | None = None) -> tuple[ConflictView, ...]:
        """Fixed times that want the same endpoints at once, with a proposed move for each."""
        which = day or today(ctx)
        made = plan(request_of(ctx, which, lineup(ctx.session)))
        return Names(ctx.session).conflicts(made)

    @question("GET", "/notices/{notice}/preview", right=Right.VIEW)
    def preview(self, ctx: Context, notice: str, days: int = 3) -> tuple[Preview, ...]:
        """What a draft would get on the next days: whether all its plays fit is known before it is approved."""
        return tuple(_previews(ctx, notices.newest(ctx.session, notice), days))

    @question("GET", "/playlists/{playlist}/preview", right=Right.VIEW)
    def preview_playlist(self, ctx: Context, playlist: str, days: int = 3) -> tuple[Preview, ...]:
        """What a playlist would get on the next days if it and its notices were approved."""
        return tuple(_previews(ctx, playlists.newest(ctx.session, playlist), days))

    @question("GET", "/plans-shortfalls", right=Right.VIEW)
    def shortfalls(self, ctx: Context, day: date | None = None, days: int = 3) -> tuple[Shortfall, ...]:
        """What the next days cannot hold of what is approved, known before they begin."""
        first, lined, said = day or today(ctx), lineup(ctx.session), Names(ctx.session)
        following = (first + timedelta(days=n) for n in range(max(1, min(days, 14))))
        return tuple(
            short for each in following for short in said.shortfalls(plan(request_of(ctx, each, lined)))
        )


def today(ctx: Context) -> date:
    """The day on the county's wall."""
    return ctx.now.astimezone(ctx.house.settings.zone).date()


def _subject(session: Session, subject: str, *, live: bool = False) -> NoticeRow | PlaylistRow:
    """The newest version of a notice or playlist, or the one that is `live`; NotFound where there is neither."""
    for noun in (notices, playlists):
        try:
            found: NoticeRow | PlaylistRow = (noun.live_or_newest if live else noun.newest)(session, subject)
        except NotFound:
            continue
        return found
    raise NotFound(N_("There is no notice or playlist {subject}."), subject=subject)


def _previews(ctx: Context, row: NoticeRow | PlaylistRow, days: int) -> Iterator[Preview]:
    lined, said = trial(ctx.session, row), Names(ctx.session)
    silent = tuple(map(said.title, inaudible(ctx.session, row)))
    first = max(today(ctx), row.valid_from.astimezone(ctx.house.settings.zone).date())
    for day in (first + timedelta(days=n) for n in range(max(1, min(days, 14)))):
        yield _preview(row.id, plan(request_of(ctx, day, lined)), said, silent)


def _preview(subject: str, made: DayPlan, said: Names, silent: tuple[str, ...]) -> Preview:
    """What a day holds of a notice, in its own order or in playlists, or of a playlist."""
    slots = [slot for slot in made.slots if subject in (slot.order, slot.notice) and slot.day == made.day]
    absences = [each for each in made.absences if subject in (each.order, each.notice)]
    missing = {(each.order, each.ordinal) for each in absences}
    ordered = missing | {(slot.order, slot.ordinal) for slot in slots}
    orders = {subject, *(order for order, _ in ordered)}
    return Preview(
        day=made.day,
        ordered=len(ordered),
        planned=len(ordered - missing),
        slots=tuple(said.slot(slot, {}) for slot in slots),
        absences=said.absences(made, None, subject),
        conflicts=tuple(each for each in said.conflicts(made) if orders & {each.notice, each.other}),
        inaudible=silent,
    )


def _made(ctx: Context, day: date, draft: str | None) -> DayPlan:
    """The plan of a day: what became of it where it is over, else what holds if nothing changes any more."""
    if day < today(ctx):
        return read_day(ctx.session, day).plan
    lined = lineup(ctx.session) if draft is None else trial(ctx.session, _subject(ctx.session, draft))
    return plan(request_of(ctx, day, lined))


def _quiet(ctx: Context, place: Place, day: date) -> tuple[tuple[datetime, datetime], ...]:
    zone = ctx.house.settings.zone
    areas = {row.code: row.quiet_hours for row in ctx.session.exec(select(AreaRow))}
    hours = next((areas[area] for area in chain_of(place) if areas.get(area) is not None), None)
    today = clipped(
        spans_around(windows_of(hours) or (), day, zone),
        instant(day, time(), zone),
        instant(day + timedelta(days=1), time(), zone),
    )
    return tuple((span.start, span.end) for span in today)


def request_of(ctx: Context, day: date, lined: Lineup) -> PlanRequest:
    """What the plan of a day depends on, with these orders."""
    near = [day - timedelta(days=1), day, day + timedelta(days=1)]
    kept = stored_slots(ctx.session, near)
    return request(ctx.session, day, lined, ctx.house.settings.zone, ctx.now, kept)


def _outcomes(known: Day, place: Place, now: datetime) -> dict[str, dict[Outcome, int]]:
    """Slot → how many endpoints in the place stand where."""
    found: dict[str, dict[Outcome, int]] = {}
    for atom in known.atoms(now):
        home = Place(f"{atom.village}/{atom.endpoint}") if atom.endpoint else atom.village
        if covers(place, home) or (level_of(place) is Level.ENDPOINT and place == home):
            stands = found.setdefault(atom.slot, {})
            stands[atom.outcome] = stands.get(atom.outcome, 0) + 1
    return found
