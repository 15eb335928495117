"""Standing: which plays of one order have their place, and what they leave to the order's further plays."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from schedules.duty import Duty
from schedules.occupancy import Occupancy
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
        self._around: set[Place] = set()  # places with a row strictly inside
        self._neighbours = tuple(neighbours)
        self._gaps: Occupancy | None = None  # built when first needed: most orders stand complete

    def add(self, row: Row) -> None:
        """The plays of `row` have their place."""
        place, *around = self._ground.chain(row.place)
        self._rows[place].append(row)
        self.heard[place] = self.heard.get(place, frozenset()) | row.ordinals
        self._around.update(around)
        for area in around if "/" not in place else ():
            self.heard_inside[area] = self.heard_inside.get(area, frozenset()) | row.ordinals
        if self._gaps is not None:
            self._keep_distance(self._gaps, row)

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
        related = where in self._around or any(place in self._rows for place in self._ground.chain(where))
        if not related and not self._neighbours:
            return 0
        if self._gaps is None:
            self._gaps = Occupancy(self._ground)
            for row in (*self._neighbours, *self.rows()):
                self._keep_distance(self._gaps, row)
        return self._gaps.taken(where)

    def _keep_distance(self, gaps: Occupancy, row: Row) -> None:
        gaps.seat(row.place, self._duty.order.id, row.cells_around(self._duty.gap))
