"""Time as bits: a set of times of one day is a Python integer, bit n standing for the n-th cell of five seconds.

Union, intersection and "where does a play of this length fit" become a few operations on integers of some kilobytes,
each well under a microsecond, which is what makes planning a county in a second possible. Cells count from local
midnight; the horizon ends after the next day, because windows may run over midnight and a day may have 25 hours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.slots import Span

CELL_MS = 5_000
GUARD_CELLS = (
    1  # silence between different items on one endpoint, so that no end clips the next one's lead-in
)
HORIZON_CELLS = 50 * 3_600_000 // CELL_MS

_CELL = timedelta(milliseconds=CELL_MS)


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one day, counted from `origin`, its local midnight."""

    origin: datetime

    def cell_before(self, at: datetime) -> int:
        """The cell that `at` lies in."""
        return (at - self.origin) // _CELL

    def cell_after(self, at: datetime) -> int:
        """The first cell that begins at or after `at`."""
        return -((self.origin - at) // _CELL)

    def begin_of(self, cell: int) -> datetime:
        """When `cell` begins."""
        return self.origin + cell * _CELL

    def inside(self, spans: Iterable[Span]) -> int:
        """The cells that lie in `spans` from begin to end."""
        cells = 0
        for span in spans:
            cells |= run(self.cell_after(span.start), min(self.cell_before(span.end), HORIZON_CELLS))
        return cells


def cells_for(duration_ms: int) -> int:
    """How many cells a play of this length takes, at least one."""
    return max(1, -(-duration_ms // CELL_MS))


def run(start: int, end: int) -> int:
    """The cells [start, end), as far as they lie on the grid."""
    if start < 0:
        start = 0
    if end <= start:
        return 0
    cells = (1 << (end - start)) - 1
    return cells << start if start else cells


def starts_touching(cells: int, length: int) -> int:
    """Every start from which a run of `length` would touch one of `cells`."""
    reached, shifted = cells, 1
    while shifted < length:
        step = min(shifted, length - shifted)
        reached |= reached >> step
        shifted += step
    return reached


def starts_inside(cells: int, length: int) -> int:
    """Every start from which a run of `length` lies in `cells`."""
    reached, shifted = cells, 1
    while shifted < length:
        step = min(shifted, length - shifted)
        reached &= reached >> step
        shifted += step
    return reached


def runs_of(cells: int) -> tuple[tuple[int, int], ...]:
    """The runs [start, end) that `cells` consists of, in order."""
    runs: list[tuple[int, int]] = []
    offset = 0
    while cells:
        gap = (cells & -cells).bit_length() - 1
        cells >>= gap
        length = (~cells & (cells + 1)).bit_length() - 1
        cells >>= length
        runs.append((offset + gap, offset + gap + length))
        offset += gap + length
    return tuple(runs)


def edges_of(cells: int) -> int:
    """The first and the last cell of every run."""
    return cells & ~(cells << 1 & cells >> 1)


def nth_cell(runs: Sequence[tuple[int, int]], n: int) -> int:
    """The n-th cell of `runs`, counted from 0; IndexError past the last."""
    for start, end in runs:
        if n < end - start:
            return start + n
        n -= end - start
    raise IndexError(
        f"{runs} hold {sum(end - start for start, end in runs)} cells, asked for {n} beyond them"
    )


def nearest(cells: int, wanted: int, first: int, last: int) -> int:
    """The cell of `cells` in [first, last], where there must be one, nearest to `wanted`; the earlier of two as near."""
    cells = (cells & run(0, last + 1)) >> first
    pivot = min(max(wanted, first), last) - first
    before, after = cells & run(0, pivot + 1), cells >> pivot
    left = before.bit_length() - 1
    right = pivot + (after & -after).bit_length() - 1
    if not before or (after and right - pivot < pivot - left):
        return first + right
    return first + left


def latest(cells: int, count: int, stride: int) -> list[int]:
    """Up to `count` of `cells`, `stride` apart or more, each as late as possible; in order.

    Greedy from the right is optimal for plays of one length: if fewer come out, no choice would give more.
    """
    found: list[int] = []
    while cells and len(found) < count:
        last = cells.bit_length() - 1
        found.append(last)
        cells &= run(0, last - stride + 1)
    return found[::-1]
