"""Mixes: sums of blocks over GF(2), by which one frame mends different gaps of different taps at once.

A seed names about half of all blocks; their sum (exclusive or) travels. A tap takes out of it what it holds, and what is left is
an equation between the blocks that it lacks: with as many independent equations as gaps it has them all. Random equations are
nearly always independent: 1.6 more than gaps are needed on average, whatever is lacking where.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from hashlib import shake_128
from itertools import compress
from operator import xor


def named(seed: int, count: int) -> int:
    """The blocks of `count` that a seed names, as a mask: bit i is bit i % 8 of byte i // 8 of SHAKE128(seed, two bytes)."""
    drawn = shake_128(seed.to_bytes(2, "big")).digest(-(-count // 8))
    return int.from_bytes(drawn, "little") & (1 << count) - 1


def indices(mask: int) -> list[int]:
    """The places of the bits that are set, the lowest first."""
    return [index for index, bit in enumerate(reversed(f"{mask:b}")) if bit == "1"]


def mixed(blocks: Sequence[int], mask: int) -> int:
    """The sum of the blocks whose bit is set."""
    return reduce(xor, compress(blocks, map(int, reversed(f"{mask:b}"))), 0)


class Equations:
    """What is known of the missing blocks, by Gaussian elimination; blocks are numbers.

    A row is mask and value in one number, the mask above: `mask << width | value`.
    """

    def __init__(self, missing: Iterable[int], block: int) -> None:
        self._width = 8 * block
        self._missing = sum(1 << index for index in set(missing))
        self._rows: dict[int, int] = {}  # by the highest bit of the mask

    @property
    def missing(self) -> int:
        """The blocks that are not known, as a mask."""
        return self._missing

    @property
    def lacking(self) -> int:
        """How many more independent equations it takes."""
        return self._missing.bit_count() - len(self._rows)

    def add(self, mask: int, value: int) -> None:
        """An equation among missing blocks."""
        row = mask << self._width | value
        while pivot := (row >> self._width).bit_length():
            if (other := self._rows.get(pivot)) is None:
                self._rows[pivot] = row
                return
            row ^= other

    def solved(self) -> dict[int, int]:
        """All missing blocks, once nothing is lacking."""
        known: dict[int, int] = {}
        plain = (1 << self._width) - 1
        for pivot in sorted(self._rows):
            row = self._rows[pivot]
            rest = row >> self._width & ~(1 << pivot - 1)
            known[pivot - 1] = reduce(xor, (known[index] for index in indices(rest)), row & plain)
        return known
