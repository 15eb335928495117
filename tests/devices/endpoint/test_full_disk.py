"""A disk that is really full: what is held plays on, nothing is doubled, and it is told."""

import contextlib
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.documents import Alerts
from devices.endpoint.media import DiskMedia
from devices.endpoint.store import EndpointStore
from devices.reports import EventKind
from tests.devices.endpoint.board import Board
from tests.devices.endpoint.village import LETTER, alert, at, cue, plan, slot, sound_bytes


class SmallDisk:
    """A disk of half a megabyte."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._ballast = directory / "somebody else's log"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(bytes(1024)):
                pass

    def clear(self) -> None:
        self._ballast.unlink()

    def store(self) -> EndpointStore:
        return EndpointStore.open(self.directory / "endpoint.db", random.Random(1))

    def board(self) -> Board:
        """One that holds the letter and two cues."""
        media = DiskMedia(self.directory / "media", reserve_kb=0)
        board = Board(media=media, store=self.store())
        board.tell(plan(cue("08:00", "12:00"), cue("09:00", "12:00")))
        return board.give("letter")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    directory = tmp_path / "disk"
    directory.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(directory))
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be made by root")
    yield SmallDisk(directory)
    subprocess.run(("umount", "-l", str(directory)), check=True)


def test_without_room_for_records_plays_sound_once_and_are_proved_when_there_is_room(disk):
    board = disk.board()
    disk.fill()
    board.run_until(at("11:00"))
    assert [stretch.key for stretch in board.heard] == [slot("08:00"), slot("09:00")]
    assert any("full" in said for said in board.events(EventKind.STORAGE_FAULT))
    disk.clear()
    board.run_for(minutes=2)
    assert board.outcomes == [(slot("08:00"), "counted"), (slot("09:00"), "counted")]
    assert board.run_until(at("12:30")).heard[2:] == []


def test_without_room_for_a_document_an_alert_sounds_nevertheless(disk):
    board = disk.board()
    disk.fill()
    board.tell(Alerts(alerts=(alert(recording=None, repeats=1),)))
    board.run_for(minutes=1)
    assert [stretch.key for stretch in board.heard] == ["flood"]


def test_a_board_that_starts_with_a_full_disk_plays_what_it_holds(disk):
    board = disk.board()
    disk.fill()
    board.store.close()
    board.kill().store = disk.store()
    assert board.store.trouble == ""
    board.boot().run_until(at("08:05"))
    assert [stretch.key for stretch in board.heard] == [slot("08:00")]


def test_without_room_for_audio_the_record_of_its_absence_finds_room(disk):
    board = disk.board()
    disk.fill()
    disk.directory.joinpath("media", LETTER).unlink()
    disk.fill()
    board.media = DiskMedia(disk.directory / "media", reserve_kb=0)
    board.boot().give("letter")
    assert any("media" in said or "audio" in said for said in board.events(EventKind.STORAGE_FAULT))
    disk.clear()
    board.run_for(minutes=2).give("letter").run_until(at("08:02"))
    assert board.outcomes == [(slot("08:00"), "counted")]
    assert disk.directory.joinpath("media", LETTER).read_bytes() == sound_bytes("letter")


def test_a_board_that_has_run_for_hours_goes_on_writing_on_a_full_disk(disk):
    board = disk.board()
    board.run_until(at("10:31"))
    disk.fill()
    board.run_until(at("12:30"))
    assert board.store.boots()[-1].last >= at("12:28")
