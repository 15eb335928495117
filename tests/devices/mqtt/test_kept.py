"""Kept files: a broker's port, accounts and hubs are not lost to a disk that is full or a power cut."""

import errno
import os
from pathlib import Path

import pytest

from devices.mqtt.accounts import Accounts
from devices.mqtt.kept import keep
from devices.mqtt.wards import load_wards, save_wards


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a port, an account and a hub, on a disk that takes no more."""
    keep(tmp_path / "port", "1883\n")
    accounts = Accounts(tmp_path / "passwords")
    accounts.set("horn-1", "secret")
    accounts.save()
    save_wards(tmp_path / "hubs", {"hub-east": ["horn-2"]})

    def refused(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refused)
    return tmp_path


def test_what_stands_there_already_needs_no_room(full: Path) -> None:
    keep(full / "port", "1883\n")
    save_wards(full / "hubs", {"hub-east": ["horn-2"]})


def test_what_cannot_be_written_leaves_what_was_there(full: Path) -> None:
    accounts = Accounts(full / "passwords")
    accounts.set("horn-1", "another")
    for writing in (
        accounts.save,
        lambda: keep(full / "port", "1884\n"),
        lambda: save_wards(full / "hubs", {}),
    ):
        with pytest.raises(OSError, match="No space left"):
            writing()
    assert (full / "port").read_text() == "1883\n"
    assert Accounts(full / "passwords").verify("horn-1", "secret")
    assert load_wards(full / "hubs") == {"hub-east": ("horn-2",)}


def test_what_is_kept_is_its_owners_alone(tmp_path: Path) -> None:
    keep(tmp_path / "port", "1883\n")
    assert (tmp_path / "port").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["port"]
