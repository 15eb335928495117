"""One rehearsal, from an empty database to ledger and violations: the same scenario is the same run, bit for bit."""

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from broadcaster.controller import lifecycle
from broadcaster.controller.habits import Habits
from broadcaster.proof.ledger import days_between, read_days
from broadcaster.rehearsal import laws
from broadcaster.rehearsal.county import COUNTY, County, MemoryShelf, Scenario, lay_out
from broadcaster.rehearsal.horn import Horn, Site
from broadcaster.rehearsal.laws import Claim, Law, Violation
from broadcaster.rehearsal.reading import Reading
from broadcaster.rehearsal.station import Station
from broadcaster.rehearsal.troubles import DAY_S, Mishap, Trouble, mishaps
from broadcaster.rehearsal.truth import Ears, Heard
from broadcaster.rehearsal.wire import Broker
from broadcaster.rehearsal.world import World
from broadcaster.storage.changes import changed
from broadcaster.storage.engine import open_database, transaction
from broadcaster.storage.mapping import slot_of, windows_of
from broadcaster.storage.tables import AlertRow, AreaRow, NoticeRow, PlayedRow, SlotRow
from devices.endpoint.media import MemoryMedia
from devices.endpoint.memory_store import MemoryStore
from devices.provisioning import Provision
from devices.signing import Ed25519Signer
from schedules.notices import NoticeEvent
from schedules.places import Level, Place, chain_of
from schedules.precedence import BroadcastClass, Severity
from schedules.records import ClockQuality, Result
from schedules.slots import Slot, Span
from schedules.tally import Tally, total
from schedules.windows import spans_around

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, tzinfo=ZONE)  # a Monday
HABITS = Habits(
    zone=ZONE, heartbeat_s=1800, gather_s=240.0, beacon_s=3600.0, look_s=1800.0, lease=timedelta(days=3)
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
        self.dark: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)

    def run(self, progress: Progress) -> Rehearsed:
        end_s = self.scenario.days * DAY_S
        self.station.start()
        for horn in self.horns.values():
            self.world.at(self._chance(horn.id).uniform(0, 600), horn.boot)
        for mishap in self._mishaps():
            self.world.at(mishap.at_s, partial(self._strike, mishap))
        self._people(end_s)
        self.world.at(end_s, self._mend_all)
        steps = max(1, round(self.scenario.days * 4))
        for step in range(1, steps + 1):
            self.world.run_until(end_s * step / steps)
            progress(step / steps)
        self.world.run_until(end_s + CALM_END_S)
        return self._judged()

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
            password="",
            proof_key=hashlib.sha256(name.encode()).digest(),
            keys=(self.signer.public,),
            zone=ZONE.key,
        )
        site = Site(
            provision=provision,
            store=MemoryStore(chance),
            media=MemoryMedia(),
            last_gasp=chance.random() < 0.7,
            clock_error_s=chance.gauss(0, 0.006),
        )
        return Horn(
            self.world, self.broker, self.scenario.weather, site, self.ears, chance, self.reading.unseal
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

    def _strike(self, mishap: Mishap) -> None:
        self.world.note(mishap.trouble, mishap.subject, round(mishap.lasts_s, 3))
        hit = self._hit(mishap)
        match mishap.trouble:
            case Trouble.POWER_CUT | Trouble.SWITCHED_OFF:
                self._hurt(hit, mishap, Horn.power_off, Horn.power_on)
            case Trouble.LINK_CUT:
                self._hurt(
                    hit, mishap, partial(Horn.network, reachable=False), partial(Horn.network, reachable=True)
                )
            case Trouble.ENDPOINT_KILLED:
                self._hurt(hit, mishap, Horn.kill, Horn.boot)
            case Trouble.CLOCK_WRONG:
                self._hurt(hit, mishap, _restart_without_clock, Horn.boot)
                for horn in hit:
                    self.world.after(mishap.lasts_s + DAY_S / 2, horn.mend_clock)
            case Trouble.CONTROLLER_KILLED:
                self.station.doom(mishap.lasts_s)
            case Trouble.BROKER_KILLED:
                self.broker.die()
                self.world.after(mishap.lasts_s, self.broker.rise)

    def _hit(self, mishap: Mishap) -> list[Horn]:
        if mishap.subject in self.horns:
            return [self.horns[mishap.subject]]
        return [
            self.horns[name]
            for name, where in self.county.endpoints.items()
            if mishap.subject and mishap.subject in where
        ]

    def _hurt(
        self, hit: list[Horn], mishap: Mishap, begin: Callable[[Horn], None], end: Callable[[Horn], None]
    ) -> None:
        for horn in hit:
            begin(horn)
            self.dark[horn.id].append((self.world.now_s, self.world.now_s + mishap.lasts_s + 180.0))
            self.world.after(mishap.lasts_s, partial(end, horn))

    def _mend_all(self) -> None:
        self.broker.rise()
        self.station.start()
        for horn in self.horns.values():
            horn.network(reachable=True)
            horn.power_on()

    def _people(self, end_s: float) -> None:
        """What people order while it runs: an emergency and its cancel, and a notice taken back."""
        self.world.at(end_s * 0.45 + 1_800, self._send_alert)
        self.world.at(end_s * 0.45 + 3_000, self._cancel_alert)
        self.world.at(end_s * 0.6, self._withdraw)

    def _send_alert(self) -> None:
        recording = next(iter(self.county.shelf))
        now = self.world.now
        with transaction(self.engine) as session:
            session.add(
                AlertRow(
                    id="alert-1",
                    notice="alert-1",
                    version=1,
                    targets=[COUNTY],
                    klass=BroadcastClass.EMERGENCY,
                    level=Level.COUNTY,
                    severity=Severity.RED,
                    text="暴雨红色预警",
                    recording=recording,
                    duration_ms=30_000,
                    sent_at=now,
                    sent_by="rehearsal",
                    starts=now,
                    expires=now + timedelta(hours=2),
                )
            )
        self.station.look()

    def _cancel_alert(self) -> None:
        with transaction(self.engine) as session:
            alert = session.get_one(AlertRow, "alert-1")
            alert.cancelled_at, alert.cancelled_by = self.world.now, "rehearsal"
            session.add(alert)
        self.station.look()

    def _withdraw(self) -> None:
        with transaction(self.engine) as session:
            row = session.get_one(NoticeRow, ("town-0", 1))
            lifecycle.move(session, row, NoticeEvent.WITHDRAW, "rehearsal", self.world.now)
            changed(session)
        self.station.look()

    def _judged(self) -> Rehearsed:
        first = START.date()
        days = days_between(first, first + timedelta(days=max(0, round(self.scenario.days) - 1)))
        with transaction(self.engine) as session:
            atoms = read_days(session, days, self.world.now)
            slots = {row.id: slot_of(row) for row in session.exec(select(SlotRow))}
            claims = _claims(session)
            quiet = _quiet_of(session, self.county, days)
        heard = self.ears.heard
        found = [
            *laws.heard_rightly(heard, slots, quiet),
            *laws.claimed_rightly(claims, heard, slots),
            *laws.settled_rightly(atoms, self.world.now),
            *self._unheard_alerts(heard),
        ]
        skews = _skews(heard, slots, self.county)
        for stretch in heard:
            self.world.note("heard", stretch)
        self.world.note("ledger", total(atoms))
        return Rehearsed(
            seed=self.scenario.seed,
            digest=self.world.digest,
            days=self.scenario.days,
            endpoints=self.scenario.endpoints,
            violations=tuple(sorted(found, key=lambda v: (v.time, v.invariant, v.subject))),
            ledger=total(atoms),
            skew_ms_p99=round(skews[int(len(skews) * 0.99)], 1) if skews else None,
            starts_compared=len(skews),
        )

    def _unheard_alerts(self, heard: Iterable[Heard]) -> list[Violation]:
        """An alert was in force for 20 minutes: whoever had power and network for its last 15 must have sounded it."""
        sent_s = self.scenario.days * DAY_S * 0.45 + 1_800
        sounded = {stretch.endpoint for stretch in heard if stretch.key.startswith("alert-1")}
        return [
            Violation(
                invariant=Law.ALERT_UNHEARD,
                time=self.world.start + timedelta(seconds=sent_s),
                subject=name,
            )
            for name in self.horns
            if name not in sounded
            and not any(begin < sent_s + 1_200 and end > sent_s + 300 for begin, end in self.dark[name])
        ]


def _restart_without_clock(horn: Horn) -> None:
    horn.lose_clock()
    horn.kill()


def _claims(session: Session) -> list[Claim]:
    rows = session.exec(
        select(PlayedRow).where(PlayedRow.result == Result.COUNTED, col(PlayedRow.slot).is_not(None))
    )
    return [
        Claim(endpoint=row.endpoint, slot=row.slot or "", started=row.started or START)
        for row in rows
        if row.clock is not ClockQuality.NONE
    ]


def _quiet_of(session: Session, county: County, days: Iterable[date]) -> dict[str, tuple[Span, ...]]:
    """The quiet hours of each endpoint in true time: those of its village, else of its county."""
    hours = {Place(row.code): windows_of(row.quiet_hours) for row in session.exec(select(AreaRow))}
    spans = {
        place: tuple(span for day in days for span in spans_around(windows, day, ZONE))
        for place, windows in hours.items()
        if windows
    }
    return {
        name: next((spans[area] for area in chain_of(village) if area in spans), ())
        for name, (village, _) in county.endpoints.items()
    }


def _skews(heard: Iterable[Heard], slots: dict[str, Slot], county: County) -> list[float]:
    """Per slot and village: how far apart (ms) the endpoints started that started on time, in order."""
    starts: defaultdict[tuple[str, Place], list[datetime]] = defaultdict(list)
    for stretch in heard:
        slot = slots.get(stretch.key)
        if slot and stretch.start_ms == 0 and abs(stretch.started - slot.planned) < timedelta(seconds=2):
            starts[stretch.key, county.endpoints[stretch.endpoint][0]].append(stretch.started)
    return sorted(
        (max(found) - min(found)).total_seconds() * 1000 for found in starts.values() if len(found) > 1
    )
