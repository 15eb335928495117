"""Darkness: when nearly everybody in a town or the county falls silent at one instant it is one cause, not one for each line.

What is common to all of them is on no map: a substation, an exchange, the way from them to the broker. So the area itself is
the root: a power cut if most sent last gasps or run on battery, otherwise dark, power or network.
"""

from collections.abc import Collection, Iterable
from itertools import islice

from broadcaster.repairs.candidates import Candidate, Scene
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.observations import Seen
from broadcaster.repairs.scoring import ACCEPT
from broadcaster.repairs.topology import Kind, Node

FEWEST, SHARE = 8, 0.90  # of those in the area of whom anything is known
EXPLAINED = 0.90  # by one root: then that is it
POWER = 0.5  # of them say that it is the mains

Explained = tuple[frozenset[str], ...]


def dark_areas(
    scene: Scene, names: Collection[str], explained: Explained
) -> Iterable[tuple[Candidate, Cause, frozenset[str]]]:
    """Areas whose darkness several roots would be needed for, the widest first; each with what it explains. `explained` are
    the members of the roots that were found.
    """
    left = frozenset(names)
    for node in scene.topology.areas:
        members = frozenset(name for name in left if name in node.members)
        if len(members) < FEWEST:
            continue
        beyond = {name for root in explained if not root <= members for name in root}
        found = _dark(scene, node, members - beyond, explained)
        if found is not None:
            taken = frozenset(found[0].members)
            left -= taken
            yield *found, taken


def _dark(
    scene: Scene, node: Node, members: frozenset[str], explained: Explained
) -> tuple[Candidate, Cause] | None:
    together = scene.together([scene.observations[name] for name in sorted(members)])
    dark = frozenset(o.endpoint for o in together)
    if len(dark) < FEWEST or any(len(dark & root) >= EXPLAINED * len(dark) for root in explained):
        return None
    onset = min(o.onset for o in together)
    most = int(len(dark) * (1 - SHARE) / SHARE)  # that may answer nevertheless
    answering = sum(1 for _ in islice((n for n in node.members if scene.answers_since(n, onset)), most + 1))
    if answering > most:
        return None
    candidate = Candidate(
        node=node.id,
        kind=Kind.AREA,
        members=tuple(sorted(dark)),
        score=ACCEPT,
        onset=min((o.onset for o in together if o.is_exact), default=onset),
        last_heard=max(o.onset - o.slack for o in together),
        witnesses=answering,
    )
    power = sum(o.seen is not Seen.SILENT for o in together)
    return candidate, Cause.GRID_OUTAGE if power >= POWER * len(together) else Cause.AREA_DARK
