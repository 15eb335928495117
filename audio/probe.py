"""Probe: the facts of a recording, found by decoding and hashing its bytes; no header is believed."""

from io import SEEK_END
from typing import BinaryIO

from audio.ahead import ahead
from audio.decode import Decoding
from audio.errors import UnreadableAudio
from audio.loudness import Meter
from audio.recording import Codec, Recording, sha256_of


def probed(file: BinaryIO) -> Recording:
    """Reads all of `file`. Raises UnreadableAudio when it is none that we make: Opus or MP3."""
    digest, size = sha256_of(file), file.seek(0, SEEK_END)
    with Decoding(file, sample_rate=None) as decoding:
        if decoding.facts.codec not in set(Codec):
            raise UnreadableAudio(
                "Recording {sha256} is {codec}. A library holds {codecs}: prepare it again.",
                sha256=digest,
                codec=decoding.facts.codec,
                codecs=" and ".join(Codec),
            )
        meter = Meter(sample_format="flt", sample_rate=decoding.sample_rate, peaks=True)
        with ahead(decoding.frames()) as frames:
            loudness = meter.of(frames)
    return Recording(
        sha256=digest,
        bytes=size,
        duration_ms=loudness.duration_ms,
        codec=Codec(decoding.facts.codec),
        bitrate=size * 8000 // loudness.duration_ms,
        sample_rate=decoding.facts.sample_rate,
        loudness_lufs=loudness.integrated_lufs,
        true_peak_dbtp=loudness.true_peak_dbtp,
    )
