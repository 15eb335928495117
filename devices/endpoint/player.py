"""Player: the one owner of the output. What sounds next the interruption rules decide; here it is carried out.

The output may raise or die at any moment: that ends the play as a fault, and the next play starts it afresh.
"""

import logging
import math
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from devices.endpoint.media import Media
from devices.endpoint.output import Output, Progress, Recording, Siren, Sound, Stage
from devices.endpoint.piece import Ended, Piece
from schedules.interruption import Action, Attempt, Decision, Paused, Sounding, decide
from schedules.precedence import Precedence
from schedules.records import MissedBecause, Result, result_of

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.25  # after the expected end, until the output says that it has finished
STUCK_S = 10.0  # behind its time: the output will not come to an end any more
JUST_AFTER_S = 0.005  # a look is taken just after what it is to see
FAULTS_BORNE = 3  # starts that may fail in one turn

_WAITING = Progress(stage=Stage.WAITING)
_UNDER_WAY = frozenset({Stage.WAITING, Stage.SOUNDING})


@dataclass(slots=True, kw_only=True)
class _Stretch:
    """What the output does for the piece that sounds now."""

    piece: Piece
    from_ms: int  # where in the recording it began
    before_ms: int  # heard in earlier stretches of the same attempt
    begun_s: float
    noted_s: float  # when it was last written down how far the play had come, and how far
    noted_ms: int
    progress: Progress = _WAITING

    @property
    def full_ms(self) -> int:
        """Its length: as the document says, or of a siren as the output does."""
        if self.piece.recording is None and self.progress.full_ms is not None:
            return self.progress.full_ms
        return self.piece.playable.duration_ms

    @property
    def heard_ms(self) -> int:
        """Of the attempt so far."""
        return self.before_ms + self.progress.heard_ms

    def left_s(self) -> float:
        """How long it will still sound."""
        return (self.full_ms - self.from_ms - self.progress.heard_ms) / 1000

    def stuck(self, now_s: float) -> bool:
        """Whether it should have ended long ago."""
        return now_s > self.begun_s + (self.full_ms - self.from_ms) / 1000 + STUCK_S


class Player:
    """Call `look`, then `turn`, whenever something may have changed; `next_look_s` says when at the latest."""

    def __init__(self, output: Output, media: Media, note_s: float) -> None:
        self._output = output
        self._media = media
        self.note_s = note_s
        self._pieces: dict[str, Piece] = {}  # sounding and paused, by key
        self._last_heard: dict[str, datetime] = {}  # when each of them sounded last
        self._sounding: Sounding | None = None
        self._paused: tuple[Paused, ...] = ()
        self._stretch: _Stretch | None = None
        self._armed: Piece | None = None
        self._logged = ""  # the fault of the output that was logged last
        self.changes = 0  # counts what alters `unfinished` otherwise than by the passing of time

    @property
    def sounding(self) -> Piece | None:
        """What the output plays."""
        return self._stretch.piece if self._stretch else None

    @property
    def not_after(self) -> datetime | None:
        """When what sounds must have ended."""
        return self._sounding.item.not_after if self._sounding else None

    @property
    def armed(self) -> str | None:
        """What the output has prepared for its instant, by key."""
        return self._armed.key if self._armed else None

    @property
    def pieces(self) -> Mapping[str, Piece]:
        """What sounds or pauses, by key."""
        return self._pieces

    def unfinished(self, time: datetime) -> Iterator[tuple[Piece, datetime, datetime, int]]:
        """What a power cut would leave half heard: piece, start of the attempt, when it sounded last, milliseconds heard.

        Without what has not sounded yet: nobody heard any of it.
        """
        begun = self._stretch is not None and self._stretch.progress.first_sample_s is not None
        for state in (self._sounding, *self._paused):
            if state is not None and state.started is not None and state.heard_ms:
                key = state.item.key
                heard = time if state is self._sounding and not begun else self._last_heard[key]
                yield self._pieces[key], state.started, heard, state.heard_ms

    def arm(self, piece: Piece, at_s: float, now_s: float) -> None:
        """Prepare a piece that gets its turn at the monotonic instant `at_s`. What fails now, fails again then."""
        if self._stretch is None and self._begin(piece, at_s, now_s).stage in _UNDER_WAY:
            self._armed = piece

    def disarm(self, now_s: float) -> None:
        """What was prepared will not get its turn."""
        if self._armed is not None:
            self._armed = None
            self._silence(now_s)

    def cut(self, not_after: datetime) -> None:
        """What sounds must end by `not_after`: its time has become shorter."""
        if self._sounding is not None:
            item = replace(self._sounding.item, not_after=not_after)
            self._sounding = replace(self._sounding, item=item)

    def look(self, now_s: float, time: datetime, counting_percent: int) -> Ended | None:
        """See how far the output has come; what has come to its end, or broke."""
        if self._stretch is None:
            return None
        progress = self._ask(lambda: self._output.progress(now_s))
        if progress.heard_ms < self._stretch.progress.heard_ms:
            progress = replace(progress, heard_ms=self._stretch.progress.heard_ms)
        if progress.stage in _UNDER_WAY and self._stretch.stuck(now_s):
            stuck = self._silence(now_s)
            progress = replace(stuck, stage=Stage.OUTPUT_FAULT, fault="the output did not come to an end")
        self._hear(self._stretch, progress, now_s, time)
        if progress.stage is Stage.OUTPUT_FAULT:
            self._silence(now_s)
        if progress.stage not in _UNDER_WAY:
            return self._finish(self._stretch, progress, counting_percent)
        return None

    def turn(
        self,
        now_s: float,
        time: datetime,
        due: Mapping[str, Piece],
        withdrawn: Set[str],
        *,
        reserved: Precedence | None,
        counting_percent: int,
    ) -> list[Ended]:
        """Let the rules decide and carry it out; every attempt that ended by it."""
        ended: list[Ended] = []
        waiting = {key: piece for key, piece in due.items() if key not in self._pieces}
        if not (waiting or self._pieces):
            return ended
        for _ in range(FAULTS_BORNE):
            decision = decide(
                time,
                self._sounding,
                self._paused,
                tuple(piece.playable for piece in waiting.values()),
                withdrawn,
                reserved=reserved,
                counting_percent=counting_percent,
            )
            ended += [self._attempted(attempt, decision) for attempt in decision.ended]
            failed = self._carry_out(decision, waiting, now_s)
            if failed is None:
                break
            ended.append(failed)
            waiting.pop(failed.piece.key, None)
        return ended

    def next_look_s(self, now_s: float, counting_percent: int) -> float:
        """When to look again: as it begins to count, as it should end, when a note is due."""
        s = self._stretch
        if s is None:
            return math.inf
        counts_s = (s.full_ms * counting_percent / 100 - s.heard_ms) / 1000
        left_s = s.left_s()
        at = [s.noted_s + self.note_s, now_s + (left_s + JUST_AFTER_S if left_s > 0 else LOOK_AGAIN_S)]
        if counts_s > 0:
            at.append(now_s + counts_s + JUST_AFTER_S)
        return min(at)

    def note_due(self, now_s: float, counting_percent: int) -> bool:
        """Whether it should be written down how far the play has come: now and then, and when it begins to count."""
        s = self._stretch
        if s is None:
            return False
        needed = s.full_ms * counting_percent
        due = now_s >= s.noted_s + self.note_s or s.noted_ms * 100 < needed <= s.heard_ms * 100
        if due:
            s.noted_s, s.noted_ms = now_s, s.heard_ms
        return due

    def stop(self, now_s: float, time: datetime, counting_percent: int) -> Ended | None:
        """Silence for good, as the program ends: the partial play, if something sounded."""
        self.disarm(now_s)
        if self._stretch is None:
            return None
        progress = self._silence(now_s)
        self._hear(self._stretch, progress, now_s, time)
        return self._finish(self._stretch, progress, counting_percent)

    def _carry_out(self, decision: Decision, waiting: Mapping[str, Piece], now_s: float) -> Ended | None:
        """Make the output do it; the attempt that failed at once, if it did."""
        self._sounding, self._paused = decision.sounding, decision.paused
        kept = [state.item.key for state in (decision.sounding, *decision.paused) if state is not None]
        if kept != list(self._pieces):
            known = {**self._pieces, **waiting}
            self._pieces = {key: known[key] for key in kept}
            self._last_heard = {key: when for key, when in self._last_heard.items() if key in kept}
        if decision.action is Action.KEEP:
            self.changes += bool(decision.ended)
            return None
        if decision.action is not Action.IDLE or decision.ended:
            self.changes += 1
        silenced, self._stretch = self._stretch is not None, None
        if decision.sounding is not None:
            return self._start(self._pieces[decision.sounding.item.key], decision, now_s)
        if silenced:
            self._silence(now_s)
        return None

    def _start(self, piece: Piece, decision: Decision, now_s: float) -> Ended | None:
        assert decision.sounding is not None
        prepared, self._armed = self._armed is not None and self._armed.key == piece.key, None
        if not (prepared and decision.from_ms == 0):
            began = self._begin(piece, now_s, now_s, from_ms=decision.from_ms, chime=decision.chime)
            if began.stage not in _UNDER_WAY:
                return self._failed(piece, decision.sounding, began)
        before_ms = decision.sounding.heard_ms
        self._stretch = _Stretch(
            piece=piece,
            from_ms=decision.from_ms,
            before_ms=before_ms,
            begun_s=now_s,
            noted_s=now_s,
            noted_ms=before_ms,
        )
        return None

    def _begin(
        self, piece: Piece, at_s: float, now_s: float, *, from_ms: int = 0, chime: bool = False
    ) -> Progress:
        """Have the output prepare it. A stage that is not under way tells why it cannot."""
        body: Recording | Siren = Siren(text=piece.text, language=piece.language, drill=not piece.emergency)
        if piece.recording is not None:
            path = self._media.sound(piece.recording)
            if path is None:
                return Progress(stage=Stage.RECORDING_FAULT)
            body = Recording(path=path, duration_ms=piece.playable.duration_ms, start_ms=from_ms)
        sound = Sound(key=piece.slot or piece.alert or "", body=body, volume=piece.volume, chime=chime)

        def start() -> Progress:
            self._output.start(sound, at_s, now_s)
            return _WAITING

        return self._ask(start)

    def _failed(self, piece: Piece, sounding: Sounding, began: Progress) -> Ended:
        """An attempt that broke at its start. Without a `fault` it is the recording that is gone: damaged, thrown away."""
        self._sounding = None
        del self._pieces[piece.key]
        return Ended(
            piece=piece,
            started=sounding.started if sounding.heard_ms else None,
            ended=sounding.started if sounding.heard_ms else None,
            heard_ms=sounding.heard_ms,
            full_ms=piece.playable.duration_ms,
            result=Result.PARTIAL if sounding.heard_ms else Result.MISSED,
            because=MissedBecause.FAULT if began.fault else MissedBecause.NO_RECORDING,
            unplayable=began.stage is Stage.RECORDING_FAULT and bool(began.fault),
            fault=began.fault,
        )

    def _hear(self, stretch: _Stretch, progress: Progress, now_s: float, time: datetime) -> None:
        """Take over how far the output has come; an attempt begins with its first sample."""
        assert self._sounding is not None
        stretch.progress = progress
        started = self._sounding.started
        if progress.first_sample_s is not None:
            began = time - timedelta(seconds=now_s - progress.first_sample_s)
            started = started if stretch.before_ms else began
            self._last_heard[stretch.piece.key] = began + timedelta(milliseconds=progress.heard_ms)
        self._sounding = replace(self._sounding, heard_ms=stretch.heard_ms, started=started)

    def _finish(self, stretch: _Stretch, progress: Progress, counting_percent: int) -> Ended:
        """The end of what sounded, by itself or by a fault."""
        assert self._sounding is not None
        sounded = stretch.heard_ms > 0
        result = result_of(stretch.heard_ms, stretch.full_ms, counting_percent)
        ended = Ended(
            piece=stretch.piece,
            started=self._sounding.started if sounded else None,
            ended=self._last_heard.get(stretch.piece.key) if sounded else None,
            heard_ms=stretch.heard_ms,
            full_ms=stretch.full_ms,
            result=result,
            because=None if result is Result.COUNTED else MissedBecause.FAULT,
            unplayable=progress.stage in (Stage.RECORDING_FAULT, Stage.FINISHED),
            fault=progress.fault,
        )
        del self._pieces[stretch.piece.key]
        self._sounding = self._stretch = None
        self.changes += 1
        return ended

    def _attempted(self, attempt: Attempt, decision: Decision) -> Ended:
        """What the rules ended: withdrawn, interrupted, out of time."""
        key = attempt.item.key
        return Ended(
            piece=self._pieces[key],
            started=attempt.started if attempt.heard_ms else None,
            ended=self._last_heard.get(key) if attempt.heard_ms else None,
            heard_ms=attempt.heard_ms,
            full_ms=attempt.item.duration_ms,
            result=attempt.result,
            because=attempt.because,
            waits=any(paused.item.key == key for paused in decision.paused),
        )

    def _silence(self, now_s: float) -> Progress:
        return self._ask(lambda: self._output.stop(now_s))

    def _ask(self, question: Callable[[], Progress]) -> Progress:
        """What the output answers; whatever it raises is a fault of the output."""
        try:
            return question()
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
            if fault != self._logged:  # one that stays broken must not fill the disk
                log.exception("the output failed")
            self._logged = fault
            return Progress(stage=Stage.OUTPUT_FAULT, fault=fault)
