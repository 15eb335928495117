"""A simulated site: what its clock may claim."""

import pytest

from broadcaster.rehearsal.county import Scenario
from broadcaster.rehearsal.horn import A_DEAD_BATTERY, AN_HOUR_FAST, WAKES_IN_1970, Horn, WrongClock
from broadcaster.rehearsal.rehearse import HABITS, START, _Run
from broadcaster.rehearsal.scene import simulated


@pytest.fixture(scope="module")
def horn() -> Horn:
    scenario = Scenario(days=0.1, endpoints=2)
    run = _Run(scenario, simulated(scenario, START, HABITS))
    return next(iter(run.horns.values()))


def test_a_clock_that_claims_to_be_right_may_be_set_wrong_while_it_runs(horn: Horn) -> None:
    horn.mend_clock()
    horn.upset_clock(AN_HOUR_FAST)
    assert horn._instant().synced
    assert horn._instant().wall > START.replace(minute=59)


@pytest.mark.parametrize("wrong", [WAKES_IN_1970, A_DEAD_BATTERY])
def test_the_first_claim_of_a_clock_since_its_boot_is_never_a_wrong_one(
    horn: Horn, wrong: WrongClock
) -> None:
    """Nobody who hears no beacon could tell it from a right one."""
    horn.mend_clock()
    horn.upset_clock(wrong)
    horn.upset_clock(AN_HOUR_FAST)
    assert not horn._instant().synced
