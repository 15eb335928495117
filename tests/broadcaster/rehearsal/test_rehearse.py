"""Rehearsals as tests: the real controller and endpoints, in virtual time, over several seeds and climates."""

import os
import subprocess
import sys

import pytest

from broadcaster.rehearsal.county import Scenario
from broadcaster.rehearsal.rehearse import Rehearsed, rehearse
from broadcaster.rehearsal.troubles import CALM, DAY_S, FAR_OFF, ROUGH, Climate, Mishap, Trouble
from schedules.records import MissedBecause

VILLAGE = "341523100200"


def cut_off(days: float, cut_days: float, endpoints: int = 2) -> Rehearsed:
    """One village loses its network for days, in a county where nothing else goes wrong."""
    cut = Mishap(at_s=0.3 * DAY_S, trouble=Trouble.LINK_CUT, subject=VILLAGE, lasts_s=cut_days * DAY_S)
    return rehearse(Scenario(seed=1, days=days, endpoints=endpoints, climate=CALM, mishaps=(cut,)))


@pytest.mark.parametrize(
    ("seed", "climate", "days"),
    [(1, Climate(), 2), (2, Climate(), 2), (3, ROUGH, 2), (4, ROUGH, 2), (5, ROUGH, 2), (6, FAR_OFF, 5)],
)
def test_no_law_is_broken_whatever_goes_wrong(seed, climate, days):
    found = rehearse(Scenario(seed=seed, days=days, endpoints=12 if days < 3 else 6, climate=climate))
    assert found.violations == ()
    assert found.ledger.heard > found.ledger.ordered * 0.5


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    first, again, other = (
        rehearse(Scenario(seed=s, days=0.5, endpoints=6, climate=ROUGH)) for s in (7, 7, 8)
    )
    assert first.digest == again.digest != other.digest


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_same_seed_gives_the_same_run_in_another_process(hash_seed):
    code = (
        "from broadcaster.rehearsal.county import Scenario;"
        "from broadcaster.rehearsal.rehearse import rehearse;"
        "from broadcaster.rehearsal.troubles import ROUGH;"
        "print(rehearse(Scenario(seed=9, days=0.5, endpoints=6, climate=ROUGH)).digest)"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == rehearse(Scenario(seed=9, days=0.5, endpoints=6, climate=ROUGH)).digest


def test_a_cut_of_three_hours_costs_no_play():
    found = cut_off(days=1, cut_days=3 / 24)
    assert found.violations == ()
    assert found.ledger.missed_by.get(MissedBecause.NO_LINK, 0) == 0


def test_a_cut_of_three_days_costs_what_lies_after_the_lease_and_goes_on_afterwards():
    found = cut_off(days=4, cut_days=3)
    assert found.violations == ()
    assert found.ledger.heard > found.ledger.ordered / 4


def test_after_a_cut_of_forty_days_the_endpoint_goes_on_without_a_burst():
    found = cut_off(days=42, cut_days=40, endpoints=1)
    assert found.violations == ()
    assert 0 < found.ledger.heard < found.ledger.ordered / 4
    assert found.ledger.unknown + found.ledger.pending == 0
    assert found.ledger.missed_by[MissedBecause.NO_LINK] > found.ledger.ordered / 4
