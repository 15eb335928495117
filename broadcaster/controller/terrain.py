"""Terrain: the registry as repairs see it: where each endpoint stands, whom it reaches, and what an incident covers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import sqlalchemy
from sqlmodel import Session, col, select

from broadcaster.repairs.incidents import Incident
from broadcaster.repairs.topology import Kind, Placement, Topology, node_id
from broadcaster.storage.tables import EndpointRow, LineRow
from schedules.places import Place, covers, place

SERIAL = "serial:"
BROKER = "broker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One endpoint in the registry."""

    placement: Placement
    population: int
    volume: int | None

    @property
    def gates(self) -> tuple[str, ...]:
        """What can blind the controller to it, beside itself: its hub, and the hub's port of its line."""
        placed = self.placement
        serial = ((Kind.HUB, placed.hub), (Kind.LINE, placed.line)) if placed.hub else ()
        return (BROKER, *(node_id(kind, name) for kind, name in serial))


Terrain = Mapping[str, Stand]


def read(session: Session, cells: Mapping[str, str]) -> Terrain:
    """All provisioned endpoints in use; `cells` are what they said of the mobile network."""
    in_use = col(EndpointRow.proof_key) != "", col(EndpointRow.enabled).is_(True)
    rows = session.execute(sqlalchemy.select(*_COLUMNS).where(*in_use).order_by(col(EndpointRow.id)))
    hubs = {line.name: line.hub for line in session.exec(select(LineRow))}
    return {name: _stand(name, cells.get(name, ""), hubs, *rest) for name, *rest in rows}


def topology(terrain: Terrain) -> Topology:
    """The map of it."""
    return Topology(stand.placement for stand in terrain.values())


def hubs(terrain: Terrain) -> frozenset[str]:
    """All hubs behind which endpoints stand."""
    return frozenset(stand.placement.hub for stand in terrain.values() if stand.placement.hub)


def with_cells(terrain: Terrain, cells: Mapping[str, str]) -> Terrain:
    """With the cells as they are told now."""
    moved = {
        name: replace(stand, placement=replace(stand.placement, cell=cells.get(name, "")))
        for name, stand in terrain.items()
        if stand.placement.cell != cells.get(name, "")
    }
    return {**terrain, **moved}


def place_of(terrain: Terrain, members: Iterable[str]) -> str:
    """The smallest area in which all of them lie; "" where nothing is known of them."""
    villages = sorted({terrain[name].placement.village for name in members if name in terrain})
    if not villages:
        return ""
    first = villages[0]
    for area in (first, first[:9] + "000", first[:6] + "000000"):
        if all(covers(Place(area), Place(village)) for village in villages):
            return area
    return first[:6] + "000000"


def population_of(terrain: Terrain, incident: Incident) -> int:
    """How many people can hear nothing because of it."""
    return sum(terrain[name].population for name in incident.members if name in terrain)


def below(terrain: Terrain, known: Topology, target: str) -> frozenset[str]:
    """The endpoints below an area, a node of the map, or the endpoint itself."""
    if target in terrain:
        return frozenset({target})
    if target in known.nodes:
        return frozenset(known.nodes[target].members)
    try:
        area = place(target)
    except ValueError:
        return frozenset()
    return frozenset(n for n, stand in terrain.items() if covers(area, Place(stand.placement.village)))


_COLUMNS = tuple(
    col(getattr(EndpointRow, name))
    for name in ("id", "village", "feeder", "link", "latitude", "longitude", "population", "volume")
)


def _stand(
    name: str,
    cell: str,
    hubs: Mapping[str, str],
    village: str,
    feeder: str,
    link: str,
    latitude: float | None,
    longitude: float | None,
    population: int,
    volume: int | None,
) -> Stand:
    """`link` is mqtt or serial:<line>:<address>; addresses are given along the line."""
    line, address = "", ""
    if link.startswith(SERIAL):
        line, _colon, address = link.removeprefix(SERIAL).rpartition(":")
    placement = Placement(
        endpoint=name,
        village=village,
        feeder=feeder,
        cell=cell,
        line=line,
        position=int(address) if address.isdigit() else None,
        hub=hubs.get(line, ""),
        latitude=latitude,
        longitude=longitude,
    )
    return Stand(placement=placement, population=population, volume=volume)
