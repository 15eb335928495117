"""Kept files: what the broker's directory says, the old text or the new one whole, whatever happens to disk and power."""

import os
from pathlib import Path


def keep(path: Path, text: str) -> None:
    """Write `text`, readable to its owner only. Nothing is written where it stands already: the disk may be full."""
    if path.exists() and path.read_text("utf-8") == text:
        return
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with open(part, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
