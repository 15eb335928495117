"""What a screen shows, as text; and an app on the fixed county, ready when all that was asked is answered."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from broadcaster.desk.county import CountyDesk
from broadcaster.tui.app import StationApp
from broadcaster.tui.drafts import Drafts
from broadcaster.tui.visit import Visit
from tests.broadcaster.tui.county import NOW, ZONE

_ROUNDS = 3
_DRAFTS = tempfile.TemporaryDirectory(prefix="drafts-")


def app_on(desk: CountyDesk, *, who: str = "li", drafts: Path | None = None) -> StationApp:
    """The app at ten o'clock; it looks only when it is told to."""
    kept = Drafts(drafts or Path(tempfile.mkdtemp(dir=_DRAFTS.name)))
    visit = Visit(desk, clock=lambda: NOW)
    return StationApp(visit, clock=lambda: NOW, zone=ZONE, who=who, drafts=kept, every_s=0)


@asynccontextmanager
async def opened(app: StationApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[Any]]:
    """The app with its first screen seen."""
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


async def settle(pilot: Pilot[Any]) -> None:
    """Until nothing is asked any more and several rounds of everybody's messages have changed nothing that is seen.

    Textual's own pause takes a process that the machine does not let run for one that has nothing to do.
    """
    seen: list[str] = []
    while len(seen) < _ROUNDS or len(set(seen[-_ROUNDS:])) > 1:
        await pilot.pause(0)
        await _answered(pilot.app)
        await pilot.pause(0)
        seen.append(text_of(pilot.app))


async def _answered(app: App[Any]) -> None:
    """Until no worker works; one whose place a newer look took is cancelled, and that is as good."""
    while working := [worker for worker in app.workers if not worker.is_finished]:
        with suppress(WorkerCancelled):
            await app.workers.wait_for_complete(working)


async def press(pilot: Pilot[Any], *keys: str) -> int:
    """Presses keys one by one, each time until everything is answered; how many they were."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)
    return len(keys)


def text_of(app: App[Any]) -> str:
    """The screen as lines of text, without what trails."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def said_by(app: App[Any]) -> str:
    """What the app said in passing."""
    return "\n".join(notification.message for notification in app._notifications)
