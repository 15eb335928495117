"""Sinks: where an output's PCM goes, a WAV file or a program such as `aplay`. Mono, 16 bits little-endian, 16 kHz."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import wave
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol

from audio import pcm
from devices.endpoint.output import Sound

_KILLED_S = 1.0  # for a program to be gone
_DRAIN_S = 10.0  # a program that has not ended so long after its last sample is stuck


class Sink(Protocol):
    """Takes one sound. `ahead_s`: how much it wants to hold that has not sounded yet."""

    ahead_s: float

    def write(self, block: bytes) -> None:
        """Take over; may block. Raises OSError where the way is broken."""

    def drain(self) -> None:
        """The end: wait until all that was written has sounded. Raises OSError where it has not."""

    def cut(self) -> None:
        """The end, now: what has not sounded is dropped. From any thread, at any time, also twice."""


SinkOf = Callable[[Sound], Sink]


class WavSink:
    """One WAV file, written in step with the clock: it holds what could be heard."""

    ahead_s = 0.0

    def __init__(self, path: Path) -> None:
        self._file = wave.open(str(path), "wb")  # noqa: SIM115 - closed by `drain` or `cut`
        self._file.setnchannels(1)
        self._file.setsampwidth(pcm.SAMPLE_BYTES)
        self._file.setframerate(pcm.SAMPLE_RATE)
        self._lock = threading.Lock()
        self._closed = False

    def write(self, block: bytes) -> None:
        with self._lock:
            if not self._closed:
                self._file.writeframes(block)

    def drain(self) -> None:
        self.cut()

    def cut(self) -> None:
        with self._lock:
            self._closed = True
            self._file.close()


class CommandSink:
    """The standard input of a program that sounds raw PCM; its death is an OSError that tells its last words."""

    ahead_s = 0.4  # more than the buffer of a sound card, so that it starts at once and never runs dry

    def __init__(self, command: Sequence[str]) -> None:
        self._last_words = _nowhere_on_disk()
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._last_words,
            bufsize=0,
            start_new_session=True,  # a script's own programs end with it
        )

    def write(self, block: bytes) -> None:
        assert self._process.stdin is not None
        try:
            rest = memoryview(block)
            while rest:
                rest = rest[self._process.stdin.write(rest) or 0 :]
        except (OSError, ValueError) as error:
            raise OSError(self._complaint()) from error

    def drain(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            code = self._process.wait(_DRAIN_S)
        except subprocess.TimeoutExpired:
            self.cut()
            raise OSError(f"{self._program} did not end {_DRAIN_S:.0f} s after the last sample") from None
        if code:
            raise OSError(self._complaint())
        self._last_words.close()

    def cut(self) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):  # one that hangs in its driver outlives SIGKILL
            self._process.wait(_KILLED_S)

    @property
    def _program(self) -> str:
        return str(self._process.args[0]) if isinstance(self._process.args, list) else str(self._process.args)

    def _complaint(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        self._last_words.seek(0)
        said = self._last_words.read(300).decode(errors="replace").strip()
        return f"{self._program} ended with code {self._process.returncode}: {said or 'it said nothing'}"


def _nowhere_on_disk() -> IO[bytes]:
    """An empty file in memory: a board whose disk takes no writes must still be heard."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("last words"), "w+b")
    return tempfile.TemporaryFile()


def wav_sinks(directory: Path, *, keep: int = 50) -> SinkOf:
    """A WAV file for each sound, named by time and key; the newest `keep` stay."""

    def sink_of(sound: Sound) -> Sink:
        directory.mkdir(parents=True, exist_ok=True)
        for old in sorted(directory.glob("*.wav"))[: 1 - keep or None]:
            old.unlink(missing_ok=True)
        name = "".join(c if c.isalnum() or c in "-_" else "-" for c in sound.key)
        return WavSink(directory / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z-{name[:40]}.wav")

    return sink_of


def command_sinks(command: Sequence[str]) -> SinkOf:
    """A program for each sound, fed with raw PCM."""
    return lambda sound: CommandSink(command)


def sound_card_command() -> tuple[str, ...]:
    """The program that feeds this machine's sound card. Raises LookupError where none is installed."""
    rate = str(pcm.SAMPLE_RATE)
    known = {
        "aplay": ("-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", rate, "--buffer-time=200000", "-"),
        "pw-play": ("--raw", "--format=s16", "--channels=1", f"--rate={rate}", "-"),
    }
    for program, arguments in known.items():
        if found := shutil.which(program):
            return (found, *arguments)
    raise LookupError("no program to sound with: install alsa-utils (aplay), or give a command")
