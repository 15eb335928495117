"""How many frames vanish whatever their length is learned from blocks and from questions, apart from what noise takes."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.serial.drops import LUCK, MOST, Drops, either, steady_block


def test_a_line_that_loses_nothing_has_no_drops() -> None:
    drops = Drops()
    assert drops.share == 0.0
    drops.sent(100, 0, 0.0)
    drops.asked(0, 0.0)
    assert drops.share == 0.0


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3])
def test_blocks_and_questions_tell_the_same(share: float) -> None:
    blocks, questions, chance = Drops(), Drops(), random.Random(7)
    for _ in range(400):
        blocks.sent(1, int(chance.random() < share), 0.0)
        unanswered = 0
        while chance.random() < either(share, share):
            unanswered += 1
        questions.asked(unanswered, 0.0)
    assert blocks.share == pytest.approx(share, abs=0.04)
    assert questions.share == pytest.approx(share, abs=0.04)


def test_it_is_settled_once_it_has_counted_much() -> None:
    drops = Drops()
    for _ in range(799):
        drops.asked(0, 0.0)
    assert not drops.settled
    drops.sent(10, 5, 0.0)
    drops.asked(0, 0.0)
    assert drops.settled


def test_what_noise_takes_is_no_drop() -> None:
    drops = Drops()
    drops.sent(100, 20, 0.2)
    assert drops.share == pytest.approx(0.0, abs=1e-9)
    drops.sent(100, 60, 0.2)
    assert drops.share == pytest.approx(0.25)


def test_a_line_that_is_mended_is_believed_again() -> None:
    drops = Drops()
    drops.sent(300, 150, 0.0)
    for _ in range(20):
        drops.sent(400, 0, 0.0)
    assert drops.share < 0.01


@given(st.integers(1_000, 10**7), st.floats(0.001, 0.9))
def test_the_more_frames_drop_the_smaller_are_the_blocks_and_the_less_does_luck_weigh(
    size: int, dropped: float
) -> None:
    block = steady_block(size, dropped)
    assert steady_block(size, dropped / 2) >= block >= 128
    assert block == 128 or math.sqrt(dropped * block / size) < LUCK + 1e-9


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50), st.floats(0, 1)), max_size=20))
def test_a_share_stays_a_share(counts: list[tuple[int, int, float]]) -> None:
    drops = Drops()
    for blocks, lost, foretold in counts:
        drops.sent(blocks, min(blocks, lost), foretold)
        drops.asked(lost, foretold)
        assert 0 <= drops.share <= MOST


def test_hardly_any_drops_leave_a_recording_whole() -> None:
    assert steady_block(45_000, 5e-324) == 45_000
