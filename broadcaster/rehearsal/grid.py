"""The grid of a simulated county: supplies, cells and serial lines behind its endpoints, as they are and as the map has them.

Sizes are those of a county: 16 endpoints a village, 8 on a transformer, 6 transformers on a feeder, 12 feeders on a
substation; a cell covers five villages, a tenth of the villages hangs on serial lines. The map that the controller is
given is right but for every fiftieth endpoint's supply.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from broadcaster.repairs.topology import Placement, Provenance

PER_VILLAGE, PER_TRANSFORMER, TRANSFORMERS, FEEDERS, VILLAGES_PER_CELL = 16, 8, 6, 12, 5
MISPLACED = 0.02
SERIAL_VILLAGES = 0.10
BATTERIES, MUTE = 0.05, 0.15  # share with a battery; without hardware for a last gasp
KM = 1 / 111.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The truth, and the map made of it; both have the same endpoints in the same order."""

    truth: tuple[Placement, ...]
    map: tuple[Placement, ...]

    def below(self, kind: str) -> dict[str, tuple[str, ...]]:
        """Name of a node of this kind → its endpoints, in truth."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for placement in self.truth:
            name = getattr(placement, kind)
            if name:
                found[name].append(placement.endpoint)
        return {name: tuple(members) for name, members in sorted(found.items())}


def lay_out_grid(seed: int, endpoints: int) -> Grid:
    """The same seed and number give the same grid."""
    chance = random.Random(f"grid {seed}")
    truth = tuple(_placement(n, chance) for n in range(endpoints))
    return Grid(truth=truth, map=tuple(_as_mapped(p, truth, chance) for p in truth))


def _placement(n: int, chance: random.Random) -> Placement:
    village, transformer = n // PER_VILLAGE, n // PER_TRANSFORMER
    feeder = transformer // TRANSFORMERS
    town = village // 20
    serial = village % round(1 / SERIAL_VILLAGES) == 3
    cell = "" if serial else f"C{village // VILLAGES_PER_CELL:04d}"
    return Placement(
        endpoint=f"horn-{n:05d}",
        village=f"341523{100 + town:03d}{200 + village % 20:03d}",
        transformer=f"T{transformer:05d}",
        feeder=f"F{feeder:04d}",
        substation=f"S{feeder // FEEDERS:02d}",
        cell=cell,
        operator="" if serial else f"O{village % 2}",
        line=f"L{village:04d}" if serial else "",
        hub=f"H{village:04d}" if serial else "",
        position=n % PER_VILLAGE + 1 if serial else None,
        latitude=31.0 + (village // 40) * 2.5 * KM + chance.uniform(0, KM),
        longitude=116.0 + (village % 40) * 2.5 * KM + chance.uniform(0, KM),
        gasps=chance.random() >= MUTE,
        battery=chance.random() < BATTERIES,
        supply=Provenance.SURVEYED,
    )


def _as_mapped(placement: Placement, truth: Sequence[Placement], chance: random.Random) -> Placement:
    """Mostly as it is; imported where nobody surveyed; now and then another transformer's in the neighbourhood."""
    if chance.random() < MISPLACED:
        n = min(
            len(truth) - 1, max(0, int(placement.endpoint[5:]) + chance.choice((-1, 1)) * PER_TRANSFORMER * 6)
        )
        other = truth[n]
        return replace(
            placement,
            transformer=other.transformer,
            feeder=other.feeder,
            substation=other.substation,
            supply=Provenance.IMPORTED,
        )
    return placement if chance.random() < 0.7 else replace(placement, supply=Provenance.IMPORTED)
