"""Repairs rehearsed: ordinary weeks and storms of a simulated county, with the score of causes and tickets."""

import random
from dataclasses import dataclass
from datetime import datetime

from broadcaster.rehearsal.fleet import Fleet, Outage, Weeks
from broadcaster.rehearsal.grid import lay_out_grid
from broadcaster.rehearsal.misfortunes import DAY_S, HOUR_S, Misfortune, month, storm
from broadcaster.rehearsal.score import Score, score
from broadcaster.repairs.incidents import Incident

GROUPS_PER_ENDPOINT_DAY, SINGLES_PER_ENDPOINT_DAY = 1 / 2_000, 1 / 200
OUTAGES_PER_DAY = 1 / 3
STORM_BEGINS_S, STORM_LASTS_S, STORM_WATCHED_S = 600.0, 1_800.0, 5_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What a rehearsal of repairs found."""

    score: Score
    tickets: tuple[Incident, ...]  # as they are at the end

    def to_json(self) -> dict[str, object]:
        """For machines, beside what a rehearsal of the county itself says; times are seconds since the start."""
        return {"scored_tickets": [_ticket(each) for each in self.tickets], "score": self.score.to_json()}


def ordinary_weeks(seed: int, endpoints: int, days: float, start: datetime) -> Repaired:
    """What goes wrong day by day, and the controller itself now and then. `start` is a local midnight."""
    grid = lay_out_grid(seed, endpoints)
    groups, singles = (
        round(endpoints * days * rate) for rate in (GROUPS_PER_ENDPOINT_DAY, SINGLES_PER_ENDPOINT_DAY)
    )
    misfortunes = tuple(month(grid, seed, start, days, groups=groups, singles=singles))
    chance = random.Random(f"outages {seed}")
    outages = tuple(
        Outage(begin=day * DAY_S + chance.uniform(0, DAY_S - HOUR_S), lasts_s=chance.uniform(5, 1_800))
        for day in range(int(days))
        if chance.random() < OUTAGES_PER_DAY
    )
    weeks = Weeks(
        grid=grid,
        misfortunes=misfortunes,
        start=start,
        lasts_s=days * DAY_S,
        seed=seed,
        outages=outages,
        everybody=False,
    )
    return _scored(weeks, misfortunes)


def stormy_hours(
    seed: int, endpoints: int, feeders: int, start: datetime, outages: tuple[Outage, ...] = ()
) -> Repaired:
    """Half an hour in which this many feeders fail, and an hour after it; everybody's heartbeats are simulated."""
    grid = lay_out_grid(seed, endpoints)
    misfortunes = tuple(storm(grid, seed, feeders, begin=STORM_BEGINS_S, lasts_s=STORM_LASTS_S))
    weeks = Weeks(
        grid=grid,
        misfortunes=misfortunes,
        start=start,
        lasts_s=STORM_WATCHED_S,
        seed=seed,
        outages=outages,
    )
    return _scored(weeks, misfortunes)


def quiet_hours(seed: int, endpoints: int, start: datetime, outages: tuple[Outage, ...]) -> Repaired:
    """Nothing fails but the controller."""
    grid = lay_out_grid(seed, endpoints)
    lasts_s = max((outage.begin + outage.lasts_s for outage in outages), default=0.0) + HOUR_S
    weeks = Weeks(grid=grid, misfortunes=(), start=start, lasts_s=lasts_s, seed=seed, outages=outages)
    return _scored(weeks, ())


def _scored(weeks: Weeks, misfortunes: tuple[Misfortune, ...]) -> Repaired:
    begun = tuple(each for each in misfortunes if each.begin < weeks.lasts_s)
    fleet = Fleet(weeks).run()
    tickets = tuple(incident for incident in fleet.told.values() if incident.announced is not None)
    return Repaired(score=score(begun, fleet.told, fleet.announced), tickets=tickets)


def _ticket(incident: Incident) -> dict[str, object]:
    return {
        "key": incident.key,
        "cause": incident.cause,
        "root": incident.root,
        "members": len(incident.members),
        "onset_s": round(incident.onset),
        "ticket_s": round(incident.announced or 0.0),
        "stage": incident.stage,
        "confidence": round(incident.confidence, 3),
        "evidence": [statement.text() for statement in incident.evidence],
    }
