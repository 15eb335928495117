"""How quick the station's terminal is with 10,000 endpoints: its first screen, a key while reports arrive, memory in a day.

The terminal asks a desk in its own process, on the database into which another process writes 1,000 reports a second: the
worst case, because it does the desk's work too. There is no baseline: nobody draws this screen otherwise.
"""

import asyncio
import multiprocessing
import os
import random
import time as clock
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from textual import events

from broadcaster.config import load
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.house import CountyHouse
from broadcaster.storage.engine import insert_new, transaction, upsert
from broadcaster.storage.tables import AreaRow, EndpointRow, EndpointStateRow, NoticeRow, PlayedRow, SlotRow
from broadcaster.tui.app import StationApp
from broadcaster.tui.drafts import Drafts
from broadcaster.tui.screens.today import TodayScreen
from broadcaster.tui.visit import Visit
from broadcaster.tui.widgets.county.tree import CountyTree
from devices.reports import Presence
from schedules.notices import NoticeKind, NoticeState
from schedules.records import ClockQuality, Result
from schedules.slots import PlannedBecause

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 12, tzinfo=ZONE).astimezone(UTC)
TOWNS, VILLAGES_A_TOWN, ENDPOINTS = 30, 20, 10_000
REPORTS_A_SECOND, BATCH = 1_000, 200
KEYS, LOOKS = 120, 288  # a look every five minutes of a day
GOAL_FIRST_S, GOAL_KEY_MS, GOAL_GROWTH_MB = 1.0, 50.0, 10.0


def run() -> dict[str, object]:
    """Seconds to the first screen, milliseconds from key to paint, megabytes that a day adds."""
    with TemporaryDirectory() as name:
        house = county(Path(name) / "county", ENDPOINTS)
        with Reports(house) as reports:
            found = asyncio.run(quickness(house, Path(name), reports))
        small = county(Path(name) / "small", 1_000)
        growth_mb = asyncio.run(memory(small, Path(name)))
    first_s, tree_s, keys_ms = found
    p95_ms = quantiles(keys_ms, n=20)[-1]
    return {
        "name": f"the terminal's first screen with {ENDPOINTS:,} endpoints",
        "value": round(first_s, 2),
        "unit": "s",
        "baseline": None,
        "ratio": None,
        "goal": GOAL_FIRST_S,
        "met": first_s <= GOAL_FIRST_S and p95_ms <= GOAL_KEY_MS and growth_mb <= GOAL_GROWTH_MB,
        "tree_s": round(tree_s, 2),
        "key_to_paint_p50_ms": round(median(keys_ms), 1),
        "key_to_paint_p95_ms": round(p95_ms, 1),
        "key_goal_ms": GOAL_KEY_MS,
        "reports_a_second": REPORTS_A_SECOND,
        "growth_in_a_day_mb": round(growth_mb, 1),
        "growth_goal_mb": GOAL_GROWTH_MB,
    }


class TimedApp(StationApp):
    """Says when it paints."""

    painted_at = 0.0
    painted: asyncio.Event | None = None

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        self.painted_at = clock.perf_counter()
        if self.painted is not None:
            self.painted.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Looks again whenever something is painted, for a minute at most."""
        async with asyncio.timeout(60):
            while not is_so():
                await self.next_paint()

    async def next_paint(self) -> None:
        self.painted = asyncio.Event()
        await self.painted.wait()


def app_on(house: CountyHouse, directory: Path, now: list[datetime], every_s: float) -> TimedApp:
    desk = CountyDesk(HouseDoor(house, OWNER, clock=lambda: now[0]))
    visit = Visit(desk, clock=lambda: now[0])
    drafts = Drafts(directory / "drafts")
    return TimedApp(visit, clock=lambda: now[0], zone=ZONE, who="bench", drafts=drafts, every_s=every_s)


async def quickness(
    house: CountyHouse, directory: Path, reports: "Reports"
) -> tuple[float, float, list[float]]:
    """Seconds to the first screen and to the tree, and milliseconds of each key while reports arrive."""
    CountyDesk(HouseDoor(house, OWNER, clock=lambda: NOON)).areas.list()  # the house is open
    begun = clock.perf_counter()
    app = app_on(house, directory, [NOON], every_s=5.0)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.until(lambda: isinstance(app.screen, TodayScreen) and app.screen.view is not None)
        await pilot.pause()
        first_s = app.painted_at - begun
        begun = clock.perf_counter()
        await app.action_go("endpoints")
        await app.until(
            lambda: bool(app.screen.query(CountyTree)) and app.screen.query_one(CountyTree).last_line > 0
        )
        await pilot.pause()
        tree_s = app.painted_at - begun
        reports.begin.set()
        keys_ms = [await key_to_paint(app, "down" if n % 40 < 20 else "up") for n in range(KEYS)]
    return first_s, tree_s, keys_ms


async def key_to_paint(app: TimedApp, key: str) -> float:
    """Milliseconds until something is painted after a key."""
    await asyncio.sleep(0.05)
    begun = clock.perf_counter()
    app.post_message(events.Key(key, None))
    async with asyncio.timeout(2):
        await app.next_paint()
    return (app.painted_at - begun) * 1000


class Reports:
    """Another process that writes what endpoints say, from `begin` on; begun before the terminal takes the screen."""

    def __init__(self, house: CountyHouse) -> None:
        context = multiprocessing.get_context("spawn")
        self.begin: Event = context.Event()
        self._stop: Event = context.Event()
        arguments = (house.settings.database_url, self.begin, self._stop)
        self._process = context.Process(target=write_reports, args=arguments, daemon=True)

    def __enter__(self) -> "Reports":
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.begin.set()
        self._process.join(10)


def write_reports(url: str, begin: Event, stop: Event) -> None:
    from broadcaster.storage.engine import connect

    engine, number = connect(url), 0
    pause_s = BATCH / REPORTS_A_SECOND
    begin.wait()
    while not stop.is_set():
        begun = clock.perf_counter()
        with transaction(engine) as session:
            rows = [
                {
                    "endpoint": f"horn-{(number + n) % ENDPOINTS:05d}",
                    "heard_at": datetime.now(UTC),
                    "seq": number + n,
                }
                for n in range(BATCH)
            ]
            upsert(session, EndpointStateRow, rows)
        number += BATCH
        stop.wait(max(0.0, pause_s - (clock.perf_counter() - begun)))


async def memory(house: CountyHouse, directory: Path) -> float:
    """Megabytes that the second half of a day adds to the first."""
    now = [NOON.replace(hour=0)]
    app = app_on(house, directory, now, every_s=0)
    sizes: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(LOOKS):
            now[0] += timedelta(minutes=5)
            if isinstance(app.screen, TodayScreen):
                app.screen.look()
            await app.workers.wait_for_complete()
            await pilot.pause()
            sizes.append(resident_mb())
    half = len(sizes) // 2
    return sizes[-1] - sizes[half]


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def county(directory: Path, endpoints: int) -> CountyHouse:
    """A county at noon: a morning in which nearly everybody heard everything."""
    house, chance = CountyHouse(load(directory, environ={})), random.Random(5)
    villages = [
        f"341523{town + 100:03d}{v + 200:03d}" for town in range(TOWNS) for v in range(VILLAGES_A_TOWN)
    ]
    with house.transaction() as session:
        areas = [("341523000000", "基准县")] + [
            (f"341523{t + 100:03d}000", f"第{t + 1}镇") for t in range(TOWNS)
        ]
        areas += [(code, f"第{n + 1}村") for n, code in enumerate(villages)]
        insert_new(
            session, AreaRow, [{"code": code, "name": name, "population": 900} for code, name in areas]
        )
        homes = [(f"horn-{n:05d}", villages[n % len(villages)]) for n in range(endpoints)]
        for rows in batches([endpoint_row(id, village) for id, village in homes]):
            insert_new(session, EndpointRow, rows)
        for rows in batches([state_row(id, chance) for id, _ in homes]):
            insert_new(session, EndpointStateRow, rows)
        slots = list(slots_of(villages))
        for notice in sorted({slot["notice"] for slot in slots}):
            session.add(notice_row(notice))
        for rows in batches(slots):
            insert_new(session, SlotRow, rows)
        for number in range(4):
            played = [played_row(id, number, chance) for id, _ in homes if chance.random() > 0.02]
            for rows in batches(played):
                insert_new(session, PlayedRow, rows)
    return house


def batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), 1000):
        yield rows[start : start + 1000]


def endpoint_row(id: str, village: str) -> dict[str, Any]:
    return {
        "id": id,
        "village": village,
        "name": f"{id}号",
        "enabled": True,
        "created_at": NOON,
        "proof_key": "00",
    }


def state_row(id: str, chance: random.Random) -> dict[str, Any]:
    presence = Presence.OFFLINE if chance.random() < 0.03 else Presence.ONLINE
    return {"endpoint": id, "heard_at": NOON, "presence": presence, "sounding": None, "missing_count": 0}


def notice_row(id: str) -> NoticeRow:
    return NoticeRow(
        id=id,
        version=1,
        kind=NoticeKind.PROPOSAL,
        title=f"通知 {id}",
        targets=["341523000000"],
        valid_from=NOON,
        valid_until=NOON + timedelta(days=9),
        state=NoticeState.ON_AIR,
        created_by="bench",
        created_at=NOON,
    )


def slots_of(villages: list[str]) -> Iterator[dict[str, Any]]:
    """Eight plays for the county, two of its own in each village."""
    for number in range(8):
        yield slot_row(
            f"county-{number}", "county", "341523000000", NOON - timedelta(hours=4) + timedelta(hours=number)
        )
    for n, village in enumerate(villages):
        for number in range(2):
            at = NOON - timedelta(hours=2) + timedelta(hours=3 * number, minutes=n % 50)
            yield slot_row(f"village-{village}-{number}", f"v{n % 20}", village, at)


def slot_row(id: str, notice: str, place: str, planned: datetime) -> dict[str, Any]:
    return {
        "id": id[:32],
        "order_id": notice,
        "notice": notice,
        "version": 1,
        "place": place,
        "day": NOON.astimezone(ZONE).date(),
        "ordinal": 0,
        "item": 0,
        "earliest": planned - timedelta(hours=1),
        "planned": planned,
        "latest": planned + timedelta(hours=1),
        "duration_ms": 60_000,
        "because": PlannedBecause.SPREAD,
        "withdrawn_at": None,
    }


def played_row(endpoint: str, number: int, chance: random.Random) -> dict[str, Any]:
    started = NOON - timedelta(hours=4) + timedelta(hours=number, minutes=20 if chance.random() < 0.05 else 0)
    return {
        "endpoint": endpoint,
        "chain": "0" * 16,
        "seq": number,
        "slot": f"county-{number}",
        "notice": "county",
        "version": 1,
        "started": started,
        "ended": started + timedelta(minutes=1),
        "heard_ms": 60_000,
        "full_ms": 60_000,
        "result": Result.COUNTED,
        "volume": 80,
        "clock": ClockQuality.SYNCED,
        "boot": "b",
        "received_at": started,
    }
