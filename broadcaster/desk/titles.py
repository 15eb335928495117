"""Titles: a plan with the titles and names that people know in the place of ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from broadcaster.storage.tables import AreaRow, NoticeRow, PlaylistRow
from schedules.explain import Explained, Statement
from schedules.notices import NoticeKind
from schedules.outcomes import Outcome
from schedules.places import Level, Place, covers
from schedules.slots import Absence, AbsentBecause, DayPlan, PlannedBecause, Slot

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
        self, made: DayPlan, place: Place | None, subject: str | None = None
    ) -> tuple[AbsenceView, ...]:
        """The absences that concern a place, and a notice or playlist."""
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
            if (place is None or concerns(absence.place, place))
            and subject in (None, absence.notice, absence.order)
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


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def concerns(slot_place: Place, asked: Place) -> bool:
    """A village is concerned by what is planned for the areas around it, and by what is planned inside it."""
    return covers(slot_place, asked) or covers(asked, slot_place)
