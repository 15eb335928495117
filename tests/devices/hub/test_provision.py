"""What a hub is given."""

from dataclasses import replace
from pathlib import Path

import pytest

from devices.errors import BadProvision
from devices.hub.__main__ import WRONG, main
from devices.hub.provision import HubLine, HubProvision, TapProvision
from tests.devices.endpoint.village import COUNTY, SIGNER, TOWN, VILLAGE

TAP = TapProvision(endpoint="horn-01", address=1, areas=(VILLAGE, TOWN, COUNTY))
LINE = HubLine(name="east", port="/dev/ttyUSB0", baud=9_600, taps=(TAP,))
HUB = HubProvision(hub="hub-town", host="127.0.0.1", password="x", keys=(SIGNER.public,), lines=(LINE,))


def test_what_was_saved_is_loaded_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    HUB.save(tmp_path / "hub.json")
    assert HubProvision.load(tmp_path / "hub.json") == HUB
    assert (tmp_path / "hub.json").stat().st_mode & 0o077 == 0


def test_what_cannot_work_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with hub-"):
        replace(HUB, hub="town")
    with pytest.raises(ValueError, match="addresses once"):
        replace(LINE, taps=(TAP, replace(TAP, endpoint="horn-02")))
    with pytest.raises(ValueError, match="does not hold"):
        replace(HUB, lines=(replace(LINE, taps=(replace(TAP, areas=(VILLAGE, "341524000000")),)),))
    with pytest.raises(ValueError, match="each endpoint"):
        replace(HUB, lines=(LINE, replace(LINE, name="west")))


def test_a_file_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadProvision, match="ask the station"):
        HubProvision.from_json("{}")
    assert main([str(tmp_path)]) == WRONG
    assert "provisioning file" in capsys.readouterr().err
