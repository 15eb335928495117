"""The same promises of storage on a PostgreSQL server; skipped where none is installed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from broadcaster.config import load
from broadcaster.desk.errors import Unavailable
from broadcaster.desk.house import OWNER
from broadcaster.house import CountyHouse
from broadcaster.people import audit
from broadcaster.storage import engine as engines
from broadcaster.storage.engine import among, insert_new, open_database, snapshot, transaction, upsert
from broadcaster.storage.tables import AreaRow, SettingRow
from tests.broadcaster.desk.people import Station
from tests.broadcaster.storage.server import Server
from tests.broadcaster.storage.values import NOON

COUNTY = {"code": "341523000000", "name": "临水县", "population": 7}


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def station(url: str, tmp_path: Path) -> Iterator[Station]:
    station = Station(CountyHouse(load(tmp_path, environ={}, options={"database.url": url})))
    yield station
    station.house.engine.dispose()


def test_rows_are_put_in_and_changed_as_in_a_file(engine: Engine) -> None:
    with transaction(engine) as session:
        upsert(session, AreaRow, [COUNTY])
        insert_new(session, AreaRow, [COUNTY | {"name": "no"}, COUNTY | {"code": "341523100000"}])
        upsert(session, AreaRow, [COUNTY | {"population": 8}])
    with snapshot(engine) as session:
        found = among(
            session, (AreaRow.code, AreaRow.name, AreaRow.population), col(AreaRow.name), {"临水县"}
        )
        assert sorted(map(tuple, found)) == [("341523000000", "临水县", 8), ("341523100000", "临水县", 7)]


def test_a_question_sees_one_moment_and_waits_for_no_writer(engine: Engine) -> None:
    with snapshot(engine) as asking:
        assert asking.get(AreaRow, COUNTY["code"]) is None
        with transaction(engine) as session:
            upsert(session, AreaRow, [COUNTY])
        assert asking.exec(select(AreaRow)).all() == []
    with snapshot(engine) as asking:
        assert len(asking.exec(select(AreaRow)).all()) == 1


def test_writers_of_two_programs_wait_for_each_other_and_lose_nothing(engine: Engine, url: str) -> None:
    programs = (engine, open_database(url))
    with transaction(engine) as session:
        session.add(SettingRow(key="count", value=0))

    def count_up(number: int) -> None:
        with transaction(programs[number % 2]) as session:
            session.get_one(SettingRow, "count").value += 1

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count_up, range(20)))
    with snapshot(engine) as session:
        assert session.get_one(SettingRow, "count").value == 20
    programs[1].dispose()


def test_the_trail_takes_rows_and_lets_none_be_changed(engine: Engine) -> None:
    for who in ("li", "wang"):
        with transaction(engine) as session:
            audit.record(session, at=NOON, who=who, what="notices.submit", outcome="done")
    with pytest.raises(DBAPIError, match="audit"), transaction(engine) as session:
        session.connection().execute(text("UPDATE audit SET who = 'zhao'"))
    with snapshot(engine) as session:
        assert audit.verify(session).rows == 2


def test_a_notice_goes_from_draft_to_the_air(station: Station) -> None:
    notice = station.draft()
    station.desk("li").notices.submit(notice=notice.id)
    station.desk("wang").notices.approve(notice=notice.id)
    assert [each.id for each in station.desk("li").notices.list()] == [notice.id]
    assert station.desk(OWNER).audit.verify()


def test_a_database_in_which_another_writes_asks_for_patience(
    station: Station, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 1)
    other = open_database(url)
    with transaction(other) as writing:
        upsert(writing, SettingRow, [{"key": "x", "value": 1}])
        with pytest.raises(Unavailable, match="try again in a moment"):
            station.draft()
    assert station.draft().version == 1
    other.dispose()


def test_a_server_that_went_away_is_told_and_found_again(station: Station, server: Server) -> None:
    server.stop()
    with pytest.raises(Unavailable, match="cannot be used now"):
        station.draft()
    server.start()
    assert station.draft().version == 1
