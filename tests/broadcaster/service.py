"""A county at work inside a test: a real broker, the real controller, and the station's own hub."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broadcaster.controller.habits import Habits
from broadcaster.house import CountyHouse
from broadcaster.hub import run_station_hub
from broadcaster.live import LiveController
from devices.distribution import Pace
from devices.mqtt.broker import Broker, BrokerKind


@asynccontextmanager
async def service(house: CountyHouse) -> AsyncIterator[LiveController]:
    """Broker, controller and the station's own hub, as the service runs them."""
    broker = Broker(house.broker_directory, kind=BrokerKind.EMBEDDED)
    await broker.start()
    house.accounts_changed = broker.reload
    live = LiveController(
        engine=house.engine,
        connection=house.controller_connection(),
        signer=house.signer,
        library=house.library,
        habits=Habits(),
        pace=Pace(),
    )
    running = [
        asyncio.create_task(live.run()),
        asyncio.create_task(run_station_hub(house, "hub-station", house.settings.directory / "hub")),
    ]
    yield live
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await broker.stop()
