"""Body: the sound of a source file taken in once, on disk as PCM, without the silence at its ends."""

import audioop
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from os import pread
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import av

from audio import pcm
from audio.ahead import ahead
from audio.decode import Decoding, Doubt
from audio.errors import SilentAudio, TooShort
from audio.loudness import Meter
from audio.progress import Report
from audio.source import SourceFacts

# Wind, handling noise and mains hum: a horn does not radiate them, but a compressor reacts to them.
_RUMBLE_FILTER = "highpass=f=120"
_SILENCE_RMS = 33  # -60 dBFS
_SILENCE_BELOW_LOUDEST = 0.01  # -40 dB
_SHORTEST_MS = 500
_BLOCK_MS = 100  # what the meter passes on at a time
_READ_BYTES = pcm.size_of(600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a source holds from its first to its last audible sound; `file` (PCM) vanishes when closed."""

    file: BinaryIO
    start: int
    stop: int
    loudness_lufs: float
    facts: SourceFacts
    doubts: frozenset[Doubt]

    @property
    def size(self) -> int:
        return self.stop - self.start

    def middle(self, limit_ms: int) -> "Body":
        """At most `limit_ms` from the middle; shares the file."""
        size = min(self.size, pcm.size_of(limit_ms))
        start = self.start + (self.size - size) // 2 // pcm.SAMPLE_BYTES * pcm.SAMPLE_BYTES
        return replace(self, start=start, stop=start + size)

    def frames(self) -> Iterator[av.AudioFrame]:
        """From the beginning, as often as asked for, by several threads at once (no position is moved)."""
        for at in range(self.start, self.stop, _READ_BYTES):
            block = pread(self.file.fileno(), min(_READ_BYTES, self.stop - at), at)
            yield pcm.frame_of(block, (at - self.start) // pcm.SAMPLE_BYTES)


def taken_in(source: Path, *, directory: Path, limit_ms: int, report: Report) -> Body:
    """Decodes and measures `source` in one pass. Raises UnusableAudio (one of its children) or OSError."""
    file = TemporaryFile(dir=directory)  # noqa: SIM115  the body owns it
    levels = array("H")
    try:
        with Decoding(source, limit_ms=limit_ms) as decoding:
            meter = Meter(_RUMBLE_FILTER, sample_format="flt")
            with ahead(decoding.frames()) as frames:
                for out in meter.through(frames):
                    block = pcm.block_of(out)
                    file.write(block)
                    levels.append(audioop.rms(block, pcm.SAMPLE_BYTES))
                    report(min(1.0, decoding.decoded_ms / (decoding.facts.declared_ms or limit_ms)))
        report(1.0)
        file.flush()
        first, last = _audible(levels, source.name)
    except BaseException:
        file.close()
        raise
    return Body(
        file=file,
        start=pcm.size_of(first * _BLOCK_MS),
        stop=min(pcm.size_of((last + 1) * _BLOCK_MS), file.tell()),
        loudness_lufs=meter.loudness.integrated_lufs,
        facts=decoding.facts,
        doubts=decoding.doubts,
    )


def _audible(levels: Sequence[int], name: str) -> tuple[int, int]:
    """The first and the last block to keep: one more on each side than is heard; it may hold a consonant."""
    threshold = max(_SILENCE_RMS, max(levels) * _SILENCE_BELOW_LOUDEST)
    heard = [index for index, level in enumerate(levels) if level > threshold]
    if not heard:
        raise SilentAudio(
            "{name} is silent from beginning to end ({seconds} s). "
            "Check the recorder and its microphone, then record again.",
            name=name,
            seconds=len(levels) * _BLOCK_MS / 1000,
        )
    if (sounding_ms := (heard[-1] - heard[0] + 1) * _BLOCK_MS) < _SHORTEST_MS:
        raise TooShort(
            "{name} holds only {sounding_ms} ms of sound; at least {shortest_ms} ms are needed. "
            "Check that it is the right file.",
            name=name,
            sounding_ms=sounding_ms,
            shortest_ms=_SHORTEST_MS,
        )
    return max(heard[0] - 1, 0), min(heard[-1] + 1, len(levels) - 1)
