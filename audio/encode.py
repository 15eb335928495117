"""Encode: PCM frames in, the bytes of one profile out; the same frames always give the same bytes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO

import av

from audio import pcm
from audio.recording import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a profile is written; `bitrate` in bit/s."""

    encoder: str
    container: str
    bitrate: int
    options: Mapping[str, str]


# Against these, frames of 20 ms are 9 % larger and a constant bit rate 38 % (speech at 8 kbit/s, measured).
_OPUS_OPTIONS = MappingProxyType({"application": "voip", "frame_duration": "60", "vbr": "on"})
_MP3_OPTIONS = MappingProxyType({"compression_level": "7"})

ENCODINGS = MappingProxyType(
    {
        Profile.SPEECH: Encoding(encoder="libopus", container="ogg", bitrate=16_000, options=_OPUS_OPTIONS),
        Profile.LOW_RATE: Encoding(encoder="libopus", container="ogg", bitrate=7_000, options=_OPUS_OPTIONS),
        Profile.MP3: Encoding(encoder="libmp3lame", container="mp3", bitrate=32_000, options=_MP3_OPTIONS),
    }
)

# `bitexact` leaves out Ogg's random stream number and the encoder's version; with them no two runs give the
# same bytes. Pages of 15 s: with those of 1 s a minute at 8 kbit/s is 3 % larger. Without Xing and ID3 headers
# an MP3 is a plain row of frames, which the simplest boards play.
_MUXER_OPTIONS = MappingProxyType(
    {
        "ogg": {"fflags": "+bitexact", "page_duration": "15000000"},
        "mp3": {"fflags": "+bitexact", "write_xing": "0", "id3v2_version": "0"},
    }
)


def encode(profile: Profile, frames: Iterable[av.AudioFrame], into: BinaryIO) -> None:
    """Writes one whole file. Raises OSError as `into` does; what it holds then is worthless."""
    encoding = ENCODINGS[profile]
    container = av.open(into, "w", format=encoding.container, options=_MUXER_OPTIONS[encoding.container])
    options = {"flags": "+bitexact", **encoding.options}
    stream = container.add_stream(encoding.encoder, rate=pcm.SAMPLE_RATE, layout="mono", options=options)
    stream.bit_rate = encoding.bitrate
    for frame in frames:
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
    container.close()
