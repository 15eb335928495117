"""What a rule would get, before anything is written down."""

from datetime import time

import pytest

from broadcaster.desk.attempts import Attempt
from broadcaster.desk.errors import Invalid
from schedules.rules import LoopRule, Window
from tests.broadcaster.tui.county import COUNTY, LETTER, MORNING, NOW, ZONE, at, build, desk

TOMORROW = (at("23:59")).astimezone(ZONE).date().replace(day=24)


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return desk(build(tmp_path_factory.mktemp("county")), "li")


def tried(county, rule, **more):
    attempt = Attempt(durations_ms=(60_000, 30_000), targets=(COUNTY,), rule=rule, **more)
    return county.attempts.plan(attempt=attempt, day=TOMORROW)


def test_an_attempt_gets_its_plays_beside_what_is_on_the_air(county):
    found = tried(county, LoopRule(plays=3, windows=(MORNING,), minimum_gap_s=1800))
    assert (found.ordered, found.planned) == (6, 6)  # three blocks of two items
    assert found.burden.minutes == pytest.approx(3 * 1.5 + 3 * 95 / 60 + 3 * 62 / 60, abs=0.06)
    assert found.burden.budget_minutes == 120
    assert found.burden.place_name in ("石桥村", "南湾村", "白塘村", "枫树岗村")


def test_what_does_not_fit_is_absent_with_its_reason(county):
    narrow = Window(start=time(7), end=time(7, 5))
    found = tried(county, LoopRule(plays=4, windows=(narrow,), minimum_gap_s=600))
    assert found.planned < found.ordered
    assert found.absences


def test_a_fixed_time_that_is_taken_has_a_proposed_move(county):
    found = tried(county, LoopRule(fixed_times=(time(8), time(8, 0, 30))))
    assert [(c.at.astimezone(ZONE).time(), c.proposed is not None) for c in found.conflicts]


def test_an_attempt_stands_instead_of_the_order_that_it_would_replace(county):
    rule = LoopRule(plays=3, windows=(MORNING,), minimum_gap_s=1800)
    assert tried(county, rule, instead_of=LETTER).burden.minutes < tried(county, rule).burden.minutes


def test_nothing_to_hear_is_invalid(county):
    with pytest.raises(Invalid):
        county.attempts.plan(
            attempt=Attempt(durations_ms=(), targets=(COUNTY,), rule=LoopRule(fixed_times=(time(8),)))
        )
    assert NOW.tzinfo is not None
