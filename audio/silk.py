"""SILK: the voice messages of chat programs, often misnamed `.amr`; the media library does not know it."""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

import av
import pysilk

from audio import pcm
from audio.source import SourceFacts

MAGIC_BYTES = 10
_MAGIC = b"#!SILK_V3"  # one stray byte 0x02 precedes it in the chat programs' own files
_BYTES_LIMIT = 8 * 1024 * 1024  # decoded in memory: about an hour of speech
_RATE = 24_000
_FRAME_BYTES = pcm.size_of(100, _RATE)


def is_silk(head: bytes) -> bool:
    return head.removeprefix(b"\x02").startswith(_MAGIC)


class SilkFile:
    """A Source; what lies beyond its first damaged packet, or beyond 8 MB, is lost and counts as one."""

    begins_at_s = 0.0
    decoded_rate = _RATE

    def __init__(self, file: BinaryIO) -> None:
        self.facts = SourceFacts(
            container="silk", codec="silk", sample_rate=_RATE, channels=1, declared_ms=None
        )
        self.broken_packets = 0
        self._file = file

    def frames(self, start_ms: int) -> Iterator[av.AudioFrame]:
        decoded = BytesIO()
        try:
            pysilk.decode(BytesIO(self._file.read(_BYTES_LIMIT)), decoded, _RATE)
        except pysilk.SilkError:
            self.broken_packets += 1
        sound = decoded.getvalue()
        for at in range(0, len(sound), _FRAME_BYTES):
            yield pcm.frame_of(sound[at : at + _FRAME_BYTES], at // pcm.SAMPLE_BYTES, _RATE)

    def close(self) -> None:
        """Nothing was opened."""
