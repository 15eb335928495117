"""Areas and endpoints on the command line."""

import json
import stat
from pathlib import Path

import pytest

from broadcaster.registry.sample import AREAS, ENDPOINTS
from devices.provisioning import Provision
from tests.broadcaster.cli.conftest import Call


@pytest.fixture
def registered(call: Call) -> Call:
    """The sample county."""
    assert call("area", "import", str(AREAS))[0] == 0
    assert call("endpoint", "import", str(ENDPOINTS))[0] == 0
    return call


def test_an_import_says_what_it_changed(call: Call) -> None:
    code, out, _err = call("area", "import", str(AREAS))
    assert (code, out) == (0, "Added: 16, changed: 0, unchanged: 0, not in the list and kept: 0.\n")
    assert "unchanged: 16" in call("area", "import", str(AREAS))[1]


def test_a_bad_list_imports_nothing_and_names_line_and_column(call: Call, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("区划代码,名称,人口\n341523000000,临水县,多\n3415231,青石镇,7\n", "utf-8")
    code, out, err = call("area", "import", str(bad))
    assert (code, out) == (1, "")
    assert "Nothing of bad.csv was taken in. Problems: 2." in err
    assert "bad.csv:2 人口: expected a whole number" in err
    assert "bad.csv:3 区划代码: expected 12 digits, got '3415231'" in err
    assert call("area", "list", "--json")[1] == "[]\n"


def test_a_dry_run_tells_each_change_and_makes_none(registered: Call, tmp_path: Path) -> None:
    changed = tmp_path / "areas.csv"
    changed.write_text("区划代码,名称,人口\n341523100200,石桥新村,1900\n", "utf-8")
    _code, out, _err = registered("area", "import", str(changed), "--dry-run")
    assert "石桥村" in out
    assert "石桥新村" in out
    assert "it was a dry run" in out
    assert json.loads(registered("area", "show", "341523100200", "--json")[1])["name"] == "石桥村"


def test_a_change_is_told_by_the_columns_and_cells_of_lists(registered: Call, tmp_path: Path) -> None:
    registered("area", "edit", "青石镇", "--quiet", "21:00-07:00", "--budget", "60")
    for language, column in (("en", "budget minutes"), ("zh_CN", "每日播出上限")):
        out = registered("--language", language, "area", "import", str(AREAS), "--dry-run")[1]
        assert column in out
        assert "21:00-07:00" in out
        assert "None" not in out


def test_an_export_can_be_imported_again(registered: Call, tmp_path: Path) -> None:
    for noun in ("area", "endpoint"):
        file = tmp_path / f"{noun}.xlsx"
        assert registered(noun, "export", str(file))[0] == 0
        assert "changed: 0" in registered(noun, "import", str(file))[1]


def test_an_export_replaces_no_file_unless_told_to(registered: Call, tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text("mine")
    code, _out, err = registered("area", "export", str(file))
    assert (code, file.read_text()) == (1, "mine")
    assert "--force" in err
    assert registered("area", "export", str(file), "--force")[0] == 0


def test_an_export_without_a_file_goes_to_the_terminal(registered: Call) -> None:
    assert "341523100200,石桥村" in registered("area", "export")[1]


def test_areas_are_found_by_name(registered: Call) -> None:
    assert json.loads(registered("area", "show", "石桥村", "--json")[1])["code"] == "341523100200"
    listed = json.loads(registered("endpoint", "list", "石桥村", "--json")[1])
    assert [each["id"] for each in listed] == ["shiqiao-01", "shiqiao-02", "shiqiao-03"]


def test_a_name_of_several_areas_asks_which(registered: Call) -> None:
    code, _out, err = registered("area", "show", "柳河")
    assert code == 1
    assert "柳河镇, 柳河村" in err


def test_a_name_of_no_area_says_where_to_look(registered: Call) -> None:
    code, _out, err = registered("area", "show", "李家村")
    assert (code, "area list" in err) == (1, True)


def test_quiet_hours_are_inherited_until_an_area_has_its_own(registered: Call) -> None:
    assert "(22:00-06:00 12:30-14:00)" in registered("area", "show", "石桥村")[1]
    registered("area", "edit", "青石镇", "--quiet", "21:00-07:00", "--budget", "60")
    village = json.loads(registered("area", "show", "石桥村", "--json")[1])
    assert (village["quiet_in_force"], village["budget_in_force"]) == ([["21:00", "07:00"]], 60)
    registered("area", "edit", "青石镇", "--quiet", "inherit")
    town = json.loads(registered("area", "show", "青石镇", "--json")[1])
    assert (town["quiet_hours"], town["budget_minutes"]) == (None, 60)


@pytest.mark.parametrize(("option", "value"), [("--quiet", "25:00-07:00"), ("--budget", "many")])
def test_hours_and_minutes_that_cannot_be_are_mistakes_of_the_command_line(
    registered: Call, option: str, value: str
) -> None:
    code, _out, err = registered("area", "edit", "青石镇", option, value)
    assert (code, value in err) == (2, True)


def test_provisioning_writes_a_file_that_only_its_owner_reads(registered: Call, tmp_path: Path) -> None:
    horn = tmp_path / "horn"
    assert registered("endpoint", "provision", "shiqiao-01", str(horn))[0] == 0
    file = horn / "provision.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Provision.load(file).endpoint == "shiqiao-01"


def test_secrets_are_replaced_only_if_asked_for(registered: Call, tmp_path: Path) -> None:
    horn = tmp_path / "horn"
    registered("endpoint", "provision", "shiqiao-01", str(horn))
    before = Provision.load(horn / "provision.json").password
    code, _out, err = registered("endpoint", "provision", "shiqiao-01", str(horn))
    assert (code, "--again" in err) == (1, True)
    assert registered("endpoint", "provision", "shiqiao-01", str(horn), "--again")[0] == 0
    assert Provision.load(horn / "provision.json").password != before


def test_the_secrets_of_another_endpoint_are_not_replaced(registered: Call, tmp_path: Path) -> None:
    horn = tmp_path / "horn"
    registered("endpoint", "provision", "shiqiao-01", str(horn))
    before = (horn / "provision.json").read_bytes()
    code, _out, err = registered("endpoint", "provision", "shiqiao-02", str(horn), "--again")
    assert (code, "is of endpoint shiqiao-01" in err) == (1, True)
    assert (horn / "provision.json").read_bytes() == before
    assert "not provisioned" in registered("endpoint", "show", "shiqiao-02")[1]


def test_an_endpoint_out_of_use_stands_so_in_the_list(registered: Call) -> None:
    registered("endpoint", "disable", "shiqiao-01")
    assert "out of use" in registered("endpoint", "list", "石桥村")[1]
    assert "not provisioned" in registered("endpoint", "enable", "shiqiao-01")[1]


def test_a_retired_endpoint_is_not_enabled_again(registered: Call) -> None:
    registered("endpoint", "retire", "shiqiao-01", "--yes")
    code, _out, err = registered("endpoint", "enable", "shiqiao-01")
    assert (code, "retired" in err) == (1, True)


def test_the_endpoint_program_says_what_it_lacks(call: Call, tmp_path: Path) -> None:
    code, _out, err = call("endpoint", "run", str(tmp_path), "--output", "silent")
    assert (code, "broadcaster endpoint provision" in err) == (1, True)
    code, _out, err = call("endpoint", "run", str(tmp_path), "--output", "command")
    assert (code, "--command PROGRAM" in err) == (2, True)
