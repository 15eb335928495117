"""The station's own hub: the lines of this computer's ports, run in the controller's process."""

import asyncio
import logging
from pathlib import Path

from broadcaster.house import CountyHouse
from broadcaster.registry.line import hub_lines, provision_hub
from devices.hub.program import PROVISION, run_hub
from devices.hub.provision import HubLine

log = logging.getLogger(__name__)

LOOK_S = 15.0  # so often the registry is asked whether its lines have changed


async def run_station_hub(house: CountyHouse, hub: str, directory: Path) -> None:
    """Runs the lines that the registry gives this hub, begun anew whenever they change there; until cancelled."""
    running: asyncio.Task[None] | None = None
    lines: tuple[HubLine, ...] = ()
    try:
        while True:
            try:
                wanted = await asyncio.to_thread(_lines, house, hub)
                if wanted is not None and (wanted != lines or (running is not None and running.done())):
                    await _end(running)
                    lines, running = (), None
                    if wanted:
                        await asyncio.to_thread(_provision, house, hub, directory)
                        running = asyncio.create_task(run_hub(directory, software="broadcaster"), name=hub)
                    lines = wanted
            except Exception:
                # The database is away, or the disk is full: no reason for the controller to end
                log.exception("the station's own hub could not be looked after, it is tried again")
            await asyncio.sleep(LOOK_S)
    finally:
        await _end(running)


def _lines(house: CountyHouse, hub: str) -> tuple[HubLine, ...] | None:
    """None, with a line in the log, where they cannot be used."""
    try:
        with house.snapshot() as session:
            return hub_lines(session, hub)
    except ValueError as error:
        log.error("the station's serial lines cannot be used", extra={"hub": hub, "why": str(error)})
        return None


def _provision(house: CountyHouse, hub: str, directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with house.snapshot() as session:
        made = provision_hub(
            session, hub, house.surroundings, set_account=house.set_account, set_wards=house.set_wards
        )
    made.save(directory / PROVISION)


async def _end(running: asyncio.Task[None] | None) -> None:
    if running is not None:
        running.cancel()
        await asyncio.wait([running])
