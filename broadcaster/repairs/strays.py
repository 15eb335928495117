"""Strays: who stands in the middle of a root's members and is on the map elsewhere joins it, and the map is suspected."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from broadcaster.repairs.candidates import TOGETHER_S, Scene
from broadcaster.repairs.incidents import Flag
from broadcaster.repairs.roots import Root

SURROUNDED, AMONG = 0.60, 8  # neighbours that make a stray one of them
SMALL = 4


def gathered(scene: Scene, names: Iterable[str], roots: list[Root]) -> list[Root]:
    """The roots with their strays: first small roots amid another's members, then single ones of `names`."""
    return _attached(scene, names, _absorbed(scene, roots))


def _absorbed(scene: Scene, roots: list[Root]) -> list[Root]:
    """Small roots all of whose members stand in the middle of others' join these."""
    owner = {name: number for number, root in enumerate(roots) for name in root.members}
    joins: dict[int, dict[str, int]] = {}
    for number, root in enumerate(roots):
        if len(root.members) <= SMALL and not any(number in into.values() for into in joins.values()):
            around = {name: _surrounding(scene, name, owner, roots, skip=number) for name in root.members}
            found = {name: into for name, into in around.items() if into is not None}
            if len(found) == len(around) and joins.keys().isdisjoint(found.values()):
                joins[number] = found
    for names in joins.values():
        for name, into in names.items():
            roots[into] = _joined(roots[into], [name])
    return [root for number, root in enumerate(roots) if number not in joins]


def _attached(scene: Scene, names: Iterable[str], roots: list[Root]) -> list[Root]:
    """Strays in the middle of a root's members join it."""
    owner = {name: number for number, root in enumerate(roots) for name in root.members}
    strays: defaultdict[int, list[str]] = defaultdict(list)
    for name in names:
        if name not in owner:
            into = _surrounding(scene, name, owner, roots)
            if into is not None:
                strays[into].append(name)
    for into, found in strays.items():
        roots[into] = _joined(roots[into], found)
    return roots


def _surrounding(
    scene: Scene, name: str, owner: Mapping[str, int], roots: list[Root], skip: int | None = None
) -> int | None:
    """The root that has most of the affected neighbours of `name`, at the same instant."""
    near = [n for n in scene.topology.neighbours(name) if n in scene.observations]
    if len(near) < AMONG or not owner:
        return None
    owned = Counter(owner[n] for n in near if n in owner and owner[n] != skip)
    if not owned:
        return None
    into, count = owned.most_common(1)[0]
    o, best = scene.observations[name], roots[into].best
    first, last = sorted((best.onset, best.last_heard))
    together = o.onset - o.slack - TOGETHER_S <= last and first <= o.onset + TOGETHER_S
    return into if together and count >= SURROUNDED * len(near) else None


def _joined(root: Root, names: Iterable[str]) -> Root:
    strays = frozenset(names)
    members = tuple(sorted({*root.members, *strays}))
    return replace(
        root,
        best=replace(root.best, members=members),
        flags=root.flags | {Flag.MAPPING_SUSPECT},
        strays=root.strays | strays,
    )
