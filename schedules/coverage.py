"""Coverage (覆盖率): which share of villages and endpoints reached each step, and who is missing and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from schedules.ledger import Progress, Settled
from schedules.outcomes import HEARD, Outcome
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

    def at(self, step: Step) -> StepCoverage:
        """What is known of a step after TARGETED, which everyone reaches."""
        return self.steps[step - Step.PLANNED]

    def village_share(self, step: Step) -> float:
        """0 to 1; 0 where there is no village."""
        return self.at(step).villages / self.villages if self.villages else 0.0

    def endpoint_share(self, step: Step) -> float:
        """0 to 1; 0 where there is no endpoint."""
        return self.at(step).endpoints / self.endpoints if self.endpoints else 0.0


def reach(village: Place, endpoint: str, progress: Progress, settled: Settled) -> Reach:
    """How far a slot or alert came at one endpoint; a record's own reason tells more than the step that
    lacks."""
    if settled.outcome in HEARD or settled.outcome is Outcome.SOUNDING:
        return Reach(village=village, endpoint=endpoint, step=Step.SOUNDED)
    lacking: Reason
    if progress.staged or settled.outcome is Outcome.PARTIAL:
        step, lacking = Step.STAGED, settled.outcome
    elif progress.held:
        step, lacking = Step.HELD, MissedBecause.NO_RECORDING
    else:
        step, lacking = Step.PLANNED, MissedBecause.NO_LINK
    why = Outcome.WITHDRAWN if settled.outcome is Outcome.WITHDRAWN else settled.because
    return Reach(village=village, endpoint=endpoint, step=step, because=why or lacking)


def coverage(reaches: Iterable[Reach]) -> Coverage:
    """The reaches of one notice or alert; of several at an endpoint, as of several slots, the furthest
    holds."""
    furthest: dict[tuple[Place, str | None], Reach] = {}
    for found in reaches:
        home = (found.village, found.endpoint)
        if home not in furthest or found.step > furthest[home].step:
            furthest[home] = found
    everyone = [furthest[home] for home in sorted(furthest, key=lambda home: (home[0], home[1] or ""))]
    return Coverage(
        villages=len({one.village for one in everyone}),
        endpoints=sum(one.endpoint is not None for one in everyone),
        steps=tuple(_step(step, everyone) for step in Step if step is not Step.TARGETED),
    )


def _step(step: Step, everyone: Sequence[Reach]) -> StepCoverage:
    reached = [one for one in everyone if one.step >= step]
    return StepCoverage(
        step=step,
        villages=len({one.village for one in reached}),
        endpoints=sum(one.endpoint is not None for one in reached),
        missing=tuple(one for one in everyone if one.step < step),
    )
