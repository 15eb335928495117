"""What frames of a serial line say: one frozen value for each kind, and its bytes.

The head (the end of the line that speaks first) and the taps (the endpoints' ends) have kinds of their own, so that nobody
takes an echo, or another tap's answer, for a word of the head.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self, get_args

from devices.serial.runs import Run, packed_run, unpacked_runs

BLOCK_SIZES = (1024, 512, 256, 128, 64)  # bytes
LARGEST = 1024  # bytes of a piece, a note or a block
CONTROL = 64  # bytes at most of any frame that is neither piece, note nor block, guard not counted
SLOTS = 20  # taps that one roll names
ACKS = 8  # streams: two lanes each of a tap's own, everybody's and two groups
RUNS = 40  # bytes of runs in one frame
UNKNOWN = 0xFFFF  # missing: the tap has not heard of this transfer
REFUSED = 0xFFFE  # missing: the tap does not want it
MOST_BLOCKS = 0xFFF0


def _within(name: str, number: int, most: int) -> None:
    if not 0 <= number <= most:
        raise ValueError(f"{name}: expected 0 to {most}, got {number}")


class Lane(IntEnum):
    """Which messages go first."""

    URGENT = 0
    NORMAL = 1


@dataclass(frozen=True, slots=True)
class Ack:
    """How far a stream has come: every piece before `following`, and of the 16 after it those whose bit is set."""

    following: int
    beyond: int = 0

    def __post_init__(self) -> None:
        _within("following", self.following, 0xFFFF)
        _within("beyond", self.beyond, 0xFFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The head asks one tap. It may answer with `room` bytes of pieces, then an answer.

    `introduce`: answer with a hello instead. `acks`: bit i asks for the ack of stream i. `transfer`: say how much of it is
    missing; with `until` after `since`, which of these blocks. `heard`: the tap's own two streams.
    Zeros at the end do not travel.
    """

    KIND: ClassVar[int] = 0
    introduce: bool = False
    acks: int = 0
    room: int = 0  # in units of 16 bytes
    transfer: int = 0  # 0: none
    since: int = 0
    until: int = 0
    heard: tuple[Ack, Ack] = (Ack(0), Ack(0))

    _FORM: ClassVar = struct.Struct(">BBBBHHHHHH")

    def __post_init__(self) -> None:
        for name in ("acks", "room", "transfer"):
            _within(name, getattr(self, name), 0xFF)
        for name in ("since", "until"):
            _within(name, getattr(self, name), 0xFFFF)

    def pack(self) -> bytes:
        urgent, normal = self.heard
        return self._FORM.pack(
            self.introduce, self.acks, self.room, self.transfer, self.since, self.until,
            urgent.following, urgent.beyond, normal.following, normal.beyond,
        ).rstrip(b"\0")  # fmt: skip

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        introduce, acks, room, transfer, since, until, *heard = cls._FORM.unpack(
            packed.ljust(cls._FORM.size, b"\0")
        )
        return cls(
            introduce=_truth(introduce),
            acks=acks,
            room=room,
            transfer=transfer,
            since=since,
            until=until,
            heard=(Ack(*heard[:2]), Ack(*heard[2:])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """The head asks several taps for an answer; tap i of the list begins `slot` × i × 0.1 ms after this frame's end."""

    KIND: ClassVar[int] = 1
    acks: int = 0
    transfer: int = 0
    slot: int
    taps: tuple[int, ...]

    def __post_init__(self) -> None:
        _within("acks", self.acks, 0xFF)
        _within("transfer", self.transfer, 0xFF)
        _within("slot", self.slot, 0xFFFF)
        if not 0 < len(self.taps) <= SLOTS:
            raise ValueError(f"taps: expected 1 to {SLOTS} of them, got {len(self.taps)}")

    def pack(self) -> bytes:
        return struct.pack(f">BBH{len(self.taps)}H", self.acks, self.transfer, self.slot, *self.taps)

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        acks, transfer, slot, *taps = struct.unpack(f">BBH{(len(packed) - 4) // 2}H", packed)
        return cls(acks=acks, transfer=transfer, slot=slot, taps=tuple(taps))


@dataclass(frozen=True, slots=True)
class Begin:
    """From which piece on a tap follows the two lanes of an address."""

    address: int
    urgent: int
    normal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The head's answer to a hello: from now on the tap obeys the epoch of this frame. `begins`: everybody, then its groups."""

    KIND: ClassVar[int] = 2
    nonce: int
    begins: tuple[Begin, ...]

    def __post_init__(self) -> None:
        _within("nonce", self.nonce, 0xFFFFFFFF)
        if len(self.begins) > ACKS // 2 - 1:
            raise ValueError(f"begins: expected at most {ACKS // 2 - 1}, got {len(self.begins)}")

    def pack(self) -> bytes:
        begins = (struct.pack(">HHH", each.address, each.urgent, each.normal) for each in self.begins)
        return self.nonce.to_bytes(4, "big") + b"".join(begins)

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        return cls(
            nonce=int.from_bytes(packed[:4], "big"),
            begins=tuple(Begin(*each) for each in struct.iter_unpack(">HHH", packed[4:])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a message; with `first` and `last` a whole one."""

    lane: Lane
    number: int
    first: bool
    last: bool
    content: bytes

    _FORM: ClassVar = struct.Struct(">BH")

    def __post_init__(self) -> None:
        _within("number", self.number, 0xFFFF)
        _within("content", len(self.content), LARGEST)

    def pack(self) -> bytes:
        return self._FORM.pack(self.lane | self.first << 1 | self.last << 2, self.number) + self.content

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        flags, number = cls._FORM.unpack(packed[:3])
        _within("flags", flags, 7)
        return cls(
            lane=Lane(flags & 1),
            number=number,
            first=bool(flags & 2),
            last=bool(flags & 4),
            content=packed[3:],
        )


class HeadPiece(Piece):
    """Of a message to a tap, a group or everybody."""

    __slots__ = ()
    KIND: ClassVar[int] = 3


class TapPiece(Piece):
    """Of a message to the head."""

    __slots__ = ()
    KIND: ClassVar[int] = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A whole message that is sent once and not repeated."""

    KIND: ClassVar[int] = 4
    content: bytes

    def __post_init__(self) -> None:
        _within("content", len(self.content), LARGEST)

    def pack(self) -> bytes:
        return self.content

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        return cls(content=packed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A recording will come as transfer `transfer`, in blocks of so many bytes."""

    KIND: ClassVar[int] = 5
    transfer: int
    block: int
    size: int
    sha256: bytes

    _FORM: ClassVar = struct.Struct(">BBI32s")

    def __post_init__(self) -> None:
        if not 0 < self.transfer <= 0xFF:
            raise ValueError(f"transfer: expected 1 to 255, got {self.transfer}")
        if self.block not in BLOCK_SIZES:
            raise ValueError(f"block: expected one of {BLOCK_SIZES}, got {self.block}")
        if not 0 < self.size <= 0xFFFFFFFF or self.count > MOST_BLOCKS:
            raise ValueError(
                f"size: expected at most {MOST_BLOCKS} blocks of {self.block}, got {self.size} bytes"
            )
        if len(self.sha256) != 32:
            raise ValueError(f"sha256: expected 32 bytes, got {len(self.sha256)}")

    @property
    def count(self) -> int:
        """How many blocks; the last may be shorter."""
        return -(-self.size // self.block)

    def length(self, index: int) -> int:
        """Bytes of one block."""
        return min(self.block, self.size - index * self.block)

    def pack(self) -> bytes:
        return self._FORM.pack(self.transfer, self.block.bit_length() - 1, self.size, self.sha256)

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        transfer, exponent, size, sha256 = cls._FORM.unpack(packed)
        return cls(transfer=transfer, block=1 << min(exponent, 31), size=size, sha256=sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """`number` of a transfer, with its bytes."""

    transfer: int
    number: int
    content: bytes

    _FORM: ClassVar = struct.Struct(">BH")

    def __post_init__(self) -> None:
        _within("transfer", self.transfer, 0xFF)
        _within("number", self.number, 0xFFFF)
        _within("content", len(self.content), LARGEST)

    def pack(self) -> bytes:
        return self._FORM.pack(self.transfer, self.number) + self.content

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        transfer, number = cls._FORM.unpack(packed[:3])
        return cls(transfer=transfer, number=number, content=packed[3:])


class Block(_Cut):
    """Block `number` of a transfer."""

    __slots__ = ()
    KIND: ClassVar[int] = 6


class Mix(_Cut):
    """The sum of those blocks of a transfer that the seed `number` names (`devices.serial.mixing`)."""

    __slots__ = ()
    KIND: ClassVar[int] = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A tap that knows no epoch, or was asked to introduce itself; the welcome must repeat the nonce."""

    KIND: ClassVar[int] = 8
    nonce: int

    def __post_init__(self) -> None:
        _within("nonce", self.nonce, 0xFFFFFFFF)

    def pack(self) -> bytes:
        return self.nonce.to_bytes(4, "big")

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        return cls(nonce=struct.unpack(">I", packed)[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The last word of a tap that was asked: how noisy the line is, what it has to say, and what the head asked for."""

    KIND: ClassVar[int] = 9
    calm: int  # see devices.serial.noise
    waiting: int  # bytes of pieces that it would send, in units of 16, at most 0xFF
    missing: int = 0  # blocks of the transfer that was asked for
    acks: tuple[tuple[int, Ack], ...] = ()  # stream number and ack

    _FORM: ClassVar = struct.Struct(">BBH")

    def __post_init__(self) -> None:
        _within("calm", self.calm, 0xFF)
        _within("waiting", self.waiting, 0xFF)
        _within("missing", self.missing, 0xFFFF)
        if len(self.acks) > ACKS:
            raise ValueError(f"acks: expected at most {ACKS}, got {len(self.acks)}")

    def pack(self) -> bytes:
        acks = (struct.pack(">BHH", stream, ack.following, ack.beyond) for stream, ack in self.acks)
        return self._FORM.pack(self.calm, self.waiting, self.missing) + b"".join(acks)

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        calm, waiting, missing = cls._FORM.unpack(packed[:4])
        acks = tuple((stream, Ack(*ack)) for stream, *ack in struct.iter_unpack(">BHH", packed[4:]))
        return cls(calm=calm, waiting=waiting, missing=missing, acks=acks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """Of the blocks `since` to before `until` the tap lacks those in `runs` (first, how many) and holds the others."""

    KIND: ClassVar[int] = 11
    transfer: int
    since: int
    until: int
    runs: tuple[Run, ...]

    _FORM: ClassVar = struct.Struct(">BHH")

    def __post_init__(self) -> None:
        at = self.since
        for first, length in self.runs:
            if first < at or length < 1 or first + length > self.until:
                raise ValueError(
                    f"runs: {first} + {length} is not in order within {self.since} to {self.until}"
                )
            at = first + length

    def pack(self) -> bytes:
        told = (self.since, *(first + length for first, length in self.runs))
        packed = (packed_run(run, at) for run, at in zip(self.runs, told, strict=False))
        return self._FORM.pack(self.transfer, self.since, self.until) + b"".join(packed)

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        transfer, since, until = cls._FORM.unpack(packed[:5])
        return cls(transfer=transfer, since=since, until=until, runs=tuple(unpacked_runs(packed[5:], since)))


Body = Poll | Roll | Welcome | HeadPiece | Note | Offer | Block | Mix | Hello | Answer | TapPiece | Gaps
BODIES: dict[int, type[Body]] = {each.KIND: each for each in get_args(Body)}


def _truth(byte: int) -> bool:
    _within("introduce", byte, 1)
    return bool(byte)
