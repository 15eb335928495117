"""One rehearsal, from an empty database to ledger and violations: the same scenario is the same run, bit for bit."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from broadcaster.controller.habits import Habits
from broadcaster.rehearsal import judgement
from broadcaster.rehearsal.county import MemoryShelf, Scenario, lay_out
from broadcaster.rehearsal.fate import Fate
from broadcaster.rehearsal.forger import Forger
from broadcaster.rehearsal.fuse import FusedStore
from broadcaster.rehearsal.horn import Horn, Site
from broadcaster.rehearsal.laws import Violation
from broadcaster.rehearsal.people import People
from broadcaster.rehearsal.reading import Reading
from broadcaster.rehearsal.station import Station
from broadcaster.rehearsal.troubles import DAY_S, Mishap, mishaps
from broadcaster.rehearsal.truth import Ears
from broadcaster.rehearsal.wire import Broker
from broadcaster.rehearsal.witness import Witness
from broadcaster.rehearsal.world import World
from broadcaster.storage.engine import open_database, transaction
from devices.endpoint.media import MemoryMedia
from devices.provisioning import Provision
from devices.signing import Ed25519Signer, Keyring
from schedules.places import Place, chain_of
from schedules.tally import Tally

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, tzinfo=ZONE)  # a Monday
HABITS = Habits(
    zone=ZONE,
    heartbeat_s=1800,
    gather_s=240.0,
    beacon_s=3600.0,
    look_s=1800.0,
    lease=timedelta(days=3),
    watch_s=600.0,
)
CALM_END_S = 4 * 3600.0  # after the last day everything is mended, and what is owed to the ledger arrives

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsal found."""

    seed: int
    digest: str
    days: float
    endpoints: int
    violations: tuple[Violation, ...]
    ledger: Tally
    skew_ms_p99: float | None
    starts_compared: int

    def to_json(self) -> dict[str, Any]:
        """One object for machines."""
        tally = self.ledger
        return {
            "seed": self.seed,
            "digest": self.digest,
            "days": self.days,
            "endpoints": self.endpoints,
            "violations": [
                {"invariant": v.invariant, "time": v.time.isoformat(), "subject": v.subject}
                for v in self.violations
            ],
            "ledger": {
                "ordered": tally.ordered,
                "counted": tally.counted,
                "made_up": tally.made_up,
                "missed": tally.missed,
                "partial": tally.partial,
                "withdrawn": tally.withdrawn,
                "unknown": tally.unknown + tally.pending,
                "missed_by_reason": dict(sorted(tally.missed_by.items())),
            },
            "tickets": [],
            "skew_ms_p99": self.skew_ms_p99,
        }


def rehearse(scenario: Scenario, progress: Progress = lambda _share: None) -> Rehearsed:
    """Runs the scenario; `progress` hears the share that is done, 0 to 1."""
    return _Run(scenario).run(progress)


class _Run:
    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.world = World(START.astimezone(ZoneInfo("UTC")))
        self.broker = Broker(self.world)
        self.engine = open_database("sqlite://")
        with transaction(self.engine) as session:
            self.county = lay_out(session, scenario, START)
        self.signer = Ed25519Signer.from_seed(hashlib.sha256(b"rehearsal").digest())
        self.ears = Ears()
        self.reading = Reading()
        self.witness = Witness(Keyring([self.signer.public]), self.reading)
        self.station = Station(
            self.world,
            self.broker,
            self.engine,
            self.signer,
            MemoryShelf(self.county.shelf),
            HABITS,
            self._chance("station"),
        )
        self.horns = {name: self._horn(name, village) for name, (village, _) in self.county.endpoints.items()}
        recordings = tuple(self.county.shelf)
        forger = Forger(self.world, self.broker, recordings, self._chance("forger"))
        self.fate = Fate(
            self.world, self.broker, self.station, self.horns, self.county, forger, self._chance("fate")
        )

    def run(self, progress: Progress) -> Rehearsed:
        end_s = self.scenario.days * DAY_S
        self.station.start()
        for horn in self.horns.values():
            self.world.at(self._chance(horn.id).uniform(0, 600), horn.boot)
        for mishap in (*self._mishaps(), *self.scenario.mishaps):
            self.world.at(mishap.at_s, partial(self.fate.strike, mishap))
        people = People(self.world, self.engine, self.station, next(iter(self.county.shelf)), end_s)
        self.world.at(end_s, self.fate.mend_all)
        steps = max(1, round(self.scenario.days * 24))
        for step in range(1, steps + 1):
            self.world.run_until(end_s * step / steps)
            progress(step / steps)
        self.world.run_until(end_s + CALM_END_S)
        return self._judged(people)

    def _judged(self, people: People) -> Rehearsed:
        found = judgement.judge(self, people.sent_at_s)
        for stretch in self.ears.heard:
            self.world.note("heard", stretch)
        self.world.note("ledger", found.ledger)
        return Rehearsed(
            seed=self.scenario.seed,
            digest=self.world.digest,
            days=self.scenario.days,
            endpoints=self.scenario.endpoints,
            violations=found.violations,
            ledger=found.ledger,
            skew_ms_p99=found.skew_ms_p99,
            starts_compared=found.starts_compared,
        )

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{name} {self.scenario.seed}")

    def _horn(self, name: str, village: Place) -> Horn:
        chance = self._chance(f"horn {name}")
        provision = Provision(
            endpoint=name,
            village=village,
            areas=chain_of(village),
            host="rehearsal.invalid",
            username=name,
            password=name,
            proof_key=hashlib.sha256(name.encode()).digest(),
            keys=(self.signer.public,),
            zone=ZONE.key,
        )
        site = Site(
            provision=provision,
            store=FusedStore(chance),
            media=MemoryMedia(),
            last_gasp=chance.random() < 0.7,
            clock_error_s=chance.gauss(0, 0.006),
        )
        return Horn(
            self.world,
            self.broker,
            self.scenario.weather,
            site,
            self.ears,
            chance,
            self.reading.unseal,
            self.witness,
        )

    def _mishaps(self) -> tuple[Mishap, ...]:
        return mishaps(
            self._chance("troubles"),
            self.scenario.climate,
            self.scenario.days,
            feeders=self.county.feeders,
            villages=self.county.villages,
            endpoints=tuple(self.county.endpoints),
        )
