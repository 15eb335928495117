"""Recordings in pieces, and how they come together again."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.chunks import (
    CHUNK,
    PER_WANT,
    Assembly,
    Offer,
    digest_of,
    from_bitmap,
    manifest_of,
    to_bitmap,
    wanted,
)
from devices.documents import Manifest
from devices.reports import Want

AUDIO = bytes(number * 7 % 251 for number in range(3 * CHUNK + 5))
SHA256 = hashlib.sha256(AUDIO).hexdigest()
MANIFEST = manifest_of(AUDIO, codec="opus", duration_ms=9_000)


def piece(number: int) -> bytes:
    """A chunk of the sample."""
    return AUDIO[number * CHUNK : (number + 1) * CHUNK]


def long_manifest(count: int) -> Manifest:
    """Of a recording of `count` chunks, each a single byte's digest; only what is missing is asked of it."""
    return Manifest(
        size=count * CHUNK, codec="opus", duration_ms=1, chunk_size=CHUNK, digests=(digest_of(b""),) * count
    )


def bitmap_without(numbers: set[int], count: int) -> bytes:
    """Everything is here but `numbers`."""
    return to_bitmap([number not in numbers for number in range(count)])


def test_a_manifest_names_every_chunk() -> None:
    assert (MANIFEST.size, len(MANIFEST.digests)) == (len(AUDIO), 4)
    assert MANIFEST.digests[3] == hashlib.sha256(AUDIO[3 * CHUNK :]).digest()[:8]


def test_a_file_has_the_manifest_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "recording").write_bytes(AUDIO)
    assert manifest_of(tmp_path / "recording", codec="opus", duration_ms=9_000) == MANIFEST


def test_an_empty_recording_has_no_manifest() -> None:
    with pytest.raises(ValueError) as refused:
        manifest_of(b"", codec="opus", duration_ms=0)
    assert "got 0 bytes" in str(refused.value)


def test_chunks_may_come_in_any_order() -> None:
    assembly = Assembly(SHA256, MANIFEST)
    assert [assembly.offer(number, piece(number)) for number in (3, 0, 2, 1)] == [Offer.STORED] * 4
    assert assembly.complete
    assert assembly.missing() is None


@pytest.mark.parametrize(
    ("number", "payload", "offer"),
    [
        (4, b"", Offer.OUT_OF_RANGE),
        (-1, piece(3), Offer.OUT_OF_RANGE),
        (0, piece(0)[:-1], Offer.WRONG_SIZE),
        (3, piece(2), Offer.WRONG_SIZE),
        (0, piece(1), Offer.BAD_DIGEST),
    ],
)
def test_what_is_not_that_chunk_is_not_stored(number: int, payload: bytes, offer: Offer) -> None:
    assembly = Assembly(SHA256, MANIFEST)
    assert assembly.offer(number, payload) is offer
    assert assembly.missing_count == 4


def test_a_chunk_that_came_twice_is_stored_once() -> None:
    assembly = Assembly(SHA256, MANIFEST)
    assert (assembly.offer(1, piece(1)), assembly.offer(1, piece(1))) == (Offer.STORED, Offer.DUPLICATE)
    assert assembly.missing_count == 3


def test_a_chunk_that_could_not_be_written_is_missing_again() -> None:
    assembly = Assembly(SHA256, MANIFEST)
    assembly.offer(1, piece(1))
    for _ in range(2):
        assembly.lose(1)
        assert assembly.missing_count == 4


def test_what_is_held_survives_a_power_cut() -> None:
    before = Assembly(SHA256, MANIFEST)
    before.offer(2, piece(2))
    after = Assembly(SHA256, MANIFEST, before.held)
    assert after.missing() == Want(recording=SHA256, base=0, bitmap="d0")


def test_a_bitmap_of_another_recording_is_refused() -> None:
    with pytest.raises(ValueError) as refused:
        Assembly(SHA256, MANIFEST, bytes(2))
    assert "4 chunks, got a bitmap of 2 bytes" in str(refused.value)


def test_a_want_begins_at_the_first_chunk_that_is_missing() -> None:
    assembly = Assembly(SHA256, long_manifest(1000), bitmap_without({701, 703, 999}, 1000))
    assert assembly.missing() == Want(recording=SHA256, base=701, bitmap="a0" + "00" * 36 + "20")


def test_a_want_asks_for_no_more_than_its_limit() -> None:
    want = Assembly(SHA256, long_manifest(1000)).missing()
    assert want is not None
    assert wanted(want, 1000) == tuple(range(PER_WANT))


def test_the_most_significant_bit_comes_first() -> None:
    assert wanted(Want(recording=SHA256, base=8, bitmap="8001"), 1000) == (8, 23)


def test_chunks_past_the_end_are_not_wanted() -> None:
    assert wanted(Want(recording=SHA256, base=2, bitmap="ff"), 4) == (2, 3)


@given(st.lists(st.booleans(), max_size=100))
def test_bitmaps_are_the_same_in_and_out(bits: list[bool]) -> None:
    assert from_bitmap(to_bitmap(bits))[: len(bits)] == bits
    assert not any(from_bitmap(to_bitmap(bits))[len(bits) :])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 1500).flatmap(lambda count: st.tuples(st.just(count), st.sets(st.integers(0, count - 1))))
)
def test_asking_again_and_again_gets_everything_and_nothing_else(recording: tuple[int, set[int]]) -> None:
    count, lacking = recording
    assembly = Assembly(SHA256, long_manifest(count), bitmap_without(lacking, count))
    asked: list[int] = []
    while (want := assembly.missing()) is not None:
        numbers = wanted(want, count)
        assert 1 <= len(numbers) <= PER_WANT
        asked += numbers
        assembly = Assembly(SHA256, long_manifest(count), bitmap_without(lacking - set(asked), count))
    assert asked == sorted(lacking)
