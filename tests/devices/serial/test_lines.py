"""Messages and recordings arrive over every wire that a village has to offer."""

import hashlib
import random
from math import inf

import pytest

from devices.serial.bodies import Block, Lane
from devices.serial.emulated import Unplugged, Weather
from devices.serial.events import Delivered, Held, Present, Silent
from devices.serial.frames import EVERYBODY, Deframer, Heard
from devices.serial.pacing import Line
from devices.serial.streams import LONGEST_PIECE, WINDOW
from tests.devices.serial.parties import BUS, FAST, SLOW, Party, recording

WIRES = {
    "perfect": (FAST, Weather()),
    "one byte at a time": (FAST, Weather(one_by_one=True)),
    "bit errors": (FAST, Weather(bit_errors=1e-4)),
    "many bit errors": (FAST, Weather(bit_errors=1e-3)),
    "lost runs": (FAST, Weather(lost_runs=0.05)),
    "doubled runs": (FAST, Weather(doubled_runs=0.05)),
    "long": (FAST, Weather(delay_s=0.1)),
    "lost frames": (FAST, Weather(lost_frames=0.3)),
    "half duplex, lost frames": (BUS, Weather(lost_frames=0.2)),
    "cut": (FAST, Weather(cuts=((0.5, 5.5),))),
    "slow": (SLOW, Weather(bit_errors=1e-4)),
    "half duplex": (BUS, Weather(bit_errors=1e-4)),
    "echo": (BUS, Weather(echo=True)),
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


def test_nobody_talks_over_a_tap_whose_first_words_were_lost() -> None:
    """What several say at once is garbled: it would be taken for noise."""
    party = Party(Line(baud=9_600, half_duplex=True, turn_s=0.005), Weather(lost_frames=0.3), taps=3)
    party.for_s(60)
    for number in range(10):
        for address in party.addresses:
            party.tap(address).send(recording(150, number))
        party.for_s(10)
    assert [len(party.received(address)) for address in party.addresses] == [10] * 3
    assert party.head.noise.garbled == 0
    assert [party.tap(address).noise.garbled for address in party.addresses] == [0] * 3


def test_the_slowest_and_noisiest_line_carries_both_ways() -> None:
    party, content = Party(Line(baud=1_200), Weather(bit_errors=1e-3)), recording(1_000)
    party.offer(content)
    party.send(1, bytes(300))
    party.tap().send(bytes(300))
    assert party.until(lambda: bool(party.happened(Held) and party.told() and party.received()))


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


@pytest.mark.parametrize("line", [BUS, FAST])
@pytest.mark.parametrize("taps", [1, 2, 3])
def test_a_message_to_everybody_of_more_than_a_window_arrives_however_few_they_are(
    line: Line, taps: int
) -> None:
    """Who has all that was sent is not asked before those who have not."""
    party = Party(line, taps=taps)
    assert party.until(party.all_present)
    party.send(EVERYBODY, content := recording(2 * WINDOW * LONGEST_PIECE))
    assert party.until(lambda: all(party.told(tap) == [content] for tap in party.addresses), 3)


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


def test_a_bus_in_a_storm_still_fills_everybody() -> None:
    party, content = Party(BUS, Weather(bit_errors=1e-3), taps=4), recording(8_000)
    assert party.until(party.all_present, 30)
    party.offer(content)
    assert party.until(lambda: party.happened(Held) == 4)


class Babbler:
    """A broken device that speaks whenever it likes."""

    def __init__(self) -> None:
        self.chance, self.at = random.Random(3), 0.0

    def receive(self, received: bytes, now: float) -> tuple[()]:
        return ()

    def to_send(self, now: float) -> bytes:
        if now < self.at:
            return b""
        self.at = now + self.chance.expovariate(3)
        return self.chance.randbytes(30)

    def next_deadline(self) -> float:
        return self.at


def test_collisions_on_the_bus_cost_time_but_no_byte() -> None:
    party, content = Party(BUS, taps=3), recording(20_000)
    party.wire.ends.append(Babbler())
    party.wire.airtime_s.append(0.0)
    party.wire.stir(4)
    party.offer(content)
    party.send(2, b"a message")
    assert party.until(lambda: party.happened(Held) == 3 and party.told(2) == [b"a message"])


def test_recordings_for_several_single_taps_of_one_bus_all_arrive() -> None:
    party = Party(BUS, Weather(lost_runs=0.02), taps=4)
    assert party.until(party.all_present)
    contents = {tap: recording(12_000, seed=tap) for tap in party.addresses}
    for tap, content in contents.items():
        party.head.offer(hashlib.sha256(content).digest(), content, [tap], address=tap)
    assert party.until(lambda: party.happened(Held) == 4)
    assert all(list(party.shelves[tap].whole.values()) == [content] for tap, content in contents.items())


def test_an_urgent_recording_overtakes_one_that_is_under_way() -> None:
    party = Party(BUS, taps=3)
    assert party.until(party.all_present)
    daily, warning = recording(100_000), recording(8_000, seed=9)
    party.offer(daily)
    party.for_s(2)
    begun, sha256 = party.wire.now, hashlib.sha256(warning).digest()
    party.head.offer(sha256, warning, party.addresses, address=EVERYBODY, urgent=True)
    assert party.until(lambda: all(sha256 in shelf.whole for shelf in party.shelves.values()))
    assert party.wire.now - begun < 1.2
    assert party.until(lambda: party.all_have(daily))


def test_what_is_withdrawn_is_not_sent_on() -> None:
    party = Party(FAST)
    sha256 = party.offer(recording(200_000))
    party.for_s(2)
    assert 0 < party.head.lacking(sha256)[1] < 200_000
    party.head.withdraw(sha256)
    party.for_s(1)
    airtime = party.wire.airtime_s[0]
    party.for_s(10)
    assert party.wire.airtime_s[0] - airtime < 0.2
    assert party.head.lacking(sha256) == {}


@pytest.mark.parametrize("weather", [Weather(), Weather(delay_s=0.1)])
def test_on_a_line_without_noise_each_block_is_sent_once(weather: Weather) -> None:
    party, said = Party(FAST, weather), Deframer()
    blocks: list[int] = []

    def overheard(end: int, content: bytes) -> None:
        heard = said.feed(content) if end == 0 else []
        blocks.extend(
            h.frame.body.number for h in heard if isinstance(h, Heard) and isinstance(h.frame.body, Block)
        )

    party.wire.overheard = overheard
    party.offer(recording(60_000))
    assert party.until(lambda: party.happened(Held) == 1)
    assert blocks == list(range(59))


@pytest.mark.parametrize("line", [BUS, SLOW])
def test_a_long_tale_of_one_tap_keeps_no_other_from_speaking(line: Line) -> None:
    party = Party(line, taps=3)
    assert party.until(party.all_present, 60)
    for number in range(200):
        party.tap(1).send(bytes([number]) * 1_000, lane=Lane.NORMAL)
    party.for_s(5)
    asked_s = party.wire.now
    party.tap(3).send(b"mains has failed", lane=Lane.URGENT)
    assert party.until(lambda: b"mains has failed" in party.received(3))
    assert party.wire.now - asked_s < 5
    assert len(party.received(1)) < 200
    assert party.until(lambda: len(party.received(1)) == 200, inf)


def test_on_a_slow_bus_the_head_lets_every_tap_finish() -> None:
    """A question after a silence is on its way for longer than its answer may be waited for."""
    party = Party(Line(baud=9_600, half_duplex=True, turn_s=0.005), taps=3)
    assert party.until(party.all_present, 600)
    party.offer(recording(20_000, 1))
    for _ in range(10):
        for end in party.wire.ends[1:]:
            end.send(party.chance.randbytes(300))
        party.for_s(5)
    assert [party.head.member(address).lost_answers for address in party.addresses] == [0, 0, 0]
    assert party.head.noise.garbled == 0
