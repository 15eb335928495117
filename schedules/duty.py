"""Duties: what one order owes on one day, with its windows as true time and its room at each place."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from schedules.calendar import Calendar, DayVerdict, selects
from schedules.cells import CELL_MS, GUARD_CELLS, cells_for, latest, runs_of, starts_inside
from schedules.ground import Ground, QuietHours
from schedules.places import Place
from schedules.precedence import BroadcastClass
from schedules.rows import Row, row
from schedules.rules import Order
from schedules.slots import Span
from schedules.windows import clipped, instant, less, merged, spans_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where plays of one order may sound at a place, others aside: windows within validity, less quiet hours."""

    spans: tuple[Span, ...]
    starts: int  # cells where a whole block may start
    runs: tuple[tuple[int, int], ...]  # of `starts`

    def span_of(self, begin: datetime, end: datetime) -> Span | None:
        """The span that a play sounds in from begin to end, if there is one."""
        return next((span for span in self.spans if span.start <= begin and end <= span.end), None)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What one order owes each place on one day."""

    order: Order
    ground: Ground = field(compare=False, repr=False)
    targets: tuple[Place, ...]  # none covering another, each with an endpoint
    deaf_targets: tuple[Place, ...]  # those without any endpoint
    windows: tuple[Span, ...]  # merged; of fixed times: from each time until its latest end
    fixed: tuple[datetime, ...]  # in the rule's order; empty for a loop
    _rooms: dict[QuietHours, Room] = field(default_factory=dict, compare=False, repr=False, init=False)
    _capacities: dict[int, int] = field(default_factory=dict, compare=False, repr=False, init=False)

    @cached_property
    def ordered(self) -> int:
        """How many plays it owes each place."""
        return self.order.rule.ordered

    @cached_property
    def duration_ms(self) -> int:
        """Of one play."""
        return self.order.duration_ms

    @cached_property
    def length(self) -> timedelta:
        """Of one play."""
        return timedelta(milliseconds=self.duration_ms)

    @cached_property
    def cells(self) -> int:
        """Of one play."""
        return cells_for(self.duration_ms)

    @cached_property
    def gap(self) -> int:
        """Cells that must lie between two of its plays; fixed times are at what distance they are."""
        gap_s = 0 if self.fixed else self.order.rule.minimum_gap_s
        return max(GUARD_CELLS, -(-gap_s * 1000 // CELL_MS))

    @cached_property
    def valid(self) -> tuple[Span, ...]:
        """Its windows as far as the order is valid."""
        return clipped(self.windows, self.order.valid_from, self.order.valid_until)

    @cached_property
    def fitting(self) -> tuple[int, int, int]:
        """How many plays an empty day holds: the windows without a gap, with the gap, and only while it is valid."""
        anywhere, valid = self._starts(self.windows), self._starts(self.valid)
        back_to_back = latest(anywhere, self.ordered, self.cells)
        return len(back_to_back), self.capacity(anywhere), self.capacity(valid)

    def capacity(self, starts: int) -> int:
        """How many of its plays fit if they may start at `starts`, up to what it owes."""
        if starts not in self._capacities:
            self._capacities[starts] = len(latest(starts, self.ordered, self.cells + self.gap))
        return self._capacities[starts]

    def quiet_spans(self, where: Place) -> tuple[Span, ...]:
        """When it may not sound in all of `where`."""
        return self.ground.quiet_spans.get(self._quiet(where), ())

    def room(self, where: Place) -> Room:
        """Its room at `where`."""
        quiet = self._quiet(where)
        if quiet not in self._rooms:
            spans = less(self.valid, self.ground.quiet_spans.get(quiet, ()))
            starts = self._starts(spans)
            self._rooms[quiet] = Room(spans=spans, starts=starts, runs=runs_of(starts))
        return self._rooms[quiet]

    def still_orders(self, stood: Row) -> Row | None:
        """What of a row that stood before is still what, where and when this duty orders, other orders aside."""
        if not self._reaches(stood.place):
            return None
        items = [(item.notice, item.version, item.duration_ms) for item in self.order.items]
        room = self.room(stood.place)
        valid = [
            play
            for play in stood.plays
            if play.ordinal < self.ordered
            and play.end_ms - play.start_ms == self.order.duration_ms
            and [(slot.notice, slot.version, slot.duration_ms) for slot in play.slots] == items
            and room.span_of(play.slots[0].planned, play.slots[-1].planned_end)
        ]
        return row(valid) if valid else None

    def _reaches(self, where: Place) -> bool:
        """Whether plays at `where` serve its targets: one of them, or an area inside one."""
        if where in self.targets:
            return True
        return "/" not in where and not set(self.targets).isdisjoint(self.ground.chain(where))

    def _quiet(self, where: Place) -> QuietHours:
        emergency = self.order.precedence.klass is BroadcastClass.EMERGENCY
        return frozenset() if emergency else self.ground.quiet(where)

    def _starts(self, spans: tuple[Span, ...]) -> int:
        return starts_inside(self.ground.grid.inside(spans), self.cells)


def duty_of(order: Order, ground: Ground, calendar: Calendar, day: date, zone: ZoneInfo) -> Duty | None:
    """What `order` owes on `day`; None if it does not select the day or is not valid in any of its windows or fixed times."""
    if selects(order.rule.days, day, calendar) is not DayVerdict.SELECTED:
        return None
    fixed = tuple(instant(day, wall, zone) for wall in order.rule.fixed_times)
    targets = ground.targets(order.targets)
    duty = Duty(
        order=order,
        ground=ground,
        targets=tuple(target for target in targets if target in ground.served),
        deaf_targets=tuple(target for target in targets if target not in ground.served),
        windows=_late_spans(fixed, order) if fixed else spans_of(order.rule.windows, day, zone),
        fixed=fixed,
    )
    is_valid = any(order.valid_from <= at < order.valid_until for at in fixed) or (duty.valid and not fixed)
    return duty if is_valid else None


def _late_spans(fixed: tuple[datetime, ...], order: Order) -> tuple[Span, ...]:
    longest = timedelta(seconds=order.rule.fixed_lateness_s, milliseconds=max(1, order.duration_ms))
    return merged(Span(start=at, end=at + longest) for at in fixed)
