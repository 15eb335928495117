"""The strip: a day of plays laid on a row of cells. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcaster.tui.marks import NONE, OWED, PLANNED, SOME, SOUNDING, UNKNOWN, WITHDRAWN, Mark

_GRAVEST_FIRST = (SOUNDING, NONE, UNKNOWN, OWED, SOME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """`cells` cells from `start` to `end`."""

    start: datetime
    end: datetime
    cells: int

    def cell(self, at: datetime) -> int | None:
        """The cell in which an instant lies, None outside."""
        if not self.start <= at < self.end:
            return None
        return int((at - self.start) / (self.end - self.start) * self.cells)

    def hours(self) -> str:
        """The hours as a row of cells, as many as there is room for."""
        row = [" "] * self.cells
        step = next(step for step in (1, 2, 3, 4, 6, 12, 24) if self._cells_an_hour * step >= 4)
        at = self.start.replace(minute=0, second=0, microsecond=0)
        while at < self.end:
            cell = self.cell(at)
            if cell is not None and at.hour % step == 0 and cell + 2 <= self.cells:
                row[cell : cell + 2] = f"{at:%H}"
            at += timedelta(hours=1)
        return "".join(row)

    @property
    def _cells_an_hour(self) -> float:
        return self.cells / ((self.end - self.start) / timedelta(hours=1))


def scale_of(times: Iterable[datetime], midnight: datetime, cells: int) -> Scale:
    """From six, or an hour before the first time, to ten at night, or an hour after the last; `midnight` begins the day."""
    known = list(times)
    first = min([midnight + timedelta(hours=6), *known])
    last = max([midnight + timedelta(hours=22), *(at + timedelta(hours=1) for at in known)])
    start = max(midnight, first.astimezone(midnight.tzinfo).replace(minute=0, second=0, microsecond=0))
    return Scale(start=start, end=min(last, midnight + timedelta(days=1)), cells=cells)


def strip(scale: Scale, plays: Sequence[tuple[datetime, Mark]]) -> list[Mark | None]:
    """The marks in their cells; of several in one cell the gravest."""
    row: list[Mark | None] = [None] * scale.cells
    for at, mark in plays:
        cell = scale.cell(at)
        if cell is not None and _weight(mark) >= _weight(row[cell]):
            row[cell] = mark
    return row


def _weight(mark: Mark | None) -> int:
    if mark is None:
        return -1
    if mark in _GRAVEST_FIRST:
        return 10 - _GRAVEST_FIRST.index(mark)
    return 0 if mark in (PLANNED, WITHDRAWN) else 1
