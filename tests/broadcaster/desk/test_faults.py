"""A database that is busy, full or gone: people are told so, and nothing half is left."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from broadcaster.config import load
from broadcaster.desk.errors import Unavailable
from broadcaster.house import CountyHouse
from broadcaster.storage import engine
from tests.broadcaster.desk.people import Station


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a lock."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 1)


@pytest.mark.usefixtures("impatient")
def test_a_busy_database_asks_for_patience_and_the_order_may_be_given_again(station: Station) -> None:
    station.house.engine.dispose()
    other = sqlite3.connect(str(station.house.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="try again in a moment"):
        station.draft()
    assert station.desk("li").notices.list() == ()
    other.close()
    assert station.draft().version == 1


def test_a_full_disk_is_named_and_nothing_half_is_left(station: Station) -> None:
    with station.house.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(Unavailable, match="disk is full"):
        station.draft(text="长" * 50_000)
    assert station.desk("li").notices.list() == ()


def test_of_an_order_that_cannot_even_be_written_down_the_log_has_a_line_and_no_traceback(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    with station.house.engine.connect() as connection:
        connection.execute(text("PRAGMA query_only=1"))
    with pytest.raises(Unavailable, match="readonly database"):
        station.draft()
    (said,) = [each for each in caplog.records if each.name == "broadcaster.desk.house"]
    assert (said.exc_info, said.order) == (None, "notices.draft")  # type: ignore[attr-defined]


def test_a_database_that_is_gone_is_said_with_the_reason(station: Station, tmp_path: Path) -> None:
    station.house.engine.dispose()
    for file in tmp_path.glob("*.db*"):
        file.unlink()
        file.mkdir()
    with pytest.raises(Unavailable, match="cannot be used now"):
        station.desk("li").notices.list()


def test_a_database_that_cannot_be_opened_at_all_is_said_with_what_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "county.db").write_bytes(b"rubbish " * 1000)
    with pytest.raises(Unavailable, match=r"county\.db cannot be opened: .*See that its disk has room"):
        CountyHouse(load(tmp_path, environ={})).engine  # noqa: B018


def test_a_new_county_keeps_its_keys_from_others_on_the_machine(tmp_path: Path) -> None:
    directory = tmp_path / "county"
    CountyHouse(load(directory, environ={}))
    assert directory.stat().st_mode & 0o077 == 0
