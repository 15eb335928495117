"""What an endpoint is given once: kept whole, kept secret, and checked when it is read."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from devices.errors import BadProvision
from devices.provisioning import LineProvision, Provision
from devices.serial.pacing import Line
from schedules.places import Place
from tests.devices.samples import SIGNER

PROVISION = Provision(
    endpoint="horn-01",
    village=Place("341523100200"),
    areas=(Place("341523100200"), Place("341523100000"), Place("341523000000")),
    host="broker.example",
    port=8883,
    tls=True,
    username="horn-01",
    password="秘密",
    proof_key=bytes(range(32)),
    keys=(SIGNER.public,),
    site="李家村村口",
)


def test_what_was_saved_is_what_is_loaded(tmp_path: Path) -> None:
    for ca in (None, "-----BEGIN CERTIFICATE-----\n"):
        provision = replace(PROVISION, ca=ca)
        provision.save(tmp_path / "provision.json")
        assert Provision.load(tmp_path / "provision.json") == provision


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "provision.json"
    path.write_text("an old one, open to all")
    path.chmod(0o644)
    PROVISION.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["provision.json"]


def test_the_file_is_readable_for_people() -> None:
    text = PROVISION.to_json()
    assert '"site": "李家村村口"' in text
    assert json.loads(text)["keys"][0]["algorithm"] == -8


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("port", 70_000, "Expected `int` <= 65535 - at `$.port`"),
        ("village", "李家村", "place '李家村': expected a 12-digit area code"),
        ("endpoint", "Horn 1", "341523100200/Horn 1"),
        ("areas", ["341524000000"], "area 341524000000 does not hold the village 341523100200"),
        ("proof_key", "AAAA", "proof_key: expected 32 bytes, got 3"),
        ("keys", [], "expected at least one public key"),
        ("keys", [{"algorithm": -8, "key": "AAAA"}], "expected 32 bytes, got 3 - at `$.keys[0]`"),
        ("keys", [{"algorithm": 1, "key": "AAAA"}], "unknown algorithm 1"),
        ("zone", "Asia/Peking", "expected an IANA time zone such as Asia/Shanghai, got 'Asia/Peking'"),
        ("zone", "../../etc/passwd", "expected an IANA time zone"),
        ("host", "", "expected host, username and password of a broker, or a line"),
        ("line", {"port": "/dev/ttyUSB0", "address": 57_344, "baud": 9_600}, "$.line.address"),
        ("line", {"port": "/dev/ttyUSB0", "address": 1, "baud": 300}, "$.line.baud"),
    ],
)
def test_a_member_that_cannot_be_used_is_named(member: str, value: object, said: str) -> None:
    members = {**json.loads(PROVISION.to_json()), member: value}
    with pytest.raises(BadProvision) as bad:
        Provision.from_json(json.dumps(members))
    assert said in str(bad.value)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", b"\xff", "[" * 100_000, '{"endpoint":'])
def test_what_is_no_provision_is_refused(text: str | bytes) -> None:
    with pytest.raises(BadProvision):
        Provision.from_json(text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadProvision) as bad:
        Provision.load(tmp_path / "nowhere.json")
    assert str(bad.value).endswith("nowhere.json: No such file or directory")


def test_an_endpoint_on_a_serial_line_needs_no_broker() -> None:
    line = LineProvision(port="/dev/ttyS1", address=7, baud=9_600, half_duplex=True, turn_ms=5)
    wired = replace(PROVISION, line=line, host="", username="", password="")
    assert Provision.from_json(wired.to_json()) == wired
    assert line.wiring.line == Line(baud=9_600, half_duplex=True, turn_s=0.005)
