"""What a tap lacks of a recording, in whatever blocks it is offered."""

import hashlib

import pytest

from devices.serial.bodies import REFUSED, RUNS, Block, Gaps, Mix, Offer
from devices.serial.frames import Frame
from devices.serial.mixing import mixed, named
from devices.serial.receiving import Receiving
from devices.serial.shelf import MemoryShelf, ShelfFull
from tests.devices.serial.parties import recording

CONTENT = recording(1_000)
SHA256 = hashlib.sha256(CONTENT).digest()


def offer(block: int, transfer: int = 1, sha256: bytes = SHA256) -> Offer:
    return Offer(transfer=transfer, block=block, size=1_000, sha256=sha256)


def block(number: int, size: int) -> Block:
    return Block(transfer=1, number=number, content=CONTENT[number * size :][:size])


def mix(seed: int, size: int) -> Mix:
    blocks = [
        int.from_bytes(CONTENT[at : at + size].ljust(size, b"\0"), "big") for at in range(0, 1_000, size)
    ]
    return Mix(transfer=1, number=seed, content=mixed(blocks, named(seed, len(blocks))).to_bytes(size, "big"))


@pytest.mark.parametrize("then", [64, 128, 512])
def test_what_came_in_blocks_of_one_size_counts_in_those_of_another(then: int) -> None:
    shelf = MemoryShelf()
    first = Receiving(offer(64), shelf)
    for number in (0, 1, 2, 15):
        first.take(block(number, 64))
    second = Receiving(offer(then), shelf)
    assert second.lacking == {64: 12, 128: 7, 512: 2}[then]


def test_a_block_of_another_length_or_number_than_was_offered_is_passed_over() -> None:
    shelf = MemoryShelf()
    receiving = Receiving(offer(256), shelf)
    for strange in (block(0, 128), Block(transfer=1, number=4, content=bytes(256))):
        receiving.take(strange)
    assert receiving.lacking == 4
    assert not [receiving.take(block(number, 256)) for number in range(3)].count(True)
    assert receiving.take(block(3, 256))


def test_mixes_complete_what_is_held_in_part() -> None:
    shelf = MemoryShelf()
    Receiving(offer(64), shelf).take(block(3, 64))
    receiving, seed = Receiving(offer(256), shelf), 0
    while not receiving.whole:
        seed += 1
        assert seed < 9
        receiving.take(mix(seed, 256))
    assert shelf.whole[SHA256] == CONTENT


def test_a_block_that_completes_the_equations_completes_the_recording() -> None:
    shelf = MemoryShelf()
    receiving, seed = Receiving(offer(256), shelf), 0
    while receiving.lacking > 1:
        seed += 1
        receiving.take(mix(seed, 256))
    whole = [receiving.take(block(number, 256)) for number in range(4)]
    assert any(whole)
    assert (receiving.lacking, shelf.whole[SHA256]) == (0, CONTENT)


def test_a_recording_whose_hash_is_wrong_is_missing_again() -> None:
    receiving = Receiving(offer(512, sha256=bytes(32)), MemoryShelf())
    assert not receiving.take(block(0, 512))
    assert not receiving.take(block(1, 512))
    assert receiving.lacking == 2


def test_blocks_that_do_not_fit_the_offer_are_dropped() -> None:
    receiving = Receiving(offer(512), MemoryShelf())
    for number, content in ((0, b"short"), (2, bytes(512)), (1, bytes(512))):
        receiving.take(Block(transfer=1, number=number, content=content))
    assert receiving.lacking == 2


def test_gaps_that_are_many_come_in_several_small_frames() -> None:
    receiving = Receiving(Offer(transfer=1, block=64, size=64_000, sha256=SHA256), MemoryShelf())
    for number in range(0, 1_000, 3):
        receiving.take(Block(transfer=1, number=number, content=bytes(64)))
    told = list(receiving.gaps(0, 1_000))
    assert len(told) > 10
    assert [gaps.since for gaps in told[1:]] == [gaps.until for gaps in told[:-1]]
    missing = {first + i for gaps in told for first, length in gaps.runs for i in range(length)}
    assert missing == {number for number in range(1_000) if number % 3}
    frames = [Frame(address=1, epoch=1, sequence=1, body=gaps).to_bytes() for gaps in told]
    assert all(len(frame) <= 64 for frame in frames)
    assert all(len(gaps.pack()) <= 5 + RUNS for gaps in told)


def test_no_gaps_are_one_frame() -> None:
    receiving = Receiving(offer(512), MemoryShelf())
    receiving.take(block(0, 512))
    assert list(receiving.gaps(0, 1)) == [Gaps(transfer=1, since=0, until=1, runs=())]


def test_a_full_shelf_refuses() -> None:
    class Full(MemoryShelf):
        def write(self, sha256: bytes, offset: int, content: bytes) -> None:
            raise ShelfFull("no room")

    receiving = Receiving(offer(512), Full())
    receiving.take(block(0, 512))
    assert receiving.lacking == REFUSED
