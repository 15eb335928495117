"""Conductor: what sounds now. Brings cues, alerts and the player together, and has what became of them recorded.

One `turn` does it all, whatever has happened: see what the output did, collect what is due, let the player carry out
what the interruption rules decide, write down in one transaction what ended and what is under way, prepare what comes.
Asking for a turn too often changes nothing.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from devices.endpoint import piece as pieces
from devices.endpoint import proof
from devices.endpoint.alerts import AlertsInForce, Running, breathing
from devices.endpoint.clock import Clock
from devices.endpoint.cues import Cues, HeldCue
from devices.endpoint.hindrances import Hindrances
from devices.endpoint.media import Media
from devices.endpoint.piece import Ended, Piece
from devices.endpoint.player import Player
from devices.endpoint.recorder import Recorder
from devices.endpoint.settings import InForce
from devices.endpoint.store import AlertMark, SlotMark, Unfinished
from devices.reports import EventKind
from schedules.agenda import Play
from schedules.precedence import BroadcastClass
from schedules.records import AsPlayed, MissedBecause, Result

PREPARE_S = 2.0  # before its instant: slow boards must open the recording
PATIENCE_S = 60.0  # a due play that finds the output taken so long is owed, as the agenda sees it
REST_S = 20.0  # of daily plays after the output has failed
TIRED = 3  # faults of the output after which a slot is given up
AGAIN_S = 0.05
MOVED_S = 0.005  # a prepared start that the clock has moved so far is prepared anew
ALERTS_REMEMBERED = timedelta(days=45)

Say = Callable[[EventKind, str, str], None]  # kind, what it is about, detail


@dataclass(slots=True)
class _Written:
    """What one turn writes."""

    records: list[AsPlayed] = field(default_factory=list)
    slots: list[SlotMark] = field(default_factory=list)
    alerts: list[AlertMark] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.records or self.slots or self.alerts)


class Conductor:
    """`lost` is told of recordings that cannot be had any more, `say` of what an event should tell."""

    def __init__(
        self,
        *,
        clock: Clock,
        cues: Cues,
        alerts: AlertsInForce,
        player: Player,
        recorder: Recorder,
        media: Media,
        hindrances: Hindrances,
        settings: InForce,
        boot: str,
        say: Say,
        lost: Callable[[str], None],
    ) -> None:
        self._clock = clock
        self._cues = cues
        self._alerts = alerts
        self._player = player
        self._recorder = recorder
        self._media = media
        self._hindrances = hindrances
        self._settings = settings
        self._boot = boot
        self._say = say
        self._lost = lost
        # Due plays, and since when they wait for the output.
        self._waiting: dict[str, tuple[Piece, float]] = {}
        self._taken: set[str] = set()  # slots that wait, sound or pause
        self._active: dict[str, Running] = {}
        self._blocked = False  # alerts hold the output, daily plays need not ask for it
        self._quiet_until: datetime | None = None  # for alerts that keep quiet hours
        self._unplayable: set[str] = set()
        self._faults: Counter[str] = Counter()  # of the output, by slot
        self._silent_alerts: set[str] = set()  # whose last record says that nothing sounded
        self._rest_until_s = 0.0
        self._armed_s = 0.0
        self._again = False
        self._written_changes = 0
        self.next_s = math.inf

    @property
    def sounding(self) -> str | None:
        """The slot or the alert that sounds."""
        piece = self._player.sounding
        return None if piece is None else piece.slot or piece.alert

    @property
    def alerts_active(self) -> frozenset[str]:
        """The alerts that sound again and again now."""
        return frozenset(self._active)

    def set_up(self, settings: InForce, now_s: float) -> None:
        """Other settings are in force; what they forbid ends with the next turn."""
        self._settings = settings
        sounding = self._player.sounding
        if sounding is not None and not sounding.emergency and self._clock.trusted:
            time = self._clock.time(now_s)
            end = time if settings.quiet.at(time) else settings.quiet.next_start(time)
            before = self._player.not_after
            if end is not None and (before is None or end < before):
                self._player.cut(end)

    def take_up(self, notes: Iterable[Unfinished], now_s: float) -> None:
        """Record what the last boot did not live to end."""
        written = _Written()
        time = self._clock.time(now_s)
        for note in notes:
            record = proof.taken_up(note, self._settings.counting_percent)
            if record is None:
                continue  # nobody heard any of it: it is still owed
            written.records.append(record)
            if record.slot is not None:
                counted = record.result is Result.COUNTED
                ended = proof.ended_at_latest(record, self._player.note_s)
                mark = self._cues.settle(record.slot, record.notice, time, ended, for_good=counted)
                written.slots.append(mark)
            else:
                written.alerts.append(self._alert_sounded(note.key, now_s, time))
        self._write(written, now_s, unfinished=())

    def turn(self, now_s: float) -> None:
        """Do what is to be done now."""
        time = self._clock.time(now_s)
        percent = self._settings.counting_percent
        written = _Written()
        if ended := self._player.look(now_s, time, percent):
            self._conclude(ended, written, now_s, time)
        self._see_alerts(time)
        due = self._due(now_s, time)
        resting = {key: running for key, running in self._active.items() if key not in self._player.pieces}
        for ended in self._player.turn(
            now_s,
            time,
            due,
            {key for key, piece in self._player.pieces.items() if self._withdrawn(key, piece, time)},
            reserved=breathing(resting, due),
            counting_percent=percent,
        ):
            self._conclude(ended, written, now_s, time)
        self._let_go(now_s)
        if self._clock.trusted:
            self._lapse(written, time)
        self._write_down(written, now_s)
        self._arm(now_s, time)
        self._plan(now_s, time)

    def stop(self, now_s: float) -> None:
        """The program ends: silence, and the record of what was cut."""
        time = self._clock.time(now_s)
        written = _Written()
        if ended := self._player.stop(now_s, time, self._settings.counting_percent):
            self._conclude(ended, written, now_s, time)
        self._write_down(written, now_s)

    def note_now(self, now_s: float) -> None:
        """Write down how far the play has come: power is failing."""
        self._write(_Written(), now_s, unfinished=self._under_way(now_s))

    # What is due

    def _see_alerts(self, time: datetime) -> None:
        if not (self._active or self._blocked or self._alerts):
            self._quiet_until = None
            return
        quiet = self._settings.quiet
        self._quiet_until = None
        keeping_quiet = bool(quiet.windows) and any(not running.emergency for running in self._alerts)
        if keeping_quiet and self._clock.trusted and (span := quiet.at(time)):
            self._quiet_until = span.end
        hushed = keeping_quiet and (self._quiet_until is not None or not self._clock.trusted)
        self._active = self._alerts.active(time, quiet=hushed)
        blocked = any(running.alert.klass is not BroadcastClass.DAILY for running in self._active.values())
        if blocked != self._blocked:
            self._blocked = blocked
            self._cues.reconsider()
        if self._clock.trusted:
            self._hindrances.blocked(time, by_alert=blocked)

    def _due(self, now_s: float, time: datetime) -> dict[str, Piece]:
        due = {
            key: self._alert_piece(running, time)
            for key, running in self._active.items()
            if running.next_s <= now_s and key not in self._player.pieces
        }
        if self._ready(now_s):
            while (play := self._next_play(time)) is not None and play.when <= time:
                self._cues.take(play.cue.slot)
                self._taken.add(play.cue.slot)
                self._waiting[play.cue.slot] = (pieces.of_play(play, self._settings.volume), now_s)
        for slot in [slot for slot in self._waiting if not self._cues.holds(slot)]:
            del self._waiting[slot]
        return due | {slot: piece for slot, (piece, _) in self._waiting.items()}

    def _next_play(self, time: datetime) -> Play | None:
        return self._cues.next(time, taken=bool(self._taken or self._player.pieces))

    def _ready(self, now_s: float) -> bool:
        """Whether plays may ask for the output at all."""
        return self._clock.trusted and not self._blocked and now_s >= self._rest_until_s

    def _alert_piece(self, running: Running, time: datetime) -> Piece:
        """With its recording, if that is here and can be played; the siren does not wait for it."""
        alert, recording = running.alert, running.alert.recording
        if recording in self._unplayable:
            recording = None
        if recording is not None and not self._media.holds(recording):
            self._lost(recording)
            recording = None
        not_after = None
        if not running.emergency and self._clock.trusted:
            not_after = self._settings.quiet.next_start(time)
        return pieces.of_alert(alert, recording, self._settings.volume, not_after)

    def _withdrawn(self, key: str, piece: Piece, time: datetime) -> bool:
        if piece.slot is not None:
            return not self._cues.holds(piece.slot)
        return not self._alerts.in_force(key, time)

    def _let_go(self, now_s: float) -> None:
        """Plays that got the output wait no more. What found it taken for too long, or lost it, is owed."""
        if not self._taken:
            return
        pieces_now = self._player.pieces
        for slot, (_, since_s) in list(self._waiting.items()):
            if slot in pieces_now or now_s >= since_s + PATIENCE_S:
                del self._waiting[slot]
        for slot in [s for s in self._taken if s not in pieces_now and s not in self._waiting]:
            self._taken.discard(slot)
            self._cues.release(slot)

    # What became of it

    def _conclude(self, ended: Ended, written: _Written, now_s: float, time: datetime) -> None:
        if ended.because is MissedBecause.NO_RECORDING and ended.piece.recording is not None:
            self._lost(ended.piece.recording)
        elif ended.unplayable and ended.result is not Result.COUNTED:
            detail = ended.fault or f"it ended after {ended.heard_ms} of {ended.full_ms} ms"
            if ended.piece.recording is not None and ended.started is None:
                self._unplayable.add(ended.piece.recording)
            self._say(EventKind.RECORDING_REFUSED, ended.piece.key, f"{ended.piece.recording}: {detail}")
        elif ended.fault:
            self._rest_until_s = now_s + REST_S
            self._say(EventKind.PLAYER_FAULT, "", f"{ended.piece.key}: {ended.fault}")
        if ended.piece.slot is not None:
            self._conclude_slot(ended.piece.slot, ended, written, time)
        else:
            self._conclude_alert(ended, written, now_s, time)

    def _conclude_slot(self, slot: str, ended: Ended, written: _Written, time: datetime) -> None:
        self._waiting.pop(slot, None)
        if ended.fault and not ended.unplayable:
            self._faults[slot] += 1
        hopeless = ended.unplayable or self._faults[slot] >= TIRED
        if ended.result is Result.MISSED and not hopeless:
            return  # still owed
        for_good = hopeless or ended.result in (Result.COUNTED, Result.WITHDRAWN)
        if ended.started is not None or ended.result is Result.MISSED:
            written.records.append(proof.of_ended(ended, self._clock.quality, self._boot))
        mark = self._cues.settle(slot, ended.piece.notice, time, ended.ended, for_good=for_good)
        written.slots.append(mark)

    def _conclude_alert(self, ended: Ended, written: _Written, now_s: float, time: datetime) -> None:
        key = ended.piece.key
        silent = ended.started is None
        if not silent or (ended.result is Result.MISSED and key not in self._silent_alerts):
            written.records.append(proof.of_ended(ended, self._clock.quality, self._boot))
        (self._silent_alerts.add if silent else self._silent_alerts.discard)(key)
        if ended.waits or ended.result is Result.WITHDRAWN:
            return
        if not silent:
            written.alerts.append(self._alert_sounded(key, now_s, time))
        elif ended.unplayable or ended.because is MissedBecause.NO_RECORDING:
            self._again = True  # with the siren
        else:
            self._alerts.rest(key, now_s)

    def _alert_sounded(self, key: str, now_s: float, time: datetime) -> AlertMark:
        times = self._alerts.sounded(key, now_s)
        return AlertMark(key=key, times=times, forget=time + ALERTS_REMEMBERED)

    def _lapse(self, written: _Written, time: datetime) -> None:
        """What has not sounded by its latest is missed, with the reason."""
        latest = self._cues.next_lapse
        if latest is None or latest > time:
            return
        for held, because in self._cues.lapsed(time, self._hindrances.until(time)):
            if because is not None:
                written.records.append(self._missed(held, because))
            slot, notice = held.cue.slot, held.cue.notice
            self._waiting.pop(slot, None)
            written.slots.append(self._cues.settle(slot, notice, time, None, for_good=True))

    def _missed(self, held: HeldCue, because: MissedBecause) -> AsPlayed:
        cue = held.cue
        return AsPlayed(
            seq=1,
            slot=cue.slot,
            notice=cue.notice,
            version=cue.version,
            recording=cue.recording,
            started=None,
            ended=None,
            heard_ms=0,
            full_ms=cue.duration_ms,
            result=Result.MISSED,
            because=because,
            clock=self._clock.quality,
            boot=self._boot,
        )

    def _write_down(self, written: _Written, now_s: float) -> None:
        """In one transaction what ended and what is under way, now and then how far it has come."""
        noting = self._player.note_due(now_s, self._settings.counting_percent)
        if noting or self._player.changes != self._written_changes:
            self._written_changes = self._player.changes
            self._write(written, now_s, unfinished=self._under_way(now_s))
        elif written.anything:
            self._write(written, now_s, unfinished=None)

    def _under_way(self, now_s: float) -> tuple[Unfinished, ...]:
        quality, boot = self._clock.quality, self._boot
        plays = self._player.unfinished(self._clock.time(now_s))
        return tuple(proof.under_way(*play, quality, boot) for play in plays)

    def _write(self, written: _Written, now_s: float, *, unfinished: tuple[Unfinished, ...] | None) -> None:
        self._recorder.write(
            written.records,
            slots=tuple(written.slots),
            alerts=tuple(written.alerts),
            unfinished=unfinished,
            now_s=now_s,
        )

    # What comes

    def _arm(self, now_s: float, time: datetime) -> None:
        """Prepare the next play shortly before its instant, so that neighbouring horns start together."""
        if self._player.pieces:
            return
        ready = self._ready(now_s) and not self._waiting
        play = self._next_play(time) if ready else None
        at_s = math.inf if play is None else self._clock.mono_s(play.when)
        if play is None or self._player.armed != play.cue.slot or abs(at_s - self._armed_s) > MOVED_S:
            self._player.disarm(now_s)
        if play is not None and self._player.armed is None and now_s < at_s <= now_s + PREPARE_S:
            self._armed_s = at_s
            self._player.arm(pieces.of_play(play, self._settings.volume), at_s, now_s)

    def _plan(self, now_s: float, time: datetime) -> None:
        """When the next turn is due: what is past has been dealt with in this one."""
        look_s = self._player.next_look_s(now_s, self._settings.counting_percent)
        at = [look_s, *self._deadlines(now_s, time)]
        at += [running.next_s for key, running in self._active.items() if key not in self._player.pieces]
        at += [since_s + PATIENCE_S for _, since_s in self._waiting.values()]
        if self._again:
            at.append(now_s + AGAIN_S)
            self._again = False
        self.next_s = min((when_s for when_s in at if when_s > now_s), default=math.inf)

    def _deadlines(self, now_s: float, time: datetime) -> Iterable[float]:
        deadline_s, trusted = self._clock.deadline_s, self._clock.trusted
        lapse = self._cues.next_lapse if trusted else None
        for when in (self._player.not_after, self._alerts.next_turning(time), self._quiet_until, lapse):
            if when is not None:
                yield deadline_s(when)
        if not trusted:
            return
        yield self._rest_until_s
        if self._ready(now_s) and (play := self._next_play(time)) is not None:
            yield self._clock.mono_s(play.when) - PREPARE_S
            yield deadline_s(play.when) if time < play.when else now_s + AGAIN_S
