"""Pieces: what may take the output, a slot's cue or one sounding of an alert, and how its turn ended."""

from datetime import datetime

from msgspec import Struct

from devices.documents import Alert
from devices.endpoint.alerts import key_of
from devices.endpoint.output import SIREN_MS
from schedules.agenda import Play
from schedules.interruption import Playable
from schedules.precedence import BroadcastClass
from schedules.records import MissedBecause, Result


class Piece(Struct, frozen=True, kw_only=True, gc=False):
    """All that sounding it and recording it need. Exactly one of slot and alert is set; no recording: the siren."""

    playable: Playable
    slot: str | None = None
    alert: str | None = None
    notice: str
    version: int
    recording: str | None
    text: str = ""
    language: str = ""
    volume: int

    @property
    def key(self) -> str:
        """Its name at the output."""
        return self.playable.key

    @property
    def emergency(self) -> bool:
        """Whether it may sound in quiet hours."""
        return self.playable.precedence.klass is BroadcastClass.EMERGENCY


def of_play(play: Play, volume: int) -> Piece:
    """The piece of a cue; `volume` where it orders none."""
    cue = play.cue
    return Piece(
        playable=play.playable,
        slot=cue.slot,
        notice=cue.notice,
        version=cue.version,
        recording=cue.recording,
        volume=volume if cue.volume is None else cue.volume,
    )


def of_alert(alert: Alert, recording: str | None, volume: int, not_after: datetime | None) -> Piece:
    """The piece of an alert's next sounding, with its `recording` if it can be played, otherwise with the siren."""
    return Piece(
        playable=Playable(
            key=key_of(alert),
            precedence=alert.precedence,
            duration_ms=SIREN_MS if recording is None else alert.duration_ms,
            policy=alert.policy,
            not_after=not_after,
        ),
        alert=alert.id,
        notice=alert.notice,
        version=alert.version,
        recording=recording,
        text=alert.text,
        language=alert.language,
        volume=volume if alert.volume is None else alert.volume,
    )


class Ended(Struct, frozen=True, kw_only=True, gc=False):
    """How a turn at the output ended. `fault` says what broke, if something did; `waits`: it begins again later."""

    piece: Piece
    started: datetime | None  # None: nothing sounded
    ended: datetime | None
    heard_ms: int
    full_ms: int
    result: Result
    because: MissedBecause | None = None
    unplayable: bool = False  # what is wrong is the recording itself: trying again is useless
    fault: str = ""
    waits: bool = False
