"""Why a slot was missed."""

import pytest

from schedules.misses import Hindrance, why_missed
from schedules.records import MissedBecause
from schedules.slots import Span
from tests.schedules.playing import clock


def hindered(begin: str, end: str, because: MissedBecause) -> Hindrance:
    return Hindrance(span=Span(start=clock(begin), end=clock(end)), because=because)


@pytest.mark.parametrize("because", [b for b in MissedBecause if b is not MissedBecause.NO_ROOM])
def test_the_one_thing_that_stood_in_the_way_is_the_reason(because: MissedBecause):
    found = why_missed(clock("08:00"), clock("12:00"), [hindered("07:00", "09:00", because)])
    assert found is because


def test_what_took_most_of_the_time_is_the_reason():
    hindrances = [
        hindered("07:00", "08:30", MissedBecause.NO_POWER),
        hindered("08:30", "10:00", MissedBecause.CLOCK_UNKNOWN),
        hindered("10:00", "11:00", MissedBecause.NO_RECORDING),
    ]
    assert why_missed(clock("08:00"), clock("12:00"), hindrances) is MissedBecause.CLOCK_UNKNOWN


def test_short_interruptions_add_up():
    hindrances = [
        hindered("08:00", "08:30", MissedBecause.NO_POWER),
        hindered("09:00", "09:20", MissedBecause.INTERRUPTED),
        hindered("10:00", "10:20", MissedBecause.INTERRUPTED),
    ]
    assert why_missed(clock("08:00"), clock("12:00"), hindrances) is MissedBecause.INTERRUPTED


def test_of_two_equal_hindrances_the_darkness_explains_the_other():
    hindrances = [
        hindered("08:00", "09:00", MissedBecause.FAULT),
        hindered("08:00", "09:00", MissedBecause.NO_POWER),
    ]
    assert why_missed(clock("08:00"), clock("12:00"), hindrances) is MissedBecause.NO_POWER


def test_if_nothing_stood_in_the_way_there_was_no_room():
    before = hindered("06:00", "08:00", MissedBecause.NO_POWER)
    after = hindered("12:00", "13:00", MissedBecause.NO_POWER)
    assert why_missed(clock("08:00"), clock("12:00"), [before, after]) is MissedBecause.NO_ROOM
