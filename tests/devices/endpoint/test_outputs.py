"""Outputs by name, and the sinks behind them."""

import os
import threading
import wave
from pathlib import Path

import pytest

from audio import pcm
from devices.endpoint import outputs
from devices.endpoint.output import Output, Recording, Siren, Sound, Stage
from devices.endpoint.sinks import CommandSink, WavSink, sound_card_command, wav_sinks
from tests.devices.endpoint.timers import PATIENCE_S


def program_file(directory: Path, name: str, script: str = "cat > /dev/null") -> Path:
    path = directory / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def sounded(output: Output, ended: threading.Event, body: Recording | Siren) -> Stage:
    output.start(Sound(key="s", body=body, volume=100), 0.0, 0.0)
    assert ended.wait(PATIENCE_S)
    return output.progress(0.0).stage


@pytest.fixture
def short(tmp_path) -> Recording:
    sink = WavSink(tmp_path / "short.wav")
    sink.write(b"\x00\x40" * (pcm.SAMPLE_RATE // 10))
    sink.cut()
    return Recording(path=tmp_path / "short.wav", duration_ms=100)


def test_the_sound_card_is_fed_by_the_program_that_is_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LookupError, match="alsa-utils"):
        sound_card_command()
    program_file(tmp_path, "pw-play")
    assert sound_card_command()[0] == str(tmp_path / "pw-play")
    program_file(tmp_path, "aplay")
    command = sound_card_command()
    assert command[0] == str(tmp_path / "aplay")
    assert command[command.index("-r") :][:2] == ("-r", "16000")


def test_the_sound_card_gets_the_samples(tmp_path, monkeypatch, short):
    heard = tmp_path / "heard"
    program_file(tmp_path, "aplay", f"cat > {heard}")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    ended = threading.Event()
    output = outputs.sound_card_output()(tmp_path, ended.set)
    assert sounded(output, ended, short) is Stage.FINISHED
    assert pcm.duration_ms(heard.stat().st_size) == 100


def test_a_card_that_is_pulled_out_is_a_fault_and_works_again_when_it_is_back(tmp_path, short):
    card = program_file(tmp_path, "card", "echo no such device >&2; exit 1")
    ended = threading.Event()
    output = outputs.command_output([str(card)])(tmp_path, ended.set)
    assert sounded(output, ended, short) is Stage.OUTPUT_FAULT
    program_file(tmp_path, "card")
    ended.clear()
    assert sounded(output, ended, short) is Stage.FINISHED


def test_wav_files_lie_in_the_directory_of_the_endpoint(tmp_path, short):
    ended = threading.Event()
    output = outputs.wav_output(tmp_path, ended.set)
    assert not (tmp_path / "sounded").exists()
    assert sounded(output, ended, short) is Stage.FINISHED
    (file,) = (tmp_path / "sounded").iterdir()
    with wave.open(str(file)) as sound:
        assert sound.getnframes() == pcm.SAMPLE_RATE // 10


def test_a_directory_that_takes_no_files_is_a_fault_of_the_play_and_not_of_the_program(tmp_path, short):
    (tmp_path / "sounded").touch()
    ended = threading.Event()
    assert sounded(outputs.wav_output(tmp_path, ended.set), ended, short) is Stage.OUTPUT_FAULT


def test_hostile_keys_stay_in_the_directory(tmp_path):
    sink = wav_sinks(tmp_path / "in")(Sound(key="../../" + "x" * 99, body=Siren(), volume=1))
    sink.cut()
    assert [file.parent.name for file in tmp_path.rglob("*.wav")] == ["in"]


def test_silence_opens_nothing(tmp_path):
    output = outputs.silent_output(tmp_path, lambda: None)
    output.start(Sound(key="s", body=Siren(), volume=100), 5.0, 5.0)
    assert output.progress(6.0).heard_ms == 1_000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["zh", "zh-CN", "en"])
def test_the_built_in_voice_speaks(tmp_path, language):
    outputs.speak("洪水" if language.startswith("zh") else "flood", language, tmp_path / "speech.wav")
    assert (tmp_path / "speech.wav").stat().st_size > 10_000


def test_a_wav_file_takes_nothing_after_its_end(tmp_path):
    sink = WavSink(tmp_path / "a.wav")
    sink.write(bytes(200))
    sink.drain()
    sink.write(bytes(200))
    sink.cut()
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert file.getnframes() == 100


def test_a_program_is_drained_when_it_has_sounded_everything(tmp_path):
    heard = tmp_path / "heard"
    sink = CommandSink([str(program_file(tmp_path, "card", f"cat > {heard}"))])
    sink.write(bytes(1000))
    sink.drain()
    assert heard.stat().st_size == 1000


def test_a_program_that_fails_at_the_end_is_told(tmp_path):
    sink = CommandSink([str(program_file(tmp_path, "card", "cat > /dev/null; echo underrun >&2; exit 3"))])
    sink.write(bytes(1000))
    with pytest.raises(OSError, match="code 3: underrun"):
        sink.drain()
