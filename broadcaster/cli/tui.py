"""`broadcaster tui`: the station's terminal."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from broadcaster.cli.caller import caller

if TYPE_CHECKING:
    from broadcaster.desk.county import CountyDesk


def tui(
    context: typer.Context,
    demo: Annotated[
        bool, typer.Option("--demo", help="Open it on a simulated county, to try and to learn.")
    ] = False,
) -> None:
    """Open the station's terminal: today, playlists, notices, endpoints. Closing it changes nothing on the air."""
    from broadcaster import language

    settings = caller(context).settings
    language.use(settings.county.language or language.in_use())
    if demo:
        _open_demo(caller(context).who, settings.terminal.player)
    else:
        from broadcaster.tui.drafts import directory_for

        who = caller(context).who or ""
        drafts = directory_for(caller(context).controller or str(settings.directory), who)
        _open(
            caller(context).desk_later(),
            lambda: datetime.now(UTC),
            settings.zone,
            who,
            drafts,
            settings.terminal.player,
        )


def _open_demo(who: str | None, player: tuple[str, ...]) -> None:
    """The terminal on a simulated county, which is gone afterwards."""
    from tempfile import TemporaryDirectory

    from broadcaster.tui.demo import WRITER, SimulatedCounty

    with TemporaryDirectory(prefix="broadcaster-", ignore_cleanup_errors=True) as directory:
        county = SimulatedCounty(Path(directory))
        county.start()
        try:
            zone = county.house.settings.zone
            drafts = Path(directory) / "drafts"
            _open(county.desk(who or WRITER), county.now, zone, who or WRITER, drafts, player)
        finally:
            county.close()


def _open(
    at: "CountyDesk",
    clock: Callable[[], datetime],
    zone: ZoneInfo,
    who: str,
    drafts_in: Path,
    player: tuple[str, ...],
) -> None:
    from broadcaster.tui.app import StationApp
    from broadcaster.tui.drafts import Drafts
    from broadcaster.tui.player import Player, found
    from broadcaster.tui.visit import Visit

    StationApp(
        Visit(at, clock=clock),
        clock=clock,
        zone=zone,
        who=who,
        drafts=Drafts(drafts_in),
        player=Player(player or found()),
    ).run()
