"""Sounds for tests: made here, written as whatever a village might send."""

import math
import random
from array import array
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import av
import pysilk

from audio import pcm


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How to write a format: encoder, container, rate and channels that both accept."""

    suffix: str
    encoder: str
    container: str
    rate: int = 44_100
    layout: str = "stereo"
    bitrate: int = 64_000
    options: tuple[tuple[str, str], ...] = ()


FORMATS = {
    "mp3": Made(suffix=".mp3", encoder="libmp3lame", container="mp3"),
    "wav": Made(suffix=".wav", encoder="pcm_s16le", container="wav"),
    "wav of telephones": Made(suffix=".wav", encoder="pcm_alaw", container="wav", rate=8_000, layout="mono"),
    "m4a": Made(suffix=".m4a", encoder="aac", container="ipod"),
    "raw aac": Made(suffix=".aac", encoder="aac", container="adts"),
    "ogg vorbis": Made(
        suffix=".ogg", encoder="vorbis", container="ogg", options=(("strict", "experimental"),)
    ),
    "opus": Made(suffix=".opus", encoder="libopus", container="ogg", rate=48_000),
    "wma": Made(suffix=".wma", encoder="wmav2", container="asf"),
    "flac": Made(suffix=".flac", encoder="flac", container="flac"),
}


def tone(ms: int, *, hertz: float = 440.0, amplitude: float = 0.3) -> bytes:
    turn = 2 * math.pi * hertz / pcm.SAMPLE_RATE
    count = pcm.size_of(ms) // pcm.SAMPLE_BYTES
    return array("h", (int(32_767 * amplitude * math.sin(turn * n)) for n in range(count))).tobytes()


def noise(ms: int, *, amplitude: float = 0.3, seed: int = 1) -> bytes:
    """White noise: no two places of it are alike, so it shows where one is."""
    chance = random.Random(seed)
    count = pcm.size_of(ms) // pcm.SAMPLE_BYTES
    return array("h", (int(32_767 * amplitude * chance.uniform(-1, 1)) for _ in range(count))).tobytes()


def clapping(ms: int) -> bytes:
    """A clap at full scale every second over nearly nothing: as far from a steady sound as it gets."""
    second = noise(15, amplitude=1.0) + noise(985, amplitude=0.01)
    return (second * (ms // 1000 + 1))[: pcm.size_of(ms)]


def written(path: Path, sound: bytes, made: Made = FORMATS["wav"]) -> Path:
    """`sound` (PCM at 16 kHz) in a file; the suffix is the caller's, as senders' are."""
    with av.open(str(path), "w", format=made.container) as container:
        stream = container.add_stream(
            made.encoder, rate=made.rate, layout=made.layout, options=dict(made.options)
        )
        stream.bit_rate = made.bitrate
        for at in range(0, len(sound), 3_200):
            container.mux(stream.encode(pcm.frame_of(sound[at : at + 3_200], at // 2)))
        container.mux(stream.encode(None))
    return path


def silk(sound: bytes) -> bytes:
    """A voice message of the chat programs."""
    message = BytesIO()
    pysilk.encode(BytesIO(sound), message, pcm.SAMPLE_RATE, 24_000)
    return message.getvalue()


def amr(ms: int) -> bytes:
    """What old telephones record, as chance has it: any bits in frames of 12.2 kbit/s are some sound (RFC 4867 §5)."""
    chance = random.Random(1)
    return b"#!AMR\n" + b"".join(b"\x3c" + chance.randbytes(31) for _ in range(ms // 20))


def in_3gp(recorded: bytes, path: Path) -> Path:
    """The same in the container that telephones send."""
    with av.open(BytesIO(recorded)) as source, av.open(str(path), "w", format="3gp") as container:
        stream = container.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.size:
                packet.stream = stream
                container.mux(packet)
    return path
