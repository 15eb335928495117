"""Rehearsals as tests: the real controller and endpoints, in virtual time, over several seeds and climates."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from broadcaster.rehearsal import rehearse as rehearsal
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
    [(1, Climate(), 1), (4, ROUGH, 1), (6, FAR_OFF, 2)],
)
def test_no_law_is_broken_whatever_goes_wrong(seed, climate, days):
    found = rehearse(Scenario(seed=seed, days=days, endpoints=6 if days < 2 else 3, climate=climate))
    assert found.violations == ()
    assert found.ledger.heard > found.ledger.ordered * 0.5


def rough(seed: int) -> Scenario:
    return Scenario(seed=seed, days=0.3, endpoints=3, climate=ROUGH)


@pytest.fixture(scope="module")
def digest() -> str:
    """Of the seventh rough run."""
    return rehearse(rough(7)).digest


def test_the_same_seed_gives_the_same_run_and_another_seed_another(digest):
    assert rehearse(rough(7)).digest == digest != rehearse(rough(8)).digest


def test_the_same_seed_gives_the_same_run_in_another_process(digest):
    code = (
        "from broadcaster.rehearsal.county import Scenario;"
        "from broadcaster.rehearsal.rehearse import rehearse;"
        "from broadcaster.rehearsal.troubles import ROUGH;"
        "print(rehearse(Scenario(seed=7, days=0.3, endpoints=3, climate=ROUGH)).digest)"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == digest


def test_a_cut_of_three_hours_costs_no_play():
    found = cut_off(days=0.6, cut_days=3 / 24)
    assert found.violations == ()
    assert found.ledger.missed_by.get(MissedBecause.NO_LINK, 0) == 0


def test_after_a_cut_longer_than_all_that_is_remembered_the_endpoint_goes_on_without_a_burst(monkeypatch):
    seldom = replace(rehearsal.HABITS, watch_s=99 * DAY_S, look_s=DAY_S / 8)
    monkeypatch.setattr(rehearsal, "HABITS", seldom)
    found = cut_off(days=10, cut_days=8, endpoints=1)
    assert found.violations == ()
    assert 0 < found.ledger.heard < found.ledger.ordered / 4
    assert found.ledger.unknown + found.ledger.pending == 0
    assert found.ledger.missed_by[MissedBecause.NO_LINK] > found.ledger.ordered / 5
