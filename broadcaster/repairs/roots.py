"""Roots: accepted common causes, and how sure they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from broadcaster.repairs.candidates import Candidate, Scene
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.incidents import Flag
from broadcaster.repairs.scoring import sigmoid
from broadcaster.repairs.topology import IS_POWER, Kind

CAUSES: Mapping[Kind, Cause] = {
    **dict.fromkeys(IS_POWER, Cause.GRID_OUTAGE),
    Kind.CELL: Cause.BASE_STATION,
    Kind.OPERATOR: Cause.OPERATOR,
    Kind.LINE: Cause.SERIAL_LINE_CUT,
    Kind.HUB: Cause.SERIAL_HUB,
    Kind.AREA: Cause.AREA_DARK,
}
SUREST, COMMON, UNTOLD = 0.99, 0.95, 0.60


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """An accepted common cause."""

    cause: Cause
    best: Candidate
    rival: Candidate | None = None  # of the other sort, power or network
    flags: frozenset[Flag] = frozenset()
    strays: frozenset[str] = frozenset()  # members that the map has elsewhere
    is_mute: bool = False  # no last gasp tells that it is the power, and no network that answers

    @property
    def members(self) -> tuple[str, ...]:
        return self.best.members


def confidence(root: Root, scene: Scene) -> float:
    """Against the best rival (or no common cause), at most that the map is right."""
    if root.best.kind is Kind.AREA:
        return COMMON
    second = max(0.0, root.rival.score if root.rival else 0.0)
    wrong = 1.0
    for name in root.members[:8]:
        wrong *= 1 - scene.topology.confidence(name, root.best.node)
    surest = UNTOLD if root.is_mute else SUREST
    return min(surest, 1 - wrong, sigmoid(root.best.score - second))
