"""Outputs by name: what a board, or a simulated one, is told to sound through."""

from collections.abc import Callable, Sequence
from pathlib import Path

from devices.endpoint.output import Output, SilentOutput
from devices.endpoint.sinks import command_sinks, sound_card_command, wav_sinks
from devices.endpoint.sounding import SoundingOutput

SOUNDED = "sounded"
CHINESE = "zh"

Changed = Callable[[], None]
OutputOf = Callable[[Path, Changed], Output]
"""(directory of the endpoint, changed) → output; `changed` may be called from any thread when a sound has ended."""


def silent_output(directory: Path, changed: Changed) -> Output:
    """Timing only."""
    return SilentOutput()


def wav_output(directory: Path, changed: Changed) -> Output:
    """What the endpoint sounds becomes WAV files in its directory."""
    return SoundingOutput(wav_sinks(directory / SOUNDED), speak=speak, changed=changed)


def command_output(command: Sequence[str]) -> OutputOf:
    """A program takes raw PCM (16 kHz, mono, 16 bits little-endian) on its standard input."""
    return lambda directory, changed: SoundingOutput(command_sinks(command), speak=speak, changed=changed)


def sound_card_output() -> OutputOf:
    """The sound card of this machine. Raises LookupError where no program for it is installed."""
    return command_output(sound_card_command())


def speak(text: str, language: str, into: Path) -> None:
    """The voice that is always there. Raises SpeechFailed, also for a language that it does not know."""
    from audio.espeak import EspeakVoice  # only when it is needed: a board starts faster without
    from audio.speech import read_aloud

    spoken = language.partition("-")[0].lower()
    if spoken == CHINESE:
        read_aloud(text, EspeakVoice(), into)
    else:
        EspeakVoice(voice=spoken).speak(text, into)
