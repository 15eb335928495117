"""Files of tickets: whole or not there."""

import errno
import os
from pathlib import Path

import pytest

from broadcaster.desk.attachments import keep, read


def test_a_file_is_kept_once_under_the_name_of_its_bytes(tmp_path: Path) -> None:
    assert keep(tmp_path, b"pole") == keep(tmp_path, b"pole")
    assert read(tmp_path, keep(tmp_path, b"pole")) == b"pole"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_full_disk_keeps_nothing_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(tmp_path, b"pole")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
