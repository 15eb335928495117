"""Speech: a text becomes sound through a voice; which voice is the station's choice."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from audio.decode import Decoding
from audio.errors import SpeechFailed, UnreadableAudio
from audio.reading import readable

_TEXT_FILE, _WAV_FILE = "{text_file}", "{wav_file}"
_COMPLAINT_BYTES = 500  # of what a failing command said, enough for a message


class Voice(Protocol):
    """Speaks words; figures should have been put into words (`read_aloud` does)."""

    def speak(self, text: str, into: Path) -> None:
        """Writes an audio file, whole or not at all. Raises SpeechFailed."""


def read_aloud(text: str, voice: Voice, into: Path) -> None:
    """Speaks a notice as written, figures and all. Raises SpeechFailed."""
    voice.speak(readable(text), into)


class CommandVoice:
    """A station's own voice: a program that reads a UTF-8 text file and writes a WAV file.

    `command` holds the words `{text_file}` and `{wav_file}`, which become paths, alone or as part of an argument.
    """

    def __init__(self, command: Sequence[str], *, timeout_s: float = 300.0) -> None:
        for place in (_TEXT_FILE, _WAV_FILE):
            if not any(place in word for word in command):
                raise ValueError(
                    f"The voice command {list(command)} lacks {place}. Put it where the path belongs."
                )
        self._command, self._timeout_s = tuple(command), timeout_s

    def speak(self, text: str, into: Path) -> None:
        with TemporaryDirectory(dir=into.parent, prefix=".speech-") as directory:
            text_file, wav_file = Path(directory, "text.txt"), Path(directory, "speech.wav")
            text_file.write_text(text, encoding="utf-8")
            self._run(text_file, wav_file)
            self._check(wav_file)
            wav_file.replace(into)

    def _run(self, text_file: Path, wav_file: Path) -> None:
        words = [
            word.replace(_TEXT_FILE, str(text_file)).replace(_WAV_FILE, str(wav_file))
            for word in self._command
        ]
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                process_group=0,
            )
        except OSError as error:
            raise SpeechFailed(
                "The voice command {command} could not be started ({reason}). Check its path in the settings.",
                command=words[0],
                reason=error.strerror,
            ) from error
        with process:
            complaint = self._awaited(process)
        if process.returncode:
            raise SpeechFailed(
                "The voice command {command} ended with code {code}: {complaint}",
                command=words[0],
                code=process.returncode,
                complaint=complaint[-_COMPLAINT_BYTES:].decode(errors="replace").strip()
                or "(it said nothing)",
            )

    def _awaited(self, process: subprocess.Popen[bytes]) -> bytes:
        try:
            return process.communicate(timeout=self._timeout_s)[1]
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)  # with the children that it may have started
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            raise SpeechFailed(
                "The voice command {command} did not finish within {seconds} s. "
                "Shorten the text, or allow it more time in the settings.",
                command=self._command[0],
                seconds=self._timeout_s,
            ) from error

    def _check(self, wav_file: Path) -> None:
        try:
            with Decoding(wav_file) as decoding:
                next(iter(decoding))
        except (FileNotFoundError, UnreadableAudio) as error:
            raise SpeechFailed(
                "The voice command {command} said that it succeeded but left no sound in {place} ({reason}).",
                command=self._command[0],
                place=_WAV_FILE,
                reason=str(error),
            ) from error
