"""Absences: for each ordered play that found no place, the reason that is true once everything else has its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from schedules.cells import GUARD_CELLS, HORIZON_CELLS, run
from schedules.duty import Duty
from schedules.placement import Scene, fixed_start
from schedules.places import Place
from schedules.slots import AbsentBecause
from schedules.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """So many of the ordered plays are lost at a place for this reason."""

    plays: int
    because: AbsentBecause
    others: Mapping[str, Place] = field(default_factory=dict)  # who is in the way, and the widest place where


def lost_in_windows(
    duty: Duty, standing: Standing, scene: Scene, leaf: Place, missing: int
) -> Iterator[Loss]:
    """Why `missing` plays of a loop have no place at `leaf`.

    Each restriction is the reason for as many as it takes away from what the restrictions before it leave of an empty
    day. What is missing beyond that is so because of others, or because the order's own plays that stand are too near.
    """
    fitting = duty.ordered
    for because, capacity in _capacities(duty, standing, scene, leaf):
        lost = min(max(0, fitting - capacity), missing)
        fitting, missing = min(fitting, capacity), missing - lost
        if lost:
            others = _daily_at(duty, scene, leaf) if because is AbsentBecause.BUDGET else {}
            yield Loss(plays=lost, because=because, others=others)
    if missing:
        still_open = scene.to_come(scene.ground.grid.inside(duty.room(leaf).spans))
        others = _others(duty, scene, leaf, still_open)
        yield Loss(
            plays=missing,
            because=AbsentBecause.NO_ROOM if others else AbsentBecause.MINIMUM_GAP,
            others=others,
        )


def lost_at_fixed_time(duty: Duty, ordinal: int, scene: Scene, leaf: Place) -> Loss:
    """Why the fixed time `ordinal` has no place at `leaf`."""
    at = fixed_start(duty, ordinal, scene)
    if at is None:
        return Loss(plays=1, because=AbsentBecause.DAY_BEGUN)
    end = at + duty.length
    if not duty.order.valid_from <= at <= end <= duty.order.valid_until:
        return Loss(plays=1, because=AbsentBecause.OUTSIDE_VALIDITY)
    if duty.room(leaf).span_of(at, end) is None:
        return Loss(plays=1, because=AbsentBecause.QUIET_HOURS)
    grid = scene.ground.grid
    others = scene.occupancy.holders(leaf, run(grid.cell_before(at), grid.cell_after(end) + GUARD_CELLS))
    if others:
        return Loss(plays=1, because=AbsentBecause.CONFLICT, others=others)
    return Loss(plays=1, because=AbsentBecause.BUDGET, others=_daily_at(duty, scene, leaf))


def _capacities(
    duty: Duty, standing: Standing, scene: Scene, leaf: Place
) -> Iterator[tuple[AbsentBecause, int]]:
    """How many plays would fit under ever more restrictions, each with the reason that it is."""
    back_to_back, apart, valid = duty.fitting
    yield AbsentBecause.TOO_LONG, back_to_back
    yield AbsentBecause.MINIMUM_GAP, apart
    yield AbsentBecause.OUTSIDE_VALIDITY, valid
    starts = duty.room(leaf).starts
    yield AbsentBecause.QUIET_HOURS, duty.capacity(starts)
    own = standing.plays_around(leaf)
    yield AbsentBecause.BUDGET, len(own) + scene.affordable(duty, leaf)
    yield AbsentBecause.DAY_BEGUN, scene.still_fitting(duty, leaf, own)


def _others(duty: Duty, scene: Scene, leaf: Place, cells: int) -> dict[str, Place]:
    holders = scene.occupancy.holders(leaf, cells)
    return {order: where for order, where in holders.items() if order != duty.order.id}


def _daily_at(duty: Duty, scene: Scene, leaf: Place) -> dict[str, Place]:
    others = _others(duty, scene, leaf, run(0, HORIZON_CELLS))
    return {order: where for order, where in others.items() if scene.is_daily(order)}
