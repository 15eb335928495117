"""What commands print: tables for people, JSON for programs, and the questions asked before something happens."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import Annotated, Any

import typer

from broadcaster.language import _

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before doing it.")]
Columns = Mapping[str, str | Callable[[Any], object]]  # English heading → attribute, or what to make of a row
_PIPE_WIDTH = 400  # cells: no table is broken for a reader that has no width


_zone: tzinfo | None = None  # this machine's, until a county is known


def use_zone(zone: tzinfo) -> None:
    """Reads and writes times on this wall clock from now on: a process serves one county."""
    global _zone
    _zone = zone


def moment(said: datetime | None) -> datetime | None:
    """What a person said, on the county's wall clock unless they named a zone."""
    return said if said is None or said.tzinfo else said.replace(tzinfo=_zone).astimezone(UTC)


def listing(rows: Sequence[object], columns: Columns, *, as_json: bool, empty: str) -> None:
    """Rows as a table, or all that they hold as a JSON array."""
    if as_json:
        print_json(rows)
    elif not rows:
        print(_(empty))
    else:
        _print_table([_(heading) for heading in columns], [_cells(row, columns) for row in rows])


def card(thing: object, columns: Columns, *, as_json: bool) -> None:
    """One thing with a line for each column, or all it holds as a JSON object."""
    if as_json:
        print_json(thing)
    else:
        lines = zip(columns, _cells(thing, columns), strict=True)
        _print_table([], [[_(label), cell] for label, cell in lines])


def print_json(value: object) -> None:
    """Domain values as JSON: moments in ISO 8601, enums by value."""
    from pydantic_core import to_jsonable_python

    print(json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2))


def confirm(question: str, *, yes: bool) -> None:
    """Goes on after a yes; otherwise the command ends with exit code 1. Without a terminal only `--yes` is a yes."""
    if not yes:
        typer.confirm(question, abort=True, err=True)


def text(value: object) -> str:
    """A value as people read it; moments on the county's wall clock."""
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return value.astimezone(_zone).strftime("%Y-%m-%d %H:%M:%S")
        case Enum():
            return _(str(value.value))
        case tuple() | list() | frozenset():
            return ", ".join(map(text, value))
        case _:
            return str(value)


def _cells(thing: object, columns: Columns) -> list[str]:
    return [text(getattr(thing, of) if isinstance(of, str) else of(thing)) for of in columns.values()]


def _print_table(headings: list[str], rows: list[list[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=bool(headings))
    for row in rows:
        table.add_row(*map(Text, row))
    Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(table)
