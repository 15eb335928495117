"""The calendar at the desk: what each day is, published and corrected: public holidays, make-up workdays, market days."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field
from sqlmodel import col, select

from broadcaster.controller.planning import calendar_of
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Invalid, NotFound
from broadcaster.desk.house import Context
from broadcaster.desk.places import widest_places
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.storage.changes import changed
from broadcaster.storage.engine import upsert
from broadcaster.storage.tables import CalendarDayRow
from schedules import calendar
from schedules.calendar import DayKind, holiday_name, is_market_day, is_provisional, lunar_day
from schedules.rules import MarketCalendar, Weekday

_MOST_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """What the operator says a day is."""

    day: date
    workday: bool
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """What a day is, corrections included. `provisional`: its year's make-up workdays are not published yet."""

    day: date
    weekday: Weekday
    kind: DayKind
    name: str  # of the holiday, or the correction's
    corrected: bool
    lunar_month: int
    lunar_day: int
    leap_month: bool
    market: bool
    provisional: bool


class Calendar(Noun):
    """The published calendar with the operator's own corrections."""

    @question("GET", "/calendar/days", right=Right.VIEW)
    def days(
        self,
        ctx: Context,
        since: date | None = None,
        until: date | None = None,
        market: tuple[Annotated[int, Field(ge=0, le=9)], ...] = (),
        market_calendar: MarketCalendar = MarketCalendar.LUNAR,
    ) -> tuple[DayView, ...]:
        """Every day of a span, at most 400; `market` are the digits of the county's market days."""
        first = since or ctx.now.astimezone(ctx.house.settings.zone).date()
        last = until or first + timedelta(days=90)
        if not 0 <= (last - first).days < _MOST_DAYS:
            raise Invalid(
                N_("The calendar shows 1 to {most} days in order, got {first} to {last}."),
                most=_MOST_DAYS,
                first=first,
                last=last,
            )
        rows = {row.day: row for row in ctx.session.exec(select(CalendarDayRow))}
        known, digits = calendar_of(ctx.session), frozenset(market)
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return tuple(_day_view(day, known, rows.get(day), digits, market_calendar) for day in span)

    @question("GET", "/calendar", right=Right.VIEW)
    def list(self, ctx: Context) -> tuple[CalendarDay, ...]:
        """All corrections, by day."""
        rows = ctx.session.exec(select(CalendarDayRow).order_by(col(CalendarDayRow.day)))
        return tuple(CalendarDay(day=row.day, workday=row.workday, name=row.name) for row in rows)

    @order("PUT", "/calendar/{day}", right=Right.SETTLE)
    def set(self, ctx: Context, day: date, workday: bool, name: str = "") -> CalendarDay:
        """Say what a day is, whatever the published calendar says."""
        _require_everywhere(ctx)
        upsert(ctx.session, CalendarDayRow, [{"day": day, "workday": workday, "name": name}])
        changed(ctx.session)
        return CalendarDay(day=day, workday=workday, name=name)

    @order("DELETE", "/calendar/{day}", right=Right.SETTLE)
    def clear(self, ctx: Context, day: date) -> None:
        """Go by the published calendar again."""
        _require_everywhere(ctx)
        row = ctx.session.get(CalendarDayRow, day)
        if row is None:
            raise NotFound(N_("The calendar has no correction for {day}."), day=day)
        ctx.session.delete(row)
        changed(ctx.session)


def _day_view(
    day: date,
    known: calendar.Calendar,
    correction: CalendarDayRow | None,
    market: frozenset[int],
    counted_in: MarketCalendar,
) -> DayView:
    lunar = lunar_day(day)
    return DayView(
        day=day,
        weekday=tuple(Weekday)[day.weekday()],
        kind=known.kind(day),
        name=(correction.name if correction else "") or holiday_name(day) or "",
        corrected=correction is not None,
        lunar_month=lunar.month,
        lunar_day=lunar.day,
        leap_month=lunar.leap,
        market=bool(market) and is_market_day(market, counted_in, day),
        provisional=is_provisional(day.year),
    )


def _require_everywhere(ctx: Context) -> None:
    """The calendar holds for the whole county: one town alone does not change it."""
    ctx.require(Right.SETTLE, *widest_places(ctx.session))
