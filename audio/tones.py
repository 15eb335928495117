"""Tones, as PCM: the chime before a notice, the siren before an emergency, the hum that wakes amplifiers."""

import math
import warnings
from array import array
from functools import cache, reduce

from audio import pcm

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it misses programs for reading files, which we never ask it to do
    from pydub import AudioSegment
    from pydub.generators import Sine

_OVERTONES = ((1, 0.0), (2, -12.0), (3, -20.0))  # multiple of the pitch, dB: a bell rather than a whistle
_DING_HZ, _DONG_HZ = 659.26, 523.25  # E5 and C5: inside what a horn carries
_SIREN_PERIOD_S = 3.0
_SIREN_LOW_HZ, _SIREN_HIGH_HZ = 500.0, 1_000.0


@cache
def chime(sample_rate: int = pcm.SAMPLE_RATE) -> bytes:
    """Ding-dong, two seconds."""
    return bytes((_bell(_DING_HZ, 700, sample_rate) + _bell(_DONG_HZ, 1300, sample_rate)).raw_data)


def hum(ms: int, *, dbfs: float = -36.0, sample_rate: int = pcm.SAMPLE_RATE) -> bytes:
    """A soft steady tone, faded at both ends so that it does not click."""
    if not (fade := min(100, ms // 2)):
        return pcm.silence(ms, sample_rate)
    tone = _sine(400.0, ms, dbfs, sample_rate)
    return bytes(tone.fade_in(fade).fade_out(fade).raw_data)


def bells(ms: int) -> bytes:
    """The chime again and again for `ms`: what a drill begins with where there is no recording."""
    once = chime()
    return (once * (pcm.size_of(ms) // len(once) + 1))[: pcm.size_of(ms)]


def siren(ms: int, sample_rate: int = pcm.SAMPLE_RATE) -> bytes:
    """Rising and falling for `ms`; one period is computed and repeated: a long one costs a board nothing."""
    period = _siren_period(sample_rate)
    size = pcm.size_of(ms, sample_rate)
    return (period * (size // len(period) + 1))[:size]


def _sine(hertz: float, ms: int, dbfs: float, sample_rate: int) -> AudioSegment:
    return Sine(hertz, sample_rate=sample_rate, bit_depth=16).to_audio_segment(duration=ms, volume=dbfs)


def _bell(hertz: float, ms: int, sample_rate: int) -> AudioSegment:
    tones = [_sine(hertz * multiple, ms, -4.0 + level, sample_rate) for multiple, level in _OVERTONES]
    struck = reduce(AudioSegment.overlay, tones)
    return (
        struck.fade_out(ms).fade_out(ms).fade_in(4)
    )  # a fade is a straight line; two of them die away like a bell


@cache
def _siren_period(sample_rate: int) -> bytes:
    """Pitch follows a cosine on the logarithmic scale; whole cycles, so that repeating it does not click."""
    count = int(_SIREN_PERIOD_S * sample_rate)
    octaves = math.log2(_SIREN_HIGH_HZ / _SIREN_LOW_HZ)
    pitch = [
        _SIREN_LOW_HZ * 2 ** (octaves * (1 - math.cos(2 * math.pi * n / count)) / 2) for n in range(count)
    ]
    cycles = sum(pitch) / sample_rate
    turn = 2 * math.pi / sample_rate * round(cycles) / cycles
    samples, phase = array("h"), 0.0
    for hertz in pitch:
        samples.append(int(32767 * 0.5 * (0.8 * math.sin(phase) + 0.2 * math.sin(3 * phase))))
        phase += hertz * turn
    return samples.tobytes()
