"""`broadcaster tui`: the station's terminal."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from broadcaster.cli.caller import caller, desk


def tui(
    context: typer.Context,
    demo: Annotated[
        bool, typer.Option("--demo", help="Open it on a simulated county, to try and to learn.")
    ] = False,
) -> None:
    """Open the station's terminal: today, playlists, notices, endpoints. Closing it changes nothing on the air."""
    from broadcaster import language
    from broadcaster.tui.app import StationApp
    from broadcaster.tui.visit import Visit

    settings = caller(context).settings
    language.use(settings.county.language or language.in_use())

    def clock() -> datetime:
        return datetime.now(UTC)

    visit = Visit(desk(context), clock=clock)
    StationApp(visit, clock=clock, zone=settings.zone, who=caller(context).who or "").run()
