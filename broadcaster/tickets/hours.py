"""Working hours: how much working time lies between two instants, and when so much of it will have passed.

Days off, holidays and make-up workdays are the calendar's. A calendar without any working time is none that a clock could
run by: then nothing is ever due, instead of a search without end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.calendar import Calendar

LONGEST_DAYS = 400  # that a clock looks ahead
Hours = tuple[tuple[time, time], ...]
OFFICE: Hours = ((time(8, 30), time(12)), (time(14, 30), time(18)))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When people of a place work. `around_the_clock` for what cannot wait."""

    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    calendar: Calendar = field(default_factory=Calendar)
    hours: Hours = OFFICE
    around_the_clock: bool = False

    def between(self, begin: datetime, end: datetime) -> float:
        """Working seconds from `begin` to `end`; 0 where the end lies before."""
        if end <= begin:
            return 0.0
        if self.around_the_clock:
            return (end - begin).total_seconds()
        spans = self._spans(begin, (end - begin).days + 2)
        return sum(max(0.0, (min(b, end) - max(a, begin)).total_seconds()) for a, b in spans)

    def after(self, begin: datetime, seconds: float) -> datetime | None:
        """When `seconds` of working time will have passed since `begin`; None if not within a year."""
        if self.around_the_clock:
            return begin + timedelta(seconds=seconds)
        left = seconds
        for a, b in self._spans(begin, LONGEST_DAYS):
            start = max(a, begin)
            if b > start and (b - start).total_seconds() >= left:
                return start + timedelta(seconds=left)
            left -= max(0.0, (b - start).total_seconds())
        return None

    def is_open(self, at: datetime) -> bool:
        """Whether people work at this instant."""
        return self.around_the_clock or any(a <= at < b for a, b in self._spans(at, 1))

    def _spans(self, begin: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        first = begin.astimezone(self.zone).date()
        for number in range(days):
            day = first + timedelta(days=number)
            if not self.calendar.is_off(day):
                yield from ((self._at(day, a), self._at(day, b)) for a, b in self.hours)

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


ALWAYS = WorkingHours(around_the_clock=True)
