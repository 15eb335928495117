"""The doctor measures a real directory, and goes on where something cannot be measured."""

import os
import socket
import time
from pathlib import Path

import pytest

from broadcaster.api.running import claim
from broadcaster.config import Settings, load
from broadcaster.doctor import clock, database, disk, lines, ports, secrets
from broadcaster.doctor.examination import CHECKS, examine
from broadcaster.doctor.finding import Finding, Level
from broadcaster.storage.engine import open_database, transaction
from broadcaster.storage.tables import LineRow


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(tmp_path, environ={})


def test_every_check_speaks_once(settings: Settings) -> None:
    assert [finding.check for finding in examine(settings)] == [name for name, _measure, _judge in CHECKS]


def test_what_cannot_be_measured_is_a_finding(settings: Settings) -> None:
    def explode(settings: Settings) -> Finding:
        raise ImportError("no such library")

    (finding,) = examine(settings, (("codecs", explode, lambda facts: facts),))
    assert finding.level is Level.FAIL
    assert finding.says.format_map(finding.facts) == "This could not be examined (codecs): no such library"


def test_looking_does_not_make_a_database(settings: Settings) -> None:
    assert database.measure(settings).schema is None
    assert list(settings.directory.iterdir()) == []


def test_a_database_of_ours_has_the_newest_schema_but_no_key_yet(settings: Settings) -> None:
    open_database(settings.database_url).dispose()
    facts = database.measure(settings)
    assert (facts.schema, facts.integrity, facts.journal) == (facts.known_schemas[-1], "ok", "wal")
    assert facts.signing_keys == 0


def test_a_file_that_is_no_database_is_told(settings: Settings) -> None:
    (settings.directory / "county.db").write_bytes(b"not a database at all" * 100)
    finding = next(each for each in examine(settings) if each.check == "database")
    assert finding.level is Level.FAIL
    assert "county.db cannot be read: file is not a database" in finding.says.format_map(finding.facts)


def test_the_newest_file_tells_of_a_clock_set_back(settings: Settings) -> None:
    (settings.directory / "county.db").touch()
    os.utime(settings.directory / "county.db", (time.time() + 7200,) * 2)
    assert clock.judge(clock.measure(settings)).says.endswith("it was set back.")


def test_the_disk_of_a_directory_not_made_yet_is_its_parents(tmp_path: Path) -> None:
    assert disk.measure(load(tmp_path / "to" / "be", environ={})).free_mb > 0


def test_files_that_others_may_read_are_named_unless_the_folder_is_closed(settings: Settings) -> None:
    (settings.directory / "county.db").touch(0o644)
    (settings.directory / "running.json").touch(0o600)
    settings.directory.chmod(0o755)
    assert secrets.measure(settings).exposed == ("county.db",)
    settings.directory.chmod(0o700)
    assert secrets.measure(settings).exposed == ()


def test_a_port_is_taken_by_others_or_by_the_controller(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = load(tmp_path, options={"api.port": server.getsockname()[1]}, environ={})
        assert ports.measure_api(settings).is_taken
        with claim(tmp_path):
            assert not ports.measure_api(settings).is_taken


def test_an_external_broker_is_tried(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"mqtt://127.0.0.1:{server.getsockname()[1]}"
        settings = load(tmp_path, options={"broker.kind": "external", "broker.url": url}, environ={})
        assert ports.measure_broker(settings).external_answers
    assert not ports.measure_broker(settings).external_answers


def test_only_ports_of_this_computer_are_looked_at(settings: Settings, tmp_path: Path) -> None:
    engine = open_database(settings.database_url)
    with transaction(engine) as session:
        for name, hub, port in (
            ("east", "hub-station", str(tmp_path)),
            ("far", "hub-town", "/dev/ttyS9"),
            ("net", "hub-station", "socket://127.0.0.1:1"),
            ("west", "hub-station", str(tmp_path / "unplugged")),
        ):
            session.add(LineRow(name=name, hub=hub, port=port, baud=9_600))
    engine.dispose()
    assert [(each.line, each.is_there) for each in lines.measure(settings)] == [
        ("east", True),
        ("west", False),
    ]


def test_looking_for_lines_makes_no_database(settings: Settings) -> None:
    assert lines.measure(settings) == ()
    assert list(settings.directory.iterdir()) == []
