"""The service: broker, controller, API and, for the sample county, simulated loudspeakers, until it is stopped."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from fastapi import FastAPI

from broadcaster import demo as sample
from broadcaster.api.admission import admission
from broadcaster.api.app import create_app
from broadcaster.api.running import Claim, claim
from broadcaster.api.server import listen, serve
from broadcaster.config import BrokerKind, Settings
from broadcaster.controller.habits import Habits
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.errors import Unavailable
from broadcaster.doctor.clock import EARLIEST, SET_IT
from broadcaster.house import CountyHouse
from broadcaster.hub import run_station_hub
from broadcaster.language import N_
from broadcaster.live import LiveController
from broadcaster.notifying import notify
from broadcaster.phone.site import site
from broadcaster.storage.helm import Helm, lost, taken
from broadcaster.storage.migration import StorageError
from broadcaster.watch import watch
from devices import logbook
from devices.chunks import CHUNK
from devices.distribution import Pace
from devices.mqtt.broker import Broker, BrokerError
from devices.mqtt.broker import BrokerKind as PrivateKind

log = logging.getLogger(__name__)

_EVERY_S = 1.0

_PRIVATE = {
    BrokerKind.AUTO: PrivateKind.AUTO,
    BrokerKind.EMBEDDED: PrivateKind.EMBEDDED,
    BrokerKind.MOSQUITTO: PrivateKind.MOSQUITTO,
}


def run(settings: Settings, *, demo: bool) -> None:
    """Runs a county until SIGINT or SIGTERM; with `demo` an empty county is filled, and its loudspeakers simulated."""
    logbook.keep(logging.INFO if not sys.stdout.isatty() else logging.WARNING)
    for talkative in ("alembic", "uvicorn"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(_run(settings, demo=demo))


async def _run(settings: Settings, *, demo: bool) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    await clock_set(lambda: datetime.now(UTC), asyncio.sleep)
    house = CountyHouse(settings)
    with claim(settings.directory) as held, _helm(settings) as helm:
        look = partial(asyncio.to_thread, helm.look)
        await taken(look, asyncio.sleep)

        async def steer() -> None:
            await lost(look, asyncio.sleep)
            task.cancel()

        with contextlib.closing(listen(settings.api.host, settings.api.port)) as listener:
            await _work(house, held, listener, steer, demo=demo)


async def _work(
    house: CountyHouse,
    held: Claim,
    listener: socket.socket,
    steer: Callable[[], Coroutine[Any, Any, None]],
    *,
    demo: bool,
) -> None:
    """All that a county needs, until cancelled."""
    settings = house.settings
    async with _broker(house):
        live = LiveController(
            engine=house.engine,
            connection=house.controller_connection(),
            signer=house.signer,
            library=house.library,
            habits=_habits(settings),
            pace=_pace(settings),
        )
        house.linked = lambda: live.linked
        app = _api(house, held, listener, live)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(live.run(), name="controller")
            tasks.create_task(serve(app, listener), name="api")
            if settings.lines.hub:
                own = settings.directory / "hub"
                tasks.create_task(run_station_hub(house, settings.lines.hub, own), name="hub")
            tasks.create_task(notify(house), name="notifications")
            if demo:
                await sample.fill(house, live)
                tasks.create_task(sample.simulate(house, live), name="sample county")
            tasks.create_task(watch(house), name="watch")
            tasks.create_task(steer(), name="helm")


def _api(house: CountyHouse, held: Claim, listener: socket.socket, live: LiveController) -> FastAPI:
    """The desk over HTTP and the pages for phones, announced to the command line of this machine."""
    settings = house.settings
    host, port = listener.getsockname()[:2]
    running = held.announce(f"http://{host}:{port}")
    app = create_app(
        CountyDesk,
        admission(house, running.token, live.nudge),
        upload_limit_mb=settings.api.upload_limit_mb,
        allowed_hosts=settings.api.allowed_hosts,
    )
    on_phones = admission(house, running.token, live.nudge, phones=True)
    secure = settings.api.public_url.startswith("https:")
    app.include_router(site(on_phones, settings.zone, secure=secure))
    return app


@contextlib.contextmanager
def _helm(settings: Settings) -> Iterator[Helm]:
    try:
        helm = Helm(settings.database_url)
    except StorageError as error:
        raise Unavailable(error.message, **error.facts) from error
    with contextlib.closing(helm):
        yield helm


async def clock_set(now: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]) -> None:
    """A machine with an empty battery wakes in 1970: nothing is planned and nothing signed before its clock is set."""
    if now() < EARLIEST:
        log.error("the clock cannot be right: it is waited for", extra={"now": now(), "to_set_it": SET_IT})
    while now() < EARLIEST:
        await sleep(_EVERY_S)


def _habits(settings: Settings) -> Habits:
    return Habits(
        zone=settings.zone,
        plan_days=settings.plan.days,
        lease=timedelta(days=settings.plan.lease_days),
        heartbeat_s=settings.heartbeat.every_s,
    )


def _pace(settings: Settings) -> Pace:
    """Chunks a second from the egress that is set; a recording may use all of it while nothing else waits."""
    rate = settings.egress.kbit_s * 1000 / 8 / CHUNK
    return Pace(recording_rate=rate, total_rate=rate)


@asynccontextmanager
async def _broker(house: CountyHouse) -> AsyncIterator[None]:
    """The private broker, running; nothing where another one is used."""
    wanted = house.settings.broker
    if wanted.kind is BrokerKind.EXTERNAL:
        yield
        return
    broker = Broker(house.broker_directory, host=wanted.host, port=wanted.port, kind=_PRIVATE[wanted.kind])
    try:
        await broker.start()
    except BrokerError as error:
        raise Unavailable(
            N_(
                "The broker cannot run: {reason}. The table [broker] of county.toml says where it listens and what it is."
            ),
            reason=error,
        ) from error
    house.accounts_changed = broker.reload
    try:
        yield
    finally:
        await broker.stop()
