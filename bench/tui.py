"""How quick the station's terminal is with 10,000 endpoints: its first screen, a key while reports arrive, memory in two days.

The first screen counts from the start of the process, in a pseudo-terminal: until the frame stands, and until the county is
in it. It visits a controller over its API as a station's terminals do, and once more with the database opened in its own process.
Keys are pressed while another process writes 1,000 reports a second into the database that the terminal asks in its own
process: the worst case, because it does the desk's work too. There is no baseline: nobody draws this screen otherwise.
"""

import asyncio
import multiprocessing
import os
import random
import threading
import time as clock
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import linear_regression, median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from textual import events

from bench.county import NOON, TOWNS, ZONE, county
from bench.starting import Start, controller_of, started
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.house import CountyHouse
from broadcaster.storage.engine import connect, transaction, upsert
from broadcaster.storage.tables import EndpointStateRow
from broadcaster.tui.app import StationApp
from broadcaster.tui.drafts import Drafts
from broadcaster.tui.screens.today import TodayScreen
from broadcaster.tui.visit import Visit
from broadcaster.tui.widgets.county.tree import CountyTree
from devices.presence import Presence

REPORTS_A_SECOND, BATCH = 1_000, 200
SIZE = (120, 40)
PAUSE_S = 0.05  # between keys
LOOK_EVERY = timedelta(minutes=5)
TOUR = ("endpoints", "ledger", "tickets", "notices", "today")  # once in a simulated hour
GOAL_FIRST_S, GOAL_KEY_MS, GOAL_GROWTH_MB = 1.0, 50.0, 10.0


def run(
    *, endpoints: int = 10_000, starts: int = 5, keys: int = 400, small: int = 500, hours: int = 24
) -> dict[str, object]:
    """Seconds to the first screen, milliseconds from key to paint, megabytes that a day adds."""
    with TemporaryDirectory() as name:
        house = county(Path(name) / "county", endpoints)
        with controller_of(house):
            over_api = [started(house.settings.directory, size=SIZE) for _ in range(starts)]
        alone = [started(house.settings.directory, size=SIZE) for _ in range(starts)]
        with Reports(house, endpoints) as reports:
            keys_ms = asyncio.run(keys_to_paint(house, Path(name), reports, keys))
        small_house = county(Path(name) / "small", small)
        warming_mb, growth_mb = asyncio.run(memory(small_house, Path(name), small, hours))
    first_s, p95_ms = median(start.filled_s for start in over_api), quantiles(keys_ms, n=20)[-1]
    return {
        "name": f"the terminal's first screen with {endpoints:,} endpoints, from the start of the process",
        "value": round(first_s, 2),
        "unit": "s",
        "baseline": None,
        "ratio": None,
        "goal": GOAL_FIRST_S,
        "met": first_s <= GOAL_FIRST_S and p95_ms <= GOAL_KEY_MS and growth_mb <= GOAL_GROWTH_MB,
        **seconds("over_api", over_api),
        **seconds("alone", alone),
        "key_to_paint_p50_ms": round(median(keys_ms), 1),
        "key_to_paint_p95_ms": round(p95_ms, 1),
        "key_to_paint_worst_ms": round(max(keys_ms), 1),
        "key_goal_ms": GOAL_KEY_MS,
        "reports_a_second": REPORTS_A_SECOND,
        "growth_in_the_first_day_mb": round(warming_mb, 1),
        "growth_in_a_day_mb": round(growth_mb, 1),
        "growth_goal_mb": GOAL_GROWTH_MB,
    }


def seconds(name: str, starts: list[Start]) -> dict[str, float]:
    """The middle of several starts: until the frame stands, and until the county is in it."""
    return {
        f"{name}_frame_s": round(median(start.frame_s for start in starts), 2),
        f"{name}_filled_s": round(median(start.filled_s for start in starts), 2),
    }


class TimedApp(StationApp):
    """Says when it paints, and how long a key took from the finger to the screen."""

    painted: asyncio.Event | None = None
    pressed: tuple[float, int] | None = None  # when, and the line of the tree on which the cursor was
    taken_ms: Callable[[float], None]

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        if self.painted is not None:
            self.painted.set()
        if self.pressed is not None and self.line != self.pressed[1]:
            begun, self.pressed = self.pressed[0], None
            self.taken_ms((clock.perf_counter() - begun) * 1000)

    @property
    def line(self) -> int:
        """Where the cursor of the tree is."""
        return max((tree.cursor_line for tree in self.screen.query(CountyTree)), default=-1)

    def take(self, begun: float, key: str) -> None:
        """A key that was pressed at `begun`, however long the loop was busy since."""
        self.pressed = (begun, self.line)
        self.post_message(events.Key(key, None))

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Looks again whenever something is painted, for a minute at most."""
        async with asyncio.timeout(60):
            while not is_so():
                self.painted = asyncio.Event()
                await self.painted.wait()


def app_on(house: CountyHouse, directory: Path, now: list[datetime], every_s: float) -> TimedApp:
    """The terminal with the desk in its own process."""
    desk = CountyDesk(HouseDoor(house, OWNER, clock=lambda: now[0]))
    visit = Visit(desk, clock=lambda: now[0])
    drafts = Drafts(directory / "drafts")
    return TimedApp(visit, clock=lambda: now[0], zone=ZONE, who="bench", drafts=drafts, every_s=every_s)


async def keys_to_paint(house: CountyHouse, directory: Path, reports: "Reports", keys: int) -> list[float]:
    """Milliseconds of each key in the tree of the county while reports arrive and the screen looks every five seconds."""
    app, taken = app_on(house, directory, [NOON], every_s=5.0), list[float]()
    async with app.run_test(size=SIZE):
        await app.until(lambda: isinstance(app.screen, TodayScreen) and app.screen.view is not None)
        await app.action_go("endpoints")
        await app.until(lambda: any(tree.last_line >= TOWNS for tree in app.screen.query(CountyTree)))
        reports.begin.set()
        await asyncio.to_thread(press, app, asyncio.get_running_loop(), taken, keys)
    return taken


def press(app: TimedApp, loop: asyncio.AbstractEventLoop, taken: list[float], keys: int) -> None:
    """A finger in a thread of its own, so that a loop that is busy makes a key late and not unmeasured."""
    for number in range(keys):
        clock.sleep(PAUSE_S)
        done = threading.Event()

        def note(ms: float, done: threading.Event = done) -> None:
            taken.append(ms)
            done.set()

        app.taken_ms = note
        loop.call_soon_threadsafe(app.take, clock.perf_counter(), "down" if number % 40 < 20 else "up")
        if not done.wait(10):
            raise TimeoutError(f"key {number} was painted by nobody in ten seconds")


class Reports:
    """Another process that writes what endpoints say, from `begin` on; begun before the terminal takes the screen."""

    def __init__(self, house: CountyHouse, endpoints: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.begin: Event = context.Event()
        self._stop: Event = context.Event()
        arguments = (house.settings.database_url, endpoints, self.begin, self._stop)
        self._process = context.Process(target=write_reports, args=arguments, daemon=True)

    def __enter__(self) -> "Reports":
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.begin.set()
        self._process.join(10)


def write_reports(url: str, endpoints: int, begin: Event, stop: Event) -> None:
    """1,000 a second until it is stopped."""
    engine, number = connect(url), 0
    begin.wait()
    while not stop.is_set():
        begun = clock.perf_counter()
        with transaction(engine) as session:
            upsert(session, EndpointStateRow, list(heartbeats(number, endpoints)))
        number += BATCH
        stop.wait(max(0.0, BATCH / REPORTS_A_SECOND - (clock.perf_counter() - begun)))


def heartbeats(first: int, endpoints: int) -> Iterator[dict[str, Any]]:
    """What the next endpoints say."""
    for number in range(first, first + BATCH):
        yield {"endpoint": f"horn-{number % endpoints:05d}", "heard_at": datetime.now(UTC), "seq": number}


async def memory(house: CountyHouse, directory: Path, endpoints: int, hours: int) -> tuple[float, float]:
    """Megabytes a day by which the process grows: on its first day, after a quarter of it, and on a second one."""
    now, chance = [NOON.replace(hour=0)], random.Random(7)
    app, sizes = app_on(house, directory, now, every_s=0), list[float]()
    an_hour = timedelta(hours=1) // LOOK_EVERY
    async with app.run_test(size=SIZE):
        await app.until(lambda: isinstance(app.screen, TodayScreen) and app.screen.view is not None)
        for number in range(2 * hours * an_hour):
            now[0] += LOOK_EVERY
            change(house, endpoints, now[0], chance)
            for mode in TOUR if number % an_hour == an_hour - 1 else TOUR[-1:]:
                await app.action_go(mode)
                await looked(app)
            sizes.append(resident_mb())
    day = len(sizes) // 2
    return a_day(sizes[day // 4 : day]), a_day(sizes[day:])


def a_day(sizes: list[float]) -> float:
    """By how much sizes grow in a day, when one was taken at each look."""
    return linear_regression(range(len(sizes)), sizes).slope * (timedelta(days=1) / LOOK_EVERY)


async def looked(app: TimedApp) -> None:
    """The screen has looked, and shown what it saw."""
    await app.workers.wait_for_complete()
    screen: Any = app.screen
    screen.look()
    await app.workers.wait_for_complete()
    shown = asyncio.Event()
    screen.call_after_refresh(shown.set)
    async with asyncio.timeout(20):
        await shown.wait()


def change(house: CountyHouse, endpoints: int, now: datetime, chance: random.Random) -> None:
    """Some come, some go, some begin to sound."""
    rows = [
        {
            "endpoint": f"horn-{number:05d}",
            "heard_at": now,
            "presence": chance.choice((Presence.ONLINE, Presence.OFFLINE)),
            "sounding": chance.choice((None, "county-1")),
        }
        for number in chance.sample(range(endpoints), endpoints // 10)
    ]
    with house.transaction() as session:
        upsert(session, EndpointStateRow, rows)


def resident_mb() -> float:
    """What the process holds of the machine's memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
