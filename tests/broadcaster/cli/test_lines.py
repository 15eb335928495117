"""Serial lines on the command line."""

import json
from pathlib import Path

import pytest

from broadcaster.registry.sample import AREAS, ENDPOINTS
from devices.hub.program import PROVISION
from devices.hub.provision import HubProvision
from tests.broadcaster.cli.conftest import Call


@pytest.fixture
def wired(call: Call, tmp_path: Path) -> Call:
    """The sample county with one endpoint on the line `east` of a hub."""
    listed = tmp_path / "endpoints.csv"
    text = ENDPOINTS.read_text("utf-8")
    listed.write_text(text.replace("委会楼顶,mqtt,", "委会楼顶,serial:east:1,", 1), "utf-8")
    assert call("area", "import", str(AREAS))[0] == 0
    assert call("endpoint", "import", str(listed))[0] == 0
    assert call("line", "set", "east", "--hub", "hub-shiqiao", "--port", "/dev/ttyUSB0")[0] == 0
    return call


def test_lines_are_listed_with_their_state(wired: Call) -> None:
    code, out, _err = wired("line", "list")
    assert code == 0
    assert "east" in out
    assert "its hub is not heard" in out
    assert "There is no serial line." not in out


def test_a_line_is_shown_with_who_is_on_it(wired: Call) -> None:
    out = wired("line", "show", "east")[1]
    assert "shiqiao-01" in out
    assert "Nothing is on its way." in out
    assert json.loads(wired("line", "show", "east", "--json")[1])["baud"] == 9_600


def test_a_hub_is_provisioned_into_a_directory_once(wired: Call, tmp_path: Path) -> None:
    assert wired("line", "provision", "hub-shiqiao", str(tmp_path / "hub"))[0] == 0
    made = HubProvision.load(tmp_path / "hub" / PROVISION)
    assert [tap.endpoint for tap in made.taps] == ["shiqiao-01"]
    code, _out, err = wired("line", "provision", "hub-shiqiao", str(tmp_path / "hub"))
    assert (code, "holds secrets already" in err) == (1, True)


def test_a_hub_without_its_file_says_what_to_do(call: Call, tmp_path: Path) -> None:
    code, _out, err = call("hub", str(tmp_path / "nothing"))
    assert code == 1
    assert "broadcaster line provision HUB" in err


def test_a_line_with_an_endpoint_on_it_is_not_removed(wired: Call) -> None:
    code, _out, err = wired("line", "remove", "east", "--yes")
    assert (code, "shiqiao-01 is on line east" in err) == (1, True)
