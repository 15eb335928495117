"""Pieces: what may take the output, a slot's cue or one sounding of an alert, and how its turn ended."""

from dataclasses import dataclass
from datetime import datetime

from schedules.interruption import Playable
from schedules.records import MissedBecause, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """All that sounding it and recording it need. Exactly one of slot and alert is set; no recording: the siren."""

    playable: Playable
    slot: str | None = None
    alert: str | None = None
    notice: str
    version: int
    recording: str | None
    text: str = ""
    language: str = "zh"
    volume: int

    @property
    def key(self) -> str:
        """Its name at the output."""
        return self.playable.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a turn at the output ended. `fault` says what broke, if something did; `waits`: it begins again later."""

    piece: Piece
    started: datetime | None
    ended: datetime | None
    heard_ms: int
    full_ms: int
    result: Result
    because: MissedBecause | None = None
    unplayable: bool = False  # what is wrong is the recording itself: trying again is useless
    fault: str = ""
    waits: bool = False
