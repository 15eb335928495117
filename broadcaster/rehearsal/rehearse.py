"""One rehearsal, from an empty database to ledger and violations: the same scenario is the same run, bit for bit."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from broadcaster.controller.habits import Habits
from broadcaster.registry.line import hub_lines, hubs
from broadcaster.rehearsal import judgement
from broadcaster.rehearsal.cable import Cable
from broadcaster.rehearsal.county import MemoryShelf, Scenario, proof_key_of
from broadcaster.rehearsal.fate import Fate
from broadcaster.rehearsal.forger import Forger
from broadcaster.rehearsal.fuse import FusedStore
from broadcaster.rehearsal.horn import Horn, Site
from broadcaster.rehearsal.judgement import Sum
from broadcaster.rehearsal.laws import Violation
from broadcaster.rehearsal.news import Foretold, News
from broadcaster.rehearsal.people import People
from broadcaster.rehearsal.reading import Notary, Reading
from broadcaster.rehearsal.scene import Scene, simulated
from broadcaster.rehearsal.station import Station
from broadcaster.rehearsal.tapped import TappedHorn
from broadcaster.rehearsal.town_hall import TownHall
from broadcaster.rehearsal.troubles import DAY_S, Mishap, mishaps
from broadcaster.rehearsal.truth import Ears
from broadcaster.rehearsal.wire import Broker
from broadcaster.rehearsal.witness import Witness
from broadcaster.rehearsal.world import World
from broadcaster.storage.engine import transaction
from broadcaster.storage.tables import TicketRow
from broadcaster.storage.tickets import ticket_of
from broadcaster.tickets.ticket import Ticket
from devices.endpoint.media import MemoryMedia
from devices.endpoint.store import Change
from devices.hub.provision import HubLine, HubProvision
from devices.provisioning import Provision
from devices.serial import emulated
from devices.signing import Ed25519Signer
from schedules.places import Place, chain_of
from schedules.tally import Tally

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, tzinfo=ZONE)  # a Monday
HABITS = Habits(
    zone=ZONE,
    heartbeat_s=3600,
    gather_s=900.0,
    beacon_s=3600.0,
    look_s=3600.0,
    lease=timedelta(days=3),
    watch_s=3600.0,
)
CALM_END_S = 4 * 3600.0  # after the last day everything is mended, and what is owed to the ledger arrives
PROVED_S = 3600.0  # then what was written until then is proved: reported, lost, reported again and stored
ENOUGH = 0.8  # of the plays at its endpoints: a village that hears less hears too little

_BOOTED_S = 600.0  # all endpoints are booted; hubs are then, so that what all lack goes to all at once

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsal found."""

    seed: int
    digest: str
    start: datetime
    days: float
    endpoints: int
    violations: tuple[Violation, ...]
    ledger: Tally
    notices: tuple[Sum, ...]
    villages: tuple[Sum, ...]
    skew_ms_p99: float | None
    starts_compared: int
    arrival: Foretold = field(default_factory=Foretold)
    tickets: tuple[Ticket, ...] = ()  # as they are at the end, the oldest first

    @property
    def too_little(self) -> tuple[Sum, ...]:
        """Villages that hear less than four fifths of what is ordered for them and not taken back, the worst first."""
        shares = [(_heard_share(found.tally), found.of, found) for found in self.villages]
        return tuple(found for share, _, found in sorted(shares) if share < ENOUGH)

    def to_json(self) -> dict[str, Any]:
        """One object for machines."""
        return {
            "seed": self.seed,
            "digest": self.digest,
            "start": self.start.isoformat(),
            "days": self.days,
            "endpoints": self.endpoints,
            "violations": [
                {"invariant": v.invariant, "time": v.time.isoformat(), "subject": v.subject}
                for v in self.violations
            ],
            "ledger": _tally_json(self.ledger),
            "notices": [{"notice": s.of, "title": s.name, **_tally_json(s.tally)} for s in self.notices],
            "villages": [_village(found) for found in self.villages],
            "too_little": [found.of for found in self.too_little],
            "tickets": [_ticket(ticket) for ticket in self.tickets],
            "skew_ms_p99": self.skew_ms_p99,
            "arrival": self.arrival.to_json(),
        }


def _village(found: Sum) -> dict[str, Any]:
    """Its days hold only what there was."""
    days = {
        f"{day}": {member: count for member, count in _tally_json(tally).items() if count}
        for day, tally in sorted(found.days.items())
    }
    return {"village": found.of, "name": found.name, **_tally_json(found.tally), "days": days}


def _ticket(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "state": ticket.state,
        "cause": ticket.cause,
        "root": ticket.root,
        "owner": ticket.owner,
        "members": ticket.members,
        "onset": ticket.onset.isoformat(),
        "opened": ticket.opened.isoformat(),
        "closed_at": ticket.closed_at.isoformat() if ticket.closed_at else None,
        "reopens": ticket.reopens,
    }


def _heard_share(tally: Tally) -> float:
    asked = tally.ordered - tally.withdrawn
    return tally.heard / asked if asked else 1.0


def _tally_json(tally: Tally) -> dict[str, Any]:
    return {
        "ordered": tally.ordered,
        "counted": tally.counted,
        "made_up": tally.made_up,
        "missed": tally.missed,
        "partial": tally.partial,
        "withdrawn": tally.withdrawn,
        "unknown": tally.unknown + tally.pending,
        "missed_by_reason": dict(sorted(tally.missed_by.items())),
    }


def rehearse(
    scenario: Scenario, progress: Progress = lambda _share: None, scene: Scene | None = None
) -> Rehearsed:
    """Runs the scenario in a county out of its seed, or in `scene`, which can be used once.

    `progress` hears the share that is done, 0 to 1.
    """
    return _Run(scenario, scene or simulated(scenario, START, HABITS)).run(progress)


class _Run:
    def __init__(self, scenario: Scenario, scene: Scene) -> None:
        self.scenario, self.scene, county = scenario, scene, scene.county
        self.world = World(scene.start.astimezone(UTC))
        self.broker = Broker(self.world)
        self.notary = Notary(Ed25519Signer.from_seed(hashlib.sha256(b"rehearsal").digest()))
        self.ears = Ears()
        self.reading = Reading(self.notary)
        self.witness = Witness(self.reading)
        self.station = Station(
            self.world,
            self.broker,
            scene.engine,
            self.notary,
            MemoryShelf(county.shelf),
            scene.habits,
            self._chance("station"),
        )
        self.halls = self._halls()
        self.horns = {name: self._horn(name, village) for name, (village, _) in county.endpoints.items()}
        forger = Forger(self.world, self.broker, tuple(county.shelf), self._chance("forger"))
        self.fate = Fate(
            self.world,
            self.broker,
            self.station,
            self.horns,
            self.halls,
            county,
            forger,
            self._chance("fate"),
        )

    def run(self, progress: Progress) -> Rehearsed:
        end_s = self.scenario.days * DAY_S
        self.station.start()
        for hall in self.halls.values():
            self.world.at(_BOOTED_S, hall.boot)
        for horn in self.horns.values():
            self.world.at(self._chance(horn.id).uniform(0, _BOOTED_S), horn.boot)
        for mishap in (*self._mishaps(), *self.scenario.mishaps):
            self.world.at(mishap.at_s, partial(self.fate.strike, mishap))
        people, news = self._people(end_s), self._news(end_s)
        self.world.at(end_s, self.fate.mend_all)
        steps = max(1, round(self.scenario.days * 24))
        for step in range(1, steps + 1):
            self.world.run_until(end_s * step / steps)
            progress(step / steps)
        self.world.run_until(end_s + CALM_END_S)
        self.written = judgement.Written.at(self.world.now, self.horns.values())
        self.world.run_until(self.world.now_s + PROVED_S)
        return self._judged(people, news)

    def _news(self, end_s: float) -> News:
        return News(
            self.world,
            self.scene.engine,
            self.station,
            self.scene.county,
            self.halls.values(),
            self._chance("news"),
            self.scenario.news_s,
            end_s,
        )

    def _people(self, end_s: float) -> People | None:
        if self.scene.drill is None:
            return None
        return People(self.world, self.scene.engine, self.station, self.scene.drill, end_s)

    def _judged(self, people: People | None, news: News) -> Rehearsed:
        found = judgement.judge(self, people.sent_at_s if people else None)
        for stretch in self.ears.heard:
            self.world.note("heard", stretch)
        self.world.note("ledger", found.ledger)
        return Rehearsed(
            seed=self.scenario.seed,
            digest=self.world.digest,
            start=self.scene.start,
            days=self.scenario.days,
            endpoints=len(self.horns),
            violations=found.violations,
            ledger=found.ledger,
            notices=found.notices,
            villages=found.villages,
            skew_ms_p99=found.skew_ms_p99,
            starts_compared=found.starts_compared,
            arrival=news.judged(self.horns),
            tickets=self._tickets(),
        )

    def _tickets(self) -> tuple[Ticket, ...]:
        with transaction(self.scene.engine) as session:
            rows = session.exec(select(TicketRow).order_by(col(TicketRow.number)))
            return tuple(map(ticket_of, rows))

    def _chance(self, name: str) -> random.Random:
        return random.Random(f"{name} {self.scenario.seed}")

    def _horn(self, name: str, village: Place) -> Horn:
        chance = self._chance(f"horn {name}")
        hall = next((hall for hall in self.halls.values() if name in hall.addresses), None)
        provision = Provision(
            endpoint=name,
            village=village,
            areas=chain_of(village),
            line=hall.line_of(name) if hall else None,
            host="rehearsal.invalid",
            username=name,
            password=name,
            proof_key=proof_key_of(name),
            keys=(self.notary.public,),
            zone=self.scene.county.zone.key,
        )
        store = FusedStore(chance)
        store.write(Change(slots=tuple(self.scene.over_at(name, village))))
        site = Site(
            provision=provision,
            store=store,
            media=MemoryMedia(),
            last_gasp=chance.random() < 0.7,
            clock_error_s=chance.gauss(0, 0.006),
        )
        given = (
            self.world,
            self.broker,
            self.scenario.weather,
            site,
            self.ears,
            chance,
            self.reading.unseal,
            self.witness,
        )
        return Horn(*given) if hall is None else TappedHorn(*given, hall=hall)

    def _halls(self) -> dict[str, TownHall]:
        """By hub."""
        with transaction(self.scene.engine) as session:
            lines = {hub: hub_lines(session, hub) for hub in sorted(hubs(session))}
        return {hub: self._hall(hub, line) for hub, (line,) in lines.items()}

    def _hall(self, hub: str, line: HubLine) -> TownHall:
        chance = self._chance(hub)
        noise = self.scenario.noise or emulated.Weather(
            bit_errors=chance.choice((0.0, 1e-5, 1e-4)),
            lost_frames=chance.choice((0.0, 0.0, 0.05, 0.15, 0.3)),
        )
        provision = HubProvision(
            hub=hub, host="rehearsal.invalid", password=hub, keys=(self.notary.public,), lines=(line,)
        )
        cable = Cable(self.world, line.wiring.line, noise, len(line.taps), chance.getrandbits(32))
        return TownHall(
            self.world, self.broker, self.scenario.weather, provision, cable, self.reading, chance
        )

    def _mishaps(self) -> tuple[Mishap, ...]:
        return mishaps(
            self._chance("troubles"),
            self.scenario.climate,
            self.scenario.days,
            feeders=self.scene.county.feeders,
            villages=self.scene.county.villages,
            endpoints=tuple(self.scene.county.endpoints),
            hubs=tuple(self.halls),
        )
