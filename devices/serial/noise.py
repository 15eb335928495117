"""How noisy a line is, and the shape of frames that carries most over it.

Every byte is taken to be wrong with the same small chance, its *error rate*: what a guard mended and what was garbled are
counted against all that was heard, older counts weighing less. Calm is the same on one byte: -8 log2(error rate).
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from devices.serial.bodies import BLOCK_SIZES
from devices.serial.frames import CRC, HEADER, Garbled, Heard
from devices.serial.guard import Guard

CALMEST = 255
_ERRORS, _BYTES = 16, 65_536  # when either is reached, all that was counted weighs half
_FATAL = 0.04  # of wrong bytes that no guard mends: those that become a zero, and stuffing
_STUFFING = 1.004  # of random bytes
_CUT = 3  # bytes before the content of a piece or a block
_WORTH = 1.03  # so much more must another block size carry to be changed to


@dataclass(frozen=True, slots=True)
class Shape:
    """How a line's large frames are cut and guarded."""

    block: int
    guard: Guard


class Noise:
    """What one end has heard of its line."""

    def __init__(self) -> None:
        self._errors = 0.0
        self._bytes = 0.0
        self._guard = Guard.NONE
        self.garbled = 0  # since the begin

    def hear(self, heard: Heard | Garbled) -> None:
        """Count a frame, or what was none."""
        if isinstance(heard, Heard):
            self._guard = heard.frame.guard
            self._errors += heard.mended
        else:
            self.garbled += 1
            self._errors += 1 + self._guard.parity // 2
        self._bytes += heard.length
        if self._errors >= _ERRORS or self._bytes >= _BYTES:
            self._errors /= 2
            self._bytes /= 2

    @property
    def calm(self) -> int:
        """0 (every byte is wrong) to CALMEST (none was)."""
        if not self._errors:
            return CALMEST
        return max(0, min(CALMEST, round(-8 * math.log2(min(1.0, self._errors / self._bytes)))))


def error_rate(calm: int) -> float:
    """The chance of one byte to be wrong."""
    return 0.0 if calm == CALMEST else 2 ** (-calm / 8)


@lru_cache(maxsize=4096)
def loss(calm: int, content: int, guard: Guard) -> float:
    """The chance of a frame whose body has so many bytes to be lost."""
    rate, body = error_rate(calm), content + HEADER.size + CRC
    length = wire_length(content, guard)
    if guard is Guard.NONE:
        return 1 - math.exp(-rate * length)
    words = guard.words(body)
    wrong = rate * length / words
    kept = sum(wrong**n / math.factorial(n) for n in range(guard.parity // 2 + 1)) * math.exp(-wrong)
    return 1 - min(1.0, kept) ** words * math.exp(-_FATAL * rate * length)


def wire_length(content: int, guard: Guard) -> int:
    """Bytes on the line of a frame whose body has so many."""
    body = content + HEADER.size + CRC
    return math.ceil((body + guard.words(body) * guard.parity) * _STUFFING) + 2


def goodput(calm: int, shape: Shape) -> float:
    """The share of the line's bytes that arrive as content of blocks."""
    content = _CUT + shape.block
    arriving = 1 - loss(calm, content, shape.guard)
    return shape.block * arriving / wire_length(content, shape.guard)


@lru_cache(maxsize=1024)
def best_shape(calm: int, largest: int, smallest: int = BLOCK_SIZES[-1]) -> Shape:
    """What carries most, of blocks of these sizes; `smallest` counts where it is larger than `largest`."""
    blocks = [block for block in BLOCK_SIZES if smallest <= block <= max(smallest, largest)]
    shapes = [Shape(block, guard) for block in blocks for guard in Guard]
    return max(shapes, key=lambda shape: goodput(calm, shape))


@lru_cache(maxsize=4096)
def best_guard(calm: int, content: int) -> Guard:
    """What lets a frame of this length arrive at the least cost of line per arrival."""
    return min(
        Guard, key=lambda guard: wire_length(content, guard) / max(1e-9, 1 - loss(calm, content, guard))
    )


def safe_guard(calm: int, content: int) -> Guard:
    """The least guard under which few frames of this length are lost: for questions and answers, whose loss costs a wait."""
    return next((guard for guard in Guard if loss(calm, content, guard) < 0.01), Guard.HEAVY)


def new_block(calm: int, block: int, largest: int, smallest: int) -> int:
    """The block size to go on with: another than `block` only if it carries clearly more."""
    best = best_shape(calm, largest, smallest)
    now = goodput(calm, Shape(block, best_guard(calm, _CUT + block)))
    return best.block if goodput(calm, best) > _WORTH * now else block
