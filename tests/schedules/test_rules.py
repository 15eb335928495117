"""Loop rules: what they refuse, and how many plays they order."""

from datetime import time

import pytest

from schedules.rules import LoopRule
from tests.schedules.county import fixed, loop, order, windows


def test_fixed_times_and_plays_in_windows_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="not both"):
        LoopRule(plays=2, fixed_times=(time(6, 30),))


@pytest.mark.parametrize("plays", [0, 289])
def test_a_loop_has_1_to_288_plays(plays: int) -> None:
    with pytest.raises(ValueError, match=f"got {plays} plays"):
        LoopRule(plays=plays, windows=windows("06:30-08:00"))


def test_a_loop_without_windows_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one window"):
        LoopRule(plays=2)


def test_a_fixed_time_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="each fixed time once"):
        fixed("06:30", "06:30")


def test_a_negative_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="seconds, 0 or more"):
        loop(2, "06:30-08:00", gap_s=-1)


def test_a_gap_of_more_than_a_day_is_refused() -> None:
    """The plan counts a day by its seconds: a gap of years would fill the memory of a station."""
    with pytest.raises(ValueError, match="at most a day"):
        loop(2, "06:30-08:00", gap_s=86_401)


def test_a_rule_orders_its_plays_or_its_fixed_times() -> None:
    assert loop(5, "06:30-08:00").ordered == 5
    assert fixed("06:30", "12:00").ordered == 2


def test_a_block_is_as_long_as_its_items() -> None:
    assert order("block", loop(1, "06:30-08:00"), seconds=(10, 20.5)).duration_ms == 30_500
