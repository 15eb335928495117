"""Outputs: where the endpoint's one sound goes."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from msgspec import Struct


class Recording(Struct, frozen=True, kw_only=True, gc=False):
    """A verified recording, from `start_ms` on."""

    path: Path
    duration_ms: int  # of the whole, as the signed document says; it is cut soon after that
    start_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Siren:
    """The built-in siren, then `text` where the endpoint has a voice; the alert that has no recording.

    A `drill` has bells of the same length: nobody may take it for the real thing.
    """

    text: str = ""
    language: str = "zh"
    drill: bool = False


class Sound(Struct, frozen=True, kw_only=True, gc=False):
    """What an output is asked to sound. `key` is the slot or alert, for names and logs."""

    key: str
    body: Recording | Siren
    volume: int  # percent
    chime: bool = False  # a short chime first: something interrupted goes on


SIREN_MS = 12_000  # the built-in siren without speech
CHIME_MS = 2_000


class Stage(StrEnum):
    """Where the output stands with what it was asked to sound."""

    WAITING = "waiting"  # prepared, its instant has not come
    SOUNDING = "sounding"
    FINISHED = "finished"  # the body came to its end
    RECORDING_FAULT = "recording_fault"  # unplayable, empty or silent: trying again is useless
    OUTPUT_FAULT = "output_fault"  # the player or its program died: the next play may work


class Progress(Struct, frozen=True, kw_only=True, gc=False):
    """How far a sound has come; `heard_ms` counts this stretch of the body, without chime or silence."""

    stage: Stage
    heard_ms: int = 0
    full_ms: int | None = None  # real length of the body, where it is known (a siren with speech)
    first_sample_s: float | None = None  # monotonic instant at which the first sample of the body sounded
    fault: str = ""


class Output(Protocol):
    """Sounds one thing at a time. May raise whatever it likes: the player restarts it and says so."""

    def start(self, sound: Sound, at_s: float, now_s: float) -> None:
        """Prepare now, sound from the monotonic instant `at_s` on (the past means at once); replaces what sounded."""

    def progress(self, now_s: float) -> Progress:
        """How far the sound has come that was started last."""

    def stop(self, now_s: float) -> Progress:
        """Silence at once, dropping what is buffered; how far the sound had come."""


class SilentOutput:
    """Sounds nothing, in exactly the time that it would take: for rehearsals and tests, real or virtual time."""

    def __init__(self) -> None:
        self.sound: Sound | None = None  # what "sounds" or is prepared
        self._at_s = 0.0

    def start(self, sound: Sound, at_s: float, now_s: float) -> None:
        self.sound, self._at_s = sound, max(at_s, now_s)

    def progress(self, now_s: float) -> Progress:
        if self.sound is None:
            return Progress(stage=Stage.FINISHED)
        if now_s < self._at_s:
            return Progress(stage=Stage.WAITING)
        full_ms = _length_ms(self.sound)
        body_s = self._at_s + (CHIME_MS / 1000 if self.sound.chime else 0)
        if now_s < body_s:
            return Progress(stage=Stage.SOUNDING, full_ms=full_ms)
        passed_ms = round((now_s - body_s) * 1000)
        return Progress(
            stage=Stage.FINISHED if passed_ms >= full_ms else Stage.SOUNDING,
            heard_ms=min(passed_ms, full_ms),
            full_ms=full_ms,
            first_sample_s=body_s,
        )

    def stop(self, now_s: float) -> Progress:
        progress = self.progress(now_s)
        self.sound = None
        return progress


def _length_ms(sound: Sound) -> int:
    match sound.body:
        case Recording(duration_ms=duration_ms, start_ms=start_ms):
            return max(0, duration_ms - start_ms)
        case Siren():
            return SIREN_MS
