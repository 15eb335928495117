"""Where a tap keeps recordings that are under way, so that a cut or a power failure loses nothing that has come."""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

UNIT = 64  # bytes: what is held is remembered in units of the smallest block
_NAME = re.compile("[0-9a-f]{64}")
_SETTLE = 16_384  # bytes written between two notes of what is held


class ShelfFull(Exception):
    """There is no room, or the disk fails; what is kept is unharmed."""


class Shelf(Protocol):
    """Keeps recordings by their SHA-256, in part until `finish`."""

    def begin(self, sha256: bytes, size: int) -> int | None:
        """The units that are held, as a mask, across power cuts; None: the recording is not wanted. Raises ShelfFull."""

    def write(self, sha256: bytes, offset: int, content: bytes) -> None:
        """Keep whole units. Raises ShelfFull."""

    def read(self, sha256: bytes, offset: int, size: int) -> bytes:
        """What was written there. Raises ShelfFull."""

    def finish(self, sha256: bytes) -> bool:
        """Keep the whole for good if its SHA-256 is right; else throw it away. Raises ShelfFull."""

    def is_whole(self, sha256: bytes) -> bool:
        """Whether all of a recording is here, verified."""

    def discard(self, sha256: bytes) -> None:
        """Throw away a recording, whole or part."""

    def kept(self) -> frozenset[bytes]:
        """All recordings that are here, whole or in part."""


@dataclass(slots=True)
class _Part:
    size: int
    content: bytearray
    held: int = 0


@dataclass(slots=True)
class MemoryShelf:
    """A shelf for tests and simulations; it outlives the tap as a disk would."""

    whole: dict[bytes, bytes] = field(default_factory=dict)
    _parts: dict[bytes, _Part] = field(default_factory=dict)

    def begin(self, sha256: bytes, size: int) -> int | None:
        if sha256 in self.whole:
            return (1 << -(-size // UNIT)) - 1
        return self._parts.setdefault(sha256, _Part(size, bytearray(size))).held

    def write(self, sha256: bytes, offset: int, content: bytes) -> None:
        part = self._parts[sha256]
        part.content[offset : offset + len(content)] = content
        part.held |= units(offset, len(content))

    def read(self, sha256: bytes, offset: int, size: int) -> bytes:
        kept = self.whole.get(sha256) or self._parts[sha256].content
        return bytes(kept[offset : offset + size])

    def finish(self, sha256: bytes) -> bool:
        if sha256 in self.whole:
            return True
        content = bytes(self._parts.pop(sha256).content)
        if hashlib.sha256(content).digest() != sha256:
            return False
        self.whole[sha256] = content
        return True

    def is_whole(self, sha256: bytes) -> bool:
        return sha256 in self.whole

    def discard(self, sha256: bytes) -> None:
        self.whole.pop(sha256, None)
        self._parts.pop(sha256, None)

    def kept(self) -> frozenset[bytes]:
        return frozenset((*self.whole, *self._parts))


class DiskShelf:
    """A directory: `<sha256>` for a whole recording, `.part` for one under way, `.held` for which units of it are on the disk.

    What is held is noted after its bytes are on the disk, now and then; after a power cut the last few units may come again.
    """

    def __init__(self, directory: Path, *, most_bytes: int = 256 * 1024 * 1024) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._most_bytes = most_bytes
        self._parts: dict[bytes, _Notes] = {}
        self._disk = ThreadPoolExecutor(1, "shelf")  # a disk that takes its time must not delay answers
        self._settling: Future[None] | None = None

    def begin(self, sha256: bytes, size: int) -> int | None:
        if self._whole(sha256).exists():
            return (1 << -(-size // UNIT)) - 1
        if sha256 not in self._parts:
            held = self._path(sha256, ".held")
            with self._disk_may_fail():
                mask = int.from_bytes(held.read_bytes(), "little") if held.exists() else 0
            self._parts[sha256] = _Notes(mask & (1 << -(-size // UNIT)) - 1)
        return self._parts[sha256].held

    def write(self, sha256: bytes, offset: int, content: bytes) -> None:
        with self._disk_may_fail():
            if sum(path.stat().st_size for path in self._directory.iterdir()) > self._most_bytes:
                raise ShelfFull(f"{self._directory} holds more than {self._most_bytes} bytes of recordings")
            with os.fdopen(
                os.open(self._path(sha256, ".part"), os.O_WRONLY | os.O_CREAT, 0o644), "wb"
            ) as file:
                file.seek(offset)
                file.write(content)
        notes = self._parts[sha256]
        notes.held |= units(offset, len(content))
        notes.unsettled += len(content)
        if notes.unsettled >= _SETTLE and (self._settling is None or self._settling.done()):
            self._settling = self._disk.submit(self._settle, sha256, notes.held)
            notes.unsettled = 0

    def read(self, sha256: bytes, offset: int, size: int) -> bytes:
        whole = self._whole(sha256)
        path = whole if whole.exists() else self._path(sha256, ".part")
        with self._disk_may_fail(), path.open("rb") as file:
            file.seek(offset)
            return file.read(size)

    def finish(self, sha256: bytes) -> bool:
        if self._whole(sha256).exists():
            return True
        self._wait()
        part = self._path(sha256, ".part")
        try:
            with self._disk_may_fail(), part.open("rb") as file:
                right = hashlib.file_digest(file, "sha256").digest() == sha256
                os.fsync(file.fileno())
                if right:
                    part.replace(self._whole(sha256))
        except ShelfFull:
            self.discard(sha256)
            raise
        for left in (part, self._path(sha256, ".held")):
            with contextlib.suppress(OSError):
                left.unlink(missing_ok=True)
        self._parts.pop(sha256, None)
        return right

    def settle(self, sha256: bytes) -> None:
        """Put on the disk what is held, then the note of it."""
        self._wait()
        self._settle(sha256, self._parts[sha256].held)

    def is_whole(self, sha256: bytes) -> bool:
        return self._whole(sha256).exists()

    def discard(self, sha256: bytes) -> None:
        self._wait()
        self._parts.pop(sha256, None)
        for path in (self._whole(sha256), self._path(sha256, ".part"), self._path(sha256, ".held")):
            with contextlib.suppress(OSError):  # a disk that takes no writes keeps it
                path.unlink(missing_ok=True)

    def kept(self) -> frozenset[bytes]:
        names = (path.stem for path in self._directory.iterdir())
        return frozenset(bytes.fromhex(name) for name in names if _NAME.fullmatch(name))

    @contextlib.contextmanager
    def _disk_may_fail(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ShelfFull(f"cannot keep recordings in {self._directory}: {error}") from error

    def _settle(self, sha256: bytes, held: int) -> None:
        with self._path(sha256, ".part").open("rb") as file:
            os.fsync(file.fileno())
        new = self._path(sha256, ".new")
        new.write_bytes(held.to_bytes(held.bit_length() // 8 + 1, "little"))
        new.replace(self._path(sha256, ".held"))

    def _wait(self) -> None:
        """Until nothing is being settled; that it failed shows at the next write."""
        if self._settling is not None:
            wait([self._settling])
            self._settling = None

    def _whole(self, sha256: bytes) -> Path:
        return self._directory / sha256.hex()

    def _path(self, sha256: bytes, suffix: str) -> Path:
        return self._directory / f"{sha256.hex()}{suffix}"


@dataclass(slots=True)
class _Notes:
    held: int
    unsettled: int = 0


def units(offset: int, length: int) -> int:
    """The units from an offset on, as a mask; the last of a recording may be shorter."""
    return (1 << -(-length // UNIT)) - 1 << offset // UNIT
