"""A picture shows where it is loud, where it is silent, and says how much."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from audio import pcm
from audio.waveform import Waveform, braille, svg, waveform
from tests.audio.sounds import FORMATS, tone, written

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def picture(tmp_path: Path) -> Waveform:
    """One second loud, one second silent, two seconds soft."""
    sound = tone(1_000, amplitude=0.81) + pcm.silence(1_000) + tone(2_000, amplitude=0.09)
    return waveform(written(tmp_path / "sound.wav", sound))


def test_levels_follow_the_sound(picture: Waveform) -> None:
    loud, silent, soft, soft_too = picture.columns(4)
    assert loud == pytest.approx(0.9, abs=0.02)
    assert silent < 0.1
    assert soft == pytest.approx(0.3, abs=0.02)
    assert soft_too == pytest.approx(0.3, abs=0.02)


def test_columns_may_be_more_than_there_are_levels(picture: Waveform) -> None:
    columns = picture.columns(5_000)
    assert len(columns) == 5_000
    assert columns[100] > columns[3_000] > columns[1_900]


def test_a_picture_in_braille_has_the_size_asked_for(picture: Waveform) -> None:
    lines = braille(picture, width=40, height=3)
    assert [len(line) for line in lines] == [40, 40, 40]
    assert lines[1][5] == "⣿"
    assert lines[0][15] == lines[2][15] == "⠀"
    assert lines[1][15] == "⠶"


def test_a_picture_on_a_page_is_well_formed_and_says_what_was_measured(picture: Waveform) -> None:
    root = ElementTree.fromstring(svg(picture, title='公告 <第3期> & "通知"'))
    assert root.findtext(f"{SVG}title") == '公告 <第3期> & "通知"'
    loudness = picture.loudness
    assert root.findtext(f"{SVG}text") == (
        f"{loudness.integrated_lufs:.1f} LUFS · {loudness.true_peak_dbtp:.1f} dBTP · 0:04"
    )
    points = root.find(f"{SVG}polygon").get("points").split()  # type: ignore[union-attr]
    heights = [float(point.split(",")[1]) for point in points]
    assert len(heights) == 600
    assert 0 <= min(heights) < max(heights) <= 100


def test_silence_has_a_picture(tmp_path: Path) -> None:
    silent = waveform(written(tmp_path / "silent.wav", pcm.silence(500)))
    assert "-70.0 LUFS · -∞ dBTP · 0:00" in svg(silent)
    assert set(braille(silent, width=10, height=1)[0]) == {"⠶"}


def test_a_long_sound_keeps_a_bounded_number_of_levels(tmp_path: Path) -> None:
    made = FORMATS["flac"]
    long = waveform(written(tmp_path / "long.flac", pcm.silence(90_000) + tone(1_000), made))
    assert 2_000 < len(long.levels) <= 4_096 + 1
    assert long.columns(91)[90] > 0.4
    assert max(long.columns(91)[:89]) < 0.1
