"""Meetings: slots that would sound over each other, of which a plan has none."""

from collections.abc import Iterable
from itertools import combinations

from schedules.places import covers
from schedules.slots import Slot


def meetings(slots: Iterable[Slot]) -> list[tuple[Slot, Slot]]:
    """Every two slots that share an endpoint and a moment."""
    return [
        (one, other)
        for one, other in combinations(slots, 2)
        if (one.planned < other.planned_end and other.planned < one.planned_end)
        and (covers(one.place, other.place) or covers(other.place, one.place))
    ]
