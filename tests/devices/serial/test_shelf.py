"""What a shelf holds outlives the program, and a wrong whole is thrown away."""

import hashlib
from pathlib import Path

import pytest

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
