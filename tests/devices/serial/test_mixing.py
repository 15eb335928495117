"""Mixes give every block that lacks, whichever they are."""

import random

from hypothesis import given
from hypothesis import strategies as st

from devices.serial.mixing import Equations, indices, mixed, named


@given(
    count=st.integers(1, 60),
    seed=st.integers(0, 2**32),
    first=st.integers(0, 60_000),
    lost=st.integers(1, 60),
)
def test_a_few_more_mixes_than_gaps_give_all_blocks(count: int, seed: int, first: int, lost: int) -> None:
    chance = random.Random(seed)
    blocks = [chance.getrandbits(64) for _ in range(count)]
    missing = set(chance.sample(range(count), min(lost, count)))
    equations, mixes = Equations(missing, 8), 0
    while equations.lacking:
        mask = named(first + mixes, count)
        mixes += 1
        held = sum(1 << index for index in range(count) if index not in missing)
        value = mixed(blocks, mask) ^ mixed(blocks, mask & held)
        equations.add(mask & equations.missing, value)
    assert equations.solved() == {index: blocks[index] for index in missing}
    assert mixes <= len(missing) + 30


def test_on_average_less_than_two_mixes_more_than_gaps_are_needed() -> None:
    surplus = []
    for first in range(0, 20_000, 100):
        equations, seed = Equations(range(20), 1), first
        while equations.lacking:
            equations.add(named(seed, 20), 0)
            seed += 1
        surplus.append(seed - first - 20)
    assert 1.2 < sum(surplus) / len(surplus) < 2.0


def test_a_block_that_comes_late_is_an_equation_too() -> None:
    equations = Equations({3, 5}, 1)
    equations.add(0b101000, 0x0F ^ 0xF0)
    equations.add(1 << 5, 0xF0)
    assert equations.solved() == {3: 0x0F, 5: 0xF0}


def test_a_seed_names_blocks_by_shake_128() -> None:
    assert indices(named(1, 20)) == [1, 2, 5, 6, 7, 11, 13, 16]
    assert named(0xFFFF, 5) < 1 << 5
