"""Conflicts: fixed times that want the same endpoints at the same time, and where each could move."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from schedules.cells import GUARD_CELLS, HORIZON_CELLS, nearest, starts_inside, starts_touching
from schedules.duty import Duty
from schedules.placement import Scene
from schedules.places import Place, covers
from schedules.slots import Conflict, Span
from schedules.windows import clipped, less


def conflicts_of(
    duty: Duty, ordinal: int, leaf: Place, others: Mapping[str, Place], scene: Scene
) -> Iterator[Conflict]:
    """The conflicts that leave `leaf` without the fixed time `ordinal`, each for as wide an area as both orders share."""
    target = next(place for place in scene.ground.chain(leaf) if place in duty.targets)
    wanted = duty.fixed[ordinal]
    for other, where in others.items():
        yield Conflict(
            order=duty.order.id,
            other=other,
            place=where if covers(target, where) else target,
            at=wanted,
            proposed=free_start(duty, wanted, target, scene),
        )


def free_start(duty: Duty, wanted: datetime, target: Place, scene: Scene) -> datetime | None:
    """The start nearest to `wanted` that day at which all of `target` is free of what stands; None if there is none."""
    ground, order = scene.ground, duty.order
    today = (Span(start=ground.grid.origin, end=ground.day_end),)
    allowed = less(today, duty.quiet_spans(target))
    allowed = clipped(allowed, max(order.valid_from, scene.now), order.valid_until)
    free = starts_inside(ground.grid.inside(allowed), duty.cells)
    free &= ~starts_touching(scene.occupancy.taken(target), duty.cells + GUARD_CELLS)
    if not free:
        return None
    return ground.grid.begin_of(nearest(free, ground.grid.cell_before(wanted), 0, HORIZON_CELLS))
