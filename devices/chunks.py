"""Chunks: recordings in numbered pieces, and the receiving side that puts them together. Pure: callers write bytes."""

import hashlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from devices.documents import Manifest
from devices.reports import Want

CHUNK = 16_384  # bytes
DIGEST = 8  # bytes of a chunk's SHA-256 in the manifest
PER_WANT = 64  # chunks asked for at once: 1 MiB
_REACH = 8 * PER_WANT  # chunks from the first to the last that one want names


def digest_of(chunk: bytes) -> bytes:
    """What a manifest says of a chunk."""
    return hashlib.sha256(chunk).digest()[:DIGEST]


def manifest_of(source: bytes | Path, *, codec: str, duration_ms: int, url: str | None = None) -> Manifest:
    """The manifest of a recording; a file is read piece by piece. ValueError if it is empty."""
    size, digests = 0, []
    for piece in _pieces(source):
        size += len(piece)
        digests.append(digest_of(piece))
    if not size:
        raise ValueError(
            f"recording {source if isinstance(source, Path) else ''}: expected audio, got 0 bytes"
        )
    return Manifest(
        size=size, codec=codec, duration_ms=duration_ms, chunk_size=CHUNK, digests=tuple(digests), url=url
    )


def _pieces(source: bytes | Path) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield from (source[at : at + CHUNK] for at in range(0, len(source), CHUNK))
    else:
        with source.open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece


def to_bitmap(bits: list[bool]) -> bytes:
    """The bits in whole bytes, most significant first, zeros at the end."""
    whole = -(-len(bits) // 8) * 8
    number = int("0" + "".join("1" if bit else "0" for bit in bits).ljust(whole, "0"), 2)
    return number.to_bytes(whole // 8, "big")


def from_bitmap(bitmap: bytes) -> list[bool]:
    """The bits of whole bytes, most significant first."""
    return [bool(byte & 0x80 >> bit) for byte in bitmap for bit in range(8)]


def wanted(want: Want, count: int) -> tuple[int, ...]:
    """The chunk numbers that `want` names, of a recording of `count` chunks."""
    bits = from_bitmap(bytes.fromhex(want.bitmap))
    return tuple(number for number, bit in enumerate(bits, want.base) if bit and number < count)


class Offer(StrEnum):
    """What became of a chunk; only a stored one is to be written, at `number * chunk_size`."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    OUT_OF_RANGE = "out_of_range"
    WRONG_SIZE = "wrong_size"
    BAD_DIGEST = "bad_digest"


class Assembly:
    """Which chunks of a recording are here. It is whole only once all its bytes have the right SHA-256."""

    def __init__(self, sha256: str, manifest: Manifest, held: bytes = b"") -> None:
        """`held` as the property gave it before a power cut; ValueError if it is not of this recording's size."""
        count = len(manifest.digests)
        if held and len(held) != -(-count // 8):
            raise ValueError(f"recording {sha256}: {count} chunks, got a bitmap of {len(held)} bytes")
        self.sha256 = sha256
        self.manifest = manifest
        self._here = from_bitmap(held)[:count] if held else [False] * count
        self._missing = self._here.count(False)

    def offer(self, number: int, payload: bytes) -> Offer:
        """Judge a chunk that arrived; if STORED it is held from now on, so write it first or at once."""
        if not 0 <= number < len(self._here):
            return Offer.OUT_OF_RANGE
        if self._here[number]:
            return Offer.DUPLICATE
        if len(payload) != self._size_of(number):
            return Offer.WRONG_SIZE
        if digest_of(payload) != self.manifest.digests[number]:
            return Offer.BAD_DIGEST
        self._here[number] = True
        self._missing -= 1
        return Offer.STORED

    def lose(self, number: int) -> None:
        """A chunk could not be written, or was found damaged: it is missing again."""
        self._missing += self._here[number]
        self._here[number] = False

    def missing(self, limit: int = PER_WANT) -> Want | None:
        """What to ask for next, at most `limit` chunks; None when complete."""
        if self.complete:
            return None
        base = self._here.index(False)
        lacks = [not here for here in self._here[base : base + _REACH]]
        last = [number for number, lack in enumerate(lacks) if lack][:limit][-1]
        return Want(recording=self.sha256, base=base, bitmap=to_bitmap(lacks[: last + 1]).hex())

    def _size_of(self, number: int) -> int:
        return min(self.manifest.chunk_size, self.manifest.size - number * self.manifest.chunk_size)

    @property
    def missing_count(self) -> int:
        """How many chunks are not here."""
        return self._missing

    @property
    def complete(self) -> bool:
        """Whether every chunk is here."""
        return self._missing == 0

    @property
    def held(self) -> bytes:
        """The bitmap of chunks that are here, most significant bit first, to be kept over a power cut."""
        return to_bitmap(self._here)
