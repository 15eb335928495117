"""PCM: mono signed 16-bit little-endian samples, the form in which sound travels in this room."""

import audioop
from fractions import Fraction

import av

SAMPLE_RATE = 16_000  # a horn loudspeaker carries 400 Hz to 6 kHz; all prepared audio has this rate
SAMPLE_BYTES = 2


def duration_ms(size: int, sample_rate: int = SAMPLE_RATE) -> int:
    """How long `size` bytes sound."""
    return size * 1000 // (SAMPLE_BYTES * sample_rate)


def size_of(ms: int, sample_rate: int = SAMPLE_RATE) -> int:
    """How many bytes sound for `ms`."""
    return ms * sample_rate // 1000 * SAMPLE_BYTES


def silence(ms: int, sample_rate: int = SAMPLE_RATE) -> bytes:
    return bytes(size_of(ms, sample_rate))


def with_gain(block: bytes, decibels: float) -> bytes:
    """The block made louder or softer; what would exceed full scale is clipped, never wrapped."""
    return audioop.mul(block, SAMPLE_BYTES, 10 ** (decibels / 20))


def at_volume(block: bytes, percent: float) -> bytes:
    """The block at a volume a person set: half the percentage sounds half as loud.

    By Stevens' power law 10 dB double or halve loudness. 0 is mute, 100 leaves the block as it is.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"A volume is between 0 and 100 percent, not {percent}.")
    return audioop.mul(block, SAMPLE_BYTES, (percent / 100) ** 1.661)


def frame_of(block: bytes, first_sample: int, sample_rate: int = SAMPLE_RATE) -> av.AudioFrame:
    """The block as a frame for filters and encoders; `first_sample` is its place in the stream."""
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(block) // SAMPLE_BYTES)
    frame.sample_rate = sample_rate
    frame.time_base = Fraction(1, sample_rate)
    frame.pts = first_sample
    frame.planes[0].update(block)
    return frame


def block_of(frame: av.AudioFrame) -> bytes:
    """The samples of a mono 16-bit frame. A plane may be padded beyond its samples, hence the slice."""
    return bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES]
