"""Topology: which node stands behind which endpoint, and how surely we know it. Every part of the map may be missing.

Three chains can take endpoints away as a group: electrical (transformer, feeder, substation), radio (cell, operator) and
serial (line, hub). Where nothing is known of the supply, the village and the town stand in for the grid. Distances
tell who should have been on a map's feeder and is not.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import cos, floor, hypot, radians

NEIGHBOURS, WITHIN_KM = 16, 3.0
_KM_PER_DEGREE = 111.2


class Kind(StrEnum):
    """What a node is."""

    TRANSFORMER = "transformer"
    FEEDER = "feeder"
    SUBSTATION = "substation"
    VILLAGE = "village"  # stands in for a transformer
    TOWN = "town"  # stands in for a feeder
    CELL = "cell"
    OPERATOR = "operator"
    LINE = "line"
    HUB = "hub"
    AREA = "area"  # a town or the county, of which nearly everything is dark


ELECTRICAL = (Kind.TRANSFORMER, Kind.FEEDER, Kind.SUBSTATION)
STAND_INS = (Kind.VILLAGE, Kind.TOWN)
RADIO = (Kind.CELL, Kind.OPERATOR)
SERIAL = (Kind.LINE, Kind.HUB)
IS_POWER = frozenset((*ELECTRICAL, *STAND_INS))


class Provenance(StrEnum):
    """How an edge of the map is known."""

    SURVEYED = "surveyed"
    DECLARED = "declared"  # by the endpoint itself
    IMPORTED = "imported"
    LEARNED = "learned"
    ASSUMED = "assumed"  # a stand-in


CONFIDENCE: Mapping[Provenance, float] = {
    Provenance.SURVEYED: 0.98,
    Provenance.DECLARED: 0.95,
    Provenance.IMPORTED: 0.90,
    Provenance.LEARNED: 0.85,
    Provenance.ASSUMED: 0.70,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where one endpoint stands in every chain; empty: not known. Names need only be unique within their kind."""

    endpoint: str
    village: str = ""  # 12 digits
    transformer: str = ""
    feeder: str = ""
    substation: str = ""
    cell: str = ""
    operator: str = ""
    line: str = ""
    hub: str = ""
    position: int | None = None  # along the serial line, from the hub
    latitude: float | None = None
    longitude: float | None = None
    model: str = ""  # of the hardware: how likely its last gasp arrives
    gasps: bool = True  # whether it can send one at all
    battery: bool = False
    supply: Provenance = Provenance.IMPORTED
    radio: Provenance = Provenance.DECLARED
    wiring: Provenance = Provenance.SURVEYED

    @property
    def town(self) -> str:
        """The town's code, as the national coding has it."""
        return self.village[:9] + "000" if self.village else ""

    @property
    def county(self) -> str:
        """The county's code."""
        return self.village[:6] + "000000" if self.village else ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An endpoint below a node, and the confidence that it is; the same for every node of a chain."""

    node: str
    confidence: float
    is_power: bool


@dataclass(slots=True)
class Node:
    """A thing that can fail and take its members along."""

    kind: Kind
    name: str
    parent: str | None = None
    members: dict[str, float] = field(default_factory=dict)  # with the confidence that they are
    children: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        return node_id(self.kind, self.name)


def node_id(kind: Kind, name: str) -> str:
    """How a node is named in incidents."""
    return f"{kind}:{name}"


class Topology:
    """The map of one moment. Nothing in it changes; a changed map is a new one."""

    def __init__(self, placements: Iterable[Placement]) -> None:
        self.placements = {p.endpoint: p for p in sorted(placements, key=lambda p: p.endpoint)}
        self.nodes: dict[str, Node] = {}
        self._edges: dict[str, tuple[Edge, ...]] = {}
        self._made: dict[tuple[str, float], Edge] = {}
        for placement in self.placements.values():
            self._edges[placement.endpoint] = tuple(self._place(placement))
        self._villages = Counter(p.village for p in self.placements.values())
        self.areas = tuple(self._areas())
        self.nodes |= {node.id: node for node in self.areas}
        self._map = _Map(self.placements.values())

    def edges(self, endpoint: str) -> tuple[Edge, ...]:
        """The nodes behind an endpoint, the nearest of each chain first."""
        return self._edges.get(endpoint, ())

    def confidence(self, endpoint: str, node: str) -> float:
        """How surely `endpoint` is below `node`; 0 if it is not."""
        return self.nodes[node].members.get(endpoint, 0.0) if node in self.nodes else 0.0

    def by_position(self, line: str) -> tuple[str, ...]:
        """The endpoints of a serial line in order, or () if the order of any is not known."""
        placed = [self.placements[name] for name in self.nodes[line].members]
        if any(p.position is None for p in placed):
            return ()
        return tuple(p.endpoint for p in sorted(placed, key=lambda p: (p.position or 0, p.endpoint)))

    def same_supply(self, endpoint: str) -> Iterator[str]:
        """The others on the same transformer, or where that is alone or unknown, on the same feeder or in the village."""
        for edge in self.edges(endpoint):
            node = self.nodes[edge.node]
            if node.kind in IS_POWER and node.kind is not Kind.SUBSTATION and len(node.members) > 2:
                yield from (name for name in node.members if name != endpoint)
                return

    def stands_alone(self, endpoint: str) -> bool:
        """Whether no other endpoint covers its village."""
        placement = self.placements.get(endpoint)
        return placement is not None and placement.village != "" and self._villages[placement.village] == 1

    def neighbours(self, endpoint: str) -> tuple[str, ...]:
        """The nearest endpoints, at most 16 within 3 km."""
        return self._map.near(self.placements[endpoint]) if endpoint in self.placements else ()

    def _areas(self) -> Iterable[Node]:
        """The counties, then the towns; they are nobody's edge."""
        areas: dict[str, Node] = {}
        for placement in self.placements.values():
            for code in filter(None, (placement.county, placement.town)):
                areas.setdefault(code, Node(Kind.AREA, code)).members[placement.endpoint] = 1.0
        counties = Counter(p[:6] for p in areas)
        alone = {code for code in areas if code.endswith("000000") and counties[code[:6]] == 2}
        for code in alone:
            del areas[code]  # its only town is all of it
        yield from sorted(areas.values(), key=lambda node: (not node.name.endswith("000000"), node.name))

    def _place(self, placement: Placement) -> Iterable[Edge]:
        supply = CONFIDENCE[placement.supply]
        if placement.transformer or placement.feeder or placement.substation:
            yield from self._chain(placement, ELECTRICAL, supply)
        else:
            yield from self._chain(placement, STAND_INS, CONFIDENCE[Provenance.ASSUMED])
        yield from self._chain(placement, RADIO, CONFIDENCE[placement.radio])
        yield from self._chain(placement, SERIAL, CONFIDENCE[placement.wiring])

    def _chain(self, placement: Placement, kinds: tuple[Kind, ...], confidence: float) -> Iterable[Edge]:
        below: Node | None = None
        for kind in kinds:
            name = getattr(placement, kind)
            if not name:
                continue
            id_ = node_id(kind, name)
            node = self.nodes.get(id_)
            if node is None:
                node = self.nodes[id_] = Node(kind, name)
            node.members[placement.endpoint] = confidence
            if below is not None and below.parent is None:
                below.parent = id_
                node.children.add(below.id)
            below = node
            edge = self._made.get((id_, confidence))
            if edge is None:
                edge = self._made[id_, confidence] = Edge(id_, confidence, kind in IS_POWER)
            yield edge


class _Map:
    """Endpoints in squares of 3 km; a county is flat."""

    def __init__(self, placements: Iterable[Placement]) -> None:
        located = [p for p in placements if p.latitude is not None and p.longitude is not None]
        middle = sum(p.latitude or 0.0 for p in located) / max(1, len(located))
        self._east_km = _KM_PER_DEGREE * cos(radians(middle))
        self._squares: defaultdict[tuple[int, int], list[tuple[float, float, str]]] = defaultdict(list)
        for placement in located:
            east, north = self._km(placement)
            self._squares[_square(east, north)].append((east, north, placement.endpoint))

    def near(self, placement: Placement) -> tuple[str, ...]:
        if placement.latitude is None or placement.longitude is None:
            return ()
        east, north = self._km(placement)
        column, row = _square(east, north)
        around = [(c, r) for c in (column - 1, column, column + 1) for r in (row - 1, row, row + 1)]
        found = sorted(
            (hypot(e - east, n - north), name)
            for square in around
            for e, n, name in self._squares.get(square, ())
            if name != placement.endpoint
        )
        return tuple(name for km, name in found[:NEIGHBOURS] if km <= WITHIN_KM)

    def _km(self, placement: Placement) -> tuple[float, float]:
        return (placement.longitude or 0.0) * self._east_km, (placement.latitude or 0.0) * _KM_PER_DEGREE


def _square(east_km: float, north_km: float) -> tuple[int, int]:
    return floor(east_km / WITHIN_KM), floor(north_km / WITHIN_KM)
