"""The emulated line: when bytes arrive, and what noise makes of them at each listener."""

from math import inf

import pytest

from devices.serial.emulated import HEAD, EmulatedLine, Weather
from devices.serial.pacing import Line

BUS = Line(baud=10_000, half_duplex=True)  # a byte is a millisecond
CALM = Weather()
FRAME = b"\x01" * 99 + b"\0"


class Voice:
    """An end that says what it was given, and writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, bytes]] = []
        self.says, self.looks_s = b"", inf

    def receive(self, received: bytes, now: float) -> tuple[()]:
        if received:
            self.heard.append((round(now, 6), received))
        return ()

    def to_send(self, now: float) -> bytes:
        said, self.says = self.says, b""
        return said

    def next_deadline(self) -> float:
        looks_s, self.looks_s = self.looks_s, inf
        return looks_s


class Bus:
    """A head and three taps on a line where a byte takes a millisecond."""

    def __init__(self, weather: Weather = CALM) -> None:
        self.voices = [Voice() for _ in range(4)]
        self.wire = EmulatedLine(line=BUS, ends=list(self.voices), weather=weather, seed=1)

    def says(self, end: int, content: bytes) -> None:
        self.voices[end].says = content
        self.wire.stir(end)
        self.wire.run(lambda: False, self.wire.now + 10)

    def contents(self, end: int) -> list[bytes]:
        return [content for _, content in self.voices[end].heard]


def test_each_frame_arrives_as_it_ends() -> None:
    bus = Bus()
    bus.says(HEAD, FRAME * 2)
    assert all(voice.heard == [(0.1, FRAME), (0.2, FRAME)] for voice in bus.voices[1:])


def test_a_zero_before_a_frame_comes_with_it() -> None:
    bus = Bus()
    bus.says(2, b"\0" + FRAME)
    assert bus.voices[HEAD].heard == bus.voices[1].heard == [(0.101, b"\0" + FRAME)]


def test_a_head_that_looks_is_given_what_has_come_so_far_and_no_byte_twice() -> None:
    bus = Bus(Weather(delay_s=0.05))
    bus.voices[HEAD].looks_s = 0.0905
    bus.says(2, FRAME)
    assert bus.voices[HEAD].heard == [(0.0905, FRAME[:40]), (0.15, FRAME[40:])]
    assert bus.voices[1].heard == [(0.15, FRAME)]


@pytest.mark.parametrize("looks_s", [inf, 0.05])
def test_a_cut_takes_the_same_bytes_whenever_the_head_looks(looks_s: float) -> None:
    bus = Bus(Weather(cuts=((0.02, 0.08),)))
    bus.voices[HEAD].looks_s = looks_s
    bus.says(2, bytes(range(1, 100)) + b"\0")
    left = bytes(range(1, 21)) + bytes(range(81, 100)) + b"\0"
    assert b"".join(bus.contents(HEAD)) == b"".join(bus.contents(1)) == left


def test_a_frame_is_lost_at_each_listener_by_itself() -> None:
    bus = Bus(Weather(lost_frames=0.5))
    bus.says(HEAD, FRAME * 40)
    heard = [{round(10 * at) for at, _ in voice.heard} for voice in bus.voices[1:]]
    assert all(10 < len(each) < 30 for each in heard)
    assert len(set(map(frozenset, heard))) == 3
    assert {content for end in (1, 2, 3) for content in bus.contents(end)} == {FRAME}


def test_a_bit_turns_over_at_each_listener_by_itself() -> None:
    bus = Bus(Weather(bit_errors=1e-3))
    bus.says(HEAD, FRAME * 40)
    heard = [b"".join(bus.contents(end)) for end in (1, 2, 3)]
    assert len(set(heard)) == 3
    for each in heard:
        wrong = sum((a ^ b).bit_count() for a, b in zip(each, FRAME * 40, strict=False))
        assert 15 < wrong < 60  # of 32,000


def test_those_who_speak_at_once_destroy_each_other() -> None:
    bus = Bus()
    bus.voices[1].says = bus.voices[2].says = FRAME
    bus.wire.stir(1)
    bus.says(2, FRAME)
    assert FRAME not in bus.contents(HEAD)
    bus.says(3, FRAME)
    assert bus.contents(HEAD)[-1] == FRAME
