"""Placement: where the missing plays of one order go, area by area from the target down to the villages.

Whatever suits all of an area is placed there once. What cannot be placed for all of it, because somewhere inside it there
are quiet hours, other plays or no minutes left, is tried in each area inside, and is missing only where a village itself
has no room. Within one place the choice is exact: the plays are first pushed as late as possible, which tells how many fit
(see `cells.latest`), and then each is taken back to the free start nearest to its even share that leaves room for the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from schedules.budget import Budget
from schedules.cells import (
    CELL_MS,
    GUARD_CELLS,
    edges_of,
    latest,
    nearest,
    nth_cell,
    run,
    starts_inside,
    starts_touching,
)
from schedules.duty import Duty
from schedules.ground import Ground
from schedules.occupancy import Occupancy
from schedules.places import Place
from schedules.precedence import BroadcastClass
from schedules.rows import Play
from schedules.rules import Order
from schedules.slots import PlannedBecause
from schedules.standing import Standing

SLIVER_CELLS = (
    60  # a pause shorter than that is avoided: many of them would leave no room for what comes later
)
_MS = timedelta(milliseconds=1)
_GOLDEN = (
    0.6180339887498949  # multiples of it, modulo 1, keep falling into the widest gaps between those before
)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What stands on the ground while orders are being placed."""

    ground: Ground
    orders: Mapping[str, Order]
    occupancy: Occupancy
    budget: Budget
    now: datetime
    _still_fitting: dict[tuple[object, ...], int] = field(
        default_factory=dict, compare=False, repr=False, init=False
    )

    @cached_property
    def now_ms(self) -> int:
        """The first millisecond at or after now, from the grid's origin; what began earlier is a fact."""
        return -((self.ground.grid.origin - self.now) // _MS)

    @cached_property
    def now_cell(self) -> int:
        """The first cell of the grid that begins at or after now."""
        return max(0, self.ground.grid.cell_after(self.now))

    def to_come(self, cells: int) -> int:
        """Those of `cells` that are not past."""
        return cells >> self.now_cell << self.now_cell

    def phase(self, duty: Duty, where: Place) -> float:
        """Where in its even share each play of `duty` goes, so that orders that share endpoints stand apart, too."""
        return (0.5 + _GOLDEN * self.occupancy.crowd(where, besides=duty.order.id)) % 1.0

    def is_daily(self, order: str) -> bool:
        """Whether the nuisance budget counts `order`; what nobody knows any more is taken for daily."""
        return order not in self.orders or self.orders[order].precedence.klass is BroadcastClass.DAILY

    def affordable(self, duty: Duty, where: Place) -> int:
        """How many plays of `duty` the nuisance budget allows in all of `where`."""
        if not self.is_daily(duty.order.id):
            return duty.ordered
        return max(0, self.budget.left_ms(where) // max(1, duty.duration_ms))

    def still_fitting(self, duty: Duty, where: Place, own: Iterable[Play]) -> int:
        """How many plays of `duty` the rest of the day can bring those of `own` that began to, everything else aside."""
        room, begun = duty.room(where), [play for play in own if play.start_ms < self.now_ms]
        facts = (duty.order.id, room.spans, *[play.start_ms for play in begun])
        if facts not in self._still_fitting:
            starts = self.to_come(room.starts)
            for play in begun:
                starts &= ~starts_touching(play.cells(margin=duty.gap), duty.cells)
            self._still_fitting[facts] = len(begun) + duty.capacity(starts)
        return self._still_fitting[facts]


@dataclass(slots=True)
class Outcome:
    """What one attempt found."""

    plays: list[Play] = field(default_factory=list)
    missing: dict[Place, list[int]] = field(default_factory=dict)  # leaf -> ordinals

    @property
    def shortfall(self) -> int:
        """How many plays are missing, counted by village."""
        return sum(map(len, self.missing.values()))


@dataclass(frozen=True, slots=True)
class _Above:
    """What the attempt has placed in the areas around the one being looked at."""

    too_near: int = 0
    plays: int = 0


class Attempt:
    """One attempt to place what `duty` still owes; `whole`: never only a part of it above the villages."""

    def __init__(self, duty: Duty, standing: Standing, scene: Scene, *, whole: bool) -> None:
        self._duty = duty
        self._standing = standing
        self._scene = scene
        self._whole = whole
        self._outcome = Outcome()

    def made(self) -> Outcome:
        """The plays for every target, and what is missing where."""
        for target in self._duty.targets:
            heard = self._standing.ordinals_around(target)
            if owed := [n for n in range(self._duty.ordered) if n not in heard]:
                self._serve(target, owed, _Above())
        return self._outcome

    def _serve(self, where: Place, owed: Sequence[int], above: _Above) -> None:
        missing = [n for n in owed if n not in self._standing.heard.get(where, ())]
        inside = self._standing.heard_inside.get(where, ())
        placed = self._place(where, [n for n in missing if n not in inside], above)
        if self._whole and len(placed) < len(missing) and not self._scene.ground.is_leaf(where):
            placed = []
        self._outcome.plays += placed
        left = sorted({*missing} - {play.ordinal for play in placed})
        if left and self._scene.ground.is_leaf(where):
            self._outcome.missing[where] = left
        elif left:
            too_near = above.too_near
            for play in placed:
                too_near |= play.cells(margin=self._duty.gap)
            for child in self._scene.ground.children[where]:
                self._serve(child, left, _Above(too_near, above.plays + len(placed)))

    def _place(self, where: Place, ordinals: Sequence[int], above: _Above) -> list[Play]:
        count = min(len(ordinals), self._scene.affordable(self._duty, where) - above.plays)
        if count <= 0:
            return []
        too_near = above.too_near | self._standing.too_near(where)
        if self._duty.fixed:
            return self._at_fixed_times(where, ordinals, count, too_near)
        return self._in_windows(where, ordinals, count, too_near)

    def _in_windows(self, where: Place, ordinals: Sequence[int], count: int, too_near: int) -> list[Play]:
        duty, scene = self._duty, self._scene
        room = duty.room(where)
        free = scene.to_come(room.starts)
        if not free:
            return []
        apart = free & ~starts_touching(too_near, duty.cells)
        if not apart:
            return []
        free &= ~starts_touching(scene.occupancy.taken(where), duty.cells + GUARD_CELLS)
        if not free & apart:
            return []
        tidy = edges_of(free) | starts_inside(free, 2 * SLIVER_CELLS + 1) << SLIVER_CELLS
        free &= apart
        runs = [(max(start, scene.now_cell), end) for start, end in room.runs if end > scene.now_cell]
        chosen = spread(free, tidy & free, runs, count, duty.cells + duty.gap, scene.phase(duty, where))
        return [
            self._play(where, ordinal, cell * CELL_MS, because)
            for ordinal, (cell, because) in zip(ordinals, chosen, strict=False)
        ]

    def _at_fixed_times(self, where: Place, ordinals: Sequence[int], count: int, too_near: int) -> list[Play]:
        duty, scene = self._duty, self._scene
        room = duty.room(where)
        taken = scene.occupancy.taken(where) | too_near
        plays: list[Play] = []
        for ordinal in ordinals:
            at = fixed_start(duty, ordinal, scene)
            if at is None or len(plays) == count or room.span_of(at, at + duty.length) is None:
                continue
            play = self._play(
                where, ordinal, (at - scene.ground.grid.origin) // _MS, PlannedBecause.FIXED_TIME
            )
            if not taken & play.cells(behind=GUARD_CELLS):
                plays.append(play)
                taken |= play.cells(behind=GUARD_CELLS)
        return plays

    def _play(self, where: Place, ordinal: int, start_ms: int, because: PlannedBecause) -> Play:
        return Play(where, ordinal, start_ms, start_ms + self._duty.duration_ms, because)


def fixed_start(duty: Duty, ordinal: int, scene: Scene) -> datetime | None:
    """When the fixed time of `ordinal` starts: then, or at once if it is just past; None if it is too late for that."""
    wanted = duty.fixed[ordinal]
    if wanted >= scene.now:
        return wanted
    late = scene.ground.grid.begin_of(scene.now_cell)
    return late if late <= wanted + timedelta(seconds=duty.order.rule.fixed_lateness_s) else None


def spread(
    free: int, tidy: int, runs: Sequence[tuple[int, int]], count: int, stride: int, phase: float
) -> list[tuple[int, PlannedBecause]]:
    """Up to `count` starts out of `free`, `stride` apart, as even over `runs` as `free` allows, in order; each with why.

    As many as any choice could give: `bounds` are the latest starts with which the rest still fits.
    """
    bounds = latest(free, count, stride)
    total = sum(end - start for start, end in runs)
    chosen: list[tuple[int, PlannedBecause]] = []
    first = 0
    for n, last in enumerate(bounds):
        wanted = nth_cell(runs, min(int((n + phase) * total / len(bounds)), total - 1))
        good = tidy & run(first, last + 1)
        cell = nearest(good or free, wanted, first, last)
        chosen.append((cell, _because(cell, wanted, first, last)))
        first = cell + stride
    return chosen


def _because(cell: int, wanted: int, first: int, last: int) -> PlannedBecause:
    if cell == wanted:
        return PlannedBecause.SPREAD
    return PlannedBecause.MOVED_ASIDE if first <= wanted <= last else PlannedBecause.PACKED
