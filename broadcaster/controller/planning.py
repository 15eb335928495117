"""Planning on the database: reads what a day depends on, plans it, and stores the difference."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from broadcaster.controller.orders import Lineup
from broadcaster.storage.engine import insert_new, upsert
from broadcaster.storage.mapping import absence_row, slot_of, slot_row, spans_json, windows_of
from broadcaster.storage.tables import AbsenceRow, AreaRow, CalendarDayRow, EndpointRow, SlotRow, SpanRow
from schedules.calendar import Calendar, Correction
from schedules.ground import PlaceRules
from schedules.places import Place, endpoint_place
from schedules.planning import Planning, planned, replan
from schedules.request import PlanRequest
from schedules.slots import DayPlan, Slot


class Planner:
    """Plans days and remembers how, so that the next change costs little."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._made: dict[date, Planning] = {}

    def today(self, now: datetime) -> date:
        """The county's date."""
        return now.astimezone(self.zone).date()

    def plan(self, session: Session, day: date, lineup: Lineup, now: datetime) -> DayPlan:
        """The plan of `day`, made and stored; what stands already stays unless something forbids it."""
        stored = _slots_around(session, day)
        wanted = request(session, day, lineup, self.zone, now, stored)
        before = self._made.get(day)
        made = replan(before, wanted) if before is not None else planned(wanted)
        self._made = {d: p for d, p in self._made.items() if d >= day - timedelta(days=2)} | {day: made}
        _store(session, made.plan, {slot.id: slot for slot in stored if slot.day == day}, now)
        return made.plan

    def forget(self) -> None:
        """A transaction was undone: what was made in it was not stored."""
        self._made.clear()


def request(
    session: Session, day: date, lineup: Lineup, zone: ZoneInfo, now: datetime, kept: list[Slot]
) -> PlanRequest:
    """Everything that the plan of `day` depends on."""
    return PlanRequest(
        day=day,
        now=now,
        zone=zone,
        calendar=_calendar(session),
        places=_places(session),
        orders=lineup.orders,
        kept=tuple(kept),
    )


def _slots_around(session: Session, day: date) -> list[Slot]:
    days = [day - timedelta(days=1), day, day + timedelta(days=1)]
    rows = session.exec(
        select(SlotRow).where(col(SlotRow.day).in_(days), col(SlotRow.withdrawn_at).is_(None))
    )
    return [slot_of(row) for row in rows]


def _calendar(session: Session) -> Calendar:
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


def _store(session: Session, plan: DayPlan, before: dict[str, Slot], now: datetime) -> None:
    """Slots that vanished stay as withdrawn rows: an endpoint may have sounded one a moment ago."""
    stands = {slot.id: slot for slot in plan.slots if slot.day == plan.day}
    upsert(session, SlotRow, [slot_row(slot) for slot in stands.values() if before.get(slot.id) != slot])
    gone = [name for name in before if name not in stands]
    for start in range(0, len(gone), 500):
        session.exec(
            update(SlotRow).where(col(SlotRow.id).in_(gone[start : start + 500])).values(withdrawn_at=now)
        )
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
