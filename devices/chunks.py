"""Chunks: recordings in numbered pieces, and the receiving side that puts them together. Pure: the caller writes bytes."""

from enum import StrEnum
from pathlib import Path

from devices.documents import Manifest
from devices.reports import Want

CHUNK = 16_384  # bytes
MOST_CHUNKS = 16_384  # 256 MiB
PER_WANT = 64  # chunks asked for at once: 1 MiB


def manifest_of(source: bytes | Path, *, codec: str, duration_ms: int, url: str | None = None) -> Manifest:
    """The manifest of a recording; a file is read piece by piece. ValueError if it is empty or too long."""
    raise NotImplementedError


def wanted(want: Want, count: int) -> tuple[int, ...]:
    """The chunk numbers that `want` names, of a recording of `count` chunks."""
    raise NotImplementedError


class Offer(StrEnum):
    """What became of a chunk; only a stored one is to be written, at `number * CHUNK`."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    OUT_OF_RANGE = "out_of_range"
    WRONG_SIZE = "wrong_size"
    BAD_DIGEST = "bad_digest"


class Assembly:
    """Which chunks of a recording are here. Whole only once the caller has verified the SHA-256 of all bytes."""

    def __init__(self, sha256: str, manifest: Manifest, held: bytes = b"") -> None:
        """`held` as the property gave it before a power cut; ValueError if it is not of this recording's size."""
        raise NotImplementedError

    def offer(self, number: int, payload: bytes) -> Offer:
        """Judge a chunk that arrived; if STORED it is held from now on, so write it first or at once."""
        raise NotImplementedError

    def lose(self, number: int) -> None:
        """A chunk could not be written, or was found damaged: it is missing again."""
        raise NotImplementedError

    def missing(self, limit: int = PER_WANT) -> Want | None:
        """What to ask for next, at most `limit` chunks; None when complete."""
        raise NotImplementedError

    @property
    def missing_count(self) -> int:
        """How many chunks are not here."""
        raise NotImplementedError

    @property
    def complete(self) -> bool:
        """Whether every chunk is here."""
        raise NotImplementedError

    @property
    def held(self) -> bytes:
        """The bitmap of chunks that are here, most significant bit first, to be kept over a power cut."""
        raise NotImplementedError
