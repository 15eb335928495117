"""Steady calm: how noisy a line is to a tap over minutes; what an answer tells is of the last few errors only."""

import math

from devices.serial.noise import CALMEST, error_rate

_WEIGHT = 0.1  # of a new sample
_CALM_RATE = 2 ** (-CALMEST / 8)


class Steady:
    """The running mean of error rates."""

    def __init__(self) -> None:
        self._rate: float | None = None
        self._samples = 0

    def sample(self, calm: int) -> None:
        """What was told just now."""
        self._samples += 1
        weight = max(_WEIGHT, 1 / self._samples)
        rate = error_rate(calm)
        self._rate = rate if self._rate is None else self._rate + weight * (rate - self._rate)

    @property
    def calm(self) -> int:
        """As an answer would tell it."""
        if self._rate is None or self._rate <= _CALM_RATE:
            return CALMEST
        return max(0, min(CALMEST, round(-8 * math.log2(self._rate))))
