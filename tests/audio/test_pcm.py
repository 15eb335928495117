"""Gain, volume and the tones."""

from array import array

import pytest

from audio import pcm, tones
from audio.loudness import Meter
from tests.audio.sounds import tone


def peak(sound: bytes) -> int:
    return max(map(abs, memoryview(sound).cast("h")))


def test_six_decibels_double_the_amplitude() -> None:
    assert peak(pcm.with_gain(tone(100, amplitude=0.2), 6.02)) == pytest.approx(0.4 * 32_767, rel=0.01)


def test_too_much_gain_clips_and_does_not_wrap() -> None:
    loud = array("h", pcm.with_gain(array("h", [20_000, -20_000]).tobytes(), 20))
    assert list(loud) == [32_767, -32_768]


@pytest.mark.parametrize(("percent", "decibels"), [(100, 0), (50, -10), (25, -20)])
def test_half_the_volume_is_ten_decibels_less(percent: float, decibels: float) -> None:
    assert peak(pcm.at_volume(tone(100), percent)) == pytest.approx(
        peak(pcm.with_gain(tone(100), decibels)), rel=0.01
    )


def test_no_volume_is_silence() -> None:
    assert peak(pcm.at_volume(tone(100), 0)) == 0


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_volume_out_of_range_is_refused(percent: float) -> None:
    with pytest.raises(ValueError, match=f"not {percent}"):
        pcm.at_volume(tone(100), percent)


@pytest.mark.parametrize("sample_rate", [8_000, 16_000, 44_100])
def test_tones_last_as_long_as_asked_for(sample_rate: int) -> None:
    for sound, ms in (
        (tones.siren(7_500, sample_rate), 7_500),
        (tones.chime(sample_rate), 2_000),
        (tones.hum(1_000, sample_rate=sample_rate), 1_000),
        (tones.hum(0, sample_rate=sample_rate), 0),
        (tones.siren(0, sample_rate), 0),
    ):
        assert pcm.duration_ms(len(sound), sample_rate) == pytest.approx(ms, abs=1)


def test_a_siren_does_not_click_where_it_repeats() -> None:
    sound = memoryview(tones.siren(6_100)).cast("h")
    steps = [abs(sound[n + 1] - sound[n]) for n in range(len(sound) - 1)]
    assert max(steps[47_900:48_100]) <= max(steps[:40_000])


def test_a_siren_is_steady_and_loud_and_a_hum_is_neither() -> None:
    siren, hum = (
        Meter(sample_format="s16", peaks=True).of([pcm.frame_of(sound, 0)])
        for sound in (tones.siren(6_000), tones.hum(2_000))
    )
    assert siren.true_peak_dbtp - siren.integrated_lufs < 6
    assert siren.integrated_lufs - hum.integrated_lufs > 20
