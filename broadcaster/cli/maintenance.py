"""`broadcaster maintenance`: announced work, while which what fails is nobody's ticket."""

from typing import Annotated

import typer

from broadcaster.cli import naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, listing
from broadcaster.language import N_

app = typer.Typer(no_args_is_help=True, help="Announced work: what fails meanwhile is nobody's ticket.")

COLUMNS: Columns = {
    N_("No."): "id",
    N_("What"): "target",
    N_("Begins"): "begins",
    N_("Ends"): "ends",
    N_("Reason"): "reason",
    N_("By"): "by",
    N_("Called off"): "cancelled_at",
}


@app.command("list")
def list_(
    context: typer.Context,
    over: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    as_json: Json = False,
) -> None:
    """List announced work."""
    found = desk(context).maintenance.list(over=over)
    listing(found, COLUMNS, as_json=as_json, empty=N_("No work is announced."))


@app.command()
def plan(
    context: typer.Context,
    target: Annotated[
        str, typer.Argument(metavar="WHAT", help="An area or endpoint, or a node such as `feeder:10 kV-3`.")
    ],
    begins: Annotated[str, typer.Option("--from", metavar="TIME", help="Such as 2026-11-24T08:00.")],
    ends: Annotated[str, typer.Option("--until", metavar="TIME", help="Such as 2026-11-24T17:00.")],
    reason: Annotated[str, typer.Option("--reason", help="What is done.")],
    place: Annotated[str | None, typer.Option(help="Where a node lies: an area by code or name.")] = None,
    as_json: Json = False,
) -> None:
    """Announce work on an area, an endpoint or a part of the grid."""
    county = desk(context)
    where = naming.place(county, place or target)
    what = target if place else where.rpartition("/")[2]
    begin, end = naming.moment(begins), naming.moment(ends, ends=True)
    found = county.maintenance.plan(place=where, target=what, begins=begin, ends=end, reason=reason)
    card(found, COLUMNS, as_json=as_json)


@app.command()
def cancel(
    context: typer.Context,
    work: Annotated[int, typer.Argument(metavar="NUMBER", help="As `list` has it.")],
    as_json: Json = False,
) -> None:
    """Call announced work off, or end it early."""
    card(desk(context).maintenance.cancel(work=work), COLUMNS, as_json=as_json)
