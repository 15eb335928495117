"""The meter agrees with the signals that BS.1770 defines."""

import math
from pathlib import Path

import pytest

from audio import pcm
from audio.loudness import NOTHING_HEARD_LUFS, Meter, measured
from tests.audio.sounds import FORMATS, noise, tone, written


def loudness_of(sound: bytes) -> float:
    return Meter(sample_format="s16").of([pcm.frame_of(sound, 0)]).integrated_lufs


def test_the_reference_tone_has_its_defined_loudness() -> None:
    """BS.1770-4 annex 1: a 997 Hz sine at 0 dBFS in one channel reads -3.01 LKFS."""
    assert loudness_of(tone(5_000, hertz=997, amplitude=0.1)) == pytest.approx(-23.01, abs=0.1)


def test_half_the_amplitude_is_six_decibels_less() -> None:
    louder, softer = (loudness_of(tone(3_000, amplitude=amplitude)) for amplitude in (0.4, 0.2))
    assert louder - softer == pytest.approx(20 * math.log10(2), abs=0.05)


def test_pauses_do_not_count() -> None:
    speech = tone(4_000)
    assert loudness_of(speech + pcm.silence(8_000)) == pytest.approx(loudness_of(speech), abs=0.7)


def test_silence_has_no_loudness() -> None:
    loudness = Meter(sample_format="s16", peaks=True).of([pcm.frame_of(pcm.silence(2_000), 0)])
    assert loudness.integrated_lufs == NOTHING_HEARD_LUFS
    assert loudness.true_peak_dbtp == -math.inf


def test_a_peak_between_two_samples_is_found() -> None:
    """A quarter of the sample rate with a phase of 45 degrees: every sample is at 0.707, the wave reaches 1."""
    high, low = (
        (32_767 * 7 // 10).to_bytes(2, "little"),
        (-32_767 * 7 // 10).to_bytes(2, "little", signed=True),
    )
    loudness = Meter(sample_format="s16", peaks=True).of([pcm.frame_of((high * 2 + low * 2) * 8_000, 0)])
    assert loudness.true_peak_dbtp == pytest.approx(0, abs=0.7)  # the samples themselves reach -3.1 dBFS


def test_a_file_is_measured_as_it_plays(tmp_path: Path) -> None:
    sound = noise(3_000)
    loudness = measured(written(tmp_path / "noise.flac", sound, FORMATS["flac"]))
    assert loudness.duration_ms == 3_000
    assert loudness.integrated_lufs == pytest.approx(loudness_of(sound), abs=1.0)
