"""The player: audio at the operator's own machine, by a program that is installed there."""

import sys
from pathlib import Path

import pytest

from broadcaster.tui.player import Player, found

NOTES = (
    "import pathlib, sys; note = open(sys.argv[1], 'ab'); note.write(pathlib.Path(sys.argv[2]).read_bytes())"
)
NOTES_WHERE = "import sys; open(sys.argv[1], 'w').write(sys.argv[2])"
NEVER_ENDS = "import time; time.sleep(600)"
ONE = [("1.mp3", b"one")]


def program(code: str, *given: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", code, *map(str, given))


def test_the_first_program_that_is_installed_is_taken() -> None:
    assert found(lambda name: "/usr/bin/" + name if name in ("ffplay", "aplay") else None)[0] == "ffplay"
    assert found(lambda name: None) == ()


async def test_files_sound_one_after_the_other(tmp_path: Path) -> None:
    player = Player(program(NOTES, tmp_path / "note"), at_once_s=60.0)
    assert await player.play([("a.mp3", b"one "), ("a.mp3", b"other")])
    await player.ended()
    assert (tmp_path / "note").read_bytes() == b"one other"
    assert not player.stop()


async def test_nothing_is_left_of_what_sounded(tmp_path: Path) -> None:
    player = Player(program(NOTES_WHERE, tmp_path / "note"), at_once_s=60.0)
    assert await player.play(ONE)
    await player.ended()
    assert not Path((tmp_path / "note").read_text()).parent.exists()


async def test_it_is_stopped_while_it_sounds() -> None:
    player = Player(program(NEVER_ENDS), at_once_s=0.0)
    assert await player.play(ONE)
    assert player.stop()
    assert not player.stop()


@pytest.mark.parametrize("command", [(), ("/no/such/program",), program("raise SystemExit(3)")])
async def test_where_nothing_can_play_it_says_so(command: tuple[str, ...]) -> None:
    assert not await Player(command, at_once_s=60.0).play(ONE)
