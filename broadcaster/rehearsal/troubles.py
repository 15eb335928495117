"""What goes wrong in a simulated county: drawn once from the seed, then it happens at its time."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """What can go wrong."""

    POWER_CUT = "power_cut"  # a feeder: every endpoint on it goes dark
    SWITCHED_OFF = "switched_off"  # one endpoint
    LINK_CUT = "link_cut"  # one village's network
    ENDPOINT_KILLED = "endpoint_killed"
    CONTROLLER_KILLED = "controller_killed"
    BROKER_KILLED = "broker_killed"
    CLOCK_WRONG = (
        "clock_wrong"  # an endpoint boots with a wrong clock, or its clock is set wrong while it runs
    )
    DEAF = "deaf"  # one village's network carries reports, but nothing that the controller says: no receipts either
    FORGERY = "forgery"  # forged, changed and old documents are sent to one village
    HUB_KILLED = "hub_killed"
    UPLINK_CUT = "uplink_cut"  # of a hub
    LINE_CUT = "line_cut"  # a hub's line, somewhere between it and the last endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """One trouble: when it begins, how long it lasts (0: at once over), and whom it hits ("" for the county)."""

    at_s: float
    trouble: Trouble
    subject: str
    lasts_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """How often things go wrong, in mean days between mishaps per subject; 0 means never."""

    power_cut_days: float = 6
    switched_off_days: float = 20
    link_cut_days: float = 5
    endpoint_killed_days: float = 10
    controller_killed_days: float = 1
    broker_killed_days: float = 2
    clock_wrong_days: float = 25
    deaf_days: float = 12
    forgery_days: float = 1
    hub_killed_days: float = 3
    uplink_cut_days: float = 4
    line_cut_days: float = 6
    link_cut_s: float = 7_200  # how long a link cut lasts on average


CALM = Climate(
    power_cut_days=0,
    switched_off_days=0,
    link_cut_days=0,
    endpoint_killed_days=0,
    controller_killed_days=0,
    broker_killed_days=0,
    clock_wrong_days=0,
    deaf_days=0,
    forgery_days=0,
    hub_killed_days=0,
    uplink_cut_days=0,
    line_cut_days=0,
)
ROUGH = Climate(
    power_cut_days=1.5,
    switched_off_days=4,
    link_cut_days=1.5,
    endpoint_killed_days=1,
    controller_killed_days=0.15,
    broker_killed_days=0.5,
    clock_wrong_days=4,
    deaf_days=4,
    forgery_days=0.3,
    hub_killed_days=0.3,
    uplink_cut_days=0.7,
    line_cut_days=1,
)
FAR_OFF = Climate(link_cut_days=8, link_cut_s=3 * 86_400, power_cut_days=10, deaf_days=6)

CLIMATES = {"calm": CALM, "usual": Climate(), "rough": ROUGH, "far_off": FAR_OFF}

DAY_S = 86_400.0


def mishaps(
    chance: random.Random,
    climate: Climate,
    days: float,
    *,
    feeders: Sequence[str],
    villages: Sequence[str],
    endpoints: Sequence[str],
    hubs: Sequence[str] = (),
) -> tuple[Mishap, ...]:
    """Everything that will go wrong in `days`, in order of time. Outages last minutes to hours, seldom a day."""
    county = ("",)
    kinds: tuple[tuple[Trouble, float, Sequence[str], float], ...] = (
        (Trouble.POWER_CUT, climate.power_cut_days, feeders, 5_400),
        (Trouble.SWITCHED_OFF, climate.switched_off_days, endpoints, 14_400),
        (Trouble.LINK_CUT, climate.link_cut_days, villages, climate.link_cut_s),
        (Trouble.ENDPOINT_KILLED, climate.endpoint_killed_days, endpoints, 20),
        (Trouble.CONTROLLER_KILLED, climate.controller_killed_days, county, 120),
        (Trouble.BROKER_KILLED, climate.broker_killed_days, county, 60),
        (Trouble.CLOCK_WRONG, climate.clock_wrong_days, endpoints, 30),
        (Trouble.DEAF, climate.deaf_days, villages, 5_400),
        (Trouble.FORGERY, climate.forgery_days, county, 0),
        (Trouble.HUB_KILLED, climate.hub_killed_days, hubs, 60),
        (Trouble.UPLINK_CUT, climate.uplink_cut_days, hubs, climate.link_cut_s),
        (Trouble.LINE_CUT, climate.line_cut_days, hubs, 10_800),
    )
    drawn = [
        Mishap(at_s=at, trouble=trouble, subject=subject, lasts_s=_length(chance, mean_length_s))
        for trouble, mean_days, subjects, mean_length_s in kinds
        if mean_days
        for subject in subjects
        for at in _arrivals(chance, mean_days * DAY_S, days * DAY_S)
    ]
    return tuple(sorted(drawn, key=lambda m: (m.at_s, m.trouble, m.subject)))


def _arrivals(chance: random.Random, mean_s: float, until_s: float) -> Iterator[float]:
    at = chance.expovariate(1 / mean_s)
    while at < until_s:
        yield at
        at += chance.expovariate(1 / mean_s)


def _length(chance: random.Random, mean_s: float) -> float:
    return chance.expovariate(1 / mean_s) if mean_s else 0.0
