"""Whatever comes in, what goes out has one loudness, no peak over the limit, and a framing that makes people listen."""

from pathlib import Path

import pytest

from audio import pcm
from audio.body import taken_in
from audio.decode import Decoding, Doubt
from audio.errors import SilentAudio, TooLong, TooShort
from audio.library import Library
from audio.loudness import measured
from audio.prepare import Prepared, Recipe, prepare
from audio.programme import Framing, Opening, Wake
from audio.progress import unreported
from audio.recording import Codec, Profile
from tests.audio.conftest import NOW
from tests.audio.sounds import FORMATS, clapping, noise, silk, tone, written

SPEECH_ONLY = Recipe(profiles=(Profile.SPEECH,))


def prepared(path: Path, sound: bytes, library: Library, recipe: Recipe = SPEECH_ONLY) -> Prepared:
    return prepare(written(path, sound), library, now=NOW, recipe=recipe)


@pytest.mark.parametrize("decibels", [-40.0, -12.0, 18.0], ids=["whispered", "normal", "clipped"])
def test_speech_of_any_level_reaches_the_target_in_every_profile(
    tmp_path: Path, library: Library, spoken: bytes, decibels: float
) -> None:
    result = prepared(tmp_path / "in.wav", pcm.with_gain(spoken, decibels), library, Recipe())
    assert set(result.recordings) == set(Profile)
    for recording in result.recordings.values():
        loudness = measured(library.path(recording.sha256))
        assert loudness.integrated_lufs == pytest.approx(-16, abs=0.5)
        assert loudness.true_peak_dbtp <= -1.0


@pytest.mark.parametrize(
    "sound", [clapping(8_000), noise(6_000), tone(6_000, hertz=997)], ids=["claps", "noise", "tone"]
)
def test_sounds_unlike_speech_keep_within_the_limits_too(
    tmp_path: Path, library: Library, sound: bytes
) -> None:
    recording = prepared(tmp_path / "in.wav", sound, library).recordings[Profile.SPEECH]
    assert recording.loudness_lufs == pytest.approx(-16, abs=1)
    assert recording.true_peak_dbtp <= -1.0


def test_a_recording_states_what_can_be_measured(tmp_path: Path, library: Library, spoken: bytes) -> None:
    result = prepared(tmp_path / "in.wav", spoken, library, Recipe())
    for profile, codec, bitrate in (
        (Profile.SPEECH, Codec.OPUS, 16_000),
        (Profile.LOW_RATE, Codec.OPUS, 7_000),
        (Profile.MP3, Codec.MP3, 32_000),
    ):
        recording = result.recordings[profile]
        path = library.path(recording.sha256)
        assert recording.codec is codec
        assert recording.sample_rate == 16_000
        assert recording.bytes == path.stat().st_size
        assert recording.bitrate == pytest.approx(bitrate, rel=0.2)
        assert recording.duration_ms == measured(path).duration_ms


def test_the_same_source_gives_the_same_bytes(tmp_path: Path, spoken: bytes) -> None:
    once, again = (
        prepared(tmp_path / f"{name}.wav", spoken, Library(tmp_path / name), Recipe()).recordings
        for name in ("a", "b")
    )
    assert {name: recording.sha256 for name, recording in once.items()} == {
        name: recording.sha256 for name, recording in again.items()
    }


def test_silence_at_both_ends_is_cut_and_in_the_middle_is_kept(tmp_path: Path, library: Library) -> None:
    gap = pcm.silence(1_500)
    sound = pcm.silence(4_000) + tone(2_000) + gap + tone(2_000) + pcm.silence(7_000)
    framing = Framing(opening=Opening.NONE, wake_ms=0, tail_ms=0)
    recipe = Recipe(profiles=(Profile.SPEECH,), framing=framing)
    recording = prepared(tmp_path / "in.wav", sound, library, recipe).recordings[Profile.SPEECH]
    assert recording.duration_ms == pytest.approx(5_500, abs=300)


def test_rumble_that_no_horn_radiates_is_taken_out(tmp_path: Path) -> None:
    path = written(tmp_path / "in.wav", tone(2_000, hertz=1_000) + tone(2_000, hertz=40))
    body = taken_in(path, directory=tmp_path, limit_ms=10_000, report=unreported)
    with body.file:
        sound = b"".join(map(pcm.block_of, body.frames()))
    voice, rumble = (max(memoryview(sound[pcm.size_of(at) :][:32_000]).cast("h")) for at in (500, 2_500))
    assert rumble < voice / 6


def test_a_recording_begins_softly_then_chimes_then_speaks_then_ends_quietly(
    tmp_path: Path, library: Library
) -> None:
    recording = prepared(tmp_path / "in.wav", tone(3_000), library).recordings[Profile.SPEECH]
    with Decoding(library.path(recording.sha256)) as decoding:
        sound = b"".join(decoding)
    wake, chime, body, tail = (
        sound[pcm.size_of(start) : pcm.size_of(stop)]
        for start, stop in ((200, 900), (1_050, 2_900), (3_100, 5_900), (6_150, 6_450))
    )
    peaks = [max(map(abs, memoryview(part).cast("h"))) for part in (wake, chime, body, tail)]
    assert 100 < peaks[0] < 1_500
    assert peaks[1] > 8_000
    assert peaks[2] > 3_000
    assert peaks[3] < 100
    assert recording.duration_ms == pytest.approx(1_000 + 2_000 + 3_000 + 500, abs=50)


def test_an_emergency_opens_with_the_siren(tmp_path: Path, library: Library) -> None:
    framing = Framing(opening=Opening.SIREN, siren_ms=5_000, wake=Wake.SILENCE)
    recipe = Recipe(profiles=(Profile.SPEECH,), framing=framing)
    recording = prepared(tmp_path / "in.wav", tone(2_000), library, recipe).recordings[Profile.SPEECH]
    assert recording.duration_ms == pytest.approx(1_000 + 5_000 + 2_000 + 500, abs=50)
    assert recording.loudness_lufs == pytest.approx(-16, abs=0.5)


@pytest.mark.parametrize("hiss", [b"", noise(3_000, amplitude=0.0002)], ids=["digital", "hiss"])
def test_a_silent_source_is_refused(tmp_path: Path, library: Library, hiss: bytes) -> None:
    with pytest.raises(SilentAudio, match=r"in\.wav is silent from beginning to end \(3\.0 s\)"):
        prepared(tmp_path / "in.wav", hiss or pcm.silence(3_000), library)


def test_a_source_with_hardly_any_sound_is_refused(tmp_path: Path, library: Library) -> None:
    with pytest.raises(TooShort, match="at least 500 ms are needed"):
        prepared(tmp_path / "in.wav", pcm.silence(2_000) + tone(200) + pcm.silence(2_000), library)


def test_a_source_over_the_limit_is_refused(tmp_path: Path, library: Library) -> None:
    with pytest.raises(TooLong):
        prepared(tmp_path / "in.wav", tone(3_000), library, Recipe(limit_ms=2_000))
    assert not list(library)


def test_a_broken_upload_is_prepared_with_its_doubt(tmp_path: Path, library: Library, spoken: bytes) -> None:
    whole = written(tmp_path / "in.mp3", spoken, FORMATS["mp3"])
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert prepare(whole, library, now=NOW, recipe=SPEECH_ONLY).doubts == {Doubt.TRUNCATED}


def test_a_voice_message_is_prepared_like_any_file(tmp_path: Path, library: Library, spoken: bytes) -> None:
    path = tmp_path / "voice.amr"
    path.write_bytes(silk(spoken))
    recording = prepare(path, library, now=NOW, recipe=SPEECH_ONLY).recordings[Profile.SPEECH]
    assert recording.loudness_lufs == pytest.approx(-16, abs=0.5)


def test_the_label_tells_where_a_recording_came_from(tmp_path: Path, library: Library) -> None:
    path = written(tmp_path / "倡议书.wav", tone(1_000))
    result = prepare(path, library, now=NOW, title="森林防火倡议书", recipe=SPEECH_ONLY)
    label = library.label(result.recordings[Profile.SPEECH].sha256)
    assert (label.title, label.source_name, label.profile) == ("森林防火倡议书", "倡议书.wav", Profile.SPEECH)
    assert label.added_at == NOW
    assert label.recording == result.recordings[Profile.SPEECH]


def test_progress_only_grows_and_ends_at_one(tmp_path: Path, library: Library) -> None:
    told: list[float] = []
    prepare(written(tmp_path / "in.wav", tone(4_000)), library, now=NOW, report=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 20


def test_whoever_watches_the_progress_can_cancel(tmp_path: Path, library: Library) -> None:
    def cancel(fraction: float) -> None:
        if fraction > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        prepare(written(tmp_path / "in.wav", tone(4_000)), library, now=NOW, report=cancel)
    assert not list(library)
    assert not list(library.incoming.iterdir())
