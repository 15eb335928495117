import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import col, select

from broadcaster.storage import engine as storage_engine
from broadcaster.storage.engine import connect, insert_new, open_database, snapshot, transaction, upsert
from broadcaster.storage.tables import AlertRow, AreaRow, EndpointRow, EndpointStateRow, SettingRow, UserRow
from tests.broadcaster.storage.values import NOON

COUNTY = {"code": "341523000000", "name": "临水县", "population": 7}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path}/county.db")


def test_what_is_committed_is_there_after_the_program_started_anew(engine: Engine) -> None:
    with transaction(engine) as session:
        upsert(session, AreaRow, [COUNTY])
    engine.dispose()
    with snapshot(open_database(str(engine.url))) as session:
        assert session.get_one(AreaRow, "341523000000").name == "临水县"


def test_a_transaction_that_fails_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.add_all([AreaRow(**COUNTY), EndpointRow(id="h", village="?", name="?", created_at=NOON)])
    with snapshot(engine) as session:
        assert session.get(AreaRow, "341523000000") is None


def test_every_acknowledged_row_survives_kill_9(tmp_path: Path) -> None:
    writer = (
        "import sys\n"
        "from broadcaster.storage.engine import open_database, transaction, upsert\n"
        "from broadcaster.storage.tables import SettingRow\n"
        "engine = open_database(sys.argv[1])\n"
        "for number in range(100_000):\n"
        "    with transaction(engine) as session:\n"
        "        upsert(session, SettingRow, [{'key': str(number), 'value': number}])\n"
        "    print(number, flush=True)\n"
    )
    url = f"sqlite:///{tmp_path}/county.db"
    with subprocess.Popen([sys.executable, "-c", writer, url], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        acknowledged = [process.stdout.readline() for _ in range(25)][-1]
        process.send_signal(signal.SIGKILL)
        acknowledged = (process.stdout.read().split() or [acknowledged])[-1]
    with snapshot(open_database(url)) as session:
        kept = session.exec(select(func.count()).select_from(SettingRow)).one()
    assert kept >= int(acknowledged) + 1


@pytest.mark.parametrize("in_memory", [True, False])
def test_writers_wait_for_each_other_and_lose_nothing(engine: Engine, in_memory: bool) -> None:
    shared = open_database("sqlite://") if in_memory else engine
    with transaction(shared) as session:
        session.add(SettingRow(key="count", value=0))

    def count_up(_: int) -> None:
        with transaction(shared) as session:
            row = session.get_one(SettingRow, "count")
            row.value += 1

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count_up, range(60)))
    with snapshot(shared) as session:
        assert session.get_one(SettingRow, "count").value == 60


def test_writers_of_one_program_take_turns_before_the_database_refuses_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadcaster.storage.engine.BUSY_TIMEOUT_MS", 0)
    engine = open_database(f"sqlite:///{tmp_path}/county.db")

    def write() -> None:
        with transaction(engine) as session:
            upsert(session, AreaRow, [COUNTY])

    with ThreadPoolExecutor() as pool:
        with transaction(engine):
            waiting = pool.submit(write)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.05)
        assert waiting.result() is None


def test_a_question_waits_for_no_writer_and_sees_nothing_half_done(engine: Engine) -> None:
    with transaction(engine) as writing:
        upsert(writing, AreaRow, [COUNTY])
        with snapshot(engine) as asking:
            assert asking.get(AreaRow, "341523000000") is None


def test_nothing_done_in_a_snapshot_is_kept(engine: Engine) -> None:
    with snapshot(engine) as session:
        session.add(AreaRow(**COUNTY))
        session.flush()
    with snapshot(engine) as session:
        assert session.get(AreaRow, "341523000000") is None


def test_commits_are_written_through_to_the_disk(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_an_endpoint_needs_its_village(engine: Engine) -> None:
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.add(EndpointRow(id="horn-01", village="341523100200", name="村部", created_at=NOON))


def test_an_upsert_changes_only_the_columns_that_it_names(engine: Engine) -> None:
    with transaction(engine) as session:
        upsert(session, AreaRow, [COUNTY, COUNTY | {"code": "341523100000", "name": "青石镇"}])
        upsert(session, AreaRow, [{"code": "341523000000", "name": "临水", "population": 8}])
        upsert(
            session, EndpointStateRow, [{"endpoint": "horn-01", "heard_at": NOON, "held": {"area/1/plan": 3}}]
        )
        upsert(session, EndpointStateRow, [{"endpoint": "horn-01", "presence": "offline"}])
        upsert(session, EndpointStateRow, [])
    with snapshot(engine) as session:
        found = session.exec(select(AreaRow).order_by(col(AreaRow.code))).all()
        assert [(area.name, area.population) for area in found] == [("临水", 8), ("青石镇", 7)]
        state = session.get_one(EndpointStateRow, "horn-01")
        assert (state.heard_at, state.held, state.presence) == (NOON, {"area/1/plan": 3}, "offline")


def test_rows_that_are_there_already_stay_as_they_are(engine: Engine) -> None:
    with transaction(engine) as session:
        insert_new(session, AreaRow, [COUNTY])
        insert_new(session, AreaRow, [COUNTY | {"name": "别县"}, COUNTY | {"code": "341523100000"}])
    with snapshot(engine) as session:
        assert session.get_one(AreaRow, "341523000000").name == "临水县"
        assert session.get(AreaRow, "341523100000")


def test_a_row_named_by_its_key_alone_can_be_upserted(engine: Engine) -> None:
    with transaction(engine) as session:
        for _ in range(2):
            upsert(session, EndpointStateRow, [{"endpoint": "horn-01"}])


def test_an_instant_of_another_zone_comes_back_as_the_same_instant_in_utc(engine: Engine) -> None:
    beijing = datetime(2026, 11, 24, 8, tzinfo=timezone(timedelta(hours=8)))
    with transaction(engine) as session:
        session.add(UserRow(name="li", created_at=beijing))
    with snapshot(engine) as session:
        found = session.get_one(UserRow, "li").created_at
    assert (found, found.tzinfo) == (datetime(2026, 11, 24, tzinfo=UTC), UTC)


def test_an_instant_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(Exception, match="needs a zone"), transaction(engine) as session:
        session.add(UserRow(name="li", created_at=datetime(2026, 11, 24)))  # noqa: DTZ001


def test_a_word_that_is_none_of_the_enum_is_refused_on_its_way_in_and_out(engine: Engine) -> None:
    with pytest.raises(Exception, match="'up' is not a valid Presence"), transaction(engine) as session:
        upsert(session, EndpointStateRow, [{"endpoint": "horn-01", "presence": "up"}])
    with transaction(engine) as session:
        session.connection().execute(
            text("INSERT INTO endpoint_state (endpoint, presence) VALUES ('h', 'up')")
        )
    with snapshot(engine) as session, pytest.raises(ValueError, match="'up' is not a valid Presence"):
        session.get(EndpointStateRow, "h")


def test_numbers_come_back_as_the_enum_that_they_stand_for(engine: Engine) -> None:
    members = {"klass": "emergency", "level": 3, "severity": 15, "sent_by": "li"}
    times = dict.fromkeys(("sent_at", "starts", "expires"), NOON)
    with transaction(engine) as session:
        session.add(AlertRow(id="a", notice="n", version=1, title="", targets=[], **members, **times))
    with snapshot(engine) as session:
        row = session.get_one(AlertRow, "a")
        assert (row.level.name, row.severity.name, row.klass.name) == ("COUNTY", "TEST", "EMERGENCY")


@pytest.mark.parametrize(("usual", "said"), [("2", ""), ("600", "?connect_timeout=2")])
def test_a_server_that_takes_a_call_and_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch, usual: str, said: str
) -> None:
    monkeypatch.setitem(storage_engine._GIVES_UP, "connect_timeout", usual)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = connect(f"postgresql+psycopg://li@127.0.0.1:{silent.getsockname()[1]}/county{said}")
        with pytest.raises(OperationalError, match="timeout"), engine.connect():
            pass
