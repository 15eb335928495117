"""Moment: the controller's two clocks, read once per decision."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """`utc` for rules, documents and people; `mono_s` for intervals, so that a wall clock that jumps moves no deadline."""

    utc: datetime
    mono_s: float
