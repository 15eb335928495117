"""Voices speak: the one that is always there, and a station's own."""

import subprocess
import sys
from pathlib import Path
from signal import SIGINT, default_int_handler, pthread_kill, signal
from threading import Thread, get_ident
from time import sleep

import pytest

from audio import pcm
from audio.decode import Decoding
from audio.errors import SpeechFailed
from audio.espeak import EspeakVoice
from audio.loudness import measured
from audio.speech import CommandVoice, read_aloud
from tests.audio.sounds import tone, written


def spoken_by(voice: EspeakVoice, text: str, path: Path) -> bytes:
    voice.speak(text, path)
    with Decoding(path) as decoding:
        return b"".join(decoding)


def quiet_share(sound: bytes) -> float:
    """The share of 20 ms blocks that are below -50 dBFS."""
    samples = memoryview(sound).cast("h")
    peaks = [max(map(abs, samples[at : at + 320])) for at in range(0, len(samples) - 320, 320)]
    return sum(peak < 100 for peak in peaks) / len(peaks)


def test_an_interrupt_while_the_engine_speaks_ends_it_and_leaves_nothing(tmp_path: Path) -> None:
    """The signal comes once the engine has given its first sound of a sentence that goes on for minutes."""
    aside, main = tmp_path / ".speech.wav.part", get_ident()

    def interrupt() -> None:
        while not aside.exists() or aside.stat().st_size < 10_000:
            sleep(0.001)
        pthread_kill(main, SIGINT)

    before = signal(SIGINT, default_int_handler)  # whoever is started in the background ignores it
    Thread(target=interrupt, daemon=True).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            EspeakVoice().speak("请注意防火，" * 3_000, tmp_path / "speech.wav")
    finally:
        signal(SIGINT, before)
    assert list(tmp_path.iterdir()) == []


def test_mandarin_sounds_like_speech(tmp_path: Path) -> None:
    text = "各位村民：请注意防火。发现火情，请立即报警。"
    sound = spoken_by(EspeakVoice(), text, tmp_path / "speech.wav")
    hanzi = sum(character.isalpha() for character in text)
    assert 250 < pcm.duration_ms(len(sound)) / hanzi < 600
    assert -26 < measured(tmp_path / "speech.wav").integrated_lufs < -12
    assert 0.1 < quiet_share(sound) < 0.6


def test_a_slower_voice_takes_longer(tmp_path: Path) -> None:
    slow, fast = (
        spoken_by(EspeakVoice(words_per_minute=rate), "请注意防火。", tmp_path / "s.wav")
        for rate in (110, 170)
    )
    assert len(slow) > 1.15 * len(fast)


def test_a_paragraph_ends_with_a_longer_pause_than_a_sentence(tmp_path: Path) -> None:
    one = spoken_by(EspeakVoice(), "大家好。请注意。", tmp_path / "one.wav")
    two = spoken_by(EspeakVoice(), "大家好。\n请注意。", tmp_path / "two.wav")
    assert pcm.duration_ms(len(two)) - pcm.duration_ms(len(one)) == pytest.approx(600, abs=60)


def test_figures_are_put_into_words_before_they_are_spoken(tmp_path: Path) -> None:
    class Listening:
        heard = ""

        def speak(self, text: str, into: Path) -> None:
            self.heard = text

    voice = Listening()
    read_aloud("请拨打12119", voice, tmp_path / "speech.wav")
    assert voice.heard == "请拨打幺二幺幺九"


def test_the_engine_may_be_used_again_and_from_many_threads(tmp_path: Path) -> None:
    voice = EspeakVoice()
    paths = [tmp_path / f"{number}.wav" for number in range(8)]
    threads = [Thread(target=voice.speak, args=("请注意防火。", path)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lengths = [measured(path).duration_ms for path in paths]
    assert max(lengths) - min(lengths) < 50


@pytest.mark.parametrize("text", ["", " \n", "。！？"])
def test_a_text_without_words_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SpeechFailed, match="nothing that can be spoken"):
        EspeakVoice().speak(text, tmp_path / "speech.wav")
    assert not list(tmp_path.iterdir())


def test_an_unknown_voice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpeechFailed, match="no voice xx-none"):
        EspeakVoice(voice="xx-none").speak("请注意。", tmp_path / "speech.wav")
    assert not list(tmp_path.iterdir())


def station_voice(program: str, timeout_s: float = 20.0) -> CommandVoice:
    return CommandVoice(
        [sys.executable, "-c", program, "{text_file}", "--to={wav_file}"], timeout_s=timeout_s
    )


def test_a_stations_own_voice_gets_the_text_and_leaves_the_sound(tmp_path: Path) -> None:
    sample = written(tmp_path / "sample.wav", tone(1_500))
    program = (
        "import shutil, sys\n"
        f"assert open(sys.argv[1], encoding='utf-8').read() == '请注意。'\n"
        f"shutil.copy({str(sample)!r}, sys.argv[2].removeprefix('--to='))"
    )
    station_voice(program).speak("请注意。", tmp_path / "speech.wav")
    assert measured(tmp_path / "speech.wav").duration_ms == 1_500
    assert {path.name for path in tmp_path.iterdir()} == {"sample.wav", "speech.wav"}


@pytest.mark.parametrize(
    ("program", "complaint"),
    [
        ("import sys; sys.exit('the model is missing')", "ended with code 1: the model is missing"),
        ("raise SystemExit(7)", r"ended with code 7: \(it said nothing\)"),
        ("pass", "left no sound"),
        ("import sys; open(sys.argv[2][5:], 'w').write('oops')", "left no sound"),
    ],
)
def test_a_failing_voice_says_why_and_leaves_nothing(tmp_path: Path, program: str, complaint: str) -> None:
    with pytest.raises(SpeechFailed, match=complaint):
        station_voice(program).speak("请注意。", tmp_path / "speech.wav")
    assert not list(tmp_path.iterdir())


def test_a_voice_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    lock = tmp_path / "alive"
    program = f"import subprocess; subprocess.run(['flock', {str(lock)!r}, 'sleep', '60'])"
    with pytest.raises(SpeechFailed, match=r"did not finish within 0\.5 s"):
        station_voice(program, timeout_s=0.5).speak("请注意。", tmp_path / "speech.wav")
    assert subprocess.run(["flock", "-w", "5", lock, "true"]).returncode == 0


def test_a_voice_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    voice = CommandVoice(["/no/such/voice", "{text_file}", "{wav_file}"])
    with pytest.raises(SpeechFailed, match="/no/such/voice could not be started"):
        voice.speak("请注意。", tmp_path / "speech.wav")


def test_a_command_without_places_for_its_files_is_refused() -> None:
    with pytest.raises(ValueError, match=r"lacks \{wav_file\}"):
        CommandVoice(["say", "{text_file}"])
