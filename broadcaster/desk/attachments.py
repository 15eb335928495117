"""Attachments: files of tickets in the data directory, each once, named by the SHA-256 of its bytes."""

import hashlib
import os
import tempfile
from pathlib import Path

MOST_BYTES = 20 * 2**20


def keep(directory: Path, content: bytes) -> str:
    """Stores the bytes and returns their name; what is there already stays."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(directory, sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:  # the disk is full: nothing is left of it
            Path(file.name).unlink()
            raise
    Path(file.name).replace(path)
    return sha256


def read(directory: Path, sha256: str) -> bytes:
    """The bytes; OSError where they are gone."""
    return _path(directory, sha256).read_bytes()


def _path(directory: Path, sha256: str) -> Path:
    return directory / "attachments" / sha256[:2] / sha256
