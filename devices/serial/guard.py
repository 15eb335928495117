"""The guard of a frame: Reed–Solomon parity, interleaved, that mends bytes which noise has changed.

Theory of operation. Bytes are elements of GF(2^8) with the polynomial 0x11d and the generator 2. The parity of a word is
what is left of it, shifted by `parity` places, divided by the product of (x - 2^i), i = 0 … parity - 1: the same arithmetic
as a CRC, so one table of 256 remainders makes it fast. The remainder of a received word tells the syndromes;
Berlekamp–Massey finds the locator, Chien's search its roots, Forney's rule the values (Blahut, *Theory and Practice of
Error Control Codes*, chapter 7).

A body longer than one word is dealt out to several, byte i to word i mod n, so that a burst is shared among them.
"""

from collections.abc import Iterator
from enum import IntEnum
from functools import cache

WORD = 255  # bytes, parity included


class Guard(IntEnum):
    """How much parity follows each word; the number is the two bits in a frame's first byte."""

    NONE = 0
    LIGHT = 1
    STRONG = 2
    HEAVY = 3

    @property
    def parity(self) -> int:
        """Bytes for each word; half as many wrong bytes of the word are mended."""
        return (0, 4, 16, 32)[self]

    def words(self, body: int) -> int:
        """How many words a body of so many bytes fills."""
        return -(-body // (WORD - self.parity)) if self.parity else 0

    def shield(self, body: bytes) -> bytes:
        """The body with its parity behind it."""
        if self is Guard.NONE:
            return body
        count = self.words(len(body))
        parities = [_parity(self.parity, body[word::count]) for word in range(count)]
        return body + bytes(byte for column in zip(*parities, strict=True) for byte in column)

    def bare(self, shielded: bytes) -> bytes:
        """The body without its parity, unmended."""
        return shielded[: len(shielded) - self._overhead(len(shielded))]

    def mend(self, shielded: bytes) -> tuple[bytes, int] | None:
        """The body and how many bytes were mended, parity included; None where there are too many."""
        overhead = self._overhead(len(shielded))
        if not 0 < overhead < len(shielded):
            return None
        count = overhead // self.parity
        body, parities = bytearray(shielded[:-overhead]), shielded[-overhead:]
        mended = 0
        for word in range(count):
            fixed = _mended(self.parity, bytes(body[word::count]) + parities[word::count])
            if fixed is None:
                return None
            body[word::count] = fixed[0][: -self.parity]
            mended += fixed[1]
        return bytes(body), mended

    def _overhead(self, shielded: int) -> int:
        return -(-shielded // WORD) * self.parity


def _field() -> tuple[bytes, bytes]:
    powers, logarithms, element = bytearray(512), bytearray(256), 1
    for power in range(255):
        powers[power] = powers[power + 255] = element
        logarithms[element] = power
        element = element << 1 ^ (0x11D if element & 0x80 else 0)
    return bytes(powers), bytes(logarithms)


_POWER, _LOG = _field()


def _times(a: int, b: int) -> int:
    return _POWER[_LOG[a] + _LOG[b]] if a and b else 0


def _over(a: int, b: int) -> int:
    return _POWER[_LOG[a] + 255 - _LOG[b]] if a else 0


@cache
def _remainders(parity: int) -> tuple[int, ...]:
    """What each value of the leading byte leaves, as numbers of `parity` bytes."""
    generator = [1]  # highest power first
    for root in range(parity):
        shifted = [_times(coefficient, _POWER[root]) for coefficient in generator]
        generator = [a ^ b for a, b in zip([*generator, 0], [0, *shifted], strict=True)]
    return tuple(
        int.from_bytes(bytes(_times(lead, coefficient) for coefficient in generator[1:]), "big")
        for lead in range(256)
    )


def _remainder(parity: int, word: bytes) -> int:
    table, top, mask = _remainders(parity), 8 * (parity - 1), (1 << 8 * parity) - 1
    left = 0
    for byte in word:
        left = (left << 8 & mask) ^ table[left >> top ^ byte]
    return left


def _parity(parity: int, word: bytes) -> bytes:
    return _remainder(parity, word).to_bytes(parity, "big")


def _value(polynomial: list[int] | bytes, power: int) -> int:
    """The polynomial, highest power first, at 2^power."""
    total = 0
    for coefficient in polynomial:
        total = (_POWER[_LOG[total] + power] if total else 0) ^ coefficient
    return total


def _mended(parity: int, word: bytes) -> tuple[bytes, int] | None:
    left = _remainder(parity, word[:-parity]) ^ int.from_bytes(word[-parity:], "big")
    if not left:
        return word, 0
    rest = left.to_bytes(parity, "big")
    syndromes = [_value(rest, root) for root in range(parity)]
    locator = _locator(syndromes)
    wrong = _roots(locator, len(word))
    if len(wrong) != len(locator) - 1 or 2 * len(wrong) > parity:
        return None
    fixed = bytearray(word)
    for place, error in zip(wrong, _errors(syndromes, locator, wrong), strict=True):
        fixed[-1 - place] ^= error
    return bytes(fixed), len(wrong)


def _locator(syndromes: list[int]) -> list[int]:
    """Berlekamp–Massey: the polynomial, lowest power first, whose roots are at the wrong places."""
    locator, before, length, gap, last = [1], [1], 0, 1, 1
    for step, syndrome in enumerate(syndromes):
        reach = min(length, len(locator) - 1)
        discrepancy = syndrome
        for i in range(1, reach + 1):
            discrepancy ^= _times(locator[i], syndromes[step - i])
        if not discrepancy:
            gap += 1
            continue
        scaled = [0] * gap + [_times(_over(discrepancy, last), each) for each in before]
        size = max(len(locator), len(scaled))
        changed = [
            a ^ b
            for a, b in zip(
                locator + [0] * (size - len(locator)), scaled + [0] * (size - len(scaled)), strict=True
            )
        ]
        if 2 * length <= step:
            length, before, last, gap = step + 1 - length, locator, discrepancy, 1
        else:
            gap += 1
        locator = changed
    while locator[-1] == 0:
        locator.pop()
    return locator


@cache
def _multiples(factor: int) -> bytes:
    """Every element times `factor`."""
    return bytes(_times(factor, each) for each in range(256))


@cache
def _descending(power: int) -> bytes:
    """2^(-power × place) for every place of a word."""
    return bytes(_POWER[-power * place % 255] for place in range(WORD))


def _roots(locator: list[int], places: int) -> list[int]:
    """Chien's search, at all places at once: those of which 2^-place is a root."""
    total = 0
    for power, coefficient in enumerate(locator):
        total ^= int.from_bytes(_descending(power).translate(_multiples(coefficient)), "big")
    return [place for place, value in enumerate(total.to_bytes(WORD, "big")[:places]) if not value]


def _errors(syndromes: list[int], locator: list[int], wrong: list[int]) -> Iterator[int]:
    """Forney: what was added to the bytes at these powers of x (first root 2^0)."""
    evaluator = [0] * len(syndromes)
    for i, a in enumerate(syndromes):
        for j, b in enumerate(locator[: len(syndromes) - i]):
            evaluator[i + j] ^= _times(a, b)
    slope = [each if power % 2 else 0 for power, each in enumerate(locator)][1:]  # formal derivative
    for place in wrong:
        inverse = -place % 255
        top = _times(_value(evaluator[::-1], inverse), _POWER[place])
        yield _over(top, _value(slope[::-1], inverse))
