"""A county in one file, as a person makes and restores it."""

import json
from pathlib import Path

import pytest

from tests.broadcaster.cli.conftest import Call, call_in


@pytest.fixture
def safe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("safe") / "county.tar"


def test_a_county_is_restored_beside_the_old_one_and_goes_on(call: Call, safe: Path) -> None:
    call("user", "add", "li", "--role", "operator@341523000000")
    assert call("backup", str(safe))[0] == 0
    again = call_in(safe.parent / "again")
    code, said, _err = again("restore", str(safe), "--json")
    assert (code, json.loads(said)["files"] >= 1) == (0, True)
    assert "li" in again("user", "list")[1]


def test_what_stands_in_a_directory_is_not_overwritten(call: Call, safe: Path) -> None:
    call("user", "list")
    call("backup", str(safe))
    code, _out, complained = call("--language", "zh_CN", "restore", str(safe))
    assert (code, "不是空目录" in complained) == (1, True)


def test_a_backup_in_the_directory_itself_is_refused(call: Call, tmp_path: Path) -> None:
    call("user", "list")
    code, _out, complained = call("backup", str(tmp_path / "county.tar"))
    assert (code, "another disk" in complained) == (1, True)
