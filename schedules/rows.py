"""Rows: the plays of one order at one place, in order of time, with what planning asks of them again and again."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from schedules.cells import CELL_MS, GUARD_CELLS, HORIZON_CELLS, run
from schedules.places import Place
from schedules.slots import PlannedBecause, Slot

_MS = timedelta(milliseconds=1)
_START = attrgetter("start_ms")


@dataclass(frozen=True, slots=True)
class Play:
    """One ordinal of one order at one place: a slot per item of its block.

    Times are milliseconds from the grid's origin, negative on the eve.
    """

    place: Place
    ordinal: int
    start_ms: int
    end_ms: int
    because: PlannedBecause
    slots: tuple[Slot, ...] = ()  # by item, if it stood before

    @property
    def first(self) -> int:
        """The first cell that it touches."""
        return self.start_ms // CELL_MS

    @property
    def end(self) -> int:
        """The cell after the last that it touches."""
        return -(-self.end_ms // CELL_MS)

    def cells(self, margin: int = 0, behind: int = 0) -> int:
        """The cells that it touches, with a margin on both sides or behind."""
        return run(self.start_ms // CELL_MS - margin, -(-self.end_ms // CELL_MS) + margin + behind)


class Part(NamedTuple):
    """The first plays of a row or the others, as far as a row that stays whole must be told apart."""

    plays: int
    guarded: int  # cells, as of a row
    duration_ms: int


_NOTHING = Part(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """Plays of one order at one place, in order of time."""

    place: Place
    plays: tuple[Play, ...]
    ordinals: frozenset[int]
    cells: int  # that they touch
    guarded: int  # the same, and the silence behind each
    duration_ms: int  # all together
    pause: int  # between any two of them at least, in cells

    def cells_around(self, margin: int) -> int:
        """The cells that lie on one of the plays or within `margin` cells of one."""
        cells = 0
        for play in self.plays:
            cells |= play.cells(margin)
        return cells

    def begun_before(self, now_ms: int) -> "Part":
        """Those plays that began before `now_ms`."""
        begun = bisect_left(self.plays, now_ms, key=_START)
        if begun == 0:
            return _NOTHING
        if begun == len(self.plays):
            return Part(begun, self.guarded, self.duration_ms)
        duration_ms = sum([play.end_ms - play.start_ms for play in self.plays[:begun]])
        return Part(begun, self.guarded & run(0, self.plays[begun].first), duration_ms)

    def after(self, begun: "Part") -> "Part":
        """The rest of it."""
        if begun.plays == 0:
            return Part(len(self.plays), self.guarded, self.duration_ms)
        return Part(
            len(self.plays) - begun.plays, self.guarded ^ begun.guarded, self.duration_ms - begun.duration_ms
        )

    def split(self, begun: "Part") -> tuple["Row | None", "Row | None"]:
        """Those plays that began, and the rest."""
        if begun.plays == 0:
            return None, self
        if begun.plays == len(self.plays):
            return self, None
        before = run(0, self.plays[begun.plays].first)
        return self._part(self.plays[: begun.plays], before), self._part(self.plays[begun.plays :], ~before)

    def besides(self, taken: int) -> "Row | None":
        """Those plays that with the silence behind them touch none of `taken`."""
        lost = 0
        plays = []
        for play in self.plays:
            cells = play.cells(behind=GUARD_CELLS)
            if cells & taken:
                lost |= cells
            else:
                plays.append(play)
        return self._part(tuple(plays), ~lost) if plays else None

    def _part(self, plays: tuple[Play, ...], where: int) -> "Row":
        ordinals = frozenset([play.ordinal for play in plays])
        duration_ms = sum([play.end_ms - play.start_ms for play in plays])
        return Row(
            self.place, plays, ordinals, self.cells & where, self.guarded & where, duration_ms, self.pause
        )

    def written(self, slots: Iterable[Iterable[Slot]]) -> "Row":
        """The same row with the slots that its plays are written out as."""
        plays = tuple(
            Play(play.place, play.ordinal, play.start_ms, play.end_ms, play.because, tuple(block))
            for play, block in zip(self.plays, slots, strict=True)
        )
        return Row(self.place, plays, self.ordinals, self.cells, self.guarded, self.duration_ms, self.pause)


def joined(rows: Iterable[Row]) -> Row:
    """Several rows of one order and place as one."""
    parts = tuple(rows)
    cells = guarded = duration_ms = 0
    for part in parts:
        cells |= part.cells
        guarded |= part.guarded
        duration_ms += part.duration_ms
    ordered = tuple(sorted([play for part in parts for play in part.plays], key=_START))
    ordinals = frozenset().union(*[part.ordinals for part in parts])
    return Row(parts[0].place, ordered, ordinals, cells, guarded, duration_ms, _pause(ordered))


def row(plays: Iterable[Play]) -> Row:
    """The row of `plays`, at least one and all of one order and place."""
    ordered = tuple(sorted(plays, key=_START))
    cells = guarded = 0
    for play in ordered:
        cells |= play.cells()
        guarded |= play.cells(behind=GUARD_CELLS)
    ordinals = frozenset([play.ordinal for play in ordered])
    duration_ms = sum([play.end_ms - play.start_ms for play in ordered])
    return Row(ordered[0].place, ordered, ordinals, cells, guarded, duration_ms, _pause(ordered))


def _pause(ordered: Sequence[Play]) -> int:
    return min([after.first - before.end for before, after in pairwise(ordered)], default=HORIZON_CELLS)


def rows_of(plays: Iterable[Play]) -> tuple[Row, ...]:
    """`plays` of one order as rows, by place."""
    by_place: dict[Place, list[Play]] = defaultdict(list)
    for play in plays:
        by_place[play.place].append(play)
    return tuple(row(together) for _, together in sorted(by_place.items()))


def rows_of_slots(slots: Iterable[Slot], origin: datetime) -> dict[tuple[str, date], tuple[Row, ...]]:
    """`slots` as rows per order and day that owns them; of two slots with one id the later given holds."""
    blocks: dict[tuple[str, date], dict[tuple[Place, int], list[Slot]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for slot in {slot.id: slot for slot in slots}.values():
        blocks[slot.order, slot.day][slot.place, slot.ordinal].append(slot)
    return {
        owner: rows_of(_play(block, origin) for block in owned.values()) for owner, owned in blocks.items()
    }


def _play(block: list[Slot], origin: datetime) -> Play:
    block.sort(key=lambda slot: slot.item)
    first, last = block[0], block[-1]
    start_ms = (first.planned - origin) // _MS
    end_ms = start_ms + first.duration_ms if last is first else -((origin - last.planned_end) // _MS)
    return Play(first.place, first.ordinal, start_ms, end_ms, PlannedBecause.KEPT, tuple(block))
