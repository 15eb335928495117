"""A county at noon of this day: thirty towns, a morning in which nearly everybody heard everything."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from broadcaster.config import load
from broadcaster.house import CountyHouse
from broadcaster.storage.engine import insert_new
from broadcaster.storage.tables import AreaRow, EndpointRow, EndpointStateRow, NoticeRow, PlayedRow, SlotRow
from devices.presence import Presence
from schedules.notices import NoticeKind, NoticeState
from schedules.records import ClockQuality, Result
from schedules.slots import PlannedBecause

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime.now(ZONE).replace(hour=12, minute=0, second=0, microsecond=0)
TOWNS, VILLAGES_A_TOWN = 30, 20
FIRST_TOWN = "第1镇"


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
