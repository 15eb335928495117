"""Standing: which plays of one order have their place, and what they leave to the order's further plays."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from schedules.duty import Duty
from schedules.places import Place
from schedules.rows import Play, Row


class Standing:
    """The plays of one order that have their place. Working paper of one planning, like `Occupancy`."""

    def __init__(self, duty: Duty, neighbours: Iterable[Row]) -> None:
        self.heard: dict[Place, frozenset[int]] = {}  # ordinals placed at exactly this place
        self.heard_inside: dict[Place, frozenset[int]] = {}  # ordinals placed at some area strictly inside
        self._duty = duty
        self._ground = duty.ground
        self._rows: dict[Place, list[Row]] = defaultdict(list)
        # Places with a row, or one of the neighbouring days, strictly inside
        self._around: set[Place] = set()
        self._neighbours: dict[Place, list[Row]] = defaultdict(list)
        self._near: dict[Place, int] = {}  # cells near a row at exactly this place, found when first needed
        for row in neighbours:
            self._neighbours[row.place].append(row)
            self._around.update(self._ground.chain(row.place)[1:])

    def add(self, row: Row) -> None:
        """The plays of `row` have their place."""
        place, *around = self._ground.chain(row.place)
        self._rows[place].append(row)
        self.heard[place] = self.heard.get(place, frozenset()) | row.ordinals
        self._around.update(around)
        for area in around if "/" not in place else ():
            self.heard_inside[area] = self.heard_inside.get(area, frozenset()) | row.ordinals
        self._near.pop(place, None)

    def rows(self) -> Iterator[Row]:
        """All of the day."""
        for rows in self._rows.values():
            yield from rows

    def plays_around(self, where: Place) -> list[Play]:
        """Those that are heard in all of `where`."""
        rows = (row for place in self._ground.chain(where) for row in self._rows.get(place, ()))
        return [play for row in rows for play in row.plays]

    def ordinals_around(self, where: Place) -> frozenset[int]:
        """The ordinals that are heard in all of `where`."""
        if not self.heard:
            return frozenset()
        heard = [self.heard[place] for place in self._ground.chain(where) if place in self.heard]
        return heard[0] if len(heard) == 1 else frozenset().union(*heard)

    def too_near(self, where: Place) -> int:
        """The cells at `where` that lie on one of the order's plays or within its minimum gap of one."""
        cells = 0
        for place in self._ground.chain(where):
            cells |= self._near_at(place)
        if where in self._around:
            for place in self._rows.keys() | self._neighbours.keys():
                if where in self._ground.chain(place):
                    cells |= self._near_at(place)
        return cells

    def _near_at(self, place: Place) -> int:
        if place not in self._near:
            self._near[place] = 0
            for row in (*self._rows.get(place, ()), *self._neighbours.get(place, ())):
                self._near[place] |= row.cells_around(self._duty.gap)
        return self._near[place]
