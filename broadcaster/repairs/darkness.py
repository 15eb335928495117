"""Darkness: when nearly everybody in a town or the county falls silent at one instant it is one cause, not one for each line.

What is common to all of them is on no map: a substation, an exchange, the way from them to the broker. So the area itself is
the root: a power cut if most sent last gasps or run on battery, otherwise dark, power or network. In a storm, and all the more
if nobody watched for a while, several causes may as well have come together: then those on the map explain it.
"""

from collections.abc import Collection, Iterable
from itertools import islice
from math import log

from broadcaster.repairs.candidates import TOGETHER_S, Candidate, Scene
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.observations import Seen
from broadcaster.repairs.scoring import ACCEPT, DAY_S
from broadcaster.repairs.topology import Kind, Node

FEWEST, SHARE = 8, 0.90  # of those in the area of whom anything is known
EXPLAINED = 0.90  # by one root: then that is it
POWER = 0.5  # of them say that it is the mains

Explained = tuple[tuple[Candidate, frozenset[str]], ...]


def dark_areas(
    scene: Scene, names: Collection[str], roots: Iterable[Candidate]
) -> Iterable[tuple[Candidate, Cause, frozenset[str]]]:
    """Areas whose darkness several of the `roots` that were found would be needed for, the widest first; each with what it
    explains.
    """
    explained = tuple((root, frozenset(root.members)) for root in roots)
    left = frozenset(names)
    for node in scene.topology.areas:
        members = frozenset(name for name in left if name in node.members)
        if len(members) < FEWEST:
            continue
        beyond = {name for _, below in explained if not below <= members for name in below}
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
    if len(dark) < FEWEST or any(len(dark & below) >= EXPLAINED * len(dark) for _, below in explained):
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
    if _came_together(scene, candidate, dark, explained):
        return None
    power = sum(o.seen is not Seen.SILENT for o in together)
    return candidate, Cause.GRID_OUTAGE if power >= POWER * len(together) else Cause.AREA_DARK


def _came_together(scene: Scene, area: Candidate, dark: frozenset[str], explained: Explained) -> bool:
    """Whether the roots within it are likelier to have failed one by one, as many as did elsewhere at about that time."""
    within = [(root, below) for root, below in explained if below <= dark]
    elsewhere = sum(_is_of_that_time(root, area) for root, below in explained if not below <= dark)
    window_s = max(scene.rates.window_s, area.onset - area.last_heard)
    chance_s = window_s / DAY_S
    kinds = [node.kind for node in scene.topology.nodes.values()] if elsewhere else []
    rates = scene.rates.nodes
    separately = sum(
        log(max(rates[r.kind] * chance_s, elsewhere / max(1, kinds.count(r.kind)))) for r, _ in within
    )
    alone = dark.difference(*(below for _, below in within))
    separately += sum(scene.rates.alone(scene.observations[name].seen) for name in alone)
    return separately > log(rates[Kind.SUBSTATION] * chance_s)


def _is_of_that_time(root: Candidate, area: Candidate) -> bool:
    """Whether both may have failed at one instant, as far as is known."""
    return max(root.last_heard, area.last_heard) <= min(root.onset, area.onset) + 2 * TOGETHER_S
