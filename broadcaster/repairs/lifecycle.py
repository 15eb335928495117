"""Lifecycle: how an incident goes on as time passes and its members come back."""

from collections.abc import Mapping
from dataclasses import dataclass

from broadcaster.repairs.cases import Case
from broadcaster.repairs.incidents import Stage
from broadcaster.repairs.observations import Observation

MOSTLY = 0.60
ENOUGH = 0.95  # of the members, verified, end an incident
STRAGGLERS_S = 1_800.0  # after which those that are not back with the others are cases of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a case stands now, and who no longer belongs to it."""

    stage: Stage
    affected: tuple[str, ...]
    stragglers: tuple[str, ...] = ()


def step(case: Case, observations: Mapping[str, Observation], now: float) -> Step:
    """The next stage of a live case. Its clock of stragglers runs in the case."""
    members = case.incident.members
    affected = tuple(name for name in members if (o := observations.get(name)) and o.back is None)
    well = sum(1 for name in members if (o := observations.get(name)) is None or o.well)
    if not affected and well >= ENOUGH * len(members):
        return Step(stage=Stage.ENDED, affected=())
    if len(members) - len(affected) < MOSTLY * len(members):
        case.mostly_back = None
    elif case.mostly_back is None:
        case.mostly_back = now
    if case.is_group and affected and case.mostly_back is not None and now - case.mostly_back >= STRAGGLERS_S:
        return Step(stage=_stage(case, (), now), affected=(), stragglers=affected)
    return Step(stage=_stage(case, affected, now), affected=affected)


def next_look(case: Case, now: float) -> float:
    """When a live case may change without any news."""
    incident = case.incident
    is_waiting = incident.stage is Stage.HELD and (incident.affected or case.gate is not None)
    looks = [max(incident.hold_until, now + 1)] if is_waiting else []
    if case.mostly_back is not None:
        looks.append(case.mostly_back + STRAGGLERS_S)
    return min((at for at in looks if at > now), default=float("inf"))


def _stage(case: Case, affected: tuple[str, ...], now: float) -> Stage:
    if not affected:
        return case.incident.stage if case.incident.stage is Stage.HELD else Stage.RECOVERING
    if case.incident.stage is Stage.HELD and now < case.incident.hold_until:
        return Stage.HELD
    return Stage.OPEN
