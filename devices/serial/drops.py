"""Drops: frames that vanish whatever their length, as radio modems lose packets; what calm does not explain.

What was sent and is missing, and questions without an answer, are counted against all frames; what the calm of the line foretold
to be lost is taken off. Older counts weigh less.
"""

import math
from collections.abc import Iterable

_FRAMES = 1_600  # that are remembered: what was counted before them weighs ever less
_EXCHANGE = 2  # frames of a question and its answer: one that is lost leaves it unanswered
MOST = 0.9
MANY = 0.02  # of frames that drop: from there on they are reckoned with
LUCK = 0.03  # of how long a recording takes, one standard deviation
_LEAST = 128  # bytes of a block: smaller ones cost more of the line than they are worth


def steady_block(size: int, dropped: float) -> int:
    """Bytes of a block at most, so that luck moves the end of a recording of `size` bytes by no more than LUCK, about.

    Of n blocks each of which arrives with the chance 1 - p, n / (1 - p) are sent, give or take the share sqrt(p / n): what a
    recording takes over a line that drops frames can be foretold the better, the more of them it is cut into.
    """
    return max(_LEAST, int(min(size, size * LUCK**2 / dropped))) if dropped else size


def usual(shares: Iterable[float]) -> float:
    """Of several taps together: as with their calm, that of the worst tenth's best."""
    ordered = sorted(shares, reverse=True)
    return ordered[len(ordered) // 10] if ordered else 0.0


class Drops:
    """What a head counts of one tap."""

    def __init__(self) -> None:
        self._blocks = self._lost = self._foretold = 0.0
        self._questions = self._unanswered = self._unlucky = 0.0

    def sent(self, blocks: int, lost: int, foretold: float) -> None:
        """Of so many blocks so many are missing; each had the chance `foretold` to be lost to noise."""
        self._blocks += blocks
        self._lost += lost
        self._foretold += blocks * foretold
        self._age()

    def asked(self, unanswered: int, foretold: float) -> None:
        """An answer has come, after so many questions without one; each frame had the chance `foretold`."""
        self._questions += unanswered + 1
        self._unanswered += unanswered
        self._unlucky += _EXCHANGE * (unanswered + 1) * foretold
        self._age()

    @property
    def share(self) -> float:
        """The chance of a frame to vanish."""
        frames = self._frames
        if not frames:
            return 0.0
        answered = 1 - self._unanswered / self._questions if self._questions else 1.0
        lost = self._lost + _EXCHANGE * self._questions * (1 - math.sqrt(answered))
        foretold = min(MOST, (self._foretold + self._unlucky) / frames)
        return min(MOST, max(0.0, 1 - (1 - lost / frames) / (1 - foretold)))

    @property
    def settled(self) -> bool:
        """Whether more of the same would tell little more."""
        return self._frames > _FRAMES - 1

    @property
    def _frames(self) -> float:
        return self._blocks + _EXCHANGE * self._questions

    def _age(self) -> None:
        if self._frames > _FRAMES:
            kept = _FRAMES / self._frames
            self._blocks *= kept
            self._lost *= kept
            self._foretold *= kept
            self._questions *= kept
            self._unanswered *= kept
            self._unlucky *= kept


def either(one: float, other: float) -> float:
    """The chance that at least one of two things happens."""
    return 1 - (1 - one) * (1 - other)
