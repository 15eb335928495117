"""The player: audio at the operator's own machine, by a program that is installed there."""

import sys
from pathlib import Path

import pytest

from broadcaster.tui.player import Player, found

NOTES_ITS_FILE = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('heard')"
NEVER_ENDS = "import time; time.sleep(600)"


def program(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_the_first_program_that_is_installed_is_taken() -> None:
    assert found(lambda name: "/usr/bin/" + name if name in ("ffplay", "aplay") else None)[0] == "ffplay"
    assert found(lambda name: None) == ()


async def test_files_sound_one_after_the_other(tmp_path: Path) -> None:
    player = Player(program(NOTES_ITS_FILE), at_once_s=60.0)
    files = [tmp_path / "1.mp3", tmp_path / "2.mp3"]
    assert await player.play(files)
    await player.ended()
    assert [file.read_text() for file in files] == ["heard", "heard"]
    assert not player.stop()


async def test_it_is_stopped_while_it_sounds(tmp_path: Path) -> None:
    player = Player(program(NEVER_ENDS), at_once_s=0.0)
    assert await player.play([tmp_path / "1.mp3"])
    assert player.stop()
    assert not player.stop()


@pytest.mark.parametrize("command", [(), ("/no/such/program",), program("raise SystemExit(3)")])
async def test_where_nothing_can_play_it_says_so(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert not await Player(command, at_once_s=60.0).play([tmp_path / "1.mp3"])
