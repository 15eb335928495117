"""Readings: what bears on a start is asked only of endpoints that were heard before it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from broadcaster.controller.moment import Moment
from broadcaster.controller.readings import YOUNG_S, Readings
from broadcaster.repairs.rules import Reading
from broadcaster.repairs.topology import Topology
from broadcaster.storage.engine import connect
from devices.reports import Heartbeat
from schedules.records import ClockQuality
from tests.broadcaster.repairs.valley import placement

HORNS = ("horn-0", "horn-1", "horn-2", "horn-3")
BEGUN = datetime(2026, 11, 2, tzinfo=UTC)


class Street:
    """Four horns on one transformer, one heartbeat after the other."""

    def __init__(self) -> None:
        self.readings = Readings(connect("sqlite://"), ZoneInfo("UTC"))
        self.readings.topology = Topology(placement(name, transformer="T1") for name in HORNS)

    def hear(self, name: str, boot: str, up_s: int, at_s: float) -> bool:
        """Whether it started with its neighbours, as far as is known then."""
        return self.read(name, boot, up_s, at_s).started_with_neighbours

    def read(self, name: str, boot: str, up_s: int, at_s: float) -> Reading:
        beat = Heartbeat(
            boot=boot, seq=1, up_s=up_s, clock_ms=0, clock=ClockQuality.NONE, next_in_s=30, mains=True
        )
        return self.readings.of(name, beat, at_s, Moment(BEGUN, at_s))


@pytest.fixture
def street() -> Street:
    return Street()


def test_a_dip_is_seen_by_the_third_at_once_and_by_the_first_when_it_is_heard_again(street: Street) -> None:
    for name in HORNS:
        assert not street.hear(name, "0000000a", 90_000, 1_000.0)
    starts = [street.hear(name, "0000000b", 5, 1_050.0 + n) for n, name in enumerate(HORNS)]
    assert starts == [False, False, True, True]
    assert street.hear(HORNS[0], "0000000b", 35, 1_080.0)


def test_one_that_was_not_heard_before_may_have_started_whenever_it_did(street: Street) -> None:
    assert [street.hear(name, "0000000b", 5, 1_050.0) for name in HORNS] == [False] * 4


def test_after_a_while_a_start_is_history(street: Street) -> None:
    for boot, up_s, at_s in (("0000000a", 90_000, 1_000.0), ("0000000b", 5, 1_050.0)):
        for name in HORNS:
            street.hear(name, boot, up_s, at_s)
    assert not street.hear(HORNS[0], "0000000b", YOUNG_S, 1_045.0 + YOUNG_S)


def test_a_reading_says_which_start_was_heard_of_before(street: Street) -> None:
    boots = ("0000000a", "0000000b", "0000000b")
    read = [street.read(HORNS[0], boot, 90_000, 1_000.0 + n) for n, boot in enumerate(boots)]
    assert [each.boot_before for each in read] == [None, "0000000a", "0000000b"]
    street.readings.forget(HORNS[0])
    assert street.read(HORNS[0], "0000000c", 5, 1_010.0).boot_before is None
