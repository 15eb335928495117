"""Frames that are well formed and mean harm: neither end breaks, whatever comes in whatever order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.serial.bodies import Answer, Body, Hello, Poll, Welcome
from devices.serial.events import Joined
from devices.serial.frames import Deframer, Frame, Heard
from devices.serial.head import Head
from devices.serial.shelf import DiskShelf
from devices.serial.tap import Tap
from tests.devices.serial.parties import FAST
from tests.devices.serial.test_frames import BODIES


@settings(deadline=None)
@given(bodies=st.lists(BODIES, max_size=12))
def test_a_tap_survives_every_word_of_its_head(tmp_path_factory, bodies: list[Body]) -> None:  # type: ignore[no-untyped-def]
    tap = Tap(address=1, line=FAST, shelf=DiskShelf(tmp_path_factory.mktemp("shelf")), nonce=lambda: 5)
    tap.receive(Frame(address=1, epoch=1, sequence=1, body=Poll(introduce=True)).to_bytes(), 0.0)
    welcome = Welcome(nonce=5, begins=())
    assert tap.receive(Frame(address=1, epoch=1, sequence=2, body=welcome).to_bytes(), 0.0) == [Joined(1)]
    for sequence, body in enumerate(bodies, 3):
        frame = Frame(address=1, epoch=1, sequence=sequence, body=body)
        tap.receive(frame.to_bytes(), float(sequence))
        tap.to_send(float(sequence))


@settings(deadline=None, max_examples=30)
@given(bodies=st.lists(BODIES, max_size=12))
def test_a_head_survives_every_answer(bodies: list[Body]) -> None:
    head, now = Head(line=FAST, epoch=1, taps=[(1, (0xE000,))]), 0.0
    head.send(1, bytes(3_000))
    head.offer(bytes(32), bytes(3_000), [1], address=1)
    heard = Deframer()
    for body in [Hello(nonce=5), Answer(calm=255, waiting=9), *bodies]:
        now += 3.0
        head.receive(b"", now)
        said = heard.feed(b"".join(head.to_send(now + tick / 20) for tick in range(20)))
        for each in said:
            if isinstance(each, Heard) and isinstance(each.frame.body, Poll):
                answer = Frame(address=1, epoch=1, sequence=each.frame.sequence, body=body)
                head.receive(answer.to_bytes(), now + 1)
        head.next_deadline()
    assert head.member(1).answers >= 2
