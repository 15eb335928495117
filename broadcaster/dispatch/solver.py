"""Solver: rounds by PyVRP where that is installed (the extra `route`): several trucks, windows, skills and prizes at once.

It runs a fixed number of iterations from a fixed seed, so that asking twice gives the same rounds.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from broadcaster.dispatch.road import drive, kilometres
from broadcaster.dispatch.rounds import Group, Truck

ITERATIONS, SEED = 400, 1
SERVED, LARGEST = 1_000_000, 10_000_000  # metres that any stop, and the most valuable one, are worth


def assigned(groups: Sequence[Group], trucks: Sequence[Truck]) -> list[list[Group]] | None:
    """For each truck its stops in order; None where PyVRP is not installed or there is nothing to solve."""
    if not groups or not trucks:
        return None
    try:
        from pyvrp import Model
        from pyvrp.stop import MaxIterations
    except ImportError:
        return None
    model, zero = Model(), min(truck.begins for truck in trucks)
    stands = [model.add_location(0, 0) for _ in (*trucks, *groups)]
    points: list[Truck | Group] = [*trucks, *groups]
    for truck, stand in zip(trucks, stands, strict=False):
        profile = model.add_profile()
        depot = model.add_depot(stand)
        _roads(model, profile, truck, points, stands)
        model.add_vehicle_type(
            start_depot=depot,
            end_depot=depot,
            tw_early=_seconds(truck.begins, zero),
            tw_late=_seconds(truck.ends, zero),
            profile=profile,
        )
    most = max(group.prize for group in groups) or 1.0
    for group, stand in zip(groups, stands[len(trucks) :], strict=True):
        _client(model, group, stand, zero, most)
    best = model.solve(MaxIterations(ITERATIONS), seed=SEED, collect_stats=False, display=False).best
    return _read(best, groups, trucks)


def _roads(
    model: Any, profile: Any, truck: Truck, points: Sequence[Truck | Group], stands: Sequence[Any]
) -> None:
    """Edges among what this truck can do; what it cannot, it cannot reach."""
    able = [
        (point, stand)
        for point, stand in zip(points, stands, strict=True)
        if point is truck or (isinstance(point, Group) and point.skills <= truck.skills)
    ]
    for a, here in able:
        for b, there in able:
            if a is not b:
                km = kilometres(a, b)
                model.add_edge(here, there, round(km * 1000), round(drive(km).total_seconds()), profile)


def _client(model: Any, group: Group, stand: Any, zero: datetime, most: float) -> None:
    window: dict[str, int] = {}
    opens, closes, service_s = group.jobs[0].opens, group.jobs[0].closes, round(group.minutes * 60)
    if opens is not None:
        window["tw_early"] = _seconds(opens, zero)
    if closes is not None:
        window["tw_late"] = max(window.get("tw_early", 0), _seconds(closes, zero) - service_s)
    prize = SERVED + round(LARGEST * group.prize / most)
    model.add_client(stand, service_duration=service_s, prize=prize, required=False, **window)


def _read(best: Any, groups: Sequence[Group], trucks: Sequence[Truck]) -> list[list[Group]]:
    """A solution as our groups; visits that are no clients are depots."""
    found: list[list[Group]] = [[] for _ in trucks]
    for route in best.routes():
        found[route.vehicle_type()] = [groups[visit.idx] for visit in route.schedule() if visit.is_client()]
    return found


def _seconds(at: datetime, zero: datetime) -> int:
    return max(0, round((at - zero).total_seconds()))
