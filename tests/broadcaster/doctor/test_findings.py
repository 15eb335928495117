"""What the doctor says of what it measured."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from broadcaster.config import BrokerKind
from broadcaster.doctor import clock, database, disk, lines, ports, program, secrets, sound
from broadcaster.doctor.finding import Finding, Level

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DIRECTORY = Path("/srv/county")
CLOCK = clock.ClockFacts(now=NOW, newest=NOW - timedelta(hours=1), synchronised=True)
DISK = disk.DiskFacts(directory=DIRECTORY, writable=True, free_mb=9_000, free_files=10**6)
DATABASE = database.DatabaseFacts(name="county.db", schema="0002", known_schemas=("0001", "0002"))
API = ports.PortFacts(host="127.0.0.1", port=8420, free=True, controller_runs=False)
BROKER = ports.BrokerFacts(kind=BrokerKind.AUTO, mosquitto="/usr/sbin/mosquitto", port=API)
ZONE = program.ZoneFacts(name="Asia/Shanghai", offset=timedelta(hours=8))
TERMINAL = program.TerminalFacts(encoding="utf-8", columns=120, kind="xterm")


def told(finding: Finding) -> str:
    """What a person reads of it; filling in the facts must not fail."""
    return f"{finding.says.format_map(finding.facts)} {finding.do.format_map(finding.facts)}"


@pytest.mark.parametrize(
    ("facts", "level", "says"),
    [
        ({}, Level.OK, "is synchronised"),
        ({"synchronised": None}, Level.OK, "does not tell"),
        ({"synchronised": False}, Level.WARN, "drifts"),
        ({"newest": NOW + timedelta(seconds=30)}, Level.OK, "is synchronised"),
        ({"newest": NOW + timedelta(hours=1)}, Level.FAIL, "it was set back"),
        ({"now": datetime(1970, 1, 1, tzinfo=UTC), "newest": None}, Level.FAIL, "which cannot be"),
    ],
)
def test_the_clock(facts: dict[str, Any], level: Level, says: str) -> None:
    finding = clock.judge(replace(CLOCK, **facts))
    assert finding.level is level
    assert says in told(finding)


@pytest.mark.parametrize(
    ("facts", "level", "says"),
    [
        ({}, Level.OK, "9000 MB free"),
        ({"writable": False}, Level.FAIL, "/srv/county cannot be written to"),
        ({"free_mb": 150}, Level.FAIL, "only 150 MB free; 200 MB are needed"),
        ({"free_mb": 1_500}, Level.WARN, "enough for some days"),
        ({"free_files": 12}, Level.FAIL, "hardly a file entry left"),
        ({"free_files": None}, Level.OK, "9000 MB free"),
    ],
)
def test_the_disk(facts: dict[str, Any], level: Level, says: str) -> None:
    finding = disk.judge(replace(DISK, **facts))
    assert finding.level is level
    assert says in told(finding)


@pytest.mark.parametrize(
    ("facts", "level", "says"),
    [
        ({}, Level.OK, "is whole and has schema 0002"),
        ({"schema": None}, Level.OK, "the first start fills it"),
        ({"schema": "0001"}, Level.OK, "brings it forward"),
        ({"schema": "0003"}, Level.FAIL, "a newer program"),
        ({"integrity": "row 7 missing"}, Level.FAIL, "damaged: row 7 missing"),
        ({"journal": "delete"}, Level.WARN, "network share"),
        ({"signing_keys": 0}, Level.FAIL, "no signing key"),
    ],
)
def test_the_database(facts: dict[str, Any], level: Level, says: str) -> None:
    finding = database.judge(replace(DATABASE, **facts))
    assert finding.level is level
    assert says in told(finding)


@pytest.mark.parametrize(
    ("facts", "level", "says"),
    [
        ({}, Level.OK, "is free for the API"),
        ({"free": False, "controller_runs": True}, Level.OK, "The controller runs"),
        ({"free": False}, Level.FAIL, "Set api.port"),
    ],
)
def test_the_port_of_the_api(facts: dict[str, Any], level: Level, says: str) -> None:
    finding = ports.judge_api(replace(API, **facts))
    assert finding.level is level
    assert says in told(finding)


@pytest.mark.parametrize(
    ("facts", "level", "says"),
    [
        ({}, Level.OK, "/usr/sbin/mosquitto"),
        ({"mosquitto": None}, Level.OK, "The embedded broker"),
        ({"kind": BrokerKind.EMBEDDED}, Level.OK, "The embedded broker"),
        ({"kind": BrokerKind.MOSQUITTO, "mosquitto": None}, Level.FAIL, "apt install mosquitto"),
        ({"port": replace(API, port=1883, free=False)}, Level.FAIL, "Set broker.port"),
        ({"external": "mqtt://b", "external_answers": True}, Level.OK, "takes connections"),
        ({"external": "mqtt://b"}, Level.FAIL, "correct broker.url"),
    ],
)
def test_the_broker(facts: dict[str, Any], level: Level, says: str) -> None:
    finding = ports.judge_broker(replace(BROKER, **facts))
    assert finding.level is level
    assert says in told(finding)


def test_exposed_secrets() -> None:
    exposed = secrets.SecretFacts(directory=DIRECTORY, exposed=("county.db",))
    assert secrets.judge(exposed).level is Level.FAIL
    assert "chmod -R go= /srv/county" in told(secrets.judge(exposed))
    assert secrets.judge(replace(exposed, exposed=())).level is Level.OK


def test_codecs_and_speech() -> None:
    assert sound.judge_codecs(()).level is Level.OK
    assert "lacks libopus, mp3" in told(sound.judge_codecs(("libopus", "mp3")))
    mute = sound.SpeechFacts(error="no data", command=())
    assert sound.judge_speech(mute).level is Level.FAIL
    assert sound.judge_speech(replace(mute, command=("own-voice",))).level is Level.WARN
    assert sound.judge_speech(replace(mute, error="")).level is Level.OK


def test_versions() -> None:
    now = program.ProgramFacts(python=(3, 11, 2), sqlite=(3, 40, 1))
    assert program.judge_program(now).level is Level.OK
    assert program.judge_program(replace(now, python=(3, 10, 9))).level is Level.FAIL
    assert program.judge_program(replace(now, sqlite=(3, 34, 0))).level is Level.FAIL


def test_a_zone_other_than_beijing_time_is_doubted() -> None:
    assert program.judge_zone(ZONE).level is Level.OK
    finding = program.judge_zone(program.ZoneFacts(name="UTC", offset=timedelta(0)))
    assert finding.level is Level.WARN
    assert "+0 h from UTC" in told(finding)


@pytest.mark.parametrize(
    ("facts", "level", "says"),
    [
        ({}, Level.OK, "shows Chinese"),
        ({"encoding": "latin-1"}, Level.WARN, "LANG=zh_CN.UTF-8"),
        ({"kind": "linux"}, Level.WARN, "over SSH"),
        ({"columns": 60}, Level.WARN, "only 60 columns"),
        ({"columns": None, "kind": ""}, Level.OK, "no terminal"),
    ],
)
def test_the_terminal(facts: dict[str, Any], level: Level, says: str) -> None:
    finding = program.judge_terminal(replace(TERMINAL, **facts))
    assert finding.level is level
    assert says in told(finding)


@pytest.mark.parametrize(
    ("is_there", "is_allowed", "level", "says"),
    [
        (True, True, Level.OK, "all serial lines of this computer are there: 1."),
        (False, False, Level.WARN, "/dev/ttyUSB0 of the serial line 竹溪线 is not there"),
        (True, False, Level.FAIL, "dialout"),
    ],
)
def test_the_port_of_a_line(is_there: bool, is_allowed: bool, level: Level, says: str) -> None:
    port = lines.LinePort(line="竹溪线", port="/dev/ttyUSB0", is_there=is_there, is_allowed=is_allowed)
    finding = lines.judge((port,))
    assert finding.level is level
    assert says in told(finding)


def test_a_station_without_lines_lacks_nothing() -> None:
    assert lines.judge(()).level is Level.OK
