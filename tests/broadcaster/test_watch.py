"""What is said of a running county: what was proved since, and who is connected."""

import asyncio
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from broadcaster import language
from broadcaster import watch as watching
from broadcaster.config import load
from broadcaster.house import CountyHouse
from broadcaster.storage.engine import insert_new, upsert
from broadcaster.storage.tables import EndpointStateRow, PlayedRow
from broadcaster.watch import _seen_since
from devices.presence import Presence
from schedules.records import MissedBecause, Result
from tests.broadcaster.controller.post import played
from tests.broadcaster.county import NOW, add_notice, lay_out
from tests.broadcaster.storage.values import played_row

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def house(tmp_path: Path) -> CountyHouse:
    house = CountyHouse(load(tmp_path, environ={}))
    with house.transaction() as session:
        lay_out(session)
        add_notice(session, "letter", title="一封信")
    return house


def prove(house: CountyHouse, *endpoints: str, after: timedelta) -> None:
    rows = [played_row(name, "c0ffee00c0ffee00", played(1), NOW + after) for name in endpoints]
    with house.transaction() as session:
        insert_new(session, PlayedRow, rows)


def test_what_was_proved_since_is_said_once_per_notice(house: CountyHouse) -> None:
    prove(house, "wang-1", after=timedelta(0))
    lines, seen, _ = _seen_since(house, None, ZONE)
    assert lines == []
    prove(house, "li-1", "li-2", after=timedelta(seconds=5))
    (line,), seen, _ = _seen_since(house, seen, ZONE)
    assert line == "12:00:00  一封信: counted, proved by 2 endpoints"
    assert _seen_since(house, seen, ZONE)[0] == []


def test_a_play_that_was_missed_is_said_with_its_reason_in_words(house: CountyHouse) -> None:
    missed = played(1, result=Result.MISSED, because=MissedBecause.NO_POWER, heard_ms=0)
    row = played_row("li-1", "c0ffee00c0ffee00", missed, NOW)
    with house.transaction() as session:
        insert_new(session, PlayedRow, [row])
    start = NOW - timedelta(days=1)
    language.use("zh_CN")
    try:
        (line,), _, _ = _seen_since(house, start, ZONE)
    finally:
        language.use("en")
    assert "未播" in line
    assert "断电" in line


def test_an_empty_county_is_watched_from_its_first_proof_on(house: CountyHouse) -> None:
    lines, seen, connected = _seen_since(house, None, ZONE)
    assert (lines, connected) == ([], "0 of 3 endpoints connected, 0 sounding, 0 fetching audio")
    prove(house, "li-1", after=timedelta(0))
    assert len(_seen_since(house, seen, ZONE)[0]) == 1


def test_who_is_connected_sounding_and_fetching_is_counted(house: CountyHouse) -> None:
    online = {"presence": Presence.ONLINE, "sounding": None, "missing_count": 0}
    states = [
        {"endpoint": "li-1", **online, "sounding": "a#1"},
        {"endpoint": "li-2", **online, "missing_count": 2},
        {"endpoint": "wang-1", **online, "presence": Presence.OFFLINE},
    ]
    with house.transaction() as session:
        upsert(session, EndpointStateRow, states)
    assert _seen_since(house, None, ZONE)[2] == "2 of 3 endpoints connected, 1 sounding, 1 fetching audio"


async def test_a_database_that_is_away_ends_nobodys_watch(
    house: CountyHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks, again = (
        iter([OperationalError("SELECT", None, Exception("the server is away")), None]),
        asyncio.Event(),
    )
    snapshot = house.snapshot

    def look() -> AbstractContextManager[Session]:
        trouble = next(looks, None)
        if trouble is not None:
            raise trouble
        again.set()
        return snapshot()

    monkeypatch.setattr(watching, "_AGAIN_S", 0)
    monkeypatch.setattr(house, "snapshot", look)
    task = asyncio.create_task(watching.watch(house))
    await asyncio.wait_for(again.wait(), 30)
    assert not task.done()
    task.cancel()
    assert "it is tried again" in caplog.text
