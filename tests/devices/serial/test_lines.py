"""Messages and recordings arrive over every wire that a village has to offer."""

import pytest

from devices.serial.bodies import Lane
from devices.serial.emulated import Unplugged, Weather
from devices.serial.events import Delivered, Held, Present, Silent
from devices.serial.frames import EVERYBODY
from devices.serial.pacing import Line
from tests.devices.serial.parties import BUS, FAST, SLOW, Party, recording

WIRES = {
    "perfect": (FAST, Weather()),
    "one byte at a time": (FAST, Weather(one_by_one=True)),
    "bit errors": (FAST, Weather(bit_errors=1e-4)),
    "many bit errors": (FAST, Weather(bit_errors=1e-3)),
    "lost runs": (FAST, Weather(lost_runs=0.05)),
    "doubled runs": (FAST, Weather(doubled_runs=0.05)),
    "long": (FAST, Weather(delay_s=0.1)),
    "cut": (FAST, Weather(cuts=((0.5, 5.5),))),
    "slow": (SLOW, Weather(bit_errors=1e-4)),
    "half duplex": (BUS, Weather(bit_errors=1e-4)),
}
MESSAGES = [b"message %d " % number + bytes(number * 37 % 1_900) for number in range(20)]


@pytest.mark.parametrize("wire", WIRES)
def test_messages_arrive_once_each_and_in_order_both_ways(wire: str) -> None:
    party = Party(*WIRES[wire])
    for message in MESSAGES:
        party.send(1, message)
        party.tap().send(message[::-1])
    assert party.until(lambda: len(party.told()) == len(party.received()) == len(MESSAGES))
    party.for_s(5)
    assert party.told() == MESSAGES
    assert party.received() == [message[::-1] for message in MESSAGES]
    assert party.happened(Delivered) == len(MESSAGES)


@pytest.mark.parametrize("wire", WIRES)
def test_a_recording_arrives_whole(wire: str) -> None:
    party, content = Party(*WIRES[wire]), recording(20_000)
    party.offer(content)
    assert party.until(lambda: party.happened(Held) == 1)
    assert party.all_have(content)


@pytest.mark.parametrize("weather", [Weather(), Weather(bit_errors=1e-4), Weather(lost_runs=0.05)])
def test_a_recording_for_a_bus_arrives_at_everybody(weather: Weather) -> None:
    party, content = Party(BUS, weather, taps=6), recording(30_000)
    assert party.until(party.all_present)
    party.offer(content)
    assert party.until(lambda: party.happened(Held) == 6)
    assert party.all_have(content)


def test_a_message_to_everybody_reaches_all_and_one_to_a_group_its_members() -> None:
    group = 0xE001
    party = Party(BUS, Weather(bit_errors=1e-4), taps=5, groups=lambda tap: (group,) if tap > 3 else ())
    assert party.until(party.all_present)
    party.send(EVERYBODY, b"all " * 300)
    party.send(group, b"some")
    assert party.until(lambda: party.happened(Delivered) == 7)
    assert [party.told(tap) for tap in (1, 5)] == [[b"all " * 300], [b"all " * 300, b"some"]]


def test_a_note_is_sent_once_to_everybody_and_the_newest_only() -> None:
    party = Party(BUS, taps=3)
    assert party.until(party.all_present)
    for beacon in (b"08:00", b"08:01"):
        party.head.note(beacon, key="time")
    party.for_s(3)
    assert [party.told(tap) for tap in party.addresses] == [[b"08:01"]] * 3


@pytest.mark.parametrize(("line", "within_s"), [(FAST, 0.06), (SLOW, 0.25)])
def test_an_emergency_does_not_wait_for_the_block_under_way(line: Line, within_s: float) -> None:
    party = Party(line)
    party.offer(recording(200_000))
    party.for_s(4.03)
    begun = party.wire.now
    party.send(1, b"!" * 120, lane=Lane.URGENT)
    assert party.until(lambda: party.told() == [b"!" * 120])
    assert party.wire.now - begun < within_s


def test_a_tap_that_falls_silent_is_told_of_and_welcomed_back() -> None:
    party = Party(FAST, Weather(cuts=((2.0, 40.0),)))
    assert party.until(lambda: party.happened(Silent) == 1, 30)
    party.send(1, b"waits for it")
    assert party.until(lambda: party.happened(Present) == 2, 120)
    assert party.until(lambda: party.told() == [b"waits for it"])


def test_dead_taps_cost_the_others_little() -> None:
    party = Party(BUS, taps=6)
    for dead in (4, 5, 6):
        party.wire.replace(dead, Unplugged())
    assert party.until(lambda: party.happened(Present) == 3)
    content = recording(100_000)
    begun = party.wire.now
    party.offer(content)
    assert party.until(lambda: party.here() == {1, 2, 3})
    assert party.wire.now - begun < 10.5
