"""The cover looks at few nodes, because it knows beforehand what the others cannot exceed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.repairs.candidates import Candidate, Scene
from broadcaster.repairs.cover import cover
from broadcaster.repairs.observations import Observation, Seen
from broadcaster.repairs.scoring import Rates
from broadcaster.repairs.topology import IS_POWER, Topology
from tests.broadcaster.repairs.valley import Valley, feeder, placement

PLACED = [
    *feeder("F1", 18, cell="C1", operator="O"),
    *feeder("F2", 12, first=24, cell="C1", operator="O"),
    *(placement(f"horn-{n}", line="L", hub="H", position=n - 59) for n in range(60, 66)),
]
FATES = st.sampled_from([None, *Seen])


def scene_of(fates: list[Seen | None], planned: frozenset[str]) -> Scene:
    observations = {
        placed.endpoint: Observation(
            endpoint=placed.endpoint, seen=seen, onset=float(n % 7), slack=60.0, detected=200.0
        )
        for n, (placed, seen) in enumerate(zip(PLACED, fates, strict=True))
        if seen is not None
    }
    return Scene(
        topology=Topology(PLACED),
        observations=observations,
        surroundings=Valley(PLACED).correlator.knowledge.surroundings,
        rates=Rates(),
        planned=planned,
    )


@pytest.mark.parametrize("planned", [frozenset(), frozenset({"feeder:F1"})])
@given(st.lists(FATES, min_size=len(PLACED), max_size=len(PLACED)))
@settings(max_examples=40, deadline=None)
def test_no_node_explains_more_than_was_said_beforehand(planned, fates):
    scene = scene_of(fates, planned)
    for name, node in scene.topology.nodes.items():
        below = {n: sure for n, sure in node.members.items() if n in scene.observations}
        found = scene.candidate(node, below)
        if isinstance(found, Candidate):
            assert found.score <= scene.at_most(node, len(below)), name
            if node.kind in IS_POWER:
                assert found.score <= scene.most_by_supplies(below), name


@given(st.lists(FATES, min_size=len(PLACED), max_size=len(PLACED)))
@settings(max_examples=40, deadline=None)
def test_each_observation_is_explained_once_or_stands_alone(fates):
    scene = scene_of(fates, frozenset())
    found = cover(scene, scene.observations)
    explained = [name for root in found.roots for name in root.members] + list(found.singles)
    assert sorted(explained) == sorted(scene.observations)
