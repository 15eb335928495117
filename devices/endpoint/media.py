"""Media: the recordings that an endpoint keeps, whole and in part. Names are the SHA-256 of the bytes, in hex."""

from pathlib import Path
from typing import Protocol


class MediaFull(Exception):
    """There is no room for more audio; what is kept is unharmed."""


class Media(Protocol):
    """Keeps bytes; which of them are wanted is the downloads' business."""

    def whole(self) -> frozenset[str]:
        """Recordings that were verified when they were completed."""

    def parts(self) -> frozenset[str]:
        """Recordings that are kept in part."""

    def write(self, sha256: str, offset: int, block: bytes) -> None:
        """Write into the part. Raises MediaFull."""

    def read(self, sha256: str, offset: int, size: int) -> bytes:
        """What the part holds there; shorter or zeros where nothing was written."""

    def finish(self, sha256: str, size: int) -> bool:
        """Verify the part and keep it as whole, durably. False: its bytes are not what its name says, it is thrown away."""

    def sound(self, sha256: str) -> Path | None:
        """Where a verified recording lies. None: not whole here, or found damaged just now and thrown away."""

    def discard(self, sha256: str) -> None:
        """Throw away the recording, whole or part."""

    def free_kb(self) -> int | None:
        """Room left, where it can be told."""
