"""Outputs that sound: on time, with gain, silent when told, and telling what broke. In virtual time."""

import array
import subprocess
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
from tests.devices.endpoint.timers import PATIENCE_S, VirtualTimer

SHORT_MS = 300


def wav(path: Path, sound: bytes) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(pcm.SAMPLE_RATE)
        file.writeframes(sound)
    return path


class MemorySink:
    """Remembers what was written, and when the first of it; to open its way takes `opening_s`."""

    ahead_s = 0.0

    def __init__(self, timer: VirtualTimer, opening_s: float = 0.0) -> None:
        self.written = b""
        self.first_s: float | None = None
        self.ended = ""
        self._timer, self._opening_s = timer, opening_s

    def write(self, block: bytes) -> None:
        if self.first_s is None:
            self._timer.passes(self._opening_s)
            self.first_s = self._timer.now_s()
        self.written += block

    def drain(self) -> None:
        self.ended = "drained"

    def cut(self) -> None:
        self.ended = self.ended or "cut"


class Ears:
    """An output into memory in virtual time, and the wait for its ends; `held`: time passes only by `run_to`."""

    def __init__(self, speak=None, sink_of=None, *, opening_s: float = 0.0, held: bool = False) -> None:
        self.timer = VirtualTimer(horizon_s=-1.0) if held else VirtualTimer()
        self.sink = MemorySink(self.timer, opening_s)
        self.ended = threading.Event()
        self.output = SoundingOutput(
            sink_of or (lambda sound: self.sink), speak=speak, changed=self.ended.set, timer=self.timer
        )

    def play(self, body, *, volume: int = 100, chime: bool = False, at_s: float = 0.0) -> None:
        self.output.start(Sound(key="s", body=body, volume=volume, chime=chime), at_s, self.timer.now_s())

    def progress(self) -> Progress:
        return self.output.progress(self.timer.now_s())

    def end(self) -> Progress:
        assert self.ended.wait(PATIENCE_S), "it did not end"
        return self.progress()


@pytest.fixture
def letter(tmp_path) -> Recording:
    return Recording(path=wav(tmp_path / "letter", tones.siren(SHORT_MS)), duration_ms=SHORT_MS)


@pytest.fixture
def long_letter(tmp_path) -> Recording:
    return Recording(path=wav(tmp_path / "long", tones.siren(5000)), duration_ms=5000)


def test_a_recording_sounds_from_its_instant_to_its_end(letter):
    ears = Ears()
    ears.play(letter, at_s=10.0)
    progress = ears.end()
    assert (progress.stage, progress.heard_ms) == (Stage.FINISHED, SHORT_MS)
    assert progress.first_sample_s == ears.sink.first_s == 10.0
    assert ears.timer.now_s() == pytest.approx(10.0 + SHORT_MS / 1000)
    assert (ears.sink.written, ears.sink.ended) == (tones.siren(SHORT_MS), "drained")


def test_a_way_that_is_slow_to_open_makes_the_first_sample_late_by_as_much(letter):
    ears = Ears(opening_s=0.25)
    ears.play(letter, at_s=10.0)
    progress = ears.end()
    assert progress.first_sample_s == 10.25
    assert progress.heard_ms == SHORT_MS


def test_before_its_instant_nothing_is_written(letter):
    ears = Ears(held=True)
    ears.play(letter, at_s=10.0)
    ears.timer.run_to(9.9)
    assert (ears.progress().stage, ears.sink.written) == (Stage.WAITING, b"")


def test_stop_is_silence_and_tells_how_much_was_heard(long_letter):
    ears = Ears(held=True)
    ears.play(long_letter)
    ears.timer.run_to(0.350)
    assert ears.output.stop(0.350).heard_ms == 350
    assert pcm.duration_ms(len(ears.sink.written)) == 400
    assert ears.sink.ended == "cut"
    assert not ears.ended.is_set()


def test_what_was_prepared_and_stopped_never_sounds(letter):
    ears = Ears(held=True)
    ears.play(letter, at_s=10.0)
    ears.timer.run_to(9.9)
    assert ears.output.stop(9.9).heard_ms == 0
    assert (ears.sink.written, ears.sink.ended) == (b"", "cut")


@pytest.fixture
def stuck():
    """A voice that never comes to an end while the test lasts."""
    over = threading.Event()
    yield lambda text, language, into: over.wait(PATIENCE_S)
    over.set()


def test_stop_does_not_wait_for_a_slow_voice(stuck):
    ears = Ears(stuck, held=True)
    ears.play(Siren(text="洪水"))
    ears.timer.run_to(2.0)
    assert ears.output.stop(2.0).heard_ms == 2_000


def test_a_voice_that_hangs_does_not_silence_the_siren(stuck, monkeypatch):
    monkeypatch.setattr("devices.endpoint.sounding._VOICE_S", 0.0)
    ears = Ears(stuck)
    ears.play(Siren(text="洪水"))
    progress = ears.end()
    assert (progress.stage, progress.heard_ms, progress.full_ms) == (Stage.FINISHED, SIREN_MS, SIREN_MS)


def test_a_resumed_recording_begins_in_the_middle_after_a_chime_that_does_not_count(letter):
    ears = Ears()
    ears.play(Recording(path=letter.path, duration_ms=SHORT_MS, start_ms=100), chime=True)
    progress = ears.end()
    assert (progress.heard_ms, progress.first_sample_s) == (SHORT_MS - 100, 2.0)
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


def test_a_drill_begins_with_bells_and_an_emergency_with_the_siren():
    live, drill = Ears(), Ears()
    live.play(Siren())
    drill.play(Siren(drill=True))
    live.end()
    drill.end()
    assert live.sink.written == tones.siren(SIREN_MS)
    assert drill.sink.written == tones.chime() * 6
    assert drill.output.progress(0.0).full_ms == SIREN_MS


def no_voice(text, language, into):
    raise RuntimeError("no voice")


def half_a_file(text, language, into):
    into.write_bytes(b"RIFF")  # as on a disk that became full


@pytest.mark.parametrize("speak", [no_voice, half_a_file])
def test_a_voice_that_fails_does_not_silence_the_siren(speak):
    ears = Ears(speak)
    ears.play(Siren(text="洪水"))
    progress = ears.end()
    assert (progress.stage, progress.heard_ms) == (Stage.FINISHED, SIREN_MS)


@pytest.fixture
def read_only(monkeypatch):
    """A machine on which no temporary file can be made."""

    def refused(*_, **__):
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", refused)


def test_where_no_file_can_be_written_the_siren_sounds_without_words(read_only):
    ears = Ears(half_a_file)
    ears.play(Siren(text="洪水"))
    progress = ears.end()
    assert (progress.stage, progress.heard_ms) == (Stage.FINISHED, SIREN_MS)


@pytest.mark.skipif(sys.platform != "linux", reason="its last words are kept in memory on Linux only")
def test_where_no_file_can_be_written_a_program_sounds_all_the_same(read_only, letter):
    ears = Ears(sink_of=command_sinks(program("sys.stdin.buffer.read()")))
    ears.play(letter)
    assert ears.end().stage is Stage.FINISHED


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
    ears.play(letter)
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
    sinks = []

    def sink_of(sound):
        sinks.append(CommandSink(program("import time; time.sleep(60)")))
        return sinks[-1]

    ears = Ears(sink_of=sink_of)
    ears.play(Recording(path=wav(tmp_path / "long", tones.siren(9_000)), duration_ms=9_000))
    while ears.progress().stage is Stage.WAITING:
        assert not ears.ended.wait(0.001)
    ears.output.stop(ears.timer.now_s())
    with pytest.raises(OSError, match="ended with code -9"):
        sinks[0].write(bytes(100))


def test_cutting_a_program_twice_is_harmless():
    sink = CommandSink(program("sys.stdin.read()"))
    sink.write(bytes(100))
    sink.cut()
    sink.cut()
    with pytest.raises(OSError, match="ended with code"):
        sink.write(bytes(100_000))


def test_the_programs_of_a_script_end_with_it(tmp_path):
    sink = CommandSink(["sh", "-c", "sleep 300 & echo $! > $0; wait", str(tmp_path / "child")])
    child = tmp_path / "child"
    eventually(lambda: child.exists() and child.read_text().endswith("\n"))
    sink.cut()
    eventually(lambda: has_ended(int(child.read_text())))


def eventually(condition) -> None:
    patience_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < patience_s
        time.sleep(0.005)


def has_ended(process: int) -> bool:
    """Whether a process is gone, or nothing but a row that nobody has read yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_program_that_outlives_its_killing_holds_nobody_up(monkeypatch):
    sink = CommandSink(program("sys.stdin.read()"))

    def hangs(process, timeout=None):
        assert timeout is not None
        raise subprocess.TimeoutExpired("program", timeout)

    with monkeypatch.context() as patched:
        patched.setattr(subprocess.Popen, "wait", hangs)
        sink.cut()
    sink.cut()
