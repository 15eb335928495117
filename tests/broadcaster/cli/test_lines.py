"""Serial lines on the command line."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from broadcaster.cli.recording import _delivered
from broadcaster.config import load
from broadcaster.desk.deliveries import Delivery
from broadcaster.house import CountyHouse
from broadcaster.registry.sample import AREAS, ENDPOINTS
from broadcaster.storage.tables import LineRow
from devices.hub.program import PROVISION
from devices.hub.provision import HubProvision
from devices.reports import LineReport, TapReport, TransferReport
from schedules.notices import NoticeKind
from tests.broadcaster.cli.conftest import Call
from tests.broadcaster.county import add_notice, sha256


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


def on_its_way(directory: Path) -> None:
    """Half of a recording that waits for an emergency has come to the endpoint of the line."""
    house = CountyHouse(load(directory, environ={}))
    now = datetime.now(UTC)
    tap = TapReport(endpoint="shiqiao-01", address=1, there=True)
    coming = TransferReport(recording=sha256("flood"), size=20_000, lacking={"shiqiao-01": 10_000})
    known = LineReport(boot="0a1b2c3d", seq=1, line="east", open=True, baud=9_600, taps=(tap,))
    with house.transaction() as session:
        add_notice(
            session, "flood", kind=NoticeKind.EMERGENCY, rule=None, valid_until=now + timedelta(days=1)
        )
        line = session.get_one(LineRow, "east")
        line.report, line.reported_at = msgspec.to_builtins(replace(known, transfers=(coming,))), now
    house.engine.dispose()


def test_an_endpoint_and_a_recording_are_shown_with_what_is_on_its_way(wired: Call, tmp_path: Path) -> None:
    on_its_way(tmp_path)
    out = wired("endpoint", "show", "shiqiao-01")[1]
    assert "On its way over the serial line" in out
    assert "50 %" in out
    assert json.loads(wired("endpoint", "show", "shiqiao-01", "--json")[1])["on_its_way"][0]["percent"] == 50
    shown = json.loads(wired("recording", "show", "flood", "--json")[1])
    assert (shown["delivery"]["there"], shown["delivery"]["endpoints"]) == (0, 1)


def test_how_far_a_recording_has_come_is_said_in_one_line() -> None:
    some = Delivery(endpoints=5, there=3, percent=71, arrives=None, on_its_way=())
    assert _delivered(some) == "arrived at 3 of 5 endpoints, 71 %"
    assert _delivered(replace(some, there=5)) == "arrived at all 5 endpoints"
