"""`broadcaster area`: counties, towns and villages, their quiet hours and minutes budgets."""

from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import lists, naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, listing
from broadcaster.language import N_, _
from broadcaster.words import word

if TYPE_CHECKING:
    from broadcaster.desk.areas import AreaView
    from schedules.rules import Window

app = typer.Typer(no_args_is_help=True, help="Areas: counties, towns and villages.")

Area = Annotated[str, typer.Argument(metavar="AREA", help="Its code or its name.")]
Inside = Annotated[str | None, typer.Argument(metavar="[AREA]", help="Only what lies in it.")]
AS_AROUND = ("inherit", "继承")
_DEPTH = {"county": 0, "town": 1, "village": 2}


def _quiet(area: "AreaView") -> str:
    hours = " ".join(f"{start}-{end}" for start, end in area.quiet_in_force) or _("none")
    return hours if area.quiet_hours is not None else f"({hours})"


def _budget(area: "AreaView") -> str:
    minutes = _("no limit") if area.budget_in_force is None else str(area.budget_in_force)
    return minutes if area.budget_minutes is not None else f"({minutes})"


ROWS: Columns = {
    N_("Code"): "code",
    N_("Area"): lambda area: "  " * _DEPTH.get(area.level, 0) + area.name,
    N_("People"): "population",
    N_("Endpoints"): "endpoints",
    N_("Quiet hours"): lambda area: "" if area.quiet_hours is None else _quiet(area),
    N_("Minutes a day"): lambda area: "" if area.budget_minutes is None else _budget(area),
}
CARD: Columns = {
    N_("Code"): "code",
    N_("Area"): "name",
    N_("Level"): lambda area: word("Level", area.level),
    N_("People"): "population",
    N_("Endpoints"): "endpoints",
    N_("Quiet hours"): _quiet,
    N_("Minutes a day"): _budget,
}


@app.command("list")
def list_(context: typer.Context, inside: Inside = None, as_json: Json = False) -> None:
    """List areas. Where no hours or minutes stand, those of the area around hold."""
    county = desk(context)
    found = county.areas.list(inside=naming.place(county, inside) if inside else None)
    listing(found, ROWS, as_json=as_json, empty=N_("There is no area yet: import a list of them."))


@app.command()
def show(context: typer.Context, area: Area, as_json: Json = False) -> None:
    """Show one area; what it takes over from the area around it stands in parentheses."""
    county = desk(context)
    card(county.areas.show(area=naming.place(county, area)), CARD, as_json=as_json)


@app.command("import")
def import_(
    context: typer.Context, file: lists.ListFile, dry_run: lists.DryRun = False, as_json: Json = False
) -> None:
    """Import areas from a CSV or XLSX list; a list with errors changes nothing."""
    from broadcaster.desk.files import Upload

    with file.open("rb") as opened:
        imported = desk(context).areas.take_in(file=Upload(file.name, opened), dry_run=dry_run)
    lists.tell(imported, dry_run=dry_run, as_json=as_json)


@app.command()
def export(
    context: typer.Context,
    file: lists.Target = None,
    form: lists.FileFormat = None,
    force: lists.Force = False,
) -> None:
    """Write all areas as a list that can be imported again."""
    from broadcaster.registry.lists import Format

    lists.put(desk(context).areas.export(format=Format(lists.form_of(file, form))), file, force=force)


@app.command()
def edit(
    context: typer.Context,
    area: Area,
    quiet: Annotated[
        str | None,
        typer.Option(metavar="HOURS", help='Such as "22:00-06:00 12:30-14:00"; or none; or inherit.'),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(metavar="MINUTES", help="Most minutes of daily notices a day; or inherit."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Set quiet hours and the minutes budget; inherit takes over those of the area around it."""
    county = desk(context)
    before = county.areas.show(area=naming.place(county, area))
    after = county.areas.settle(
        area=naming.place(county, before.code),
        quiet_hours=_windows(before, quiet),
        budget_minutes=_minutes(before, budget),
    )
    card(after, CARD, as_json=as_json)


def _windows(before: "AreaView", said: str | None) -> "tuple[Window, ...] | None":
    from broadcaster.cli.rule import windows

    if said in AS_AROUND:
        return None
    if said is not None:
        return windows([said])
    if before.quiet_hours is None:
        return None
    return windows(["none"]) if not before.quiet_hours else windows(map("-".join, before.quiet_hours))


def _minutes(before: "AreaView", said: str | None) -> int | None:
    if said is None:
        return before.budget_minutes
    if said in AS_AROUND:
        return None
    if not said.isdecimal():
        raise typer.BadParameter(_("expected minutes from 0 to 1440, or inherit; got {got}").format(got=said))
    return int(said)
