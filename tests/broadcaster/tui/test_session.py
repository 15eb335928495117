"""The real program in a real terminal: tmux drives `broadcaster tui` against a controller that runs."""

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.api.running import find
from broadcaster.desk.errors import Unavailable

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
WAIT_S = 60


class Session:
    """One tmux session of 80 by 24."""

    def __init__(self, command: str, directory: Path) -> None:
        self.name = f"broadcaster-{uuid.uuid4().hex[:8]}"
        self._directory = directory
        self._tmux("new-session", "-d", "-s", self.name, "-x", "80", "-y", "24", command)

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", "-t", self.name, *keys)

    def until(self, text: str) -> str:
        """The screen once it shows `text`; fails with the screen after a while."""
        watch = (
            f"for i in $(seq {WAIT_S * 5}); do tmux capture-pane -p -t {self.name} | grep -qF '{text}' && exit 0; "
            "sleep 0.2; done; exit 1"
        )
        found = subprocess.run(["sh", "-c", watch], check=False)
        shown = self._tmux("capture-pane", "-p", "-t", self.name)
        assert found.returncode == 0, shown
        return shown

    def close(self) -> None:
        subprocess.run(["tmux", "kill-session", "-t", self.name], check=False, capture_output=True)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", *arguments], check=True, capture_output=True, text=True, cwd=self._directory
        )
        return done.stdout


def answers(county: Path) -> bool:
    try:
        return find(county) is not None
    except Unavailable:  # it is starting
        return False


@pytest.fixture
def controller(built: Path, tmp_path: Path) -> Iterator[Path]:
    """A county whose controller runs, on any free port."""
    shutil.copytree(built, tmp_path / "county")
    command = [
        sys.executable,
        "-m",
        "broadcaster",
        "--county",
        str(tmp_path / "county"),
        "--set",
        "api.port=0",
        "run",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + WAIT_S
            while not answers(tmp_path / "county"):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield tmp_path / "county"
        finally:
            process.terminate()
            process.wait(120)


def test_an_operator_works_in_a_terminal_with_a_controller_that_runs(controller, tmp_path):
    environment = f"LANGUAGE=zh_CN LC_ALL=C.UTF-8 TEXTUAL_ANIMATIONS=none PYTHONPATH={os.getcwd()}"
    program = f"{sys.executable} -m broadcaster --county {controller} --as li tui"
    session = Session(f"env {environment} {program}", tmp_path)
    try:
        session.until("今日")
        assert "控制器没有运行" not in session.until("青石镇")
        session.press("3")
        session.until("森林防火倡议书")
        session.press("4")
        session.until("临水县  ")
        session.press("C-l")
        session.until("Endpoints")
        session.press("5")
        session.until("暴雨红色预警")
    finally:
        session.close()
