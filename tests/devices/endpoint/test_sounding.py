"""Outputs that sound: on time, with gain, silent when told, and telling what broke. In real time, in fractions of a second."""

import array
import sys
import threading
import time
import wave
from pathlib import Path

import pytest

from audio import pcm, tones
from devices.endpoint.output import SIREN_MS, Progress, Recording, Siren, Sound, Stage
from devices.endpoint.sinks import CommandSink, command_sinks, wav_sinks
from devices.endpoint.sounding import SoundingOutput

SHORT_MS = 300


def wav(path: Path, sound: bytes) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(pcm.SAMPLE_RATE)
        file.writeframes(sound)
    return path


class MemorySink:
    """Remembers what was written, and when the first of it."""

    ahead_s = 0.0

    def __init__(self) -> None:
        self.written = b""
        self.first_s: float | None = None
        self.ended = ""

    def write(self, block: bytes) -> None:
        self.first_s = self.first_s or time.monotonic()
        self.written += block

    def drain(self) -> None:
        self.ended = "drained"

    def cut(self) -> None:
        self.ended = self.ended or "cut"


class Ears:
    """An output into memory, and the wait for its ends."""

    def __init__(self, speak=None, sink_of=None) -> None:
        self.sink = MemorySink()
        self.ended = threading.Event()
        self.output = SoundingOutput(
            sink_of or (lambda sound: self.sink), speak=speak, changed=self.ended.set
        )

    def play(self, body, *, volume: int = 100, chime: bool = False, in_s: float = 0.0) -> float:
        """Starts it; the instant at which it should begin."""
        now_s = time.monotonic()
        self.output.start(Sound(key="s", body=body, volume=volume, chime=chime), now_s + in_s, now_s)
        return now_s + in_s

    def end(self, within_s: float = 5.0) -> Progress:
        assert self.ended.wait(within_s), "it did not end"
        return self.output.progress(time.monotonic())


@pytest.fixture
def letter(tmp_path) -> Recording:
    return Recording(path=wav(tmp_path / "letter", tones.siren(SHORT_MS)), duration_ms=SHORT_MS)


def test_a_recording_sounds_from_its_instant_to_its_end(letter):
    ears = Ears()
    began_s = ears.play(letter, in_s=0.2)
    assert ears.output.progress(time.monotonic()).stage is Stage.WAITING
    progress = ears.end()
    assert (progress.stage, progress.heard_ms) == (Stage.FINISHED, SHORT_MS)
    assert progress.first_sample_s == pytest.approx(began_s, abs=0.05)
    assert ears.sink.first_s == pytest.approx(began_s, abs=0.05)
    assert (ears.sink.written, ears.sink.ended) == (tones.siren(SHORT_MS), "drained")


def test_stop_is_silence_and_tells_how_much_was_heard(tmp_path):
    ears = Ears()
    long = Recording(path=wav(tmp_path / "long", tones.siren(5000)), duration_ms=5000)
    began_s = ears.play(long)
    assert not ears.ended.wait(0.35)
    now_s = time.monotonic()
    progress = ears.output.stop(now_s)
    assert progress.heard_ms == pytest.approx((now_s - began_s) * 1000, abs=60)
    written = len(ears.sink.written)
    assert not ears.ended.wait(0.25)
    assert (len(ears.sink.written), ears.sink.ended) == (written, "cut")
    assert pcm.duration_ms(written) < progress.heard_ms + 150


def test_what_was_prepared_and_stopped_never_sounds(letter):
    ears = Ears()
    ears.play(letter, in_s=0.2)
    assert ears.output.stop(time.monotonic()).heard_ms == 0
    assert not ears.ended.wait(0.4)
    assert ears.sink.written == b""


def test_a_resumed_recording_begins_in_the_middle_after_a_chime_that_does_not_count(letter):
    ears = Ears()
    body = Recording(path=letter.path, duration_ms=SHORT_MS, start_ms=100)
    began_s = ears.play(body, chime=True)
    progress = ears.end()
    assert progress.heard_ms == SHORT_MS - 100
    assert progress.first_sample_s == pytest.approx(began_s + 2.0, abs=0.05)
    assert ears.sink.written == tones.chime() + tones.siren(SHORT_MS)[pcm.size_of(100) :]


def test_volume_is_gain(letter):
    loud, soft = Ears(), Ears()
    loud.play(letter)
    soft.play(letter, volume=50)
    loud.end()
    soft.end()
    peaks = [max(array.array("h", ears.sink.written)) for ears in (loud, soft)]
    assert peaks[0] / peaks[1] == pytest.approx(2**1.661, rel=0.02)


def test_a_recording_is_cut_soon_after_the_length_that_its_document_says(tmp_path):
    ears = Ears()
    path = wav(tmp_path / "six hours", tones.siren(20_000))
    ears.play(Recording(path=path, duration_ms=200))
    ears.end()
    assert pcm.duration_ms(len(ears.sink.written)) <= 200 + 1_100


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"no audio at all", "no audio"), (b"", "empty"), (None, "No such file")],
)
def test_what_cannot_be_played_is_told(tmp_path, content, fault):
    path = tmp_path / "bad"
    if content is not None:
        path.write_bytes(content)
    ears = Ears()
    ears.play(Recording(path=path, duration_ms=1000))
    progress = ears.end()
    assert (progress.stage in (Stage.RECORDING_FAULT, Stage.OUTPUT_FAULT), progress.heard_ms) == (True, 0)
    assert progress.fault
    assert ears.sink.written == b""


def test_a_recording_without_samples_is_a_fault_of_the_recording(tmp_path):
    ears = Ears()
    ears.play(Recording(path=wav(tmp_path / "nothing", b""), duration_ms=1000))
    assert ears.end().stage is Stage.RECORDING_FAULT


def test_a_recording_of_silence_was_not_heard(tmp_path):
    ears = Ears()
    ears.play(Recording(path=wav(tmp_path / "silence", pcm.silence(1800)), duration_ms=1800))
    progress = ears.end()
    assert (progress.stage, progress.heard_ms) == (Stage.RECORDING_FAULT, 0)
    assert "silence" in progress.fault


def test_the_siren_is_followed_by_the_words(tmp_path, monkeypatch):
    monkeypatch.setattr("devices.endpoint.sounding.SIREN_MS", 600)
    said = []

    def speak(text, language, into):
        said.append((text, language))
        wav(into, tones.chime()[: pcm.size_of(200)])

    ears = Ears(speak)
    ears.play(Siren(text="洪水", language="zh"))
    progress = ears.end()
    assert said == [("洪水", "zh")]
    assert (progress.stage, progress.heard_ms, progress.full_ms) == (Stage.FINISHED, 800, 800)


def test_a_voice_that_fails_does_not_silence_the_siren(monkeypatch):
    monkeypatch.setattr("devices.endpoint.sounding.SIREN_MS", 600)

    def speak(text, language, into):
        raise RuntimeError("no voice")

    ears = Ears(speak)
    ears.play(Siren(text="洪水"))
    progress = ears.end()
    assert (progress.stage, progress.heard_ms) == (Stage.FINISHED, 600)
    assert SIREN_MS > 5_000


def test_a_wav_output_writes_one_file_for_each_play_and_keeps_the_newest(tmp_path, letter):
    ears = Ears(sink_of=wav_sinks(tmp_path / "sounded", keep=2))
    for _ in range(3):
        ears.ended.clear()
        ears.play(letter)
        ears.end()
    files = sorted((tmp_path / "sounded").glob("*-s.wav"))
    assert len(files) == 2
    with wave.open(str(files[-1])) as file:
        assert file.readframes(file.getnframes()) == tones.siren(SHORT_MS)


def program(code: str) -> list[str]:
    return [sys.executable, "-c", f"import sys; {code}"]


def test_a_program_gets_the_samples(tmp_path, letter):
    heard = tmp_path / "heard"
    ears = Ears(sink_of=command_sinks(program(f"open({str(heard)!r}, 'wb').write(sys.stdin.buffer.read())")))
    ears.play(letter, in_s=0.3)
    assert ears.end().stage is Stage.FINISHED
    assert heard.read_bytes() == tones.siren(SHORT_MS)


def test_a_program_that_dies_is_a_fault_with_its_last_words(letter):
    ears = Ears(sink_of=command_sinks(program("sys.exit('no such device')")))
    ears.play(letter)
    progress = ears.end()
    assert progress.stage is Stage.OUTPUT_FAULT
    assert "no such device" in progress.fault


def test_a_program_that_is_not_there_is_a_fault(letter):
    ears = Ears(sink_of=command_sinks(["/no/such/program"]))
    ears.play(letter)
    assert ears.end().stage is Stage.OUTPUT_FAULT


def test_a_program_that_reads_nothing_is_cut_at_once(tmp_path):
    ears = Ears(sink_of=command_sinks(program("import time; time.sleep(60)")))
    ears.play(Recording(path=wav(tmp_path / "long", tones.siren(9_000)), duration_ms=9_000))
    assert not ears.ended.wait(0.5)
    asked_s = time.monotonic()
    ears.output.stop(asked_s)
    assert time.monotonic() - asked_s < 0.5


def test_cutting_a_program_twice_is_harmless():
    sink = CommandSink(program("sys.stdin.read()"))
    sink.write(bytes(100))
    sink.cut()
    sink.cut()
    with pytest.raises(OSError, match="ended with code"):
        sink.write(bytes(100_000))
