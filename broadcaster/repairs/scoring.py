"""Scoring: how much better one failed node explains what is seen below it than many separate faults do, in nats.

score(c) = ln(λ·W) + Σ over members [ln P(seen | c failed) − ln P(seen | c well)], with λ the rate of such failures and W
the length of a window; members that are explained otherwise or unobserved contribute nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import exp, log, log1p
from typing import NamedTuple

from broadcaster.repairs.observations import Seen
from broadcaster.repairs.topology import IS_POWER, Kind, Placement

DAY_S = 86_400.0
ACCEPT = log(20.0)  # posterior of at least 0.95 against no common cause
SAME = 3.0  # nats within which two explanations are equally good
GETS_OUT = 0.3  # of the last gasps where the network dies with the power
_PRIOR_EVENTS = 20.0

_RATES_PER_DAY: Mapping[Kind, float] = {
    Kind.TRANSFORMER: 1 / 180,
    Kind.VILLAGE: 1 / 180,
    Kind.FEEDER: 1 / 90,
    Kind.TOWN: 1 / 90,
    Kind.SUBSTATION: 1 / 720,
    Kind.CELL: 1 / 60,
    Kind.OPERATOR: 1 / 720,
    Kind.LINE: 1 / 120,
    Kind.HUB: 1 / 120,
}


@dataclass(frozen=True, slots=True)
class Beta:
    """A share that is learned: how often it was so, how often not."""

    yes: float = 7.0
    no: float = 3.0

    @property
    def mean(self) -> float:
        return self.yes / (self.yes + self.no)

    def with_one(self, *, so: bool) -> "Beta":
        """After one more case."""
        return Beta(self.yes + so, self.no + (not so))


class Supplied(NamedTuple):
    """An affected member's terms below a failed supply: where the network lives on, and where it dies with the power."""

    heard: float
    drowned: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What is assumed, and what was learned from adjudicated incidents."""

    window_s: float = 120.0
    mains_loss: float = 1 / 30  # of one site, a day
    silence: float = 1 / 60
    nodes: Mapping[Kind, float] = field(default_factory=lambda: dict(_RATES_PER_DAY))
    mapping_error: float = 0.04  # at least; below a failed supply that nevertheless answers
    backup: float = 0.015  # below a failed cell or line that nevertheless answers
    network_too: float = 0.1  # of power cuts take the base station along, and most last gasps
    escaped: float = 1e-3  # a last gasp just before its network failed
    gasps: Mapping[str, Beta] = field(default_factory=dict)  # by model of hardware

    def gasp(self, placement: Placement) -> float:
        """How likely the last gasp of such an endpoint arrives."""
        if not placement.gasps:
            return 0.001
        return min(0.99, self.gasps.get(placement.model, Beta()).mean)

    def with_gasp(self, placement: Placement, *, arrived: bool) -> "Rates":
        """After a loss of mains was settled."""
        known = self.gasps.get(placement.model, Beta()).with_one(so=arrived)
        return replace(self, gasps={**self.gasps, placement.model: known})

    def with_month(self, kind: Kind, events: int, days: float, nodes: int) -> "Rates":
        """After a month's count of failures of this kind of node (Gamma prior worth 20 events)."""
        prior = self.nodes[kind]
        learned = (_PRIOR_EVENTS + events) / (_PRIOR_EVENTS / prior + days * max(1, nodes))
        return replace(self, nodes={**self.nodes, kind: learned})

    def with_month_of_sites(self, *, losses: int, silences: int, days: float, sites: int) -> "Rates":
        """After a month's count of single sites that lost their mains, or fell silent."""
        exposed = days * max(1, sites)
        mains, silence = (
            (_PRIOR_EVENTS + events) / (_PRIOR_EVENTS / prior + exposed)
            for events, prior in ((losses, self.mains_loss), (silences, self.silence))
        )
        return replace(self, mains_loss=mains, silence=silence)

    def prior(self, kind: Kind, *, planned: bool) -> float:
        """ln λ·W; announced work makes it ten thousand times as likely."""
        return log(self.nodes[kind] * self.window_s / DAY_S) + (log(1e4) if planned else 0.0)

    def alone(self, seen: Seen) -> float:
        """ln P(seen | nothing common failed)."""
        rate = self.silence if seen is Seen.SILENT else self.mains_loss
        return log(rate * self.window_s / DAY_S)

    def linked(self, seen: Seen) -> float:
        """The term of an affected member below a failed cell, operator, line or hub."""
        return log(self._below_link(seen)) - self.alone(seen)

    def supplied(
        self, seen: Seen, placement: Placement, confidence: float, *, deaf: bool = False
    ) -> Supplied:
        """The terms of one below a failed supply; `deaf`: its last gasp may have come while nobody listened."""
        gasp, battery = 0.001 if deaf else self.gasp(placement), placement.battery
        heard = self._below_supply(seen, gasp, confidence, battery=battery)
        drowned = self._below_supply(seen, max(0.001, gasp * GETS_OUT), confidence, battery=battery)
        return Supplied(log(heard) - self.alone(seen), log(drowned) - self.alone(seen))

    def either(self, heard: float, drowned: float) -> float:
        """ln P of what was seen below a supply that failed, whether or not the network died with it."""
        return _log_of_sum(heard + log(1 - self.network_too), drowned + log(self.network_too))

    def answers(self, kind: Kind, confidence: float) -> float:
        """The term of a member that answers nevertheless."""
        return log(max(self.mapping_error, 1 - confidence) if kind in IS_POWER else self.backup)

    def _below_supply(self, seen: Seen, gasp: float, confidence: float, *, battery: bool) -> float:
        there = 1 - max(self.mapping_error, 1 - confidence)
        empty = 0.05 if battery else 1.0  # or broken
        match seen:
            case Seen.ON_BATTERY:
                return there
            case Seen.GASPED:
                return there * gasp * empty
            case Seen.SILENT:
                return there * (1 - gasp) * empty

    def _below_link(self, seen: Seen) -> float:
        match seen:
            case Seen.ON_BATTERY:
                return 1e-5
            case Seen.GASPED:
                return self.escaped
            case Seen.SILENT:
                return 1 - self.backup


def _log_of_sum(a: float, b: float) -> float:
    """ln(e^a + e^b)."""
    return max(a, b) + log1p(exp(-abs(a - b)))


def sigmoid(nats: float) -> float:
    """The probability that these odds mean."""
    return 1 / (1 + exp(-nats)) if nats > -500 else 0.0
