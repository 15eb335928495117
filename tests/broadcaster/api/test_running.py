"""How a running controller is found, and that there is only one."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from broadcaster.api.running import claim, find
from broadcaster.api.server import listen
from broadcaster.desk.errors import Conflict, Unavailable

CONTROLLER = """
import pathlib, signal, sys
from broadcaster.api.running import claim
with claim(pathlib.Path(sys.argv[1])) as held:
    held.announce("http://127.0.0.1:1")
    print("claimed", flush=True)
    signal.pause()
"""


def test_nobody_runs_on_an_empty_directory(tmp_path: Path) -> None:
    assert find(tmp_path) is None


def test_a_controller_is_found_while_it_runs_and_not_after(tmp_path: Path) -> None:
    with claim(tmp_path) as held:
        running = held.announce("http://127.0.0.1:8420")
        assert find(tmp_path) == running
    assert find(tmp_path) is None


def test_each_run_has_a_token_of_its_own(tmp_path: Path) -> None:
    tokens = set()
    for _ in range(2):
        with claim(tmp_path) as held:
            tokens.add(held.announce("http://127.0.0.1:8420").token)
    assert len(tokens) == 2


def test_only_the_owner_may_read_the_token(tmp_path: Path) -> None:
    with claim(tmp_path) as held:
        held.announce("http://127.0.0.1:8420")
        assert stat.S_IMODE((tmp_path / "running.json").stat().st_mode) == 0o600


def test_a_controller_that_starts_asks_for_patience(tmp_path: Path) -> None:
    with claim(tmp_path), pytest.raises(Unavailable, match="is starting"):
        find(tmp_path)


def test_a_second_controller_is_refused_and_the_first_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadcaster.api.running._PAUSE_S", 0)
    with claim(tmp_path) as held:
        running = held.announce("http://127.0.0.1:8420")
        with pytest.raises(Conflict, match=f"Another controller runs on {tmp_path}"), claim(tmp_path):
            pass
        assert find(tmp_path) == running


def test_a_controller_that_was_killed_leaves_the_directory_free(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CONTROLLER, str(tmp_path)], stdout=subprocess.PIPE, cwd=os.getcwd()
    )
    assert process.stdout is not None
    with process.stdout:
        process.stdout.readline()
        assert find(tmp_path) is not None
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (tmp_path / "running.json").exists()
    assert find(tmp_path) is None
    with claim(tmp_path) as held:
        held.announce("http://127.0.0.1:2")


def test_a_port_that_is_taken_is_said_with_what_to_do() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"port {port}: Address already in use. Set api.port"):
            listen("127.0.0.1", port)
