"""Candidates: what one node would explain if it had failed, at which instant, and how well."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from math import inf, log

from broadcaster.repairs.observations import OVERTAKEN_S, Observation, Seen, Surroundings
from broadcaster.repairs.scoring import Rates, Supplied
from broadcaster.repairs.serial_order import Cut, cut_after
from broadcaster.repairs.taps import Taps
from broadcaster.repairs.topology import IS_POWER, RADIO, STAND_INS, Kind, Node, Topology

TOGETHER_S = 30.0  # one failure reaches its endpoints within this time
CERTAIN = 0.95  # an edge at least as sure makes a witness
WITNESSES = 2  # that forbid a root
MUTE = log(20.0)  # against that not one last gasp arrives
NEAREST_LINKS = (Kind.CELL, Kind.LINE)
NEED_A_SHARE = frozenset(
    (*STAND_INS, *RADIO)
)  # their members are only assumed, or may have gone to another cell
SHARE, FEWEST = 0.60, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A node as the common cause of `members`."""

    node: str
    kind: Kind
    members: tuple[str, ...]
    score: float
    onset: float
    last_heard: float  # when the last of them was heard before it: it failed after that
    witnesses: int  # that answer nevertheless
    cut: Cut | None = None


class Refusal(Enum):
    """Why a node is no candidate, and whether it may become one when others are explained."""

    TOO_FEW = auto()
    WITNESSED = auto()
    SMALL_SHARE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that candidates are judged by."""

    topology: Topology
    observations: Mapping[str, Observation]
    surroundings: Surroundings
    rates: Rates
    planned: frozenset[str]  # nodes with announced work
    taps: Taps = field(default_factory=Taps)
    _terms: dict[str, Supplied] = field(default_factory=dict, repr=False, compare=False)  # below supplies
    _alike: dict[Hashable, Supplied] = field(default_factory=dict, repr=False, compare=False)

    def candidate(self, node: Node, unexplained: Mapping[str, float]) -> Candidate | Refusal:
        """What `node` would explain of the `unexplained` below it, given with the confidence that they are."""
        if len(unexplained) < 2:
            return Refusal.TOO_FEW
        together = self.together([self.observations[name] for name in unexplained])
        cut: Cut | None = None
        if node.kind is Kind.LINE:
            together, cut = self._beyond_the_cut(node, together)
        if len(together) < 2:
            return Refusal.TOO_FEW
        onset = min([o.onset for o in together])
        below = {o.endpoint for o in together}
        last_heard = max([o.onset - o.slack for o in together])
        begun = max(onset, last_heard)
        witnesses = self._witnesses(node, onset, begun, below if cut is None else self._before(node, cut))
        if witnesses is None:
            return Refusal.WITNESSED
        if node.kind in NEED_A_SHARE and not _is_a_share(len(together), len(witnesses)):
            return Refusal.SMALL_SHARE
        score = self.rates.prior(node.kind, planned=self._is_planned(node))
        score += self._told(node.kind, together, unexplained)
        score += sum(self.rates.answers(node.kind, node.members[w]) for w in witnesses)
        return Candidate(
            node=node.id,
            kind=node.kind,
            members=tuple(sorted(below)),
            score=score,
            onset=min([o.onset for o in together if o.is_exact], default=onset),
            last_heard=last_heard,
            witnesses=len(witnesses),
            cut=cut,
        )

    def at_most(self, node: Node, unexplained: int) -> float:
        """What the score of `node` cannot exceed, with so many unexplained below it; asked before it is looked at."""
        likely = self.rates.prior(node.kind, planned=self._is_planned(node))
        return max(0.0, likely) - unexplained * min(map(self.rates.alone, Seen))

    def _told(self, kind: Kind, together: list[Observation], unexplained: Mapping[str, float]) -> float:
        """The sum of the members' terms. Below a link it hangs on what was seen alone."""
        if kind in IS_POWER:
            terms = [self._below_supply(o, unexplained[o.endpoint]) for o in together]
            return self.rates.either(
                sum([term.heard for term in terms]), sum([term.drowned for term in terms])
            )
        seen = [o.seen for o in together]
        return sum(seen.count(each) * self.rates.linked(each) for each in Seen)

    def _below_supply(self, o: Observation, confidence: float) -> Supplied:
        """A member's terms, the same for every supply of its chain; many members' are the same."""
        term = self._terms.get(o.endpoint)
        if term is None:
            p = self.topology.placements[o.endpoint]
            alike = (o.seen, o.deaf, confidence, p.gasps, p.model, p.battery)
            term = self._alike.get(alike)
            if term is None:
                term = self._alike[alike] = self.rates.supplied(o.seen, p, confidence, deaf=o.deaf)
            self._terms[o.endpoint] = term
        return term

    def most_by_supplies(self, names: Iterable[str]) -> float:
        """What supplies could explain of `names` at best: without priors, and with nobody who answers."""
        if self.planned:
            return inf
        edges, of = self.topology.edges, self.observations
        found = ((name, next((e for e in edges(name) if e.is_power), None)) for name in names)
        terms = [self._below_supply(of[n], edge.confidence) for n, edge in found if edge]
        return sum([max(0.0, term.heard, term.drowned) for term in terms])

    def networks_of(self, best: Candidate) -> Candidate | Refusal:
        """All networks behind those that a supply's failure silenced, failed at once as one thing that is on no map."""
        edges, nodes = self.topology.edges, self.topology.nodes
        near = {e.node: None for n in best.members for e in edges(n) if nodes[e.node].kind in NEAREST_LINKS}
        behind = Node(
            Kind.OPERATOR, "", members={n: sure for e in near for n, sure in nodes[e].members.items()}
        )
        begun = max(best.onset, best.last_heard)
        if not near:
            return Refusal.TOO_FEW
        witnesses = self._witnesses(behind, best.onset, begun, set(best.members))
        if witnesses is None:
            return Refusal.WITNESSED
        score = self.rates.prior(Kind.OPERATOR, planned=False)
        score += self._told(Kind.OPERATOR, [self.observations[n] for n in best.members], {})
        score += sum(self.rates.answers(Kind.OPERATOR, behind.members[w]) for w in witnesses)
        return replace(best, node=", ".join(sorted(near)), kind=Kind.OPERATOR, score=score)

    def is_mute(self, best: Candidate) -> bool:
        """Whether a supply's failure should have made some of its members send a last gasp, and none did."""
        found = [self.observations[name] for name in best.members]
        if best.kind not in IS_POWER or any(o.seen is not Seen.SILENT for o in found):
            return False
        places = (self.topology.placements[o.endpoint] for o in found if not o.deaf)
        return sum(-log(1 - self.rates.gasp(place)) for place in places) >= MUTE

    def together(self, found: list[Observation]) -> list[Observation]:
        """Those that one instant explains: the instant that most of their onsets allow."""
        if not found:
            return found
        latest_begin = max([o.onset - o.slack for o in found]) - TOGETHER_S
        if latest_begin <= min([o.onset for o in found]) + TOGETHER_S:
            return found
        edges = sorted(
            edge for o in found for edge in ((o.onset - o.slack - TOGETHER_S, 0), (o.onset + TOGETHER_S, 1))
        )
        best, instant, depth = 0, 0.0, 0
        for at, is_end in edges:
            depth += -1 if is_end else 1
            if depth > best:
                best, instant = depth, at
        return [o for o in found if o.onset - o.slack - TOGETHER_S <= instant <= o.onset + TOGETHER_S]

    def _witnesses(self, node: Node, onset: float, begun: float, below: set[str]) -> list[str] | None:
        """Members that were heard after the onset; None if enough of them forbid that `node` failed."""
        found: list[str] = []
        if len(below) == len(node.members):
            return found
        certain = 0
        for name, sure in node.members.items():
            if name in below or not (self.answers_since(name, onset) or self._fell_later(name, begun)):
                continue
            found.append(name)
            certain += sure >= CERTAIN
            if certain >= WITNESSES:
                return None
        return found

    def answers_since(self, endpoint: str, onset: float) -> bool:
        """Whether an endpoint is known to have been well after `onset`."""
        return (
            endpoint not in self.observations
            and self.surroundings.heard(endpoint) > onset + OVERTAKEN_S
            and not self.surroundings.is_unobserved(endpoint)
        )

    def _fell_later(self, endpoint: str, instant: float) -> bool:
        """Whether an affected endpoint was surely well after `instant`, so that something else took it."""
        o = self.observations.get(endpoint)
        return o is not None and o.onset - o.slack > instant + TOGETHER_S

    def _is_planned(self, node: Node) -> bool:
        return node.id in self.planned or (node.parent or "") in self.planned

    def _beyond_the_cut(
        self, node: Node, together: list[Observation]
    ) -> tuple[list[Observation], Cut | None]:
        """On a line of known order: the silent ones beyond the best place for a cut, and that place."""
        order = self.topology.by_position(node.id)
        if not order or not together:
            return together, None
        onset = min(o.onset for o in together)
        together = [o for o in together if not self.taps.answers(o.endpoint, o.onset + OVERTAKEN_S)]
        if not together:
            return together, None
        silent = {o.endpoint for o in together}
        answers = [False if name in silent else self._is_there(name, onset) or None for name in order]
        polls = max(1, int(min((o.detected - o.onset) / max(1.0, o.slack) for o in together)) + 1)
        cut = cut_after([answers] * polls)
        beyond = set(order[cut.after :])
        return [o for o in together if o.endpoint in beyond], cut

    def is_beyond(self, name: str, best: Candidate) -> bool:
        """Whether an endpoint of a line lies beyond its cut; of other nodes it always does."""
        return best.cut is None or name in self.topology.by_position(best.node)[best.cut.after :]

    def _is_there(self, name: str, onset: float) -> bool:
        """Whether an endpoint of a line is known to be on the hub's side of a cut."""
        return self.taps.answers(name, onset + OVERTAKEN_S) or self.answers_since(name, onset)

    def _before(self, node: Node, cut: Cut) -> set[str]:
        """The part of a cut line that still answers: it is not asked to witness."""
        return set(self.topology.by_position(node.id)[: cut.after])


def _is_a_share(affected: int, answering: int) -> bool:
    return affected >= FEWEST and affected >= SHARE * (affected + answering)
