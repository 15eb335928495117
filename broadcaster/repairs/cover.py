"""The cover: the fewest common causes that explain all observations. A function of what was observed, not of its order.

Greedy: the best candidate is accepted if it beats 20 : 1 odds, what it explains is set aside, and so on. Ties go to the
most specific node; several failed children of one parent are rolled up into it; what is left over, or small, and lies in
the middle of another root's members joins it, and the map is suspected.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf

from broadcaster.repairs.candidates import TOGETHER_S, Candidate, Refusal, Scene
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.darkness import dark_areas
from broadcaster.repairs.incidents import Flag
from broadcaster.repairs.observations import Seen
from broadcaster.repairs.roots import CAUSES, Root
from broadcaster.repairs.scoring import ACCEPT, SAME
from broadcaster.repairs.strays import gathered
from broadcaster.repairs.topology import IS_POWER, RADIO, Kind, Node

ROLL_UP_SHARE = 0.70
OVERLAP = 0.60  # of the members: a rival explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """All roots, and the endpoints that no common cause explains."""

    roots: tuple[Root, ...]
    singles: tuple[str, ...]


def cover(scene: Scene, names: Iterable[str]) -> Cover:
    """The common causes of what was observed of `names`; all the scene's observations are no witnesses."""
    return _Covering(scene, names).covered()


class _Covering:
    def __init__(self, scene: Scene, names: Iterable[str], *, supplies_only: bool = False) -> None:
        self._scene = scene
        self._names = sorted(names)
        self._found: dict[str, Candidate | None] = {}
        edges = scene.topology.edges
        nodes = {
            edge.node for name in self._names for edge in edges(name) if edge.is_power or not supplies_only
        }
        known = frozenset(self._names)
        self._left = {node: self._below(node, known) for node in sorted(nodes)}

    def _below(self, node: str, known: frozenset[str]) -> dict[str, float]:
        """Those of the covering below `node`, and how surely; by name."""
        members = self._node(node).members
        if len(members) <= len(known):
            return {name: sure for name, sure in members.items() if name in known}
        return {name: members[name] for name in self._names if name in members}

    def covered(self) -> Cover:
        roots = self._rolled_up(self._second_thoughts(self._greedy()))
        roots = self._with_early_losses(roots)
        roots = self._darkened(gathered(self._scene, self._names, roots))
        taken = {name for root in roots for name in root.members}
        singles = tuple(name for name in self._names if name not in taken)
        return Cover(roots=tuple(roots), singles=singles)

    def _darkened(self, roots: list[Root]) -> list[Root]:
        """An area that is dark as a whole is one root, whatever stands on the map."""
        found = [root.best for root in roots]
        for best, cause, dark in dark_areas(self._scene, self._names, found):
            roots = [root for root in roots if not dark.issuperset(root.members)]
            roots.append(Root(cause=cause, best=best))
        return roots

    def _candidate(self, node: str) -> Candidate | None:
        """What `node` explains of what is left; remembered until something below it is explained otherwise."""
        if node not in self._found:
            found = self._scene.candidate(self._node(node), self._left.get(node, {}))
            self._found[node] = found if isinstance(found, Candidate) and found.score > ACCEPT else None
        return self._found[node]

    def _node(self, node: str) -> Node:
        return self._scene.topology.nodes[node]

    def _greedy(self) -> list[Root]:
        """Best first; one that explains less than it was queued for is queued again. Most are overtaken unseen.

        One that explains nothing is asked again when some below it are explained: those may have forbidden it.
        """
        heap = [(-self._at_most(node), node) for node, left in self._left.items() if len(left) > 1]
        heapq.heapify(heap)
        roots: list[Root] = []
        refused: set[str] = set()
        while heap:
            queued, node = heapq.heappop(heap)
            candidate = self._candidate(node) if node in self._left else None
            if candidate is None:
                refused.add(node)
                continue
            if -candidate.score > queued:
                heapq.heappush(heap, (-candidate.score, node))
                continue
            root = self._judged(self._most_specific(candidate))
            touched = self._explain(root.members)
            roots.append(root)
            for again in sorted({node, *(refused & touched)}):
                if len(self._left.get(again, ())) > 1:
                    heapq.heappush(heap, (-self._at_most(again), again))
            refused -= touched
        return roots

    def _at_most(self, node: str) -> float:
        return self._scene.at_most(self._node(node), len(self._left[node]))

    def _explain(self, members: Iterable[str]) -> set[str]:
        """They are set aside; the nodes behind them."""
        edges, gone = self._scene.topology.edges, set(members)
        touched = {edge.node for name in gone for edge in edges(name)}
        for node in touched:
            self._found.pop(node, None)
            left = self._left.get(node)
            if left is None:
                continue
            for name in left.keys() & gone:  # walks the smaller of the two, if that is a plain set
                del left[name]
            if not left:
                del self._left[node]
        return touched

    def _most_specific(self, candidate: Candidate) -> Candidate:
        """Down to the child that explains it as well."""
        children = (
            self._candidate(child)
            for child in sorted(self._node(candidate.node).children)
            if child in self._left
        )
        good = [c for c in children if c is not None and c.score >= candidate.score - SAME]
        return self._most_specific(max(good, key=lambda c: c.score)) if good else candidate

    def _judged(self, best: Candidate) -> Root:
        """Power or network? Both, if they explain it equally well."""
        edges, is_power = self._scene.topology.edges, best.kind in IS_POWER
        rivals = Counter(
            [edge.node for name in best.members for edge in edges(name) if edge.is_power is not is_power]
        )
        near = [node for node, shared in sorted(rivals.items()) if shared >= OVERLAP * len(best.members)]
        return self._named(best, [c for node in near if (c := self._candidate(node)) is not None])

    def _named(self, best: Candidate, rivals: list[Candidate]) -> Root:
        """The root with its cause, against all that may explain it otherwise."""
        networks = self._scene.networks_of(best) if self._scene.is_mute(best) else Refusal.WITNESSED
        found = [*rivals, networks] if isinstance(networks, Candidate) else rivals
        rival = max(found, key=lambda c: c.score, default=None)
        dark = rival is not None and best.score - rival.score <= SAME
        flags = {Flag.WITNESSED} if best.witnesses else set()
        return Root(
            cause=Cause.AREA_DARK if dark else CAUSES[best.kind],
            best=best,
            rival=rival,
            flags=frozenset(flags),
            is_mute=networks is not Refusal.WITNESSED,
        )

    def _second_thoughts(self, roots: list[Root]) -> list[Root]:
        """A cell that seems to have failed may be several supplies that did: whichever explains more, with what is around."""
        for root in [root for root in roots if root.best.kind in RADIO]:
            if root not in roots:
                continue
            around = self._behind_the_same_supplies(root)
            rivals = [r for r in roots if around.issuperset(r.members)]
            elsewhere = {name for r in roots if r not in rivals for name in r.members}
            scope = around.intersection(self._names) - elsewhere
            known = sum(r.best.score for r in rivals)
            if self._scene.most_by_supplies(scope) <= known:
                continue
            other = _Covering(self._scene, scope, supplies_only=True)._greedy()
            if sum(r.best.score for r in other) > known:
                roots = [r for r in roots if r not in rivals] + other
        return roots

    def _behind_the_same_supplies(self, root: Root) -> set[str]:
        """Everybody on a transformer or feeder that feeds a member."""
        nodes = {edge.node for name in root.members for edge in self._scene.topology.edges(name)}
        local = [
            n for node in nodes if (n := self._node(node)).kind in IS_POWER and n.kind is not Kind.SUBSTATION
        ]
        return {name for node in local for name in node.members}

    def _rolled_up(self, roots: list[Root]) -> list[Root]:
        """Two or more failed children that are most of their parent's become the parent."""
        by_parent: defaultdict[str, list[Root]] = defaultdict(list)
        for root in roots:
            parent = self._node(root.best.node).parent
            if parent is not None:
                by_parent[parent].append(root)
        for parent, children in sorted(by_parent.items()):
            whole = self._parent_of(parent, children)
            if whole is not None:
                roots = [root for root in roots if root not in children]
                roots.append(whole)
        return roots

    def _parent_of(self, parent: str, children: list[Root]) -> Root | None:
        node = self._node(parent)
        onsets = [root.best.onset for root in children]
        kin = {root.best.node for root in children}
        if (
            len(kin) < 2
            or len(kin) < ROLL_UP_SHARE * len(node.children)
            or max(onsets) - min(onsets) > 2 * TOGETHER_S
        ):
            return None
        names = [name for root in children for name in root.members]
        members = {name: self._scene.topology.confidence(name, parent) for name in names}
        candidate = self._scene.candidate(node, members)
        if not isinstance(candidate, Candidate) or len(candidate.members) < len(members):
            return None
        root = self._named(candidate, [])
        return replace(root, flags=root.flags.union(*(child.flags for child in children)))

    def _with_early_losses(self, roots: list[Root]) -> list[Root]:
        """Silent ones below a root that failed before they were surely silent: they had lost heartbeats by chance."""
        taken = {name for root in roots for name in root.members}
        of_node: defaultdict[str, list[int]] = defaultdict(list)
        for number, root in enumerate(roots):
            of_node[root.best.node].append(number)
        for name in self._names:
            if name not in taken:
                into = self._lost_early(name, roots, of_node)
                if into is not None:
                    members = tuple(sorted({*roots[into].members, name}))
                    roots[into] = replace(roots[into], best=replace(roots[into].best, members=members))
        return roots

    def _lost_early(self, name: str, roots: list[Root], of_node: Mapping[str, list[int]]) -> int | None:
        o = self._scene.observations[name]
        if o.seen is not Seen.SILENT:
            return None
        sure_since = inf if o.sure_since is None else o.sure_since
        for edge in self._scene.topology.edges(name):
            for number in of_node.get(edge.node, ()):
                best = roots[number].best
                if o.onset < best.onset <= sure_since and self._scene.is_beyond(name, best):
                    return number
        return None
