"""Occupancy: who holds which cells at which place, and what that leaves free for a place above or below it."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from schedules.ground import Ground
from schedules.places import Place


class Occupancy:
    """A play for a county holds every endpoint of it, so a place is taken by what it holds, what lies in it and around it.

    Working paper of one planning: filled and thrown away inside it.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._held: dict[Place, dict[str, int]] = {}  # place -> order -> cells
        self._own: dict[Place, int] = defaultdict(int)  # union of `_held` per place
        self._below: dict[Place, int] = defaultdict(int)  # union of everything held strictly inside
        # Next narrower places where something is held.
        self._inside: dict[Place, set[Place]] = defaultdict(set)

    def taken(self, where: Place) -> int:
        """The cells that no further play for all of `where` may use."""
        cells = self._below.get(where, 0)
        for place in self._ground.chain(where):
            cells |= self._own.get(place, 0)
        return cells

    def crowd(self, where: Place, besides: str) -> int:
        """How many other orders sound at `where` for itself and the places around it."""
        held = [self._held.get(place, {}) for place in self._ground.chain(where)]
        return sum(len(orders) - (besides in orders) for orders in held)

    def seat(self, where: Place, order: str, cells: int) -> None:
        """`order` holds `cells` at `where`."""
        chain = self._ground.chain(where)
        held = self._held.get(where)
        if held is None:
            held = self._held[where] = {}
            for inner, place in pairwise(chain):
                self._inside[place].add(inner)
        held[order] = held[order] | cells if order in held else cells
        self._own[where] = self._own[where] | cells if len(held) > 1 else held[order]
        for place in chain[1:]:
            self._below[place] |= cells

    def vacate(self, where: Place, order: str, cells: int) -> None:
        """`order` no longer holds `cells` at `where`."""
        self._held[where][order] &= ~cells
        self._own[where] = _union(self._held[where].values())
        for place in self._ground.chain(where)[1:]:
            self._below[place] = _union(
                self._own.get(inner, 0) | self._below.get(inner, 0) for inner in self._inside[place]
            )

    def holders(self, where: Place, cells: int) -> dict[str, Place]:
        """Who holds any of `cells` at `where`, inside or around it: order -> the widest place where it does."""
        found: dict[str, Place] = {}
        for place in (*reversed(self._ground.chain(where)), *self._held_inside(where, cells)):
            for order, held in self._held.get(place, {}).items():
                if held & cells:
                    found.setdefault(order, place)
        return found

    def _held_inside(self, where: Place, cells: int) -> list[Place]:
        touched = [
            p
            for p in sorted(self._inside.get(where, ()))
            if cells & (self._own.get(p, 0) | self._below.get(p, 0))
        ]
        return touched + [deeper for place in touched for deeper in self._held_inside(place, cells)]


def _union(many: Iterable[int]) -> int:
    cells = 0
    for one in many:
        cells |= one
    return cells
