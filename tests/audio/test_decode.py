"""Decoding takes what villages send, and neither believes nor obeys it."""

import random
import tracemalloc
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest

from audio import pcm
from audio.decode import Decoding, Doubt
from audio.errors import AudioError, TooLong, UnreadableAudio
from tests.audio.sounds import FORMATS, Made, amr, in_3gp, noise, silk, tone, written


def decoded(path: Path) -> tuple[bytes, Decoding]:
    with Decoding(path) as decoding:
        return b"".join(decoding), decoding


@pytest.mark.parametrize("made", FORMATS.values(), ids=FORMATS.keys())
def test_every_usual_format_decodes_to_its_length(tmp_path: Path, made: Made) -> None:
    sound, decoding = decoded(written(tmp_path / f"notice{made.suffix}", tone(3_000), made))
    assert pcm.duration_ms(len(sound)) == pytest.approx(3_000, abs=100)
    assert not decoding.doubts
    assert decoding.facts.channels == (2 if made.layout == "stereo" else 1)


def test_recordings_of_old_telephones_decode_to_their_length(tmp_path: Path) -> None:
    plain = tmp_path / "call.amr"
    plain.write_bytes(amr(3_000))
    for path in (plain, in_3gp(amr(3_000), tmp_path / "call.3gp")):
        sound, decoding = decoded(path)
        assert pcm.duration_ms(len(sound)) == 3_000
        assert max(sound) > 0
        assert decoding.facts.codec == "amr_nb"
        assert not decoding.doubts


@pytest.mark.parametrize("name", ["voice.silk", "voice.amr"])
def test_a_voice_message_of_a_chat_program_decodes_whatever_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(silk(tone(2_000)))
    sound, decoding = decoded(path)
    assert pcm.duration_ms(len(sound)) == pytest.approx(2_000, abs=50)
    assert decoding.facts.codec == "silk"


def test_a_file_may_be_named_wrongly(tmp_path: Path) -> None:
    path = written(tmp_path / "notice.mp3", tone(1_000), FORMATS["wav"])
    assert decoded(path)[1].facts.container == "wav"


def test_joined_files_of_different_rates_decode_to_their_end(tmp_path: Path) -> None:
    mono = Made(suffix=".mp3", encoder="libmp3lame", container="mp3", rate=22_050, layout="mono")
    first = written(tmp_path / "first.mp3", tone(2_000), FORMATS["mp3"]).read_bytes()
    second = written(tmp_path / "second.mp3", tone(2_000), mono).read_bytes()
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(first + second)
    assert pcm.duration_ms(len(decoded(joined)[0])) == pytest.approx(4_000, abs=150)


def test_half_an_mp3_decodes_with_a_doubt(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole.mp3", tone(6_000), FORMATS["mp3"]).read_bytes()
    half = tmp_path / "half.mp3"
    half.write_bytes(whole[: len(whole) // 2])
    sound, decoding = decoded(half)
    assert pcm.duration_ms(len(sound)) < 3_500
    assert Doubt.TRUNCATED in decoding.doubts


def test_half_a_voice_message_decodes_with_a_doubt(tmp_path: Path) -> None:
    half = tmp_path / "half.silk"
    half.write_bytes(silk(noise(2_000))[:2_000])
    assert decoded(half)[1].doubts == {Doubt.DAMAGED}


def test_a_file_with_a_hole_decodes_around_it_with_a_doubt(tmp_path: Path) -> None:
    path = written(tmp_path / "hole.m4a", noise(4_000), FORMATS["m4a"])
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 2_000] = random.Random(1).randbytes(2_000)
    path.write_bytes(content)
    sound, decoding = decoded(path)
    assert pcm.duration_ms(len(sound)) > 2_000
    assert Doubt.DAMAGED in decoding.doubts


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty (0 bytes)"),
        ("各位村民，大家好。\n".encode() * 50, "is not audio that can be read"),
        (random.Random(1).randbytes(50_000), "decoded"),
        (b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n", "is not audio that can be read"),
        (b"ffconcat version 1.0\nfile other.wav\n", "is not audio that can be read"),
        (b"\x02#!SILK_V3", "nothing in it can be decoded"),
        (
            b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data\0\0\0\0",
            "nothing in it",
        ),
    ],
    ids=["empty", "text", "noise", "playlist", "concat", "silk header", "wav header"],
)
def test_what_is_no_audio_is_refused_in_words(tmp_path: Path, content: bytes, complaint: str) -> None:
    written(tmp_path / "other.wav", tone(1_000))
    path = tmp_path / "upload.mp3"
    path.write_bytes(content)
    with pytest.raises(UnreadableAudio) as refused:
        decoded(path)
    assert "upload.mp3" in str(refused.value)
    assert complaint in str(refused.value) or complaint == "decoded"


@pytest.mark.parametrize("container", ["matroska", "aiff", "caf"])
def test_formats_that_nobody_sends_are_not_even_tried(tmp_path: Path, container: str) -> None:
    """Every demuxer is a door for hostile files."""
    path = written(
        tmp_path / "notice.wav", tone(1_000), Made(suffix="", encoder="pcm_s16be", container=container)
    )
    with pytest.raises(UnreadableAudio, match="Expected MP3"):
        decoded(path)


@pytest.mark.parametrize(
    ("at", "lie"), [(20, b"\x77\x77"), (24, b"\xff\xff\xff\x7f")], ids=["codec", "sample rate"]
)
def test_a_header_that_cannot_be_true_is_refused(tmp_path: Path, at: int, lie: bytes) -> None:
    path = written(tmp_path / "notice.wav", tone(1_000))
    content = bytearray(path.read_bytes())
    content[at : at + len(lie)] = lie
    path.write_bytes(content)
    with pytest.raises(UnreadableAudio, match=r"notice\.wav"):
        decoded(path)


@pytest.mark.parametrize("made", FORMATS.values(), ids=FORMATS.keys())
def test_a_damaged_file_decodes_or_is_refused_in_words(tmp_path: Path, made: Made) -> None:
    whole, chance = written(tmp_path / "whole", noise(300), made).read_bytes(), random.Random(2)
    for _ in range(40):
        content = bytearray(whole[: chance.randrange(1, 2 * len(whole))])
        for _ in range(chance.choice([1, 5, 50])):
            content[chance.randrange(min(len(content), 600))] = chance.randrange(256)
        with suppress(AudioError), Decoding(BytesIO(bytes(content))) as decoding:
            for block in decoding:
                assert len(block) % pcm.SAMPLE_BYTES == 0


def test_half_an_m4a_is_refused(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole.m4a", tone(3_000), FORMATS["m4a"]).read_bytes()
    half = tmp_path / "half.m4a"
    half.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableAudio):
        decoded(half)


def test_a_sound_over_the_limit_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = written(tmp_path / "long.mp3", tone(3_000), FORMATS["mp3"])
    with pytest.raises(TooLong, match=r"long\.mp3 is longer than 0\.0\d+ minutes"):
        Decoding(path, limit_ms=2_000)


def test_a_sound_that_does_not_state_its_length_is_cut_off_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "long.amr"
    path.write_bytes(amr(3_000))
    with Decoding(path, limit_ms=2_000) as decoding:
        blocks: list[bytes] = []
        with pytest.raises(TooLong):
            blocks.extend(decoding)
    assert pcm.duration_ms(len(b"".join(blocks))) <= 2_000


def test_memory_does_not_grow_with_the_length_of_a_file(tmp_path: Path) -> None:
    path = written(tmp_path / "hours.flac", bytes(pcm.size_of(600_000)), FORMATS["flac"])
    with Decoding(path) as decoding:
        blocks = iter(decoding)
        next(blocks)
        tracemalloc.start()
        held = sum(len(block) for block in blocks)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert held > 19_000_000
    assert peak < 500_000
