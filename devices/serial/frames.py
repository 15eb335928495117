"""Frames of a serial line: their bytes, and finding them again in what a line delivers.

On the wire a frame is `COBS(first address epoch sequence body CRC-32 parity) 00`: consistent-overhead byte stuffing
(Cheshire and Baker, 1999) leaves the zero byte to the ends of frames, so after any noise the next zero is in step again.
`first` holds version, guard and kind. Numbers are big-endian. The CRC (that of IEEE 802.3) covers all before it; the guard's
parity covers the CRC too.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from zlib import crc32

from cobs import cobs

from devices.serial.bodies import BODIES, Body
from devices.serial.guard import Guard

VERSION = 1
NOBODY, EVERYBODY, FIRST_GROUP = 0x0000, 0xFFFF, 0xE000  # taps are 0x0001 to 0xDFFF
HEADER = struct.Struct(">BHHI")
CRC = 4
LONGEST = 1_280  # bytes between two zeros: the largest frame with the heaviest guard is shorter
END = b"\0"


class BadFrame(ValueError):
    """Bytes between two zeros that are no frame: the noise of the line, or a foreign device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame. `address` is the tap, whoever speaks, or a group; `sequence` of a tap's frame repeats the head's that asked."""

    address: int
    epoch: int
    sequence: int
    body: Body
    guard: Guard = Guard.NONE

    @property
    def from_head(self) -> bool:
        """Whether the head says it; else the tap at `address` does."""
        return self.body.KIND < 8

    def to_bytes(self) -> bytes:
        """As it goes over the wire, with the zero at its end."""
        first = VERSION << 6 | self.guard << 4 | self.body.KIND
        content = HEADER.pack(first, self.address, self.epoch, self.sequence) + self.body.pack()
        shielded = self.guard.shield(content + crc32(content).to_bytes(CRC, "big"))
        return bytes(cobs.encode(shielded)) + END

    @classmethod
    def from_bytes(cls, chunk: bytes) -> "Frame":
        """The undamaged frame between two zeros. Raises BadFrame."""
        return read(chunk, mend=False)[0]


def read(chunk: bytes, *, mend: bool = True) -> tuple[Frame, int]:
    """The frame between two zeros, and how many bytes of it the guard had to mend. Raises BadFrame."""
    try:
        shielded = cobs.decode(chunk)
    except cobs.DecodeError:
        shielded = b""
    said = _guard_said(shielded)
    content = _checked(said, said.bare(shielded))
    if content is not None:
        return _frame(said, content), 0
    if mend:
        shielded = _unstuffed(chunk)
        said = _guard_said(shielded)
        for guard in (said, *(each for each in Guard if each is not said)):  # what says it may be damaged too
            mended = guard.mend(shielded) if guard else None
            content = _checked(guard, mended[0]) if mended else None
            if mended and content is not None:
                return _frame(guard, content), mended[1]
    raise BadFrame(_complaint(shielded))


def _guard_said(shielded: bytes) -> Guard:
    return Guard(shielded[0] >> 4 & 3) if shielded else Guard.NONE


def _checked(guard: Guard, body: bytes) -> bytes | None:
    """The content whose CRC is right and which says that it bears this guard."""
    content, crc = body[:-CRC], body[-CRC:]
    if len(content) < HEADER.size or content[0] >> 4 & 3 != guard:
        return None
    return content if crc32(content).to_bytes(CRC, "big") == crc else None


def _frame(guard: Guard, content: bytes) -> Frame:
    first, address, epoch, sequence = HEADER.unpack_from(content)
    body = BODIES.get(first & 0x0F)
    if first >> 6 != VERSION or body is None:
        raise BadFrame(f"expected version {VERSION} and a known kind, got {first:#04x}")
    try:
        unpacked = body.unpack(content[HEADER.size :])
    except (ValueError, struct.error) as error:
        raise BadFrame(f"a {body.__name__} that is none: {error}") from error
    return Frame(address=address, epoch=epoch, sequence=sequence, body=unpacked, guard=guard)


def _complaint(body: bytes) -> str:
    if len(body) < HEADER.size + CRC:
        return f"expected at least {HEADER.size + CRC} bytes, got {len(body)}"
    return f"expected the CRC {crc32(body[:-CRC]):08x}, got {body[-CRC:].hex()}"


def _unstuffed(chunk: bytes) -> bytes:
    """The stuffing undone as far as possible in a damaged chunk: lengths are kept, so the guard finds its places."""
    plain, rest = bytearray(), iter(chunk)
    for code in rest:
        plain += bytes(islice(rest, code - 1))
        if code < 0xFF:
            plain.append(0)
    return bytes(plain[:-1]) if plain[-1:] == b"\0" else bytes(plain)


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame and the bytes it filled on the line, of which the guard mended some."""

    frame: Frame
    length: int
    mended: int = 0


@dataclass(frozen=True, slots=True)
class Garbled:
    """So many bytes that were no frame, and why."""

    length: int
    reason: str


class Deframer:
    """Frames out of a stream of bytes; it never holds more than the longest frame."""

    def __init__(self) -> None:
        self._held = b""
        self._overrun = 0

    def feed(self, received: bytes) -> list[Heard | Garbled]:
        """What has become whole by these bytes."""
        *ended, rest = (self._held + received).split(END)
        found = []
        for chunk in ended:
            if chunk:
                found.append(_whole(chunk, self._overrun))
            self._overrun = 0
        self._held = rest[:LONGEST]
        self._overrun += len(rest) - len(self._held)
        return found


@lru_cache(maxsize=16)  # where one process has several ends of a line, they hear the same
def _whole(chunk: bytes, overrun: int) -> Heard | Garbled:
    length = len(chunk) + overrun
    if length > LONGEST:
        return Garbled(length, f"expected a zero within {LONGEST} bytes, got {length} without")
    try:
        frame, mended = read(chunk)
    except BadFrame as error:
        return Garbled(length + 1, str(error))
    return Heard(frame, length + 1, mended)
