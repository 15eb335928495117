"""Planning on the database: reads what days depend on, plans them, and stores the difference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from broadcaster.controller.orders import Lineup
from broadcaster.controller.plans import Spans
from broadcaster.storage.engine import insert_new, upsert
from broadcaster.storage.mapping import absence_row, slot_of, slot_row, spans_json, spans_of, windows_of
from broadcaster.storage.tables import AbsenceRow, AreaRow, CalendarDayRow, EndpointRow, SlotRow, SpanRow
from schedules.calendar import Calendar, Correction
from schedules.ground import PlaceRules
from schedules.places import Place, endpoint_place
from schedules.planning import Planning, planned, replan
from schedules.request import PlanRequest
from schedules.slots import DayPlan, Slot, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be stored of one day: only what differs from what stands."""

    plan: DayPlan
    changed: tuple[Slot, ...]
    gone: tuple[str, ...]
    reasons_changed: bool  # its absences or spans


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
            made = self._plan(replace(asked, day=day, kept=tuple(kept)))
            drafts.append(_draft(made.plan, stands.get(day, ()), self._made.get(day)))
            self._made[day] = made
            stands[day] = [slot for slot in made.plan.slots if slot.day == day]
        self._made = {day: made for day, made in self._made.items() if day >= eve}
        spans = _stored_spans(session, eve)
        for draft in drafts:
            spans |= {(*where, draft.plan.day): found for where, found in draft.plan.spans.items()}
        slots = tuple(slot for day in [eve, *days] for slot in stands.get(day, ()))
        return Sheet(slots=slots, spans=spans, drafts=tuple(filter(_says_something, drafts)))

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


def _draft(plan: DayPlan, stood: Iterable[Slot], before: Planning | None) -> Draft:
    was = {slot.id: slot for slot in stood}
    stands = {slot.id: slot for slot in plan.slots if slot.day == plan.day}
    return Draft(
        plan=plan,
        changed=tuple(slot for slot in stands.values() if was.get(slot.id) != slot),
        gone=tuple(name for name in was if name not in stands),
        reasons_changed=before is None
        or (before.plan.absences, before.plan.spans) != (plan.absences, plan.spans),
    )


def _says_something(draft: Draft) -> bool:
    return bool(draft.changed or draft.gone or draft.reasons_changed)


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


def store(session: Session, draft: Draft, now: datetime) -> None:
    """Slots that vanished stay as withdrawn rows: an endpoint may have sounded one a moment ago."""
    upsert(session, SlotRow, [slot_row(slot) for slot in draft.changed])
    for start in range(0, len(draft.gone), 500):
        session.exec(
            update(SlotRow)
            .where(col(SlotRow.id).in_(draft.gone[start : start + 500]))
            .values(withdrawn_at=now)
        )
    if draft.reasons_changed:
        _store_reasons(session, draft.plan)


def _store_reasons(session: Session, plan: DayPlan) -> None:
    session.exec(delete(AbsenceRow).where(col(AbsenceRow.day) == plan.day))
    insert_new(session, AbsenceRow, [absence_row(absence) for absence in plan.absences])
    session.exec(delete(SpanRow).where(col(SpanRow.day) == plan.day))
    insert_new(
        session,
        SpanRow,
        [
            {"order_id": order, "place": place, "day": plan.day, "spans": spans_json(spans)}
            for (order, place), spans in plan.spans.items()
        ],
    )
