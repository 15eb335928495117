"""Coverage (覆盖率): which share of villages and endpoints reached each step, and who is missing and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from schedules.ledger import Outcome, Settled, Standing
from schedules.places import Place
from schedules.records import MissedBecause
from schedules.slots import AbsentBecause

Reason = MissedBecause | AbsentBecause | Outcome


class Step(IntEnum):
    """The steps of a notice on its way to the ear; each implies the ones before."""

    TARGETED = 0  # it is meant for them
    PLANNED = 1  # there is a slot
    HELD = 2
    STAGED = 3
    SOUNDED = 4  # it sounds, or it counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far something came at one endpoint (None: the village has none), and why no further."""

    village: Place
    endpoint: str | None
    step: Step
    because: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCoverage:
    """One step: a village reached it when at least one of its endpoints did. `missing` lists all others."""

    step: Step
    villages: int
    endpoints: int
    missing: tuple[Reach, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many there are, and how many of them reached each step."""

    villages: int
    endpoints: int
    steps: tuple[StepCoverage, ...]  # PLANNED, HELD, STAGED, SOUNDED

    def village_share(self, step: Step) -> float:
        """0 to 1; 0 where there is no village."""
        raise NotImplementedError

    def endpoint_share(self, step: Step) -> float:
        """0 to 1; 0 where there is no endpoint."""
        raise NotImplementedError


def reach(village: Place, endpoint: str, standing: Standing, settled: Settled) -> Reach:
    """How far one slot came at one endpoint."""
    raise NotImplementedError


def coverage(reaches: Iterable[Reach]) -> Coverage:
    """The reaches of one notice or alert; of several per endpoint (several slots) the furthest counts."""
    raise NotImplementedError
