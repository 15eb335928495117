"""Road: how far it is from one spot to another, and a short way around several. Pure.

Nearest neighbour first, then 2-opt and or-opt (Croes 1958; Or 1976) over the length of the round.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from math import cos, hypot, radians
from typing import Protocol, TypeVar

KM_PER_DEGREE = 111.2
ROAD = 1.4  # roads are longer than the crow flies
KM_H = 30.0


class Spot(Protocol):
    """Where somebody begins, or stops."""

    @property
    def latitude(self) -> float: ...

    @property
    def longitude(self) -> float: ...


S = TypeVar("S", bound=Spot)


def kilometres(a: Spot, b: Spot) -> float:
    """By road, roughly."""
    east = (a.longitude - b.longitude) * cos(radians((a.latitude + b.latitude) / 2))
    return ROAD * KM_PER_DEGREE * hypot(east, a.latitude - b.latitude)


def drive(km: float) -> timedelta:
    """How long a lift truck takes for it."""
    return timedelta(hours=km / KM_H)


def length(start: Spot, order: Sequence[Spot]) -> float:
    """Kilometres of the round, the way back too."""
    points: list[Spot] = [start, *order, start]
    return sum(kilometres(a, b) for a, b in pairwise(points))


def shortest(start: Spot, spots: Sequence[S]) -> list[S]:
    """A short round from `start` and back: nearest neighbour, made better until nothing helps."""
    order: list[S] = []
    left = list(spots)
    here: Spot = start
    while left:
        nearest = min(left, key=lambda spot: kilometres(here, spot))
        left.remove(nearest)
        order.append(nearest)
        here = nearest
    improved = True
    while improved:
        improved = _two_opt(start, order) or _or_opt(start, order)
    return order


def _two_opt(start: Spot, order: list[S]) -> bool:
    points: list[Spot] = [start, *order, start]
    for i in range(len(order)):
        for j in range(i + 1, len(order)):
            before = kilometres(points[i], points[i + 1]) + kilometres(points[j + 1], points[j + 2])
            after = kilometres(points[i], points[j + 1]) + kilometres(points[i + 1], points[j + 2])
            if after < before - 1e-9:
                order[i : j + 1] = reversed(order[i : j + 1])
                return True
    return False


def _or_opt(start: Spot, order: list[S]) -> bool:
    now = length(start, order)
    for size in (1, 2, 3):
        for i in range(len(order) - size + 1):
            piece, rest = order[i : i + size], order[:i] + order[i + size :]
            for j in range(len(rest) + 1):
                tried = rest[:j] + piece + rest[j:]
                if length(start, tried) < now - 1e-9:
                    order[:] = tried
                    return True
    return False
