"""Rehearsals as tests: the real controller and endpoints, in virtual time, over several seeds."""

import pytest

from broadcaster.rehearsal.county import Scenario
from broadcaster.rehearsal.rehearse import rehearse


@pytest.mark.parametrize("seed", [1, 2])
def test_no_law_is_broken_whatever_goes_wrong(seed):
    found = rehearse(Scenario(seed=seed, days=2, endpoints=12))
    assert found.violations == ()
    assert found.ledger.ordered > 0
    assert found.ledger.heard > found.ledger.ordered * 0.6


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    first, again, other = (rehearse(Scenario(seed=s, days=0.5, endpoints=6)) for s in (7, 7, 8))
    assert first.digest == again.digest != other.digest
