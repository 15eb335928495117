"""Plans at the desk: a day of one village as people read it, why it is so, and what a draft would get."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from broadcaster.controller.orders import Lineup, lineup, trial
from broadcaster.controller.planning import request, stored_slots
from broadcaster.desk import notices
from broadcaster.desk.door import Noun, question
from broadcaster.desk.house import Context
from broadcaster.people.rights import Right
from broadcaster.proof.ledger import Day, read_day
from broadcaster.storage.mapping import windows_of
from broadcaster.storage.tables import AreaRow, NoticeRow, PlaylistRow
from schedules.explain import Explained, Statement, explain
from schedules.ledger import Outcome
from schedules.notices import NoticeKind
from schedules.places import Level, Place, chain_of, covers, level_of
from schedules.planning import plan
from schedules.request import PlanRequest
from schedules.slots import Absence, AbsentBecause, DayPlan, PlannedBecause, Slot
from schedules.windows import clipped, instant, spans_around

_NAME_NOTICES = frozenset({"order", "other", "others", "subject"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """One planned play; `heard` of `endpoints` in the place that was asked about counted it."""

    id: str
    notice: str
    title: str
    kind: NoticeKind | None
    level: Level | None  # of who issues it
    place: str
    place_name: str
    earliest: datetime
    planned: datetime
    latest: datetime
    duration_ms: int
    because: PlannedBecause
    outcomes: dict[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceView:
    """One ordered play without a slot, and why; `others` stand in its way."""

    notice: str
    title: str
    place: str
    place_name: str
    ordinal: int
    because: AbsentBecause
    others: tuple[str, ...]


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
class Explanation:
    """One statement: a sentence in English with its parameters, to be said in any language.

    `names` are what people call what the parameters name by id; instants are in ISO 8601.
    """

    key: Explained
    sentence: str
    parameters: dict[str, str]
    names: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Plays of a notice that a day cannot hold, for one reason; `places` are names, `others` titles."""

    day: date
    notice: str
    title: str
    plays: int
    because: AbsentBecause
    places: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """Two fixed times that want the same endpoints at once, and where one could move."""

    notice: str
    title: str
    other: str
    other_title: str
    place: str
    place_name: str
    at: datetime
    proposed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a notice would get on a day if it were approved now."""

    day: date
    ordered: int
    planned: int
    slots: tuple[SlotView, ...]
    absences: tuple[AbsenceView, ...]
    conflicts: tuple[ConflictView, ...]


class Plans(Noun):
    """What is planned, and why."""

    @question("GET", "/plans/{place}", right=Right.VIEW)
    def show(self, ctx: Context, place: Place, day: date | None = None) -> PlanView:
        """A day of one place, with what became of each play so far."""
        which = day or today(ctx)
        known = read_day(ctx.session, which)
        made = _made(ctx, which)
        said = Names(ctx.session)
        slots = [slot for slot in made.slots if slot.day == which and _concerns(slot.place, place)]
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
        """Why a place hears or does not hear a notice on a day."""
        which = day or today(ctx)
        row = notices.live_or_newest(ctx.session, notice)
        asked = request_of(ctx, which, lineup(ctx.session))
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
        row = notices.newest(ctx.session, notice)
        lined = trial(ctx.session, row)
        said = Names(ctx.session)
        first = max(today(ctx), row.valid_from.astimezone(ctx.house.settings.zone).date())
        found = []
        for day in (first + timedelta(days=n) for n in range(max(1, min(days, 14)))):
            made = plan(request_of(ctx, day, lined))
            slots = [slot for slot in made.slots if slot.notice == notice and slot.day == day]
            absences = [absence for absence in made.absences if absence.notice == notice]
            found.append(
                Preview(
                    day=day,
                    ordered=len(slots) + len(absences),
                    planned=len(slots),
                    slots=tuple(said.slot(slot, {}) for slot in slots),
                    absences=said.absences(made, None, notice),
                    conflicts=tuple(c for c in said.conflicts(made) if notice in (c.notice, c.other)),
                )
            )
        return tuple(found)

    @question("GET", "/plans-shortfalls", right=Right.VIEW)
    def shortfalls(self, ctx: Context, day: date | None = None, days: int = 3) -> tuple[Shortfall, ...]:
        """What the next days cannot hold of what is approved, known before they begin."""
        first, lined, said = day or today(ctx), lineup(ctx.session), Names(ctx.session)
        following = (first + timedelta(days=n) for n in range(max(1, min(days, 14))))
        return tuple(
            short for each in following for short in said.shortfalls(plan(request_of(ctx, each, lined)))
        )


class Names:
    """Titles and names for ids, read once."""

    def __init__(self, session: Session) -> None:
        rows = session.exec(select(NoticeRow).order_by(col(NoticeRow.version)))
        self._notices = {row.id: row for row in rows}
        lists = session.exec(select(PlaylistRow).order_by(col(PlaylistRow.version)))
        self._playlists = {row.id: row.title for row in lists}
        self._areas = dict(session.exec(select(AreaRow.code, AreaRow.name)).all())

    def place(self, where: Place) -> str:
        """The name of an area, with the endpoint's id below it."""
        village, slash, endpoint = where.partition("/")
        return self._areas.get(village, village) + slash + endpoint

    def title(self, notice: str) -> str:
        """The title of a notice or playlist, or the id of what is neither."""
        if notice in self._notices:
            return self._notices[notice].title
        return self._playlists.get(notice, notice)

    def slot(self, slot: Slot, outcomes: dict[Outcome, int]) -> SlotView:
        """A slot for people."""
        row = self._notices.get(slot.notice)
        return SlotView(
            id=slot.id,
            notice=slot.notice,
            title=self.title(slot.notice),
            kind=row.kind if row else None,
            level=row.level if row else None,
            place=slot.place,
            place_name=self.place(slot.place),
            earliest=slot.earliest,
            planned=slot.planned,
            latest=slot.latest,
            duration_ms=slot.duration_ms,
            because=slot.because,
            outcomes=outcomes,
        )

    def absences(
        self, made: DayPlan, place: Place | None, notice: str | None = None
    ) -> tuple[AbsenceView, ...]:
        """The absences that concern a place or a notice."""
        return tuple(
            AbsenceView(
                notice=absence.notice,
                title=self.title(absence.notice),
                place=absence.place,
                place_name=self.place(absence.place),
                ordinal=absence.ordinal,
                because=absence.because,
                others=tuple(map(self.title, absence.others)),
            )
            for absence in made.absences
            if (place is None or _concerns(absence.place, place)) and notice in (None, absence.notice)
        )

    def shortfalls(self, made: DayPlan) -> Iterator[Shortfall]:
        """The absences of a day, those of one notice for one reason together."""
        alike: dict[tuple[str, AbsentBecause], list[Absence]] = {}
        for absence in made.absences:
            alike.setdefault((absence.notice, absence.because), []).append(absence)
        for (notice, because), absences in alike.items():
            others = dict.fromkeys(other for absence in absences for other in absence.others)
            yield Shortfall(
                day=made.day,
                notice=notice,
                title=self.title(notice),
                plays=len({absence.ordinal for absence in absences}),
                because=because,
                places=tuple(dict.fromkeys(self.place(absence.place) for absence in absences)),
                others=tuple(map(self.title, others)),
            )

    def explanation(self, said: Statement) -> Explanation:
        """A statement for people."""
        parameters = {name: _plain(value) for name, value in said.parameters.items()}
        names = {
            name: ", ".join(map(self.title, value.split(", ")))
            for name, value in parameters.items()
            if name in _NAME_NOTICES
        }
        if "place" in parameters:
            names["place"] = self.place(Place(parameters["place"]))
        return Explanation(key=said.key, sentence=said.sentence, parameters=parameters, names=names)

    def conflicts(self, made: DayPlan) -> tuple[ConflictView, ...]:
        """The conflicts of a day."""
        return tuple(
            ConflictView(
                notice=each.order,
                title=self.title(each.order),
                other=each.other,
                other_title=self.title(each.other),
                place=each.place,
                place_name=self.place(each.place),
                at=each.at,
                proposed=each.proposed,
            )
            for each in made.conflicts
        )


def today(ctx: Context) -> date:
    """The day on the county's wall."""
    return ctx.now.astimezone(ctx.house.settings.zone).date()


def _made(ctx: Context, day: date) -> DayPlan:
    """The plan of a day: what became of it where it is over, else what holds if nothing changes any more."""
    if day < today(ctx):
        return read_day(ctx.session, day).plan
    return plan(request_of(ctx, day, lineup(ctx.session)))


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


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _concerns(slot_place: Place, asked: Place) -> bool:
    """A village is concerned by what is planned for the areas around it, and by what is planned inside it."""
    return covers(slot_place, asked) or covers(asked, slot_place)


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
