"""Sparklines: the course of a value in one row of braille, two readings to a cell. Pure.

Block elements would be two cells wide in some East Asian terminals; braille never is.
"""

from collections.abc import Sequence

_LEFT, _RIGHT = (
    (0x40, 0x44, 0x46, 0x47),
    (0x80, 0xA0, 0xB0, 0xB8),
)  # filled from the bottom to a height of 1 to 4
_EMPTY = 0x2800


def sparkline(values: Sequence[float | None]) -> str:
    """From the least value (one dot) to the greatest (four dots); what is not known is empty."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    dots = [_height(value, low, high) for value in values]
    pairs = zip(dots[::2], [*dots[1::2], 0], strict=False)
    return "".join(chr(_EMPTY + _dots(_LEFT, left) + _dots(_RIGHT, right)) for left, right in pairs)


def _height(value: float | None, low: float, high: float) -> int:
    if value is None:
        return 0
    return 2 if high == low else 1 + round(3 * (value - low) / (high - low))


def _dots(side: Sequence[int], height: int) -> int:
    return side[height - 1] if height else 0
