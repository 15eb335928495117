"""Recordings on the command line."""

import json
import math
import struct
import wave
from pathlib import Path

import pytest

from tests.broadcaster.cli.conftest import Call


def tone(path: Path, *, seconds: float = 1.5, pitch_hz: int = 440) -> Path:
    """A WAV file that hums."""
    rate = 16_000
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        swing = (math.sin(2 * math.pi * pitch_hz * n / rate) for n in range(int(rate * seconds)))
        file.writeframes(b"".join(struct.pack("<h", int(9000 * level)) for level in swing))
    return path


@pytest.fixture
def imported(call: Call, tmp_path: Path) -> str:
    """The id of a recording called hum."""
    _code, out, _err = call("recording", "import", str(tone(tmp_path / "hum.wav")), "--json")
    (asset,) = json.loads(out)
    return str(asset["id"])


def test_several_files_are_imported_and_one_that_is_none_is_told(call: Call, tmp_path: Path) -> None:
    first, second = tone(tmp_path / "一.wav"), tone(tmp_path / "二.wav", pitch_hz=500)
    (tmp_path / "bad.mp3").write_bytes(b"rubbish")
    code, out, err = call("recording", "import", str(first), str(tmp_path / "bad.mp3"), str(second), "--json")
    assert (code, sorted(each["title"] for each in json.loads(out))) == (1, ["一", "二"])
    assert "bad.mp3: bad.mp3 is not audio that can be read" in err


def test_a_recording_shows_loudness_peak_length_and_picture(
    call: Call, imported: str, tmp_path: Path
) -> None:
    picture = tmp_path / "hum.svg"
    _code, out, _err = call("recording", "show", "hum", "--picture", str(picture))
    assert imported in out
    assert "LUFS" in out
    assert "True peak" in out
    assert "low rate" in out
    assert any("⠀" <= letter <= "⣿" for letter in out)
    assert picture.read_text("utf-8").startswith("<svg")


def test_a_recording_is_exported_to_listen_to(call: Call, imported: str, tmp_path: Path) -> None:
    file = tmp_path / "hum.opus"
    assert call("recording", "export", imported, str(file), "--profile", "speech")[0] == 0
    assert file.read_bytes().startswith(b"OggS")
    code, _out, err = call("recording", "export", imported, str(file), "--profile", "loud")
    assert (code, "speech, low_rate, mp3" in err) == (2, True)


def test_what_was_added_today_is_kept_when_clearing(call: Call, imported: str) -> None:
    _code, out, _err = call("recording", "clear", "--dry-run")
    assert "kept: added within a day" in out
    assert call("recording", "show", imported)[0] == 0


def test_where_nothing_would_go_nothing_is_asked(call: Call, imported: str) -> None:
    code, out, err = call("recording", "clear")
    assert (code, err) == (0, "")
    assert "kept: added within a day" in out


def test_without_a_sound_card_listening_says_what_to_do(
    call: Call, imported: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    code, _out, err = call("recording", "listen", imported)
    assert (code, "export the audio to a file" in err) == (1, True)


def test_a_recording_that_is_none_says_where_to_look(call: Call) -> None:
    code, _out, err = call("recording", "show", "nothing")
    assert (code, "recording list" in err) == (1, True)
