"""Sound: codecs for what people record and for what endpoints play, and the built-in voice."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from broadcaster.config import Settings
from broadcaster.doctor.finding import Finding, Level
from broadcaster.language import N_

_CODECS: tuple[tuple[str, Literal["r", "w"]], ...] = (
    ("libopus", "w"),
    ("libmp3lame", "w"),
    ("opus", "r"),
    ("mp3", "r"),
    ("aac", "r"),
    ("amrnb", "r"),
    ("wmav2", "r"),
)
_REINSTALL = N_("Install again: delete the folder .venv and start the program.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechFacts:
    """`error`: why the built-in voice cannot speak Mandarin; empty when it can. `command`: the station's own voice."""

    error: str
    command: tuple[str, ...]


def measure_codecs(settings: Settings) -> tuple[str, ...]:
    """The codecs that the media library lacks."""
    import av

    def is_missing(name: str, mode: Literal["r", "w"]) -> bool:
        try:
            av.Codec(name, mode)
        except ValueError:  # UnknownCodecError
            return True
        return False

    return tuple(name for name, mode in _CODECS if is_missing(name, mode))


def measure_speech(settings: Settings) -> SpeechFacts:
    """Has the built-in voice say a word."""
    from audio.espeak import EspeakVoice

    with tempfile.TemporaryDirectory() as folder:
        try:
            EspeakVoice().speak("你好", Path(folder) / "word.wav")
        except Exception as error:  # a C library that is missing or broken can fail in any way
            return SpeechFacts(error=str(error), command=settings.speech.command)
    return SpeechFacts(error="", command=settings.speech.command)


def judge_codecs(missing: tuple[str, ...]) -> Finding:
    """All of them are there."""
    if missing:
        says = N_("The media library lacks {missing}.")
        facts = {"missing": ", ".join(missing)}
        return Finding(check="codecs", level=Level.FAIL, says=says, do=_REINSTALL, facts=facts)
    return Finding(check="codecs", level=Level.OK, says=N_("All codecs are there."))


def judge_speech(speech: SpeechFacts) -> Finding:
    """There is a voice."""
    if speech.error:
        says = N_("The built-in voice cannot speak: {error}")
        level = Level.WARN if speech.command else Level.FAIL
        return Finding(check="speech", level=level, says=says, do=_REINSTALL, facts={"error": speech.error})
    return Finding(check="speech", level=Level.OK, says=N_("The built-in voice speaks Mandarin."))
