"""Outputs that sound: PCM in real time into a WAV file, or into a program such as `aplay`.

One thread per sound: it opens the recording, waits for the instant, writes the first block, and goes on block by block
in step with the clock. Silence is a thread that is told to end: what it has not written is never heard.
"""

import shutil
import subprocess
import tempfile
import threading
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from audio import pcm, tones
from audio.errors import AudioError
from audio.playback import BLOCK_MS, open_pcm
from devices.endpoint.output import SIREN_MS, Progress, Recording, Siren, Sound, Stage

_BLOCKS = 10  # of playback at once: 200 ms
_STEP_S = _BLOCKS * BLOCK_MS / 1000
_OVERRUN_MS = 1_000  # a recording is cut so long after the length that its document says


class Sink(Protocol):
    """Where one sound's PCM goes (s16le, mono, 16 kHz)."""

    def write(self, block: bytes) -> None:
        """Sound it; raises OSError where that fails."""

    def close(self) -> None:
        """The end of this sound; what is buffered is dropped."""


class SoundingOutput:
    """Keeps `devices.endpoint.output.Output`. `sink_of` opens where a sound goes; `speak` says a text into a file."""

    def __init__(
        self,
        sink_of: Callable[[Sound], Sink],
        *,
        speak: Callable[[str, Path], None] | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._sink_of, self._speak, self._changed = sink_of, speak, changed
        self._player: _Player | None = None

    def start(self, sound: Sound, at_s: float, now_s: float) -> None:
        """Prepare, and sound from `at_s`; what sounded before is over."""
        self.stop(now_s)
        self._player = _Player(sound, at_s, self._sink_of, self._speak, self._changed)
        self._player.start()

    def progress(self, now_s: float) -> Progress:
        """How far the latest sound has come."""
        return self._player.progress if self._player else Progress(stage=Stage.FINISHED)

    def stop(self, now_s: float) -> Progress:
        """Silence."""
        player, self._player = self._player, None
        return player.silenced() if player else Progress(stage=Stage.FINISHED)


class _Player(threading.Thread):
    def __init__(
        self,
        sound: Sound,
        at_s: float,
        sink_of: Callable[[Sound], Sink],
        speak: Callable[[str, Path], None] | None,
        changed: Callable[[], None],
    ) -> None:
        super().__init__(name=f"sounds {sound.key}", daemon=True)
        self._sound, self._at_s = sound, at_s
        self._sink_of, self._speak, self._changed = sink_of, speak, changed
        self._hushed = threading.Event()
        self._first_s: float | None = None
        self._body_ms = 0
        self.progress = Progress(stage=Stage.WAITING)

    def silenced(self) -> Progress:
        """Ends the sound; how far its body had come when it fell silent."""
        self._hushed.set()
        self.join(timeout=5.0)
        return self.progress

    def run(self) -> None:
        try:
            self._play()
        except (AudioError, wave.Error) as error:
            self._end(Stage.RECORDING_FAULT, str(error))
        except Exception as error:
            self._end(Stage.OUTPUT_FAULT, f"{type(error).__name__}: {error}")
        self._changed()

    def _play(self) -> None:
        blocks = self._prepared()
        first = next(blocks, None)
        if first is None:
            self._end(Stage.RECORDING_FAULT, "there is no sound in it")
            return
        with closing(self._sink_of(self._sound)) as sink:
            if self._hushed.wait(max(0.0, self._at_s - time.monotonic())):
                return
            begun_s = time.monotonic()
            lead_ms = len(self._lead) * 1000 // (pcm.SAMPLE_RATE * pcm.SAMPLE_BYTES)
            self._first_s = begun_s + lead_ms / 1000
            for number, block in enumerate(chain([first], blocks)):
                sink.write(pcm.at_volume(block, self._sound.volume))
                self._say(begun_s + number * _STEP_S)
                if self._hushed.wait(max(0.0, begun_s + (number + 1) * _STEP_S - time.monotonic())):
                    self._say(time.monotonic())
                    return
            self._say(begun_s + (number + 1) * _STEP_S)
        self._end(Stage.FINISHED)

    def _prepared(self) -> Iterator[bytes]:
        """The whole sound in steps of 200 ms, chime and siren included."""
        self._lead = tones.chime() if self._sound.chime else b""
        step = pcm.size_of(_BLOCKS * BLOCK_MS)
        lead = (self._lead[at : at + step] for at in range(0, len(self._lead), step))
        return chain(lead, self._body(self._sound.body))

    def _body(self, body: Recording | Siren) -> Iterator[bytes]:
        if isinstance(body, Recording):
            longest_ms = max(0, body.duration_ms - body.start_ms) + _OVERRUN_MS
            yield from islice(
                _joined(open_pcm(body.path, start_ms=body.start_ms)), int(longest_ms / 1000 / _STEP_S) + 1
            )
            return
        siren = tones.siren(SIREN_MS)
        step = pcm.size_of(_BLOCKS * BLOCK_MS)
        yield from (siren[at : at + step] for at in range(0, len(siren), step))
        if body.text and self._speak is not None:
            with tempfile.TemporaryDirectory() as directory:
                spoken = Path(directory) / "speech.wav"
                self._speak(body.text, spoken)
                yield from _joined(open_pcm(spoken))

    def _say(self, until_s: float) -> None:
        if self._first_s is None:
            return
        heard_ms = max(0, round((until_s - self._first_s) * 1000))
        self.progress = Progress(stage=Stage.SOUNDING, heard_ms=heard_ms, first_sample_s=self._first_s)

    def _end(self, stage: Stage, fault: str = "") -> None:
        before = self.progress
        self.progress = Progress(
            stage=stage,
            heard_ms=before.heard_ms,
            full_ms=before.heard_ms if isinstance(self._sound.body, Siren) and not fault else None,
            first_sample_s=before.first_sample_s,
            fault=fault,
        )


def _joined(blocks: Iterator[bytes]) -> Iterator[bytes]:
    while block := b"".join(islice(blocks, _BLOCKS)):
        yield block


class WavSink:
    """One WAV file."""

    def __init__(self, path: Path) -> None:
        self._file = wave.open(str(path), "wb")  # noqa: SIM115 - closed by `close`
        self._file.setnchannels(1)
        self._file.setsampwidth(pcm.SAMPLE_BYTES)
        self._file.setframerate(pcm.SAMPLE_RATE)

    def write(self, block: bytes) -> None:
        """Append."""
        self._file.writeframes(block)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def wav_sinks(directory: Path, *, keep: int = 50) -> Callable[[Sound], Sink]:
    """A WAV file for each sound, named by time and key; the newest `keep` stay."""
    directory.mkdir(parents=True, exist_ok=True)

    def sink_of(sound: Sound) -> Sink:
        for old in sorted(directory.glob("*.wav"))[: -keep + 1 or None]:
            old.unlink(missing_ok=True)
        name = "".join(c if c.isalnum() or c in "-_" else "-" for c in sound.key)
        return WavSink(directory / f"{datetime.now(UTC):%Y%m%dT%H%M%S}Z-{name[:40]}.wav")

    return sink_of


class CommandSink:
    """The standard input of a program that sounds raw PCM; its death is an OSError."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            list(command), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def write(self, block: bytes) -> None:
        """Hand over; BrokenPipeError where the program has died."""
        assert self._process.stdin is not None
        self._process.stdin.write(block)
        self._process.stdin.flush()

    def close(self) -> None:
        """Kill it: what it has buffered is not to be heard."""
        self._process.kill()
        self._process.wait()


def command_sinks(command: Sequence[str]) -> Callable[[Sound], Sink]:
    """A program for each sound, fed with raw PCM (s16le, mono, 16 kHz)."""
    return lambda sound: CommandSink(command)


def sound_card_command() -> tuple[str, ...]:
    """The program that feeds this machine's sound card. Raises LookupError where none is installed."""
    known = {
        "aplay": (
            "-q",
            "-t",
            "raw",
            "-f",
            "S16_LE",
            "-c",
            "1",
            "-r",
            str(pcm.SAMPLE_RATE),
            "--buffer-time=200000",
            "-",
        ),
        "pw-play": ("--format=s16", "--channels=1", f"--rate={pcm.SAMPLE_RATE}", "-"),
    }
    for program, arguments in known.items():
        if found := shutil.which(program):
            return (found, *arguments)
    raise LookupError("no program to sound with: install alsa-utils (aplay), or give a command")
