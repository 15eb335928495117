"""Supervision: from reports and the passing of time to flips. Pure: `now` is seconds of a monotonic clock, passed in.

Theory of operation. A heartbeat only writes down when it came (O(1)); a wheel of one-second buckets looks at each
endpoint about when its silence could have become suspicious, and puts it back if it has not. Silence accumulates only
while every gate of the endpoint's path is open. The controller itself is a gate: whenever two ticks are more than 5 s
apart (a stall, a suspend, an outage between a snapshot and its restoring) it was closed in between. So nothing that
we failed to hear is ever held against an endpoint, and what had accumulated before still counts afterwards.

Wills, broker disconnects and retained replays are hints: they ask for a probe and prove neither life nor death.
"""

from collections.abc import Iterable
from math import ceil, inf

from devices.presence import Presence
from devices.reports import Event, EventKind, Heartbeat, Status
from devices.supervision.gates import CONTROLLER, GateMoved, Gates, Path
from devices.supervision.probing import Probing
from devices.supervision.rhythm import Runs
from devices.supervision.states import DOWN, Flip, Overlaid, Overlay, Sign, State, after
from devices.supervision.watch import Watch
from devices.supervision.wheel import Wheel

STALL_S = 5.0
HOLD_S = 30.0
OVERTAKEN_S = 5.0  # how much later a report may come than one that was sent after it
PROVEN_REPORTS = 3  # of a new endpoint
VERIFIED_REPORTS, VERIFIED_S, VERIFIED_PERIODS = 5, 600.0, 5

Happened = Flip | Overlaid | GateMoved
_SUSPICIOUS = frozenset({State.OK, State.DEGRADED})
_UNARMED = frozenset({State.NEW, State.SILENT, State.MAINS_LOST})


class Supervision:
    """The states of all endpoints. What happened waits in order until it is taken by `happened`."""

    def __init__(self, now: float) -> None:
        self.gates = Gates()
        self.runs = Runs()
        self._watches: dict[str, Watch] = {}
        self._wheel: Wheel[Watch] = Wheel()
        self._parked: dict[Path, list[Watch]] = {}
        self._flapping: dict[str, Watch] = {}
        self._probing = Probing()
        self._happened: list[Happened] = []
        self._ticked = now

    # What it watches

    def watch(self, endpoint: str, gates: Iterable[str] = (), *, commissioned: bool = False) -> None:
        """Supervise `endpoint` behind these gates; known ones keep their state. A commissioned one is not new."""
        path = self.gates.path(gates)
        known = self._watches.get(endpoint)
        if known is not None:
            known.path = path
            return
        state = State.OK if commissioned else State.NEW
        found = Watch(endpoint, path, state, since=self._ticked, onset=self._ticked, heard=self._ticked)
        self.adopt(found)

    def adopt(self, watch: Watch) -> None:
        """Supervise what another supervision kept."""
        self._watches[watch.endpoint] = watch
        if watch.penalty.flapping:
            self._flapping[watch.endpoint] = watch
        self._arm(watch, self._ticked)

    def forget(self, endpoint: str) -> None:
        """Supervise it no longer: it was retired."""
        gone = self._watches.pop(endpoint, None)
        if gone is not None:
            gone.bucket = -1
            self._flapping.pop(endpoint, None)

    def maintain(self, endpoint: str, now: float, *, on: bool) -> None:
        """Announced work begins or ends; the state lives on below it."""
        watch = self._watches.get(endpoint)
        if watch is not None and watch.maintenance is not on:
            watch.maintenance = on
            self._happened.append(Overlaid(endpoint=endpoint, overlay=Overlay.MAINTENANCE, on=on, at=now))

    # What it is told

    def heartbeat(self, endpoint: str, beat: Heartbeat, now: float) -> bool:
        """A heartbeat arrived; those of endpoints that are not watched are passed over. Whether anything has happened."""
        watch = self._watches.get(endpoint)
        if watch is None or not self._is_news(watch, beat, now):
            return bool(self._happened)
        rebooted, before = beat.boot != watch.boot, watch.heard
        seen = watch.path.saw_all_since(before)
        missed = self._missed(watch, beat, now) if seen and not rebooted else 0
        self._learn(watch, beat, now, missed, seen=seen, rebooted=rebooted)
        watch.good = watch.good + 1 if missed == 0 else 1
        sign = Sign.HEARD_ON_BATTERY if beat.mains is False else Sign.HEARD
        to = after(watch.state, sign)
        if to is not watch.state:
            self._flip(watch, to, sign, now, now, heard=before, beat=beat, rebooted=rebooted)
        elif watch.state is State.NEW or watch.state is State.VERIFYING:
            self._prove(watch, now)
        elif missed or watch.state is State.DEGRADED:
            self._judge_line(watch, now)
        return bool(self._happened)

    def event(self, endpoint: str, event: Event, now: float) -> None:
        """An event arrived: last gasps and returns of the mains matter here."""
        watch = self._watches.get(endpoint)
        if watch is None or event.kind not in (EventKind.LAST_GASP, EventKind.MAINS_BACK):
            return
        if event.boot == watch.gasp_boot and event.seq <= watch.gasp_seq:
            return  # a copy, or overtaken by a newer word
        onset = now - event.age_ms / 1000
        watch.gasp_boot, watch.gasp_seq = event.boot, event.seq
        if event.kind is EventKind.MAINS_BACK:
            self._sign(watch, Sign.MAINS_BACK, min(max(onset, watch.onset), now), now)
        elif onset >= watch.heard - OVERTAKEN_S:  # else it has been heard since: history
            watch.gasp_up_s, watch.gasp_rx = event.up_s, now
            self._sign(watch, Sign.GASPED, onset, now)

    def status(self, endpoint: str, status: Status, now: float, *, retained: bool) -> None:
        """A presence arrived: a hint at most. Of old sessions, and replayed ones, not even that."""
        watch = self._watches.get(endpoint)
        if watch is None or retained or status.state is not Presence.OFFLINE or status.epoch != watch.boot:
            return
        self.hint(endpoint, now)

    def hint(self, endpoint: str, now: float) -> None:
        """The link says that it may be gone (TCP reset, serial time-out): ask it in 15 s if it is still mute."""
        if endpoint in self._watches:
            self._probing.hint(endpoint, now)

    def probe_failed(self, endpoint: str) -> None:
        """It did not answer: one miss less is allowed."""
        watch = self._watches.get(endpoint)
        if watch is not None:
            watch.failed_probes += 1
            watch.patience = 0.0
            self._arm(watch, self._ticked)

    def close(self, gate: str, now: float, because: str, since: float | None = None) -> None:
        """What lies behind `gate` is unobserved, from `since` (perhaps known only now) on."""
        begun = now if since is None else since
        if self.gates.close(gate, begun):
            self._happened.append(GateMoved(gate=gate, open=False, since=begun, because=because))

    def open(self, gate: str, now: float, because: str = "") -> None:
        """`gate` can be seen through again: subscribed anew, and its backlog has drained."""
        if gate in self.gates.closed:
            self._happened.append(GateMoved(gate=gate, open=True, since=now, because=because))
        for path in self.gates.open(gate, now):
            self._unpark(path, now)

    def tick(self, now: float) -> None:
        """Time passes; call it every second. A longer pause was an outage of our own."""
        self.attended(now)
        for bucket, watch in self._wheel.due(now):
            if watch.bucket == bucket:
                self._examine(watch, now)
        for watch in list(self._flapping.values()):
            self._calm(watch, now)

    @property
    def next_s(self) -> float:
        """Until then `tick` finds nothing to do, if nothing arrives: `attended` says the same for less."""
        return -inf if self._flapping or self._happened else self._wheel.next_s

    def attended(self, now: float) -> None:
        """Somebody watched up to `now`, which is before `next_s`."""
        if now - self._ticked > STALL_S:
            self.was_blind(now)
        self._ticked = max(now, self._ticked)

    def was_blind(self, now: float) -> None:
        """Nobody watched since the last tick."""
        if now > self._ticked:
            self.gates.was_blind(self._ticked, now)
            for is_open, since in ((False, self._ticked), (True, now)):
                moved = GateMoved(gate=CONTROLLER, open=is_open, since=since, because="not watching")
                self._happened.append(moved)
            self._ticked = now

    # What it says

    def happened(self) -> tuple[Happened, ...]:
        """What happened since it was last asked, in order."""
        if not self._happened:
            return ()
        taken, self._happened = tuple(self._happened), []
        return taken

    def probes(self, now: float) -> tuple[str, ...]:
        """Suspects, and those of whom a hint said so, to be asked for a sign of life now; each is named twice at most.

        At most 200; of more a few behind each path stand for the others. Who was asked and is still mute has missed one more.
        """
        for endpoint in self._probing.unanswered(self._watches, now):
            self.probe_failed(endpoint)
        return self._probing.ask(self._watches, now)

    def state(self, endpoint: str) -> State:
        """Its state below the overlays. KeyError for one that is not watched."""
        return self._watches[endpoint].state

    def overlays(self, endpoint: str) -> frozenset[Overlay]:
        """What lies over the state. KeyError for one that is not watched."""
        watch = self._watches[endpoint]
        lying = {
            Overlay.MAINTENANCE: watch.maintenance,
            Overlay.FLAPPING: watch.penalty.flapping,
            Overlay.UNOBSERVED: watch.path.closed_since is not None,
        }
        return frozenset(overlay for overlay, is_on in lying.items() if is_on)

    def heard(self, endpoint: str) -> float:
        """When it last proved to be alive. KeyError for one that is not watched."""
        return self._watches[endpoint].heard

    def silence(self, endpoint: str, now: float) -> float:
        """Observable seconds since then. KeyError for one that is not watched."""
        watch = self._watches[endpoint]
        return watch.path.silence(watch.heard, watch.rhythm.period, watch.rhythm.jitter, now)

    def period(self, endpoint: str) -> float:
        """Seconds between its heartbeats, as it promises. KeyError for one that is not watched."""
        return self._watches[endpoint].rhythm.period

    @property
    def watches(self) -> Iterable[Watch]:
        """Everything that is kept; to be looked at only."""
        return self._watches.values()

    @property
    def ticked(self) -> float:
        """When it last watched: the row of the alive ledger."""
        return self._ticked

    # How it judges

    def _is_news(self, watch: Watch, beat: Heartbeat, now: float) -> bool:
        """Whether a heartbeat is the newest word, neither a copy nor overtaken by a later one."""
        if beat.boot == watch.boot:
            if beat.seq <= watch.seq:
                if beat.seq < watch.seq:
                    watch.rhythm.found()
                return False
        elif watch.boots is not None and beat.boots is not None and beat.boots < watch.boots:
            return False
        if beat.boot == watch.gasp_boot and watch.state in (State.MAINS_LOST_HELD, State.MAINS_LOST):
            if watch.gasp_up_s is not None:
                return beat.up_s > watch.gasp_up_s
            return now - watch.gasp_rx > OVERTAKEN_S
        return True

    def _missed(self, watch: Watch, beat: Heartbeat, now: float) -> int:
        """How many did not come since the last: no more than there was time for, whatever number an endpoint gives."""
        return min(beat.seq - watch.seq - 1, ceil(max(0.0, now - watch.heard) / watch.rhythm.period))

    def _learn(
        self, watch: Watch, beat: Heartbeat, now: float, missed: int, *, seen: bool, rebooted: bool
    ) -> None:
        late = now - watch.heard - watch.due_in
        in_turn = late > -OVERTAKEN_S
        if in_turn and not rebooted and seen and watch.state not in DOWN:
            watch.rhythm.came(max(0.0, late), missed)
            if missed:
                self.runs.came(missed)
        sooner = beat.next_in_s < watch.rhythm.period
        if beat.next_in_s > watch.rhythm.period or (
            sooner and in_turn and self._is_promised_again(watch, beat, now)
        ):
            watch.rhythm.period = float(beat.next_in_s)
        watch.boot, watch.seq, watch.boots = beat.boot, beat.seq, beat.boots
        watch.heard, watch.due_in = max(now, watch.heard), float(beat.next_in_s)
        watch.failed_probes = 0

    def _is_promised_again(self, watch: Watch, beat: Heartbeat, now: float) -> bool:
        """Whether the next is promised as the last one was: one out of turn tells only what is left of the period."""
        return abs(beat.next_in_s - watch.due_in) <= 1 and now - watch.heard > watch.due_in / 2

    def _prove(self, watch: Watch, now: float) -> None:
        if watch.state is State.NEW:
            proven = watch.good >= PROVEN_REPORTS
        else:
            long_enough = max(VERIFIED_S, VERIFIED_PERIODS * watch.rhythm.period)
            proven = watch.good >= VERIFIED_REPORTS and now - watch.since >= long_enough
        if proven:
            self._sign(watch, Sign.PROVEN, now, now)

    def _judge_line(self, watch: Watch, now: float) -> None:
        if watch.state is State.OK and watch.rhythm.is_lossy:
            self._sign(watch, Sign.LOSSY, now, now)
        elif watch.state is State.DEGRADED and watch.rhythm.is_clean:
            self._sign(watch, Sign.CLEAN, now, now)

    def _examine(self, watch: Watch, now: float) -> None:
        """Its second has come: flips what is due, and says when to look again."""
        watch.bucket = 0
        if watch.path.closed_since is not None:
            self._parked.setdefault(watch.path, []).append(watch)
            return
        sign, wait = self._deadline(watch, now)
        if wait > 0:
            watch.bucket = self._wheel.put(watch, now + wait, now)
            return
        held = watch.state is State.MAINS_LOST_HELD
        onset = watch.onset if held else self._first_missed(watch)
        self._sign(watch, sign, min(onset, now), now)

    def _first_missed(self, watch: Watch) -> float:
        return watch.path.first_missed(watch.heard, watch.rhythm.period, watch.rhythm.jitter)

    def _deadline(self, watch: Watch, now: float) -> tuple[Sign, float]:
        """What happens next if it stays mute, and in how many observable seconds."""
        if watch.state is State.MAINS_LOST_HELD:
            held_from = max(watch.onset, watch.since + OVERTAKEN_S - HOLD_S)
            return Sign.HOLD_ENDED, HOLD_S - watch.path.open_time(held_from, now)
        rhythm = watch.rhythm
        silence = watch.path.silence(watch.heard, rhythm.period, rhythm.jitter, now)
        if watch.state in _SUSPICIOUS:
            return Sign.SUSPICION, rhythm.suspect_after - silence
        if watch.state is not State.SUSPECT or not watch.patience:
            watch.patience = rhythm.silent_after(len(self._watches), self.runs, watch.failed_probes)
        return Sign.SILENCE, watch.patience - silence

    def _sign(self, watch: Watch, sign: Sign, onset: float, now: float) -> None:
        to = after(watch.state, sign)
        if to is not watch.state:
            self._flip(watch, to, sign, onset, now, heard=watch.heard)

    def _flip(
        self,
        watch: Watch,
        to: State,
        sign: Sign,
        onset: float,
        now: float,
        *,
        heard: float,
        beat: Heartbeat | None = None,
        rebooted: bool | None = None,
    ) -> None:
        flip = Flip(
            endpoint=watch.endpoint,
            from_state=watch.state,
            to_state=to,
            onset=onset,
            detected=now,
            because=sign,
            heard=heard,
            blind=not watch.path.saw_all_since(heard),
            up_s=beat.up_s if beat else None,
            reset=beat.reset if beat else None,
            rebooted=rebooted,
        )
        self._happened.append(flip)
        self._count_change(watch, to, now)
        watch.state, watch.since, watch.onset, watch.patience = to, now, onset, 0.0
        if to is State.RETURNING:
            watch.good = 1
        elif to is State.SUSPECT:
            self._probing.suspect(watch.endpoint, now)
        if to not in _UNARMED:
            self._arm(watch, now)

    def _arm(self, watch: Watch, now: float) -> None:
        """Have it looked at when its silence, if it lasts from now on, is due; a bucket of before is void."""
        if watch.state not in _UNARMED:
            _, wait = self._deadline(watch, now)
            watch.bucket = self._wheel.put(watch, now + wait, now)

    def _unpark(self, path: Path, now: float) -> None:
        for watch in self._parked.pop(path, ()):
            if watch.bucket == 0:
                self._arm(watch, now)

    def _count_change(self, watch: Watch, to: State, now: float) -> None:
        """Going and coming count towards flapping, unless it may have been we who did not see."""
        if (to not in DOWN and to is not State.RETURNING) or watch.path.closed_since is not None:
            return
        was_flapping = watch.penalty.flapping
        watch.penalty = watch.penalty.changed(now)
        if watch.penalty.flapping and not was_flapping:
            self._flapping[watch.endpoint] = watch
            self._overlay_flapping(watch, now, on=True)

    def _calm(self, watch: Watch, now: float) -> None:
        watch.penalty = watch.penalty.calmed(now)
        if not watch.penalty.flapping:
            del self._flapping[watch.endpoint]
            self._overlay_flapping(watch, now, on=False)

    def _overlay_flapping(self, watch: Watch, now: float, *, on: bool) -> None:
        laid = Overlaid(endpoint=watch.endpoint, overlay=Overlay.FLAPPING, on=on, at=now)
        self._happened.append(laid)
