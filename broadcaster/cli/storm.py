"""`broadcaster storm`: where and when the weather was bad."""

from typing import Annotated

import typer

from broadcaster.cli import naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, listing
from broadcaster.language import N_

app = typer.Typer(
    no_args_is_help=True, help="Storms: then a fault of the supply is likelier than a hand at the switch."
)

COLUMNS: Columns = {
    N_("No."): "id",
    N_("Place"): "place",
    N_("Begins"): "begins",
    N_("Ends"): "ends",
    N_("Note"): "note",
    N_("By"): "by",
    N_("Taken back"): "cancelled_at",
}


@app.command("list")
def list_(
    context: typer.Context,
    over: Annotated[bool, typer.Option("--all", help="Also those of long ago.")] = False,
    as_json: Json = False,
) -> None:
    """List the storms of these days."""
    found = desk(context).storms.list(over=over)
    listing(found, COLUMNS, as_json=as_json, empty=N_("No storm was noted."))


@app.command()
def note(
    context: typer.Context,
    place: Annotated[str, typer.Argument(metavar="PLACE", help="An area by code or name.")],
    begins: Annotated[str, typer.Option("--from", metavar="TIME", help="Such as 2026-07-24T15:00.")],
    ends: Annotated[str, typer.Option("--until", metavar="TIME", help="Such as 2026-07-24T18:00.")],
    said: Annotated[str, typer.Option("--note", help="What it was: lightning, wind, ice.")] = "",
    as_json: Json = False,
) -> None:
    """Note a storm over an area, past or to come."""
    county = desk(context)
    begin, end = naming.moment(begins), naming.moment(ends, ends=True)
    found = county.storms.note(place=naming.place(county, place), begins=begin, ends=end, note=said)
    card(found, COLUMNS, as_json=as_json)


@app.command()
def cancel(
    context: typer.Context,
    storm: Annotated[int, typer.Argument(metavar="NUMBER", help="As `list` has it.")],
    as_json: Json = False,
) -> None:
    """Take a note back: there was no such storm."""
    card(desk(context).storms.cancel(storm=storm), COLUMNS, as_json=as_json)
