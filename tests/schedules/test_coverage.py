"""Coverage: who reached which step, and nobody left out of the list of those who did not."""

import pytest

from schedules.coverage import Reach, Step, coverage, reach
from schedules.ledger import Progress, Settled
from schedules.outcomes import Outcome
from schedules.records import MissedBecause
from tests.schedules.proofs import LIJIA, WANGZHUANG

HELD, STAGED = Progress(held=True), Progress(held=True, staged=True)


def at_horn(progress: Progress, outcome: Outcome, because: MissedBecause | None = None) -> Reach:
    return reach(LIJIA, "horn-1", progress, Settled(outcome=outcome, because=because))


@pytest.mark.parametrize(
    ("progress", "outcome", "because", "step", "why"),
    [
        (STAGED, Outcome.COUNTED, None, Step.SOUNDED, None),
        (STAGED, Outcome.MADE_UP, None, Step.SOUNDED, None),
        (STAGED, Outcome.SOUNDING, None, Step.SOUNDED, None),
        (STAGED, Outcome.STAGED, None, Step.STAGED, Outcome.STAGED),
        (STAGED, Outcome.UNKNOWN, None, Step.STAGED, Outcome.UNKNOWN),
        (STAGED, Outcome.MISSED, MissedBecause.NO_POWER, Step.STAGED, MissedBecause.NO_POWER),
        (HELD, Outcome.PARTIAL, MissedBecause.INTERRUPTED, Step.STAGED, MissedBecause.INTERRUPTED),
        (HELD, Outcome.HELD, None, Step.HELD, MissedBecause.NO_RECORDING),
        (HELD, Outcome.MISSED, MissedBecause.NO_POWER, Step.HELD, MissedBecause.NO_POWER),
        (Progress(), Outcome.PLANNED, None, Step.PLANNED, MissedBecause.NO_LINK),
        (Progress(), Outcome.UNKNOWN, None, Step.PLANNED, MissedBecause.NO_LINK),
        (HELD, Outcome.WITHDRAWN, None, Step.HELD, Outcome.WITHDRAWN),
    ],
)
def test_how_far_a_slot_came_and_why_no_further(progress, outcome, because, step, why):
    found = at_horn(progress, outcome, because)
    assert (found.step, found.because) == (step, why)


def test_a_village_without_an_endpoint_is_in_every_list_of_the_missing():
    none = Reach(village=WANGZHUANG, endpoint=None, step=Step.TARGETED, because=MissedBecause.NO_ENDPOINT)
    found = coverage([at_horn(STAGED, Outcome.COUNTED), none])
    assert (found.villages, found.endpoints) == (2, 1)
    assert [step.missing for step in found.steps] == [(none,)] * 4
    assert (found.village_share(Step.SOUNDED), found.endpoint_share(Step.SOUNDED)) == (0.5, 1.0)


def test_each_step_lists_who_did_not_reach_it():
    one = at_horn(STAGED, Outcome.COUNTED)
    other = reach(LIJIA, "horn-2", HELD, Settled(outcome=Outcome.HELD))
    found = coverage([other, one])
    assert [step.missing for step in found.steps] == [(), (), (other,), (other,)]
    assert [step.endpoints for step in found.steps] == [2, 2, 1, 1]
    assert found.village_share(Step.SOUNDED) == 1.0


def test_of_several_slots_the_one_that_came_furthest_holds():
    later = at_horn(STAGED, Outcome.STAGED)
    found = coverage([later, at_horn(STAGED, Outcome.COUNTED), later])
    assert (found.endpoints, found.at(Step.SOUNDED).missing) == (1, ())


def test_nothing_covers_nothing():
    assert coverage([]).village_share(Step.SOUNDED) == 0.0
    assert coverage([]).endpoint_share(Step.PLANNED) == 0.0
