"""A recording plays from any instant, exactly, so that an interrupted notice goes on where it stopped."""

from pathlib import Path

import pytest

from audio import pcm
from audio.errors import UnreadableAudio
from audio.library import Library
from audio.playback import open_pcm
from audio.prepare import Recipe, prepare
from audio.recording import Profile
from tests.audio.conftest import NOW
from tests.audio.sounds import FORMATS, noise, silk, written


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[Profile, Path]:
    """Nine seconds of noise, of which no two places are alike, in every profile."""
    directory = tmp_path_factory.mktemp("playback")
    library = Library(directory / "library")
    result = prepare(written(directory / "noise.wav", noise(5_500)), library, now=NOW, recipe=Recipe())
    return {profile: library.path(each.sha256) for profile, each in result.recordings.items()}


def correlation(one: bytes, other: bytes) -> float:
    a, b = memoryview(one).cast("h"), memoryview(other).cast("h")
    count = min(len(a), len(b))
    product = sum(a[n] * b[n] for n in range(count))
    return float(product / (sum(x * x for x in a[:count]) * sum(x * x for x in b[:count])) ** 0.5)


def test_blocks_have_twenty_milliseconds(paths: dict[Profile, Path]) -> None:
    blocks = list(open_pcm(paths[Profile.SPEECH]))
    assert {len(block) for block in blocks[:-1]} == {pcm.size_of(20)}
    assert 0 < len(blocks[-1]) <= pcm.size_of(20)


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("start_ms", [137, 3_333, 7_001])
def test_resuming_is_exact_to_the_sample(paths: dict[Profile, Path], profile: Profile, start_ms: int) -> None:
    whole = b"".join(open_pcm(paths[profile]))
    resumed = b"".join(open_pcm(paths[profile], start_ms=start_ms))
    expected = whole[pcm.size_of(start_ms) :]
    assert len(resumed) == len(expected)
    assert correlation(resumed[:9_600], expected[:9_600]) > 0.999


def test_other_sample_rates_play_as_long(paths: dict[Profile, Path]) -> None:
    for rate in (8_000, 22_050, 48_000):
        sound = b"".join(open_pcm(paths[Profile.MP3], start_ms=4_000, sample_rate=rate))
        whole = b"".join(open_pcm(paths[Profile.MP3], sample_rate=rate))
        assert pcm.duration_ms(len(whole) - len(sound), rate) == pytest.approx(4_000, abs=1)


@pytest.mark.parametrize("name", ["mp3", "m4a", "flac", "ogg vorbis"])
def test_files_that_were_not_prepared_resume_nearly_exactly(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "noise", noise(6_000), FORMATS[name])
    whole, resumed = b"".join(open_pcm(path)), b"".join(open_pcm(path, start_ms=3_000))
    assert pcm.duration_ms(len(whole) - len(resumed)) == pytest.approx(3_000, abs=5)


def test_a_voice_message_resumes(tmp_path: Path) -> None:
    path = tmp_path / "voice.silk"
    path.write_bytes(silk(noise(3_000)))
    whole, resumed = b"".join(open_pcm(path)), b"".join(open_pcm(path, start_ms=1_000))
    assert whole.endswith(resumed)
    assert pcm.duration_ms(len(resumed)) == pytest.approx(2_000, abs=50)


def test_resuming_after_the_end_plays_nothing(paths: dict[Profile, Path]) -> None:
    for path in paths.values():
        assert list(open_pcm(path, start_ms=60_000)) == []


def test_what_cannot_play_is_told_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"no sound")
    with pytest.raises(UnreadableAudio):
        open_pcm(tmp_path / "noise")
    with pytest.raises(ValueError, match="not at -1 ms"):
        open_pcm(tmp_path / "noise", start_ms=-1)
