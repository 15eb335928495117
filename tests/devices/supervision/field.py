"""A field of endpoints that beat in virtual time, with everything that may keep their reports from the controller."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from devices.reports import Event, EventKind, Heartbeat, Reset
from devices.supervision import Flip, State, Supervision, exported, restored
from schedules.records import ClockQuality

PERIOD = 60


@dataclass(slots=True)
class Horn:
    """One endpoint: beats at `phase` of every period while it lives and its line holds."""

    name: str
    phase: int
    alive: bool = True
    reachable: bool = True
    mains: bool | None = True
    boot: int = 1
    booted: float = 0.0
    seq: int = 0
    events: int = 0
    skip: set[int] = field(default_factory=set)  # heartbeats that get lost, by number

    def beat(self, now: float, *, period: int = PERIOD) -> Heartbeat:
        self.seq += 1
        return Heartbeat(
            boot=f"{self.boot:08x}",
            seq=self.seq,
            up_s=int(now - self.booted),
            clock_ms=0,
            clock=ClockQuality.SYNCED,
            next_in_s=period,
            mains=self.mains,
            boots=self.boot,
            reset=Reset.POWER_ON,
        )

    def gasp(self, now: float, age_s: float = 0.0, kind: EventKind = EventKind.LAST_GASP) -> Event:
        self.events += 1
        up_s = int(now - age_s - self.booted)
        age_ms = round(age_s * 1000)
        return Event(boot=f"{self.boot:08x}", seq=self.events, kind=kind, age_ms=age_ms, up_s=up_s)

    def restart(self, now: float) -> None:
        self.alive, self.boot, self.booted, self.seq, self.events = True, self.boot + 1, now, 0, 0


class Field:
    """Supervision and its endpoints; `watching` False is a controller that is down."""

    def __init__(
        self, count: int = 1, *, gates: Iterable[str] = ("broker",), commissioned: bool = True
    ) -> None:
        self.now = 0.0
        self.supervision = Supervision(0.0)
        self.watching, self.lazy = True, False  # lazy: ticks only where something may be due
        self.flips: list[Flip] = []
        self.others: list[object] = []
        self.horns = {f"horn-{n}": Horn(f"horn-{n}", phase=1 + n * 7 % PERIOD) for n in range(count)}
        for name in self.horns:
            self.supervision.watch(name, gates, commissioned=commissioned)

    @cached_property
    def by_phase(self) -> dict[int, list[Horn]]:
        return {p: [h for h in self.horns.values() if h.phase % PERIOD == p] for p in range(PERIOD)}

    @property
    def horn(self) -> Horn:
        return self.horns["horn-0"]

    def run(self, seconds: float) -> "Field":
        for _ in range(int(seconds)):
            self.now += 1.0
            for horn in self.by_phase.get(int(self.now) % PERIOD, ()):
                if horn.alive:
                    beat = horn.beat(self.now)
                    if self.watching and horn.reachable and beat.seq not in horn.skip:
                        self.supervision.heartbeat(horn.name, beat, self.now)
            if self.watching:
                if self.now >= self.supervision.next_s or not self.lazy:
                    self.supervision.tick(self.now)
                else:
                    self.supervision.attended(self.now)
                self.take()
        return self

    def gasp(self, name: str = "horn-0", **how: object) -> None:
        horn = self.horns[name]
        self.supervision.event(name, horn.gasp(self.now, **how), self.now)  # type: ignore[arg-type]
        self.take()

    def restart(self, down_s: float) -> "Field":
        """The controller dies, is away, and comes back from its snapshot."""
        stored = exported(self.supervision)
        self.watching = False
        self.run(down_s)
        self.watching = True
        self.supervision = restored(stored, self.now)
        return self

    def take(self) -> None:
        for each in self.supervision.happened():
            if isinstance(each, Flip):
                self.flips.append(each)
            else:
                self.others.append(each)

    def state(self, name: str = "horn-0") -> State:
        return self.supervision.state(name)

    def way(self, name: str = "horn-0") -> list[State]:
        """The states that an endpoint went through."""
        return [flip.to_state for flip in self.flips if flip.endpoint == name]
