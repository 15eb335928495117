"""How well a line keeps what its calm promises, from the recordings that were carried."""

import pytest

from devices.hub.thrift import Carried, Thrift
from devices.serial.arrival import LEAST_THRIFT, Hearing, airtime_s
from devices.serial.pacing import Line

LINE = Line(baud=9_600)
SIZE = 90_000  # so long that it tells for sure
EXPECTED_S = airtime_s(LINE, SIZE, [Hearing()])


def carried(since_s: float = 0.0, **changes: object) -> Carried:
    members = {"taps": set(), "size": SIZE, "fresh": True, "alone": True, "through": [Hearing()]}
    return Carried(since_s=since_s, **members | changes)  # type: ignore[arg-type]


def test_a_recording_that_took_twice_as_long_halves_the_pace_by_its_weight() -> None:
    thrift = Thrift(LINE)
    thrift.measure(carried(), 2 * EXPECTED_S, alone=True)
    assert thrift.value == pytest.approx(1 - 0.5 / 2)


@pytest.mark.parametrize("nothing", [{"taps": {3}}, {"fresh": False}])
def test_what_was_interrupted_or_begun_before_says_nothing(nothing: dict[str, object]) -> None:
    thrift = Thrift(LINE)
    thrift.measure(carried(**nothing), 5 * EXPECTED_S, alone=True)
    assert thrift.value == 1.0


def test_among_others_it_says_little() -> None:
    busy = Thrift(LINE)
    busy.measure(carried(), 2 * EXPECTED_S, alone=False)
    assert 0.95 < busy.value < 1.0


def test_a_recording_counts_from_when_the_one_before_was_through() -> None:
    thrift = Thrift(LINE)
    thrift.measure(carried(taps={1}), 100.0, alone=False)
    thrift.measure(carried(), 100.0 + EXPECTED_S, alone=True)
    assert thrift.value == pytest.approx(1.0)


def test_whatever_happened_a_promise_counts_on_some_pace() -> None:
    thrift = Thrift(LINE)
    for number in range(99):
        thrift.measure(carried(since_s=number * 1e6), number * 1e6 + 9e5, alone=True)
    assert thrift.value >= LEAST_THRIFT
