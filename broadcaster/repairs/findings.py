"""Findings: what the observations of a moment mean, for groups and for single endpoints."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from broadcaster.repairs import telling
from broadcaster.repairs.candidates import Scene
from broadcaster.repairs.cases import Finding
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.circumstances import Answer, Circumstances
from broadcaster.repairs.cover import cover
from broadcaster.repairs.evidence import strongest
from broadcaster.repairs.habits import Habits
from broadcaster.repairs.incidents import Flag
from broadcaster.repairs.observations import Observation, Seen, Surroundings
from broadcaster.repairs.observed import Observed
from broadcaster.repairs.roots import Root, confidence
from broadcaster.repairs.scoring import Rates
from broadcaster.repairs.switch_off import judge
from broadcaster.repairs.taps import Taps
from broadcaster.repairs.topology import Kind, Topology

DIP_S = 5.0
UNDETERMINED = 0.5
WITNESSES_OF_A_PART = 0.2


@dataclass(slots=True)
class Knowledge:
    """What observations are judged by. Mutable: maps change, rates and habits are learned."""

    topology: Topology
    surroundings: Surroundings
    local: Callable[[float], datetime]  # an instant of the supervision's clock in the county's time
    rates: Rates = field(default_factory=Rates)
    habits: Habits = field(default_factory=Habits)
    planned: frozenset[str] = frozenset()  # nodes with announced work
    taps: Taps = field(default_factory=Taps)

    def scene(self, observed: Observed) -> Scene:
        """Everything that candidates are judged by."""
        return Scene(
            topology=self.topology,
            observations=observed.of,
            surroundings=self.surroundings,
            rates=self.rates,
            planned=self.planned,
            taps=self.taps,
        )

    def findings(self, observed: Observed, names: list[str]) -> Iterator[Finding]:
        """What the observations of `names` mean; single endpoints that are only suspected mean nothing yet."""
        scene = self.scene(observed)
        covered = cover(scene, names)
        for root in covered.roots:
            yield self._of_root(root, scene)
        for name in covered.singles:
            if observed.of[name].sure_since is not None:
                yield self.single(observed, observed.of[name])

    def left_over(self, observed: Observed, names: Collection[str]) -> Iterator[Finding]:
        """What those mean that did not come back with the others: a part that is dark as a whole is one finding."""
        scene = replace(self.scene(observed), observations={name: observed.of[name] for name in names})
        covered = cover(scene, names)
        parts = [r for r in covered.roots if r.best.witnesses <= WITNESSES_OF_A_PART * len(r.members)]
        yield from (self._of_root(root, scene) for root in parts)
        taken = {name for root in parts for name in root.members}
        for name in sorted(set(names) - taken):
            yield self.single(observed, observed.of[name])

    def single(self, observed: Observed, o: Observation, *, returned: bool = False) -> Finding:
        """What the observation of one endpoint means, before it is back or after."""
        scene = self.scene(observed)
        near = self.topology.same_supply(o.endpoint)
        witnesses = sum(scene.answers_since(name, o.onset) for name in near)
        statements = telling.of_single(o, witnesses)
        found = Finding(
            cause=Cause.SITE_SILENT,
            root=o.endpoint,
            onset=o.onset,
            members=(o.endpoint,),
            confidence=UNDETERMINED,
            evidence=statements,
        )
        known = self._circumstances(observed, o, witnesses, returned=returned)
        if o.seen is Seen.SILENT and not returned and known.said is not Answer.SWITCHED_OFF:
            return found
        verdict = judge(known)
        sure = verdict.probability if verdict.cause is not Cause.SITE_POWER_FAULT else 1 - verdict.probability
        return replace(
            found,
            cause=verdict.cause,
            confidence=sure,
            evidence=strongest((*statements, *verdict.evidence)),
        )

    def town(self, endpoint: str) -> str:
        """The town in which an endpoint stands, or ""."""
        placement = self.topology.placements.get(endpoint)
        return placement.town if placement else ""

    def _circumstances(
        self, observed: Observed, o: Observation, witnesses: int, *, returned: bool
    ) -> Circumstances:
        at, town = self.local(o.onset), self.town(o.endpoint)
        near = set(self.topology.same_supply(o.endpoint))
        known = self.surroundings.circumstances(o.endpoint, o.onset)
        return replace(
            known,
            witnesses=witnesses,
            neighbours_dipped=any(name in near for name in observed.dipped(o.onset, DIP_S)),
            hour_ratio=self.habits.hour_ratio(o.endpoint, town, at),
            repeats=self.habits.repeats(o.endpoint, at),
            returned_alone=known.returned_alone or (returned and not known.visited),
        )

    def _of_root(self, root: Root, scene: Scene) -> Finding:
        node = scene.topology.nodes[root.best.node]
        area = node.name if node.kind is Kind.AREA else ""
        planned = self.planned & {node.id, node.parent or "", area}
        return Finding(
            cause=root.cause,
            root=root.best.node,
            onset=root.best.onset,
            members=root.members,
            confidence=confidence(root, scene),
            evidence=telling.of_root(root, scene),
            flags=root.flags | ({Flag.PLANNED} if planned else frozenset()),
            is_group=True,
            strays=root.strays,
            rival=root.rival.node if root.rival else None,
        )
