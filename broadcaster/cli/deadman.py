"""`broadcaster deadman`: says when the controller itself is down; for a timer, outside the controller's process."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from broadcaster.cli import output
from broadcaster.cli.caller import caller
from broadcaster.cli.output import Columns, Json, card
from broadcaster.language import N_

COLUMNS: Columns = {
    N_("Heard of the controller"): "alive_at",
    N_("Controller is down"): "is_down",
    N_("Told"): "told",
    N_("Could not be told"): "not_told",
}


def deadman(
    context: typer.Context,
    minutes: Annotated[
        int, typer.Option(min=1, max=1440, help="For how long nothing may be heard of the controller.")
    ] = 3,
    as_json: Json = False,
) -> None:
    """Look once whether the controller lives, and tell the station and its leaders if not (exit code 1)."""
    directory = caller(context).county
    from broadcaster.desk.errors import NotFound
    from broadcaster.house import CountyHouse
    from broadcaster.notifications.deadman import look

    settings = caller(context).settings
    output.use_zone(settings.zone)
    never = N_(
        "No controller ever ran on {directory}. Expected the data directory of one: name it by --county, or start the controller."
    )
    if not directory.is_dir():
        raise NotFound(never, directory=directory)
    seen = look(CountyHouse(settings), datetime.now(UTC), timedelta(minutes=minutes))
    card(seen, COLUMNS, as_json=as_json)
    if seen.alive_at is None:
        raise NotFound(never, directory=directory)
    if seen.is_down:
        raise typer.Exit(1)
