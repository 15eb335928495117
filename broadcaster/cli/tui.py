"""`broadcaster tui`: the station's terminal."""

import gc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from broadcaster.cli.caller import Caller, caller
from broadcaster.desk.errors import Unavailable
from broadcaster.language import N_

if TYPE_CHECKING:
    from broadcaster.desk.county import CountyDesk


def tui(
    context: typer.Context,
    demo: Annotated[
        bool, typer.Option("--demo", help="Open it on a simulated county, to try and to learn.")
    ] = False,
    serve: Annotated[
        bool,
        typer.Option(
            "--serve", help="Offer it in browsers of this machine, behind a login with user and token."
        ),
    ] = False,
    port: Annotated[int, typer.Option(help="Where browsers find it, on loopback.")] = 8421,
) -> None:
    """Open the station's terminal: today, playlists, notices, endpoints. Closing it changes nothing on the air."""
    from broadcaster import language

    desk = None
    if not serve and not demo:
        gc.disable()  # until the first screen is there: nothing of what is read meanwhile is rubbish
        desk = caller(context).desk_for_a_screen()
    settings = caller(context).settings
    language.use(settings.county.language or language.in_use())
    if serve:
        _serve(caller(context), port)
    elif desk is None:
        _open_demo(caller(context).who, settings.terminal.player)
    else:
        from broadcaster.tui.drafts import directory_for

        who = caller(context).who or ""
        drafts = directory_for(caller(context).controller or str(settings.directory), who)
        _open(
            desk,
            lambda: datetime.now(UTC),
            settings.zone,
            who,
            drafts,
            settings.terminal.player,
        )


def _serve(caller: Caller, port: int) -> None:
    """The terminal in browsers, visiting the controller that runs."""
    from broadcaster.api.running import find

    try:
        from broadcaster.tui.browser import serve
    except ModuleNotFoundError as missing:
        message = N_("The terminal in a browser needs the extra `web`, of which {module} is missing: {how}")
        raise Unavailable(message, module=missing.name, how="pip install 'broadcaster[web]'") from missing
    running = find(caller.county)
    controller = caller.controller or (running.url if running else None)
    if controller is None:
        raise Unavailable(N_("No controller runs on {directory}: start it first."), directory=caller.county)
    county, language = str(caller.county.absolute()), caller.settings.county.language
    spoken = ["--language", language] if language else []
    serve(controller, ["--county", county, *spoken], port=port, clock=lambda: datetime.now(UTC))


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
