"""The strip: a day in one line of braille, with the quiet hours below it; an hour is one, two or three cells wide.

Braille is one cell wide in every terminal; blocks and lines are two in many Chinese ones.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from broadcaster.language import _

if TYPE_CHECKING:
    from broadcaster.desk.plans import PlanView

_HOURS, _MOST_AN_HOUR = 24, 3  # of the day; cells
_DAY_S = 24 * 3600
_LEFT, _RIGHT, _BRAILLE = 0x47, 0xB8, 0x2800  # all dots of a column
_QUIET_LEFT, _QUIET_RIGHT = 0x04, 0x20  # a dot of the third row


def strip(plan: "PlanView", wall: Callable[[datetime], datetime], room: int = 72) -> list[str]:
    """Lines of at most `room` cells, 24 at least: the hours, what sounds, and when it is quiet."""
    cells = _HOURS * max(1, min(_MOST_AN_HOUR, room // _HOURS))
    plays = [(slot.planned, slot.planned + timedelta(milliseconds=slot.duration_ms)) for slot in plan.slots]
    sounding = _columns(plays, plan, wall, 2 * cells)
    quiet = _columns(plan.quiet, plan, wall, 2 * cells)
    hours = "".join(f"{hour:<{cells // 8}}" for hour in range(0, _HOURS, 3)).rstrip()
    lines = [hours, _drawn(sounding, _LEFT, _RIGHT, cells)]
    if plan.quiet:
        lines.append(_drawn(quiet, _QUIET_LEFT, _QUIET_RIGHT, cells))
        lines.append(_("⣿ sounds   ⠤ quiet hours"))
    return lines


def _columns(
    spans: Iterable[tuple[datetime, datetime]],
    plan: "PlanView",
    wall: Callable[[datetime], datetime],
    columns: int,
) -> set[int]:
    """Which of the day's columns the spans touch."""
    touched: set[int] = set()
    for start, end in spans:
        first, last = _seconds(start, plan, wall), _seconds(end, plan, wall)
        begin = int(first * columns / _DAY_S)
        touched.update(range(max(0, begin), min(columns, max(begin + 1, round(last * columns / _DAY_S)))))
    return touched


def _seconds(at: datetime, plan: "PlanView", wall: Callable[[datetime], datetime]) -> float:
    """Since the day's midnight, on the wall clock."""
    there = wall(at)
    days = (there.date() - plan.day).days
    return days * _DAY_S + there.hour * 3600 + there.minute * 60 + there.second


def _drawn(columns: set[int], left: int, right: int, cells: int) -> str:
    return "".join(
        chr(_BRAILLE + (left if 2 * cell in columns else 0) + (right if 2 * cell + 1 in columns else 0))
        for cell in range(cells)
    )
