"""The mosaic: a village a row and a day a cell, so that what was not heard is seen, not read.

Braille is one cell wide in every terminal; blocks and lines are two in many Chinese ones.
"""

from collections.abc import Sequence
from datetime import date
from itertools import zip_longest
from typing import TYPE_CHECKING

from broadcaster.language import _
from schedules.tally import Tally

if TYPE_CHECKING:
    from rich.text import Text

    from broadcaster.rehearsal.judgement import Sum

MOST = 60  # villages; of more those that hear least
WIDTH, _NAME, _DAYS = 80, 16, 56  # cells: of all, of a name, of days, which share cells if there are more
_TALL = 12  # lines at least before villages stand beside each other
_APART = "  "
_MARKS = (
    (1.0, "⣿", "green"),
    (0.8, "⣶", "green"),
    (0.5, "⣤", "yellow"),
    (1e-9, "⣀", "red"),
    (0.0, "-", "bold red"),
)


def mosaic(villages: Sequence["Sum"], room: int = WIDTH) -> list["Text"]:
    """Lines of at most `room` cells; empty where there is nothing to show."""
    shown = sorted(villages, key=lambda found: (_share(found.tally), found.of))[:MOST]
    days = sorted({day for found in shown for day in found.days})
    if not days:
        return []
    name = min(_NAME, max(_width(found.name) for found in shown))
    cells = _grouped(days, min(_DAYS, room - name - 1))
    beside = max(1, (room + len(_APART)) // (name + 1 + len(cells) + len(_APART)))
    rows = [_row(found, name, cells) for found in sorted(shown, key=lambda found: found.of)]
    tall = max(_TALL, -(-len(rows) // beside))
    columns = [rows[start : start + tall] for start in range(0, len(rows), tall)]
    return [_beside(row) for row in zip_longest(*columns)]


def legend() -> str:
    """What the marks say."""
    return _("⣿ all heard  ⣶ four fifths  ⣤ half  ⣀ less  - nothing  . nothing was ordered")


def _grouped(days: Sequence[date], most: int) -> list[Sequence[date]]:
    """One cell a day, or as many days a cell as they need to have room in `most` cells."""
    size = -(-len(days) // most)
    return [days[start : start + size] for start in range(0, len(days), size)]


def _row(found: "Sum", width: int, cells: Sequence[Sequence[date]]) -> "Text":
    from rich.cells import set_cell_size
    from rich.text import Text

    row = Text(set_cell_size(found.name, width) + " ")
    for days in cells:
        row.append(*_mark(sum((found.days.get(day, Tally()) for day in days), Tally())))
    return row


def _beside(rows: Sequence["Text | None"]) -> "Text":
    from rich.text import Text

    return Text(_APART).join(row for row in rows if row is not None)


def _mark(tally: Tally) -> tuple[str, str]:
    asked = tally.ordered - tally.withdrawn
    if not asked:
        return ".", "dim"
    return next((mark, style) for least, mark, style in _MARKS if tally.heard >= least * asked)


def _share(tally: Tally) -> float:
    asked = tally.ordered - tally.withdrawn
    return tally.heard / asked if asked else 1.0


def _width(name: str) -> int:
    from rich.cells import cell_len

    return cell_len(name)
