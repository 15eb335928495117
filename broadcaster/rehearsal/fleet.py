"""The fleet: supervision and correlation of a whole county in virtual time, against misfortunes that are known.

`everybody` is supervised heartbeat by heartbeat in rehearsals of hours. In rehearsals of weeks only those whom a misfortune
touches are, from their last good heartbeat on until they are well again; of all others it is known when they last beat.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import floor

from broadcaster.rehearsal.grid import Grid
from broadcaster.rehearsal.misfortunes import Misfortune
from broadcaster.rehearsal.poles import PERIOD_S, Pole
from broadcaster.rehearsal.world import World
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.circumstances import Circumstances
from broadcaster.repairs.correlation import Correlator
from broadcaster.repairs.findings import Knowledge
from broadcaster.repairs.incidents import Incident
from broadcaster.repairs.memory import Memory
from broadcaster.repairs.topology import Placement, Topology
from devices.reports import Event
from devices.supervision import Flip, GateMoved, State, Supervision, exported, restored
from devices.supervision.watch import Watch

HUB_NOTICED_S, HUB_BACK_S = 20.0, 10.0
GASP_TAKES_S = PROBE_TAKES_S = 3.0
STEP_S = 1.0
LAZY_STEP_S = 4.0  # below what supervision takes for a stall


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """The controller itself is away."""

    begin: float
    lasts_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """What is rehearsed; the same weeks are the same run."""

    grid: Grid
    misfortunes: tuple[Misfortune, ...]
    start: datetime  # local
    lasts_s: float
    seed: int = 1
    outages: tuple[Outage, ...] = ()
    everybody: bool = True


class Fleet:
    """One run. `told` has the newest value of every incident, `announced` what it was when it was announced."""

    def __init__(self, weeks: Weeks) -> None:
        self._weeks = weeks
        self._world = World(weeks.start)
        chance = random.Random(f"poles {weeks.seed}")
        self.poles = {p.endpoint: _pole(p, weeks.seed, chance) for p in weeks.grid.truth}
        self._chance = chance
        self._supervision = Supervision(0.0)
        self._knowledge = Knowledge(topology=Topology(weeks.grid.map), surroundings=self, local=self._local)
        self._correlator = Correlator(self._knowledge)
        self._active: set[str] = set()
        self._awake = True
        self._unseen: list[Watch] = []  # attended while the controller was away
        self._known: dict[str, Circumstances] = {}
        self.told: dict[str, Incident] = {}
        self.announced: dict[str, Incident] = {}

    def run(self) -> "Fleet":
        """All of it."""
        weeks, world = self._weeks, self._world
        if weeks.everybody:
            for pole in self.poles.values():
                self._attend(pole)
        for misfortune in weeks.misfortunes:
            world.at(misfortune.begin, partial(self._strike, misfortune))
            world.at(misfortune.end, partial(self._mend, misfortune))
        for outage in weeks.outages:
            world.at(outage.begin, partial(self._sleep, outage.lasts_s))
        self._tick()
        world.run_until(weeks.lasts_s)
        return self

    # What correlation asks for

    def heard(self, endpoint: str) -> float:
        """From supervision, or of those who are well: their last beat."""
        if endpoint in self._active:
            return self._supervision.heard(endpoint)
        return self._last_beat(self.poles[endpoint])

    def is_unobserved(self, endpoint: str) -> bool:
        """Behind a closed gate."""
        return endpoint in self._active and bool(self._supervision.overlays(endpoint))

    def period(self, endpoint: str) -> float:
        """All beat once a minute."""
        return PERIOD_S

    def circumstances(self, endpoint: str, onset: float) -> Circumstances:
        """What is told of the misfortune that took its mains."""
        return self._known.get(endpoint, Circumstances())

    # What happens

    def _strike(self, misfortune: Misfortune) -> None:
        now = self._world.now_s
        for name in misfortune.members:
            pole = self.poles[name]
            self._attend(pole)
            if not misfortune.is_power:
                pole.without_link += 1
                continue
            self._known[name] = misfortune.known
            volts = misfortune.known.volts_before
            gasp = pole.lose_power(now, cell_down=misfortune.gasps_lost, volts=volts)
            if gasp is not None:
                self._world.after(self._chance.uniform(0, GASP_TAKES_S), partial(self._event, name, gasp))
        if misfortune.cause is Cause.SERIAL_HUB:
            self._world.after(HUB_NOTICED_S, partial(self._gate, misfortune.root, now))

    def _mend(self, misfortune: Misfortune) -> None:
        now = self._world.now_s
        for name in misfortune.members:
            pole = self.poles[name]
            if misfortune.is_power:
                back = pole.regain_power(now)
                if back is not None:
                    self._event(name, back)
            else:
                pole.without_link -= 1
        if misfortune.cause is Cause.SERIAL_HUB:
            self._world.after(HUB_BACK_S, partial(self._gate, misfortune.root, None))

    def _event(self, name: str, event: Event) -> None:
        if self._awake:
            self._supervision.event(name, event, self._world.now_s)

    def _gate(self, gate: str, since: float | None) -> None:
        if not self._awake:
            return
        if since is None:
            self._supervision.open(gate, self._world.now_s)
        else:
            self._supervision.close(gate, self._world.now_s, "mute", since=since)

    def _beat(self, pole: Pole) -> None:
        now = self._world.now_s
        if pole.name not in self._active:
            return
        if now < pole.next_beat:  # it has started anew in the meantime
            self._world.at(pole.next_beat, partial(self._beat, pole))
            return
        beat = pole.beat(now)
        if beat is not None and self._awake:
            self._supervision.heartbeat(pole.name, beat, now)
        self._world.at(pole.next_beat, partial(self._beat, pole))

    def _answer(self, name: str) -> None:
        now = self._world.now_s
        beat = self.poles[name].answer(now)
        if beat is not None and self._awake:
            self._supervision.heartbeat(name, beat, now)

    def _sleep(self, lasts_s: float) -> None:
        """The controller is killed; when it is back it goes on from what it stored."""
        supervision, memory = exported(self._supervision), self._correlator.memory().to_bytes()
        self._awake = False
        self._world.after(lasts_s, partial(self._wake, supervision, memory))

    def _wake(self, supervision: bytes, memory: bytes) -> None:
        self._supervision = restored(supervision, self._world.now_s)
        self._correlator = Correlator(self._knowledge)
        self._correlator.recall(Memory.from_bytes(memory))
        for watch in self._unseen:
            self._supervision.adopt(watch)
        self._unseen.clear()
        self._awake = True

    def _tick(self) -> None:
        now = self._world.now_s
        if self._awake and now < min(self._supervision.next_s, self._correlator.next_s):
            self._supervision.attended(now)
        elif self._awake:
            self._supervision.tick(now)
            for happened in self._supervision.happened():
                if isinstance(happened, Flip):
                    self._correlator.flip(happened)
                elif isinstance(happened, GateMoved):
                    self._correlator.gate(happened)
            self._correlator.tick(now)
            for incident in self._correlator.changes():
                self._hear(incident)
        if self._awake:
            for name in self._supervision.probes(now):
                self._world.after(self._chance.uniform(0, PROBE_TAKES_S), partial(self._answer, name))
        if not self._weeks.everybody:
            self._leave_alone()
        self._world.after(STEP_S if self._weeks.everybody else LAZY_STEP_S, self._tick)

    def _hear(self, incident: Incident) -> None:
        self.told[incident.key] = incident
        if incident.announced is not None:
            self.announced.setdefault(incident.key, incident)

    # Who is supervised

    def _attend(self, pole: Pole) -> None:
        """Supervise it from its last good beat on."""
        if pole.name in self._active:
            return
        self._active.add(pole.name)
        last = self._last_beat(pole)
        hub = pole.placement.hub
        path = self._supervision.gates.path(("broker", f"hub:{hub}") if hub else ("broker",))
        watch = Watch(pole.name, path, State.OK, heard=last, since=last, onset=last)
        watch.boot, watch.boots, watch.seq, watch.due_in = f"{pole.boots:08x}", pole.boots, pole.seq, PERIOD_S
        self._supervision.adopt(watch)
        if not self._awake:
            self._unseen.append(watch)
        pole.next_beat = last + PERIOD_S
        self._world.at(pole.next_beat, partial(self._beat, pole))

    def _leave_alone(self) -> None:
        """Those that are well, and that no incident remembers."""
        for name in [n for n in self._active if self._is_well(n)]:
            self._active.discard(name)
            self._supervision.forget(name)

    def _is_well(self, name: str) -> bool:
        pole = self.poles[name]
        if pole.without_power or pole.without_link or not self._awake:
            return False
        is_ok = self._supervision.state(name) in (State.OK, State.DEGRADED)
        settled = self._supervision.heard(name) > self._world.now_s - PERIOD_S - LAZY_STEP_S
        return is_ok and settled and name not in self._correlator.observed.of

    def _last_beat(self, pole: Pole) -> float:
        return pole.next_beat + PERIOD_S * floor((self._world.now_s - pole.next_beat) / PERIOD_S)

    def _local(self, at: float) -> datetime:
        return self._weeks.start + timedelta(seconds=at)


def _pole(placement: Placement, seed: int, chance: random.Random) -> Pole:
    return Pole(
        placement=placement,
        chance=random.Random(f"{placement.endpoint} {seed}"),
        next_beat=chance.uniform(0, PERIOD_S),
        loss=0.003 if chance.random() < 0.9 else 0.03,
    )
