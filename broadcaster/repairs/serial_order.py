"""Serial order: where a line of endpoints is cut, from who still answers along it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Cut after the endpoint at place `after` (1 …; 0: before the first, or a short circuit)."""

    after: int
    agreement: int  # answers and silences that fit, over all polls
    asked: int


def cut_after(polls: Sequence[Sequence[bool | None]]) -> Cut:
    """The best place for a cut: agreement(j) = answers up to j + silences beyond j, summed over the polls.

    A poll tells of each place from the hub on whether it answered; None where nothing is known.
    """
    places = max(map(len, polls), default=0)
    agreements = [
        sum(
            answer is (place < j) for poll in polls for place, answer in enumerate(poll) if answer is not None
        )
        for j in range(places + 1)
    ]
    best = max(range(places + 1), key=lambda j: (agreements[j], j))
    asked = sum(answer is not None for poll in polls for answer in poll)
    return Cut(after=best, agreement=agreements[best], asked=asked)
