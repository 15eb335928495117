"""A county in one file, as a person makes and restores it."""

import json
from pathlib import Path

from tests.broadcaster.cli.conftest import Call, call_in


def test_a_county_is_restored_beside_the_old_one_and_goes_on(call: Call, tmp_path: Path) -> None:
    call("user", "add", "li", "--role", "operator")
    assert call("backup", str(tmp_path / "safe" / "county.tar"))[0] == 0
    again = call_in(tmp_path / "again")
    code, said, _err = again("restore", str(tmp_path / "safe" / "county.tar"), "--json")
    assert (code, json.loads(said)["files"] >= 1) == (0, True)
    assert "li" in again("user", "list")[1]


def test_what_stands_in_a_directory_is_not_overwritten(call: Call, tmp_path: Path) -> None:
    call("user", "list")
    call("backup", str(tmp_path / "safe" / "county.tar"))
    code, _out, complained = call("--language", "zh_CN", "restore", str(tmp_path / "safe" / "county.tar"))
    assert (code, "不是空目录" in complained) == (1, True)
