"""Habits: when single sites lose their mains. Somebody who switches off does so at the same hours."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

REMEMBERED = timedelta(days=14)
SAME_TIME = timedelta(minutes=20)
_HOURS = 168
_EVEN = 168.0  # losses that an hour's share is smoothed with (Laplace)


@dataclass(slots=True)
class Habits:
    """Losses of mains of single sites, by local time. A group's loss is nobody's habit; hours are those of switch-offs."""

    recent: dict[str, list[datetime]] = field(default_factory=dict)  # by endpoint
    hours: dict[str, dict[int, int]] = field(
        default_factory=dict
    )  # by endpoint and by town: how often in which hour of the week

    def lost(self, endpoint: str, town: str, at: datetime, *, switched_off: bool) -> None:
        """A single site lost its mains at local time `at`; told once each, when it is over and settled."""
        earlier = self.recent.get(endpoint, [])
        self.recent[endpoint] = [t for t in earlier if t > at - REMEMBERED] + [at]
        for whose in (endpoint, town) if switched_off else ():
            hours = self.hours.setdefault(whose, {})
            hours[_hour(at)] = hours.get(_hour(at), 0) + 1

    def hour_ratio(self, endpoint: str, town: str, at: datetime) -> float:
        """How often somebody switched off at this hour of the week, of this site and its town, against evenly over the week."""
        here, there = self.hours.get(endpoint, {}), self.hours.get(town, {})
        hour = _hour(at)
        total = sum(here.values()) + sum(there.values())
        share = (here.get(hour, 0) + there.get(hour, 0) + _EVEN / _HOURS) / (total + _EVEN)
        return share * _HOURS if total else 1.0

    def repeats(self, endpoint: str, at: datetime) -> int:
        """On how many of the last 14 days it happened within 20 minutes of this time of day."""
        earlier = self.recent.get(endpoint, [])
        return len({t.date() for t in earlier if at - REMEMBERED < t < at and _apart(t, at) <= SAME_TIME})


def _hour(at: datetime) -> int:
    return at.weekday() * 24 + at.hour


def _apart(a: datetime, b: datetime) -> timedelta:
    """Between two times of day, over midnight if that is shorter."""
    day = timedelta(days=1)
    apart = (b - a) % day
    return min(apart, day - apart)
