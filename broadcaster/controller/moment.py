"""Moment: the controller's two clocks, read once per decision."""

from datetime import datetime

from msgspec import Struct


class Moment(Struct, frozen=True, gc=False):
    """`utc` for rules, documents and people; `mono_s` for intervals, so that a wall clock that jumps moves no deadline."""

    utc: datetime
    mono_s: float
