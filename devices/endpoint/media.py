"""Media: the recordings that an endpoint keeps, whole and in part. Names are the SHA-256 of the bytes, in hex."""

import hashlib
import logging
import os
import shutil
from pathlib import Path
from typing import Protocol

log = logging.getLogger(__name__)

RESERVE_KB = 16_384  # kept free of audio: records and documents must always find room


class MediaFull(Exception):
    """Audio cannot be written: no room, or a failing disk. What is kept is unharmed."""


class Media(Protocol):
    """Keeps bytes; which of them are wanted is the downloads' business."""

    def whole(self) -> tuple[str, ...]:
        """Recordings that were verified when they were completed, the oldest first."""

    def parts(self) -> frozenset[str]:
        """Recordings that are kept in part."""

    def write(self, sha256: str, offset: int, block: bytes) -> None:
        """Write into the part. Raises MediaFull."""

    def read(self, sha256: str, offset: int, size: int) -> bytes:
        """What the part holds there; shorter, or zeros, where nothing was written."""

    def finish(self, sha256: str, size: int) -> bool:
        """Verify the part and keep it as whole, durably. False: its bytes are not what its name says, it is thrown away."""

    def holds(self, sha256: str) -> bool:
        """Whether a whole recording lies here, going by its name."""

    def sound(self, sha256: str) -> Path | None:
        """Where a whole recording lies, verified now; None: not here, or its bytes are not what its name says."""

    def content(self, sha256: str) -> bytes | None:
        """All bytes of a whole recording, verified now; None as in `sound`."""

    def discard(self, sha256: str) -> None:
        """Throw away the recording, whole or part."""

    def free_kb(self) -> int | None:
        """Room left, where it can be told."""


class DiskMedia:
    """One file for each recording; a part bears the suffix `.part`, and only what was verified bears none.

    Flash rusts: a recording is read through again before each play, which takes milliseconds.
    """

    def __init__(self, directory: Path, *, reserve_kb: int = RESERVE_KB) -> None:
        self._directory = directory
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError:
            log.exception("no audio can be kept")
        self._reserve_kb = reserve_kb
        self._undeletable: set[str] = set()  # damaged recordings on a disk that takes no writes

    def whole(self) -> tuple[str, ...]:
        try:
            files = {path.name: path.stat().st_mtime for path in self._directory.iterdir() if not path.suffix}
        except OSError:
            log.exception("what is kept of audio cannot be read")
            return ()
        return tuple(sorted(files, key=files.__getitem__))

    def parts(self) -> frozenset[str]:
        try:
            return frozenset(path.stem for path in self._directory.iterdir() if path.suffix == ".part")
        except OSError:
            return frozenset()

    def write(self, sha256: str, offset: int, block: bytes) -> None:
        try:
            if (self.free_kb() or 0) < self._reserve_kb:
                raise MediaFull(f"less than {self._reserve_kb} KiB free in {self._directory}")
            with os.fdopen(os.open(self._part(sha256), os.O_WRONLY | os.O_CREAT, 0o644), "wb") as file:
                file.seek(offset)
                file.write(block)
        except OSError as error:
            raise MediaFull(f"cannot write audio to {self._directory}: {error}") from error

    def read(self, sha256: str, offset: int, size: int) -> bytes:
        try:
            with self._part(sha256).open("rb") as file:
                file.seek(offset)
                return file.read(size)
        except OSError:
            return b""

    def finish(self, sha256: str, size: int) -> bool:
        part = self._part(sha256)
        try:
            os.truncate(part, size)
            if _digest(part) != sha256:
                part.unlink()
                return False
            _synchronise(part)
            part.replace(self._directory / sha256)
            self._undeletable.discard(sha256)
            _synchronise(self._directory)
        except OSError:
            log.exception("a recording could not be kept")
            self.discard(sha256)
            return False
        return True

    def holds(self, sha256: str) -> bool:
        if sha256 in self._undeletable:
            return False
        return os.path.exists(self._directory / sha256)  # of a path that cannot be read it says no

    def sound(self, sha256: str) -> Path | None:
        path = self._directory / sha256
        try:
            return path if _digest(path) == sha256 else None
        except FileNotFoundError:
            return None
        except OSError:
            log.exception("a recording cannot be read")
            return None

    def content(self, sha256: str) -> bytes | None:
        try:
            content = (self._directory / sha256).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    def discard(self, sha256: str) -> None:
        for path in (self._directory / sha256, self._part(sha256)):
            try:
                path.unlink(missing_ok=True)
            except OSError:
                log.exception("a recording cannot be thrown away")
                self._undeletable.add(sha256)

    def free_kb(self) -> int | None:
        try:
            return shutil.disk_usage(self._directory).free // 1024
        except OSError:
            return None

    def _part(self, sha256: str) -> Path:
        return self._directory / f"{sha256}.part"


class MemoryMedia:
    """Recordings in memory, for rehearsals: verified like real ones. `room_kb` None is endless."""

    def __init__(self, room_kb: int | None = None) -> None:
        self._whole: dict[str, bytearray] = {}
        self._parts: dict[str, bytearray] = {}
        self._room_kb = room_kb

    def whole(self) -> tuple[str, ...]:
        return tuple(self._whole)

    def parts(self) -> frozenset[str]:
        return frozenset(self._parts)

    def write(self, sha256: str, offset: int, block: bytes) -> None:
        free_kb = self.free_kb()
        if free_kb is not None and len(block) > free_kb * 1024:
            raise MediaFull(f"{free_kb} KiB free")
        part = self._parts.setdefault(sha256, bytearray())
        if offset == len(part):
            part += block
        else:
            part.extend(bytes(max(0, offset - len(part))))
            part[offset : offset + len(block)] = block

    def read(self, sha256: str, offset: int, size: int) -> bytes:
        return bytes(self._parts.get(sha256, b"")[offset : offset + size])

    def finish(self, sha256: str, size: int) -> bool:
        content = self._parts.pop(sha256, bytearray())
        del content[size:]
        if hashlib.sha256(content).hexdigest() != sha256:
            return False
        self._whole[sha256] = content
        return True

    def holds(self, sha256: str) -> bool:
        return sha256 in self._whole

    def sound(self, sha256: str) -> Path | None:
        return Path(sha256) if sha256 in self._whole else None

    def content(self, sha256: str) -> bytes | None:
        content = self._whole.get(sha256)
        return None if content is None else bytes(content)

    def discard(self, sha256: str) -> None:
        self._whole.pop(sha256, None)
        self._parts.pop(sha256, None)

    def free_kb(self) -> int | None:
        if self._room_kb is None:
            return None
        taken = sum(map(len, self._whole.values())) + sum(map(len, self._parts.values()))
        return max(0, self._room_kb - -(-taken // 1024))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _synchronise(path: Path) -> None:
    """Flush a file or a directory to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
