"""The nuisance budget: how many minutes of class daily the people around any one endpoint hear on one day."""

from collections import defaultdict

from schedules.ground import UNLIMITED_MS, Ground
from schedules.places import Place


class Budget:
    """What is left of it, kept so that a play for a county asks its 30 towns, not its 600 villages.

    `_left[place]` is the least that any village inside has left, plays for the places *around* `place` not counted.
    Working paper of one planning: filled and thrown away inside it.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._left: dict[Place, int] = dict(ground.budget_ms)
        self._spent: dict[Place, int] = defaultdict(int)
        self._endpoints: dict[Place, set[Place]] = defaultdict(
            set
        )  # village -> those with plays of their own

    def left_ms(self, where: Place) -> int:
        """How much a play for all of `where` may still take; about UNLIMITED_MS where nothing limits it."""
        left = self._left.get(where)
        if left is None:
            left = self._unspent_ms(where)
        for place in self._ground.chain(where)[1:]:
            left -= self._spent.get(place, 0)
        return left

    def spend(self, where: Place, duration_ms: int) -> None:
        """Plays of this length in all are taken (negative: given back) at `where`."""
        self._spent[where] += duration_ms
        if "/" in where:
            self._endpoints[Place(where.partition("/")[0])].add(where)
        left = self._left.get(where) if duration_ms >= 0 else None
        if left is None:
            self._find_anew(where)
        else:
            self._lower(where, left - duration_ms)

    def _lower(self, where: Place, left: int) -> None:
        """`where` has only `left` any more; around it that counts where it is the least."""
        self._left[where] = left
        for place in self._ground.chain(where)[1:]:
            left -= self._spent.get(place, 0)
            if left >= self._left[place]:
                break  # another village has as little: nothing changes further up
            self._left[place] = left

    def _find_anew(self, where: Place) -> None:
        for place in self._ground.chain(where):
            left = self._least_inside_ms(place) - self._spent.get(place, 0)
            if left == self._left.get(place):
                break
            self._left[place] = left

    def _least_inside_ms(self, where: Place) -> int:
        inside = self._ground.children.get(where) or self._endpoints.get(where)
        return min(map(self._left.__getitem__, inside)) if inside else self._unspent_ms(where)

    def _unspent_ms(self, where: Place) -> int:
        return self._ground.budget_ms.get(Place(where.partition("/")[0]), UNLIMITED_MS)
