"""Rounds by the solver: as good as the fallback or better, within the same rules, and the same each time."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from broadcaster.dispatch.rounds import Job, plan
from broadcaster.dispatch.solver import assigned
from tests.broadcaster.dispatch.test_rounds import EIGHT, HOUR, MANY, TRUCK, job

pytest.importorskip("pyvrp")
CREWS = [replace(TRUCK, crew="one"), replace(TRUCK, crew="two", longitude=116.6)]


def served(found) -> set[int]:
    return {ticket for each in found.rounds for stop in each.stops for ticket in stop.jobs}


@given(MANY)
@settings(max_examples=8, deadline=None)
def test_it_never_serves_less_and_keeps_every_rule(jobs: list[Job]) -> None:
    prizes = {each.ticket: 0.0 if each.along else each.prize for each in jobs}
    plain, solved = plan(jobs, CREWS), plan(jobs, CREWS, assigned)
    assert sum(map(prizes.get, served(solved))) >= sum(map(prizes.get, served(plain))) - 1e-5
    assert served(solved) | {each.ticket for each in solved.left_out} == set(prizes)
    closes = {each.ticket: each.closes for each in jobs}
    for each in solved.rounds:
        assert each.back <= TRUCK.ends
        assert all(closes[t] is None or stop.leaves <= closes[t] for stop in each.stops for t in stop.jobs)


def test_each_crew_gets_what_lies_on_its_side_and_the_same_each_time() -> None:
    jobs = [job(n, east=0.01 * n) for n in range(1, 4)] + [job(n, east=0.3 + 0.01 * n) for n in range(4, 7)]
    found = plan(jobs, CREWS, assigned)
    assert [sorted(t for stop in each.stops for t in stop.jobs) for each in found.rounds] == [
        [1, 2, 3],
        [4, 5, 6],
    ]
    assert plan(jobs, CREWS, assigned) == found


def test_a_window_is_met_by_going_there_first() -> None:
    early = job(1, north=0.2, closes=EIGHT + 1.75 * HOUR)
    near = [job(n, north=-0.01 * n) for n in range(2, 8)]
    assert 1 not in served(plan([*near, early], [TRUCK]))
    assert 1 in served(plan([*near, early], [TRUCK], assigned))
