"""What commands print: tables for people, JSON for programs, and the questions asked before something happens."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum
from itertools import groupby
from typing import Annotated, Any, NamedTuple

import typer

from broadcaster.language import N_, _
from broadcaster.words import said

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before doing it.")]
Columns = Mapping[str, str | Callable[[Any], object]]  # English heading → attribute, or what to make of a row
_YES = frozenset({"y", "yes", "是"})
_PIPE_WIDTH = 400  # cells: no table is broken for a reader that has no width
_LEAST_WIDTH = 8  # cells: of a column that is broken
_BETWEEN = 3  # cells: from one column to the next
_WHOLE_WIDTH = 19  # cells: a column as narrow as a moment is not broken while others can be


_zone: tzinfo | None = None  # this machine's, until a county is known


def use_zone(zone: tzinfo) -> None:
    """Reads and writes times on this wall clock from now on: a process serves one county."""
    global _zone
    _zone = zone


def wall(at: datetime) -> datetime:
    """A moment on the county's wall clock."""
    return at.astimezone(_zone)


def moment(said: datetime | None) -> datetime | None:
    """What a person said, on the county's wall clock unless they named a zone."""
    return said if said is None or said.tzinfo else said.replace(tzinfo=_zone).astimezone(UTC)


def listing(rows: Sequence[object], columns: Columns, *, as_json: bool, empty: str, above: int = 0) -> None:
    """Rows as a table without its empty columns, or all that they hold as a JSON array.

    Where it is too wide, what the first columns, as many as `above`, say stands above all rows that have it in common.
    """
    if as_json:
        print_json(rows)
    elif not rows:
        print(_(empty))
    else:
        values = [_values(row, columns) for row in rows]
        cells = [list(map(text, row)) for row in values]
        told = [number for number in range(len(columns)) if any(row[number] for row in cells)]
        headings = [_(heading) for heading in columns]
        _print_rows([headings[n] for n in told], [[row[n] for n in told] for row in cells], above)
        _say_zone(value for row in values for value in row)


def card(thing: object, columns: Columns, *, as_json: bool) -> None:
    """One thing with a line for each column that says something, or all it holds as a JSON object."""
    if as_json:
        print_json(thing)
    else:
        values = _values(thing, columns)
        lines = zip(columns, map(text, values), strict=True)
        _print_lines([[_(label), cell] for label, cell in lines if cell])
        _say_zone(values)


def say(sentence: str) -> None:
    """A sentence, broken between words where a row ends."""
    if not has_width():
        print(sentence)
        return
    from rich.console import Console
    from rich.text import Text

    Console().print(Text(sentence, overflow="fold"))


def has_width() -> bool:
    """Whether rows end somewhere: on a terminal, and where COLUMNS says so."""
    return sys.stdout.isatty() or bool(os.environ.get("COLUMNS"))


def room(most: int) -> int:
    """How many cells wide a picture may be: `most`, or a narrow terminal's whole row."""
    return min(most, _width())


def heading(title: str) -> None:
    """What the next table is about."""
    print(f"\n{_(title)}")


def print_json(value: object) -> None:
    """Domain values as JSON: moments in ISO 8601, enums by value."""
    from pydantic_core import to_jsonable_python

    print(json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2))


def confirm(question: str, *, yes: bool) -> None:
    """Goes on after a yes; otherwise the command ends with exit code 1. Without a terminal only `--yes` is a yes."""
    if yes:
        return
    print(f"{question} [y/N]: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in _YES:
        raise typer.Abort


def text(value: object) -> str:
    """A value as people read it; moments on the county's wall clock."""
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return f"{wall(value):%Y-%m-%d %H:%M:%S}"
        case time():
            return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
        case timedelta():
            return length(round(value.total_seconds() * 1000))
        case Enum():
            return said(value)
        case tuple() | list() | frozenset():
            return ", ".join(map(text, value))
        case _:
            return str(value)


def length(milliseconds: int | None) -> str:
    """How long something sounds, such as 3:07."""
    if milliseconds is None:
        return ""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}:{seconds:02}"


def last_day(until: datetime) -> date:
    """The last day of what is valid until then."""
    return wall(until - timedelta(seconds=1)).date()


def zone_name(at: datetime) -> str:
    """Whose wall clock it is, such as `Asia/Shanghai, UTC+08:00`."""
    there = wall(at)
    offset = f"{there:%z}"
    name = getattr(_zone, "key", None) or there.tzname() or ""
    return f"{name}, UTC{offset[:3]}:{offset[3:]}"


def _say_zone(values: Iterable[object]) -> None:
    """Moments without their zone are no moments: it stands once below them."""
    found = next((value for value in values if isinstance(value, datetime)), None)
    if found is not None:
        print(_(N_("Times: {zone}")).format(zone=zone_name(found)))


def _values(thing: object, columns: Columns) -> list[object]:
    return [getattr(thing, of) if isinstance(of, str) else of(thing) for of in columns.values()]


class _Shape(NamedTuple):
    """Of a column: its cells, and whether amounts stand in it, one under the other."""

    width: int
    counts: bool


def _print_rows(headings: list[str], rows: list[list[str]], above: int) -> None:
    shapes = _shapes(headings, rows)
    if sum(shape.width for shape in shapes) + _BETWEEN * (len(shapes) - 1) <= _width():
        above = 0
    for common, found in groupby(rows, lambda row: row[:above]):
        if common:
            print()
            say("   ".join(common))
        _print_table(headings[above:], [row[above:] for row in found], shapes[above:])


def _print_lines(lines: list[list[str]]) -> None:
    _print_table([], lines, [_Shape(shape.width, counts=False) for shape in _shapes(["", ""], lines)])


def _shapes(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[_Shape]:
    from rich.cells import cell_len

    columns = zip(headings, *rows, strict=True)
    return [_Shape(max(map(cell_len, column)), all(map(_is_number, column[1:]))) for column in columns]


def _width() -> int:
    """Of a row, in cells."""
    from rich.console import Console

    return Console().width if has_width() else _PIPE_WIDTH


def _print_table(headings: list[str], rows: list[list[str]], shapes: list[_Shape]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=bool(headings))
    console = Console(width=_width())
    whole = _whole([shape.width for shape in shapes], console.width)
    if headings and not whole:  # a column would be lost: each row is a card of its own
        for row in rows:
            _print_lines([list(line) for line in zip(headings, row, strict=True) if line[1]])
            print()
        return
    for title, (width, counts) in zip(headings or [""] * len(shapes), shapes, strict=True):
        table.add_column(
            title,
            no_wrap=width <= whole,
            min_width=width if width <= whole else min(width, _LEAST_WIDTH),
            overflow="fold",
            justify="right" if counts else "left",
        )
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _whole(widths: Sequence[int], room: int) -> int:
    """Up to which width columns can be left unbroken, so that none of the others is lost."""
    between = _BETWEEN * (len(widths) - 1)
    for whole in range(_WHOLE_WIDTH, 0, -1):
        if between + sum(w if w <= whole else min(w, _LEAST_WIDTH) for w in widths) <= room:
            return whole
    return 0


def _is_number(cell: str) -> bool:
    """Amounts and lengths; codes and times of the day are none."""
    return bool(re.fullmatch(r"-?\d{1,8}(\.\d+)?( %)?|\d+:\d\d|", cell))
