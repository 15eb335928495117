"""What a shelf holds outlives the program, and a wrong whole is thrown away."""

import hashlib
from pathlib import Path
from unittest.mock import Mock

import pytest

from devices.serial.bodies import Block, Offer
from devices.serial.receiving import Receiving
from devices.serial.shelf import DiskShelf, MemoryShelf, Shelf, ShelfFull, units

CONTENT = bytes(number % 251 for number in range(1_000))
NAME = hashlib.sha256(CONTENT).digest()
ALL = (1 << 16) - 1


@pytest.fixture(params=["memory", "disk"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    return MemoryShelf() if request.param == "memory" else DiskShelf(tmp_path)


def test_a_recording_is_whole_once_its_hash_is_right(shelf: Shelf) -> None:
    assert shelf.begin(NAME, 1_000) == 0
    shelf.write(NAME, 512, CONTENT[512:])
    shelf.write(NAME, 0, CONTENT[:512])
    assert shelf.finish(NAME)
    assert shelf.begin(NAME, 1_000) == ALL
    assert shelf.read(NAME, 10, 500) == CONTENT[10:510]
    assert shelf.finish(NAME)


def test_a_wrong_whole_is_thrown_away(shelf: Shelf) -> None:
    shelf.begin(NAME, 1_000)
    shelf.write(NAME, 0, bytes(1_000))
    assert not shelf.finish(NAME)
    assert shelf.begin(NAME, 1_000) == 0


def test_what_was_settled_is_held_after_a_power_cut(tmp_path: Path) -> None:
    shelf = DiskShelf(tmp_path)
    shelf.begin(NAME, 1_000)
    shelf.write(NAME, 0, CONTENT[:512])
    shelf.settle(NAME)
    shelf.write(NAME, 512, CONTENT[512:])
    again = DiskShelf(tmp_path)
    assert again.begin(NAME, 1_000) == units(0, 512)
    assert again.read(NAME, 0, 512) == CONTENT[:512]


def test_a_full_disk_is_said_and_harms_nothing(tmp_path: Path) -> None:
    shelf = DiskShelf(tmp_path, most_bytes=600)
    shelf.begin(NAME, 1_000)
    shelf.write(NAME, 0, CONTENT)
    with pytest.raises(ShelfFull, match="more than 600 bytes"):
        shelf.write(NAME, 0, CONTENT[:64])
    shelf.discard(NAME)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_is_said_at_every_step(tmp_path: Path) -> None:
    shelf = DiskShelf(tmp_path)
    shelf.begin(NAME, 1_000)
    shelf.write(NAME, 0, CONTENT)
    next(tmp_path.glob("*.part")).unlink()  # as a disk loses it
    for step in (lambda: shelf.read(NAME, 0, 64), lambda: shelf.finish(NAME)):
        with pytest.raises(ShelfFull, match=str(tmp_path)):
            step()
    assert shelf.begin(NAME, 1_000) == 0  # it comes anew


def test_a_stranger_among_the_recordings_is_none(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "notes.txt").touch()
    assert DiskShelf(tmp_path).kept() == frozenset()


def test_what_a_failing_disk_does_not_give_back_is_refused(tmp_path: Path) -> None:
    shelf = DiskShelf(tmp_path)
    offer = Offer(transfer=1, sha256=NAME, size=1_000, block=512)
    receiving = Receiving(offer, shelf)
    receiving.take(Block(transfer=1, number=0, content=CONTENT[:512]))
    shelf.finish = Mock(side_effect=ShelfFull("the disk fails"))
    assert not receiving.take(Block(transfer=1, number=1, content=CONTENT[512:]))
    assert receiving.refused
