"""`broadcaster dispatch`: the day's rounds of lift trucks, to look at and to print."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, heading, listing, print_json, text, wall
from broadcaster.language import N_, _, in_use
from broadcaster.words import root_said, said

if TYPE_CHECKING:
    from broadcaster.desk.dispatch import DayView, StopView, Task, Waiting

app = typer.Typer(no_args_is_help=True, help="The day's rounds of lift trucks.")
Day = Annotated[
    str | None, typer.Option("--day", metavar="DATE", help="Such as 2026-11-24 or tomorrow; without, today.")
]


def _tasks(stop: "StopView") -> str:
    return "; ".join(map(_task, stop.tasks))


def _task(task: "Task") -> str:
    return f"{task.ticket} {said(task.cause)} {root_said(task.root)} {task.place_name}".strip()


def _why(waiting: "Waiting") -> str:
    why = said(waiting.because)
    if waiting.back is not None:
        until = f"{wall(waiting.back):%m-%d %H:%M}"
        return _("{why}: {crew}, until {until}").format(why=why, crew=waiting.crew, until=until)
    if not waiting.late_minutes:
        return why
    return _("{why}: it would be {minutes} min late").format(why=why, minutes=waiting.late_minutes)


STOPS: Columns = {
    N_("Arrives"): lambda stop: f"{wall(stop.arrives):%H:%M}",
    N_("Leaves"): lambda stop: f"{wall(stop.leaves):%H:%M}",
    N_("km"): "km",
    N_("Tickets"): _tasks,
}
WAITING: Columns = {N_("Ticket"): lambda waiting: _task(waiting.task), N_("Why not today"): _why}


_NOBODY = N_(
    "No crew with a lift truck goes out. `broadcaster crew leaves` says who is away, `crew set` tells of another."
)


@app.command()
def show(context: typer.Context, day: Day = None, as_json: Json = False) -> None:
    """Propose the rounds of a day, and say why other tickets must wait."""
    found = desk(context).dispatch.day(day=naming.day(day))
    if as_json:
        print_json(found)
        return
    for each in found.rounds:
        heading(_title(each.crew, each.km))
        listing(each.stops, STOPS, as_json=False, empty=N_("Nothing to do."))
    if not found.rounds:
        print(_(_NOBODY))
    if found.waiting:
        heading(N_("Not today"))
        listing(found.waiting, WAITING, as_json=False, empty="")


@app.command("print")
def print_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the page.")],
    day: Day = None,
) -> None:
    """Write the rounds of a day as an HTML page to print, one crew a sheet."""
    file.write_text(page(desk(context).dispatch.day(day=naming.day(day))), encoding="utf-8")
    print(_("Written: {file}").format(file=file))


def page(found: "DayView") -> str:
    """A page of its own, which needs nothing from anywhere."""
    sheets = "".join(
        f"<section><h1>{found.day} {escape(_title(each.crew, each.km))}</h1>"
        f"{_table(STOPS, each.stops) if each.stops else escape(_('Nothing to do.'))}</section>"
        for each in found.rounds
    )
    sheets = sheets or f"<section><h1>{found.day}</h1>{escape(_(_NOBODY))}</section>"
    left = f"<section><h1>{escape(_('Not today'))}</h1>{_table(WAITING, found.waiting)}</section>"
    style = "body{font:12pt sans-serif}section{break-after:page}td,th{border:1px solid;padding:4pt;text-align:left}"
    return (
        f'<!doctype html><html lang="{in_use().replace("_", "-")}"><meta charset="utf-8"><title>{found.day}</title><style>{style}'
        f"table{{border-collapse:collapse;width:100%}}</style>{sheets}{left if found.waiting else ''}\n"
    )


def _title(crew: str, km: float) -> str:
    return _("{crew}, {km} km").format(crew=crew, km=km)


def _table(columns: Columns, rows: "tuple[StopView, ...] | tuple[Waiting, ...]") -> str:
    head = "".join(f"<th>{escape(_(name))}</th>" for name in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(text(getattr(row, of) if isinstance(of, str) else of(row)))}</td>"
            for of in columns.values()
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
