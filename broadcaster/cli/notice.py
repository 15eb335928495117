"""`broadcaster notice`: lists notices and moves them on their way to the air."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, listing
from broadcaster.language import N_

app = typer.Typer(no_args_is_help=True, help="Notices on their way to the air.")
Comment = Annotated[str, typer.Option(help="A word on it, kept with the step.")]

COLUMNS: Columns = {
    N_("Notice"): "id",
    N_("Version"): "version",
    N_("State"): "state",
    N_("Kind"): "kind",
    N_("Title"): "title",
    N_("Places"): "targets",
}


@app.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List notices, the newest first."""
    listing(desk(context).notices.list(), COLUMNS, as_json=as_json, empty=N_("There is no notice yet."))


@app.command()
def show(context: typer.Context, notice: str, as_json: Json = False) -> None:
    """Show a notice with who did what when."""
    found = desk(context).notices.show(notice=notice)
    columns: Columns = {heading: _of(name) for heading, name in COLUMNS.items() if isinstance(name, str)}
    card(found, columns, as_json=as_json)


@app.command()
def submit(context: typer.Context, notice: str, comment: Comment = "", as_json: Json = False) -> None:
    """Hand a draft in for approval."""
    card(desk(context).notices.submit(notice=notice, comment=comment), COLUMNS, as_json=as_json)


@app.command()
def approve(context: typer.Context, notice: str, comment: Comment = "", as_json: Json = False) -> None:
    """Approve what somebody else made."""
    card(desk(context).notices.approve(notice=notice, comment=comment), COLUMNS, as_json=as_json)


@app.command()
def withdraw(context: typer.Context, notice: str, comment: Comment = "", as_json: Json = False) -> None:
    """Take a notice back: endpoints stop at once."""
    card(desk(context).notices.withdraw(notice=notice, comment=comment), COLUMNS, as_json=as_json)


def _of(name: str) -> Callable[[Any], object]:
    return lambda history: getattr(history.notice, name)
