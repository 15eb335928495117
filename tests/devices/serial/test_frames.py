"""Frames survive the wire, and nothing else is taken for one."""

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.serial.bodies import (
    BLOCK_SIZES,
    CONTROL,
    RUNS,
    SLOTS,
    Ack,
    Answer,
    Begin,
    Block,
    Gaps,
    HeadPiece,
    Hello,
    Lane,
    Mix,
    Note,
    Offer,
    Poll,
    Roll,
    TapPiece,
    Welcome,
)
from devices.serial.frames import LONGEST, BadFrame, Deframer, Frame, Garbled, Heard
from devices.serial.guard import Guard
from devices.serial.runs import varint

BYTE, SHORT, LONG = st.integers(0, 0xFF), st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)
CONTENT = st.binary(max_size=1_024)
ACK = st.builds(Ack, SHORT, SHORT)
PIECE = {"lane": st.sampled_from(Lane), "number": SHORT, "first": st.booleans(), "last": st.booleans()}


@st.composite
def gaps(draw: st.DrawFn) -> Gaps:
    edges = sorted(draw(st.sets(st.integers(0, 60_000), min_size=2, max_size=14)))
    pairs = zip(edges[1:-1:2], edges[2:-1:2], strict=False)
    return Gaps(
        transfer=draw(BYTE),
        since=edges[0],
        until=edges[-1],
        runs=tuple((first, last - first) for first, last in pairs),
    )


BODIES = st.one_of(
    st.builds(
        Poll,
        introduce=st.booleans(),
        acks=BYTE,
        room=BYTE,
        transfer=BYTE,
        since=SHORT,
        until=SHORT,
        heard=st.tuples(ACK, ACK),
    ),
    st.builds(
        Roll,
        acks=BYTE,
        transfer=BYTE,
        slot=SHORT,
        taps=st.lists(SHORT, min_size=1, max_size=SLOTS).map(tuple),
    ),
    st.builds(
        Welcome, nonce=LONG, begins=st.lists(st.builds(Begin, SHORT, SHORT, SHORT), max_size=3).map(tuple)
    ),
    st.builds(HeadPiece, content=CONTENT, **PIECE),
    st.builds(TapPiece, content=CONTENT, **PIECE),
    st.builds(Note, content=CONTENT),
    st.builds(
        Offer,
        transfer=st.integers(1, 255),
        block=st.sampled_from(BLOCK_SIZES),
        size=st.integers(1, 4_000_000),
        sha256=st.binary(min_size=32, max_size=32),
    ),
    st.builds(Block, transfer=BYTE, number=SHORT, content=CONTENT),
    st.builds(Mix, transfer=BYTE, number=SHORT, content=CONTENT),
    st.builds(Hello, nonce=LONG),
    st.builds(
        Answer,
        calm=BYTE,
        waiting=BYTE,
        missing=SHORT,
        acks=st.lists(st.tuples(BYTE, ACK), max_size=8).map(tuple),
    ),
    gaps(),
)
FRAMES = st.builds(
    Frame, address=SHORT, epoch=SHORT, sequence=LONG, body=BODIES, guard=st.sampled_from(Guard)
)


@given(frame=FRAMES)
def test_a_frame_comes_back_as_it_went(frame: Frame) -> None:
    packed = frame.to_bytes()
    assert Frame.from_bytes(packed[:-1]) == frame
    assert packed.index(0) == len(packed) - 1
    assert len(packed) <= LONGEST


@given(frames=st.lists(FRAMES, max_size=5), cuts=st.lists(st.integers(1, 400), max_size=30))
def test_however_a_stream_is_split_the_same_frames_come_out(frames: list[Frame], cuts: list[int]) -> None:
    stream, deframer, found = b"".join(frame.to_bytes() for frame in frames), Deframer(), []
    at = 0
    for cut in [*cuts, len(stream)]:
        found += deframer.feed(stream[at : at + cut])
        at += cut
    assert [heard.frame for heard in found if isinstance(heard, Heard)] == frames


@settings(max_examples=300)
@given(soup=st.lists(st.binary(max_size=1_500), max_size=6))
def test_soup_never_breaks_the_reader_nor_becomes_a_frame(soup: list[bytes]) -> None:
    deframer = Deframer()
    for spoon in [*soup, b"\0"]:
        assert all(isinstance(found, Garbled) for found in deframer.feed(spoon))


@given(frame=FRAMES, seed=st.integers(0, 2**32), wrong=st.integers(1, 60))
def test_a_damaged_frame_is_the_frame_or_nothing(frame: Frame, seed: int, wrong: int) -> None:
    chance, packed = random.Random(seed), bytearray(frame.to_bytes())
    for place in chance.choices(range(len(packed)), k=wrong):
        packed[place] ^= 1 << chance.randrange(8)
    found = Deframer().feed(bytes(packed) + b"\0")
    assert all(heard.frame == frame for heard in found if isinstance(heard, Heard))


@given(frame=FRAMES, torn=st.integers(1, 40), before=st.binary(max_size=3_000))
def test_the_frame_after_any_noise_is_heard(frame: Frame, torn: int, before: bytes) -> None:
    deframer, packed = Deframer(), frame.to_bytes()
    deframer.feed(before + packed[:-torn])
    assert [heard.frame for heard in deframer.feed(b"\0" + packed) if isinstance(heard, Heard)][-1:] == [
        frame
    ]


def test_a_guarded_frame_with_some_wrong_bytes_is_mended() -> None:
    frame = Frame(address=1, epoch=2, sequence=3, body=Note(content=b"\1" * 200), guard=Guard.STRONG)
    packed = bytearray(frame.to_bytes())
    for place in (40, 90, 91, 150):
        packed[place] ^= 0x40
    assert Deframer().feed(bytes(packed)) == [Heard(frame, len(packed), 4)]


def test_the_reader_holds_no_more_than_one_frame() -> None:
    deframer = Deframer()
    for _ in range(100):
        assert deframer.feed(b"\1" * 1_000) == []
    assert len(deframer._held) == LONGEST
    (found,) = deframer.feed(b"\0")
    assert isinstance(found, Garbled)
    assert found.length == 100_000


def test_a_wrong_crc_is_told_in_hex() -> None:
    packed = bytearray(Frame(address=1, epoch=2, sequence=3, body=Hello(nonce=4)).to_bytes())
    packed[-2] ^= 1
    with pytest.raises(BadFrame, match=r"expected the CRC [0-9a-f]{8}, got [0-9a-f]{8}"):
        Frame.from_bytes(bytes(packed[:-1]))


@pytest.mark.parametrize("first", [0x00, 0x80, 0x4C, 0x4F])
def test_another_version_or_an_unknown_kind_is_no_frame(first: int) -> None:
    from zlib import crc32

    from cobs import cobs

    content = struct.pack(">BHHI", first, 1, 2, 3) + b"whatever"
    chunk = cobs.encode(content + crc32(content).to_bytes(4, "big"))
    with pytest.raises(BadFrame, match="known kind"):
        Frame.from_bytes(chunk)


def test_frames_that_control_are_short() -> None:
    longest = [
        Poll(),
        Roll(slot=1, taps=tuple(range(1, SLOTS + 1))),
        Welcome(nonce=1, begins=(Begin(1, 1, 1),) * 3),
        Offer(transfer=1, block=64, size=9, sha256=bytes(32)),
        Answer(calm=1, waiting=1, acks=((1, Ack(1, 1)),) * 8),
        Hello(nonce=1),
    ]
    for body in longest:
        assert len(Frame(address=1, epoch=2, sequence=3, body=body).to_bytes()) <= CONTROL
    assert 9 + 5 + RUNS + 4 + 2 <= CONTROL


def test_numbers_are_packed_seven_bits_a_byte() -> None:
    assert varint(0) == b"\x00"
    assert varint(300) == b"\xac\x02"
