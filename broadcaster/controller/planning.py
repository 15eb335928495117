"""Planning on the database: reads what days depend on, plans them, and stores the difference."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, select

from broadcaster.controller.orders import Lineup
from broadcaster.controller.plans import Spans
from broadcaster.storage.engine import insert_new, upsert
from broadcaster.storage.mapping import (
    absence_of,
    absence_row,
    slot_of,
    slot_row,
    spans_json,
    spans_of,
    windows_of,
)
from broadcaster.storage.tables import AbsenceRow, AreaRow, CalendarDayRow, EndpointRow, SlotRow, SpanRow
from schedules.calendar import Calendar, Correction
from schedules.ground import PlaceRules
from schedules.places import Place, endpoint_place
from schedules.planning import Planning, planned, replan
from schedules.request import PlanRequest
from schedules.slots import Absence, DayPlan, Slot, Span

_Key = tuple[str, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be stored of one day: only what differs from what stands."""

    day: date
    slots: tuple[Slot, ...] = ()
    gone_slots: tuple[str, ...] = ()
    absences: tuple[Absence, ...] = ()
    gone_absences: tuple[Absence, ...] = ()
    spans: tuple[tuple[_Key, tuple[Span, ...]], ...] = ()
    gone_spans: tuple[_Key, ...] = ()

    def parts(self, most: int) -> Iterator["Draft"]:
        """The same in pieces of at most `most` rows, what goes before what comes."""
        for name in ("gone_slots", "slots", "gone_absences", "absences", "gone_spans", "spans"):
            rows = getattr(self, name)
            for start in range(0, len(rows), most):
                yield Draft(day=self.day, **{name: rows[start : start + most]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The planned days, with the day before them: its slots may still be owed."""

    slots: tuple[Slot, ...]
    spans: Spans
    drafts: tuple[Draft, ...]


class Planner:
    """Plans days and remembers how, so that the next change costs little. Stores nothing."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._made: dict[date, Planning] = {}

    def today(self, now: datetime) -> date:
        """The county's date."""
        return now.astimezone(self.zone).date()

    def plan(self, session: Session, days: Sequence[date], lineup: Lineup, now: datetime) -> Sheet:
        """The plans of consecutive `days`; what stands already stays unless something forbids it."""
        eve = days[0] - timedelta(days=1)
        stands = _slots_by_day(session, [eve, *days, days[-1] + timedelta(days=1)])
        asked = request(session, days[0], lineup, self.zone, now, [])
        drafts = []
        for day in days:
            kept = [slot for near in _around(day) for slot in stands.get(near, ())]
            known = self._made[day].plan if day in self._made else _stored_reasons(session, day)
            made = self._plan(replace(asked, day=day, kept=tuple(kept)))
            made = replace(made, plan=made.plan.remembering(known))
            drafts.append(_draft(made.plan, stands.get(day, ()), known))
            self._made[day] = made
            stands[day] = [slot for slot in made.plan.slots if slot.day == day]
        self._made = {day: made for day, made in self._made.items() if day >= eve}
        spans = _stored_spans(session, eve)
        for day in days:
            spans |= {(*where, day): found for where, found in self._made[day].plan.spans.items()}
        slots = tuple(slot for day in [eve, *days] for slot in stands.get(day, ()))
        return Sheet(slots=slots, spans=spans, drafts=tuple(drafts))

    def forget(self) -> None:
        """What was planned was not stored."""
        self._made.clear()

    def _plan(self, wanted: PlanRequest) -> Planning:
        before = self._made.get(wanted.day)
        return replan(before, wanted) if before is not None else planned(wanted)


def request(
    session: Session, day: date, lineup: Lineup, zone: ZoneInfo, now: datetime, kept: list[Slot]
) -> PlanRequest:
    """Everything that the plan of `day` depends on."""
    return PlanRequest(
        day=day,
        now=now,
        zone=zone,
        calendar=calendar_of(session),
        places=_places(session),
        orders=lineup.orders,
        kept=tuple(kept),
    )


def _around(day: date) -> tuple[date, date, date]:
    return day - timedelta(days=1), day, day + timedelta(days=1)


def _slots_by_day(session: Session, days: Iterable[date]) -> dict[date, list[Slot]]:
    """The slots in the plans of these days, as stored."""
    found: dict[date, list[Slot]] = {}
    for slot in stored_slots(session, days):
        found.setdefault(slot.day, []).append(slot)
    return found


def stored_slots(session: Session, days: Iterable[date]) -> list[Slot]:
    """The slots in the plans of these days; withdrawn ones are in none."""
    rows = session.exec(
        select(SlotRow).where(col(SlotRow.day).in_(list(days)), col(SlotRow.withdrawn_at).is_(None))
    )
    return [slot_of(row) for row in rows]


def _stored_spans(session: Session, day: date) -> dict[tuple[str, Place, date], tuple[Span, ...]]:
    rows = session.exec(select(SpanRow).where(SpanRow.day == day))
    return {(row.order_id, Place(row.place), row.day): spans_of(row.spans) for row in rows}


def _stored_reasons(session: Session, day: date) -> DayPlan:
    """The absences and spans of a day, as stored."""
    absences = session.exec(select(AbsenceRow).where(AbsenceRow.day == day))
    spans = {(order, place): found for (order, place, _), found in _stored_spans(session, day).items()}
    return DayPlan(day=day, absences=tuple(map(absence_of, absences)), spans=spans)


def _draft(plan: DayPlan, stood: Iterable[Slot], before: DayPlan) -> Draft:
    was = {slot.id: slot for slot in stood}
    stands = {slot.id: slot for slot in plan.slots if slot.day == plan.day}
    absent, was_absent = dict.fromkeys(plan.absences), dict.fromkeys(before.absences)
    return Draft(
        day=plan.day,
        slots=tuple(slot for slot in stands.values() if was.get(slot.id) != slot),
        gone_slots=tuple(name for name in was if name not in stands),
        absences=tuple(absence for absence in absent if absence not in was_absent),
        gone_absences=tuple(absence for absence in was_absent if absence not in absent),
        spans=tuple((key, found) for key, found in plan.spans.items() if before.spans.get(key) != found),
        gone_spans=tuple(key for key in before.spans if key not in plan.spans),
    )


def calendar_of(session: Session) -> Calendar:
    """The published calendar with the operator's corrections."""
    rows = session.exec(select(CalendarDayRow))
    return Calendar(
        corrections={row.day: Correction.WORKDAY if row.workday else Correction.OFF for row in rows}
    )


def _places(session: Session) -> dict[Place, PlaceRules]:
    areas = {
        Place(row.code): PlaceRules(quiet=windows_of(row.quiet_hours), budget_minutes=row.budget_minutes)
        for row in session.exec(select(AreaRow))
    }
    endpoints = session.exec(
        select(EndpointRow.village, EndpointRow.id).where(col(EndpointRow.enabled).is_(True))
    )
    return areas | {endpoint_place(Place(village), name): PlaceRules() for village, name in endpoints}


def store(session: Session, part: Draft, now: datetime) -> None:
    """Slots that vanished stay as withdrawn rows: an endpoint may have sounded one a moment ago."""
    if part.gone_slots:
        gone = col(SlotRow.id).in_(part.gone_slots)
        session.exec(update(SlotRow).where(gone).values(withdrawn_at=now))
    for absence in part.gone_absences:
        session.exec(delete(AbsenceRow).where(*_same(absence)))
    for order, place in part.gone_spans:
        known = (col(SpanRow.day) == part.day, col(SpanRow.order_id) == order, col(SpanRow.place) == place)
        session.exec(delete(SpanRow).where(*known))
    upsert(session, SlotRow, [slot_row(slot) for slot in part.slots])
    insert_new(session, AbsenceRow, [absence_row(absence) for absence in part.absences])
    upsert(session, SpanRow, [_span_row(part.day, key, found) for key, found in part.spans])


def _same(absence: Absence) -> tuple[ColumnElement[bool], ...]:
    row = absence_row(absence)
    names = ("day", "place", "order_id", "notice", "version", "ordinal")
    return tuple(col(getattr(AbsenceRow, name)) == row[name] for name in names)


def _span_row(day: date, key: _Key, spans: tuple[Span, ...]) -> dict[str, object]:
    order, place = key
    return {"day": day, "order_id": order, "place": place, "spans": spans_json(spans)}
