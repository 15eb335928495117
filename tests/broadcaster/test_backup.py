"""A backup: whole or not at all, made beside a writer, and nothing but an empty place takes it again."""

import os
import sqlite3
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from broadcaster.backup import back_up, restore
from broadcaster.config import Settings, load
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Unavailable
from broadcaster.house import CountyHouse
from broadcaster.storage.engine import transaction
from broadcaster.storage.tables import KeyRow

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SOUND = "ab/" + "ab" * 32


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A county with a key and one recording."""
    settings = load(tmp_path / "county", environ={})
    house = CountyHouse(settings)
    house.engine.dispose()
    for name, content in (("county.toml", "[plan]\ndays = 5\n"), (f"library/{SOUND}", "sound")):
        path = settings.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return settings


def files(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and not path.name.startswith("county.db")
    }


def keys(directory: Path) -> list[str]:
    with CountyHouse(load(directory, environ={})).snapshot() as session:
        return [row.secret for row in session.exec(select(KeyRow))]


def test_what_was_backed_up_comes_back(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "safe").mkdir()
    told = back_up(settings, tmp_path / "safe" / "county.tar")
    assert restore(tmp_path / "safe" / "county.tar", tmp_path / "again") == told
    assert files(tmp_path / "again") == files(settings.directory)
    assert keys(tmp_path / "again") == keys(settings.directory)
    assert [path.name for path in (tmp_path / "safe").iterdir()] == ["county.tar"]


def test_it_is_made_while_somebody_writes_and_holds_what_was_committed(
    settings: Settings, tmp_path: Path
) -> None:
    house = CountyHouse(settings)
    with transaction(house.engine) as session:
        session.add(KeyRow(kid="2" * 16, algorithm=-8, public="00", secret="committed", created_at=NOW))
        session.flush()
        back_up(settings, tmp_path / "before.tar")
    back_up(settings, tmp_path / "after.tar")
    restore(tmp_path / "before.tar", tmp_path / "before")
    restore(tmp_path / "after.tar", tmp_path / "after")
    assert "committed" not in keys(tmp_path / "before")
    assert "committed" in keys(tmp_path / "after")


def test_only_its_owner_reads_it_for_the_signing_key_is_in_it(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "county.tar")
    assert (tmp_path / "county.tar").stat().st_mode & 0o077 == 0


def test_a_directory_that_is_not_empty_is_not_touched(settings: Settings, tmp_path: Path) -> None:
    back_up(settings, tmp_path / "county.tar")
    before = files(settings.directory)
    with pytest.raises(Conflict, match="is not empty"):
        restore(tmp_path / "county.tar", settings.directory)
    assert files(settings.directory) == before


def test_without_a_county_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        back_up(load(tmp_path / "nothing", environ={}), tmp_path / "county.tar")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_not_mounted_is_told_and_nothing_is_written(
    settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match="no directory"):
        back_up(settings, tmp_path / "usb" / "county.tar")
    assert not (tmp_path / "usb").exists()


def test_a_device_is_not_replaced_by_a_backup(settings: Settings, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(Invalid, match="not an ordinary file"):
        back_up(settings, pipe)
    assert pipe.is_fifo()


def test_a_database_that_cannot_be_copied_is_told_and_leaves_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "usb").mkdir()
    (settings.directory / "county.db").write_bytes(b"no database" * 99)
    with pytest.raises(Unavailable, match="not a database"):
        back_up(settings, tmp_path / "usb" / "county.tar")
    assert list((tmp_path / "usb").iterdir()) == []


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    directory = tmp_path_factory.mktemp("written")
    house = CountyHouse(load(directory / "county", environ={}))
    house.engine.dispose()
    back_up(house.settings, directory / "county.tar")
    return (directory / "county.tar").read_bytes()


@given(share=st.floats(0, 0.99), flip=st.booleans())
def test_a_backup_that_is_torn_or_altered_restores_nothing(
    written: bytes, tmp_path_factory: pytest.TempPathFactory, share: float, flip: bool
) -> None:
    place = tmp_path_factory.mktemp("torn")
    end = written.rindex(b"  county.db\n")
    at = int(share * end)
    altered = bytearray(written)
    altered[at] ^= 0xFF
    (place / "county.tar").write_bytes(altered if flip else written[:at])
    try:
        restore(place / "county.tar", place / "again")
    except Invalid:
        assert not (place / "again").exists()
    else:  # a header's owner or time, which nothing stands on
        with sqlite3.connect(place / "again" / "county.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {path.name for path in place.iterdir()} <= {"county.tar", "again"}


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside"])
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "county.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(Invalid):
        restore(tmp_path / "county.tar", tmp_path / "deep" / "again")
    assert not list(tmp_path.rglob("outside"))


def test_what_a_power_cut_left_of_a_backup_hinders_none_after_it(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "county.tar.part").write_bytes(b"half of it")
    back_up(settings, tmp_path / "county.tar")
    assert (tmp_path / "county.tar").exists()
