"""Crews: when one goes out, when it is away or lacks its lift truck, and which is told in its stead. Pure.

A crew's days and hours say when it drives. They move no service time: that is what the operator promised, whoever is on leave.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from broadcaster.tickets.parts import Skill
from schedules.calendar import Calendar
from schedules.rules import Weekday

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """停勤, from `begins` until before `ends`. `skill`: what the crew lacks meanwhile; None: all of it is away."""

    begins: datetime
    ends: datetime
    skill: Skill | None = None

    def overlaps(self, span: Span) -> bool:
        """Whether any of `span` lies in it."""
        return self.begins < span[1] and span[0] < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """抢修队. Without `days` of its own it goes by the county's calendar, without `hours` by the county's day."""

    name: str
    place: str
    skills: frozenset[Skill] = frozenset()
    base: tuple[float, float] | None = None  # latitude, longitude where its day begins
    days: frozenset[Weekday] = frozenset()
    hours: tuple[time, time] | None = None
    stand_in: str = ""
    leaves: tuple[Leave, ...] = ()
    is_told: bool = True  # whether anybody of it can be

    def is_on_shift(self, day: date, calendar: Calendar) -> bool:
        """Whether `day` is a working day of it: its own days count whatever the county's calendar says."""
        return tuple(Weekday)[day.weekday()] in self.days if self.days else not calendar.is_off(day)

    def away_until(self, at: datetime) -> datetime | None:
        """When all of it is back, where all of it is away at `at`; leaves that follow on each other are one."""
        back = at
        for leave in sorted(self.leaves, key=lambda each: each.begins):
            if leave.skill is None and leave.begins <= back < leave.ends:
                back = leave.ends
        return back if back > at else None

    def outing(self, window: Span) -> Span | None:
        """The longest time of `window` for which it is there with its lift truck."""
        free: list[Span] = []
        at, end = window
        for leave in sorted(self.leaves, key=lambda each: each.begins):
            if leave.skill in (None, Skill.LIFT) and leave.overlaps(window):
                free.append((at, leave.begins))
                at = max(at, leave.ends)
        begins, ends = max([*free, (at, end)], key=lambda span: span[1] - span[0])
        return (begins, ends) if begins < ends else None

    def able(self, span: Span) -> frozenset[Skill]:
        """What it can do all through `span`."""
        return self.skills - {leave.skill for leave in self.leaves if leave.overlaps(span)}


def told_for(name: str, crews: Mapping[str, Crew], at: datetime) -> str:
    """Which crew is told of what `name` has: itself, its stand-in, another of its place; "" where all are away, or have
    nobody who can be told.
    """
    usual = crews.get(name)
    if usual is None or usual.away_until(at) is None:
        return name
    town = sorted(each.name for each in crews.values() if each.place == usual.place)
    others = (crews[each] for each in (usual.stand_in, *town) if each in crews)
    return next((each.name for each in others if each.is_told and each.away_until(at) is None), "")
