"""Playback: a recording as a stream of small PCM blocks from any instant on, for the program at the loudspeaker."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO

import av

from audio import pcm
from audio.decode import Decoding

BLOCK_MS = 20


def open_pcm(
    source: Path | BinaryIO, *, start_ms: int = 0, sample_rate: int = pcm.SAMPLE_RATE
) -> Generator[bytes, None, None]:
    """Blocks of 20 ms (the last may be shorter) from `start_ms` on, exact to the sample; none if it lies beyond the end.

    Decodes only from shortly before `start_ms`. Raises UnreadableAudio at once; call `close()` when stopping midway.
    """
    if start_ms < 0:
        raise ValueError(f"Playing starts at 0 ms or later, not at {start_ms} ms.")
    decoding = Decoding(source, sample_rate=sample_rate, start_ms=start_ms)
    return _blocks(decoding, start_ms * sample_rate // 1000, pcm.size_of(BLOCK_MS, sample_rate))


def _blocks(decoding: Decoding, first_sample: int, size: int) -> Generator[bytes, None, None]:
    kept = bytearray()
    with decoding:
        for sound in _from(first_sample, decoding.frames("s16")):
            kept += sound
            whole = len(kept) // size * size
            for at in range(0, whole, size):
                yield bytes(kept[at : at + size])
            del kept[:whole]
    if kept:
        yield bytes(kept)


def _from(first_sample: int, frames: Iterator[av.AudioFrame]) -> Iterator[bytes]:
    for frame in frames:
        if frame.pts + frame.samples > first_sample:
            yield pcm.block_of(frame)[max(0, first_sample - frame.pts) * pcm.SAMPLE_BYTES :]
