"""What is foretold of recordings on a line, and what then happens on an emulated one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.hub.gauge import EVERY_S
from devices.serial.arrival import (
    Consignment,
    Hearing,
    airtime_s,
    announced_s,
    arrivals,
    each_and_all_s,
    working_calm,
)
from devices.serial.emulated import Weather
from devices.serial.events import Held
from devices.serial.pacing import Line
from devices.serial.steady import Steady
from tests.devices.serial.parties import Party, recording

SLOW = Line(baud=9_600)
BUS = Line(baud=9_600, half_duplex=True, turn_s=0.005)
MINUTE = 45_000  # bytes of speech at the low rate
IDLE_S = 600.0
SAMPLE_S = 5.0
LETTER = "a" * 64
NEWS = "b" * 64


def told_and_true(
    line: Line, weather: Weather, seed: int, size: int, taps: int = 1, idle_s: float = 0.0
) -> tuple[float, float]:
    """The foretold and the real time of a recording, on a line that has carried one before; heard as a hub hears it."""
    party = Party(line, weather, taps=taps, seed=seed)
    steady = {address: Steady() for address in party.addresses}
    assert party.until(party.all_present, 600)
    party.for_s(idle_s)
    for number in (0, 1):
        members = [party.head.member(address) for address in party.addresses]
        hearing = [Hearing(calm=steady[each.address].calm, dropped=each.drops.share) for each in members]
        told, began = airtime_s(line, size, hearing), party.wire.now
        party.offer(recording(size, seed + 100 * number))
        while not party.until(
            lambda n=number: party.happened(Held) == taps * (n + 1), party.wire.now + SAMPLE_S
        ):
            for each in members:
                steady[each.address].sample(each.calm)
        true = party.wire.now - began
        party.for_s(1)
    return told, true


@pytest.mark.parametrize("bit_errors", [0.0, 1e-5, 1e-4, 5e-4])
def test_a_recording_arrives_when_it_was_foretold(bit_errors: float) -> None:
    for seed in range(4):
        told, true = told_and_true(SLOW, Weather(bit_errors=bit_errors), seed, 50_000)
        assert true == pytest.approx(told, rel=0.10)


@pytest.mark.parametrize("bit_errors", [1e-5, 1e-4, 5e-4])
@pytest.mark.parametrize("seed", range(3))
def test_the_first_recording_arrives_when_it_was_foretold(bit_errors: float, seed: int) -> None:
    """A hub hears its line as often as it reports, also while nothing is carried."""
    party, steady = Party(SLOW, Weather(bit_errors=bit_errors), seed=seed), Steady()
    assert party.until(party.all_present, 600)
    for _report in range(20):
        party.for_s(EVERY_S)
        steady.sample(party.head.member(1).calm)
    told, began = airtime_s(SLOW, MINUTE, [Hearing(calm=steady.calm)]), party.wire.now
    party.offer(recording(MINUTE, seed))
    assert party.until(lambda: party.happened(Held), began + 600)
    assert party.wire.now - began == pytest.approx(told, rel=0.10)


@pytest.mark.parametrize("bit_errors", [0.0, 2e-4])
def test_a_recording_for_several_arrives_when_it_was_foretold(bit_errors: float) -> None:
    told, true = told_and_true(BUS, Weather(bit_errors=bit_errors), 1, 50_000, taps=3)
    assert true == pytest.approx(told, rel=0.10)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.1, 0.2, 0.3])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("line", "taps", "size"), [(SLOW, 1, MINUTE), (BUS, 3, MINUTE)])
def test_a_line_that_loses_frames_is_foretold_within_a_tenth(
    seed: int, line: Line, taps: int, size: int, share: float
) -> None:
    """Once it has been asked for ten minutes."""
    told, true = told_and_true(line, Weather(lost_frames=share), seed, size, taps, IDLE_S)
    assert true == pytest.approx(told, rel=0.10)


@given(st.integers(1, 10**7), st.integers(1, 10**7), st.lists(st.integers(8, 255), min_size=1, max_size=40))
def test_more_takes_longer_and_less_is_lacking_sooner(size: int, more: int, calms: list[int]) -> None:
    taps = [Hearing(calm=calm) for calm in calms]
    assert airtime_s(SLOW, size, taps) <= airtime_s(SLOW, size + more, taps)
    assert airtime_s(SLOW, size + more, taps, lacking=size) <= airtime_s(SLOW, size + more, taps)


def test_a_minute_of_low_rate_speech_takes_less_than_a_minute_at_9600_baud() -> None:
    assert airtime_s(SLOW, 45_000, [Hearing(calm=109)]) < 55


@given(st.lists(st.floats(0.0, 0.4), min_size=1, max_size=12), st.integers(1, 200_000))
def test_each_has_it_before_all_are_known_to_have_it(dropped: list[float], size: int) -> None:
    each, whole_s = each_and_all_s(BUS, size, [Hearing(dropped=share) for share in dropped])
    assert len(each) == len(dropped)
    assert 0 < max(each) <= whole_s


def test_who_hears_worse_has_it_later() -> None:
    (near_s, far_s), _whole_s = each_and_all_s(BUS, MINUTE, [Hearing(), Hearing(dropped=0.3)])
    assert far_s > 1.1 * near_s


def test_nothing_arrives_before_it_was_announced() -> None:
    queue = [
        Consignment(recording=name, size=1_000, lacking={"horn-01": 1_000}, begins_s=60.0)
        for name in (LETTER, NEWS)
    ]
    found = arrivals(SLOW, queue, {"horn-01": Hearing()})
    letter, news = found[LETTER]["horn-01"], found[NEWS]["horn-01"]
    assert letter is not None
    assert news is not None
    assert 60 < letter < 63
    assert news == pytest.approx(60 + 2 * (letter - 60))


@pytest.mark.parametrize("dropped", [0.0, 0.1, 0.3])
def test_the_more_frames_drop_the_longer_an_announcement_takes(dropped: float) -> None:
    taps = [Hearing(dropped=dropped)] * 3
    assert announced_s(BUS, taps) < announced_s(BUS, [Hearing(dropped=dropped + 0.1)] * 3) < 10


def test_what_waits_goes_first() -> None:
    queue = [
        Consignment(recording=LETTER, size=50_000, lacking={"horn-01": 50_000}),
        Consignment(recording=NEWS, size=50_000, lacking={"horn-01": 50_000, "horn-02": 50_000}),
    ]
    found = arrivals(SLOW, queue, {"horn-01": Hearing(), "horn-02": Hearing()})
    letter, news = found[LETTER]["horn-01"], found[NEWS]["horn-02"]
    assert letter is not None
    assert news is not None
    assert news > 2 * letter - 1


def test_of_an_endpoint_that_is_away_nobody_can_say() -> None:
    queue = [Consignment(recording=LETTER, size=9, lacking={"horn-01": 9, "horn-02": 9, "horn-03": 0})]
    found = arrivals(SLOW, queue, {"horn-01": Hearing()})[LETTER]
    assert found["horn-02"] is None
    assert found["horn-03"] == 0.0
    assert found["horn-01"]


def test_what_was_measured_corrects_what_was_foretold() -> None:
    queue = [Consignment(recording=LETTER, size=50_000, lacking={"horn-01": 50_000})]
    usual, slow = (
        arrivals(SLOW, queue, {"horn-01": Hearing()}, thrift=t)[LETTER]["horn-01"] for t in (1.0, 0.5)
    )
    assert usual
    assert slow == pytest.approx(2 * usual)


def test_the_line_is_run_for_all_but_the_worst_tenth() -> None:
    assert working_calm([255] * 20 + [10]) == 255
    assert working_calm([90, 255]) == 90
    assert working_calm([]) == 255
