"""Progress of long work: parts that run in parallel and parts that may be repeated, told as one fraction."""

from collections.abc import Callable, Iterator
from functools import partial
from threading import Lock

Report = Callable[[float], None]  # takes a fraction from 0 to 1; whatever it raises cancels the work


def unreported(fraction: float) -> None:
    """The report of work too short to tell of."""


_STEP = 0.005


class Progress:
    """Passes on the weighted sum of its parts when it grew by half a percent; one call at a time."""

    def __init__(self, report: Report) -> None:
        self._report, self._lock = report, Lock()
        self._shares: list[float] = []
        self._told = -_STEP

    def part(self, weight: float) -> Report:
        """The report of one part; all weights together are 1."""
        index = len(self._shares)
        self._shares.append(0.0)

        def report_part(fraction: float) -> None:
            with self._lock:
                self._shares[index] = max(self._shares[index], weight * min(fraction, 1.0))
                if (whole := sum(self._shares)) >= self._told + _STEP:
                    self._told = whole
                    self._report(whole)

        return report_part


def tries_of(limit: int, report: Report) -> Iterator[Report]:
    """A report for each try of work that mostly succeeds at the first: each fills most of what is left."""
    begun = 0.0
    for _ in range(limit):
        share = 0.8 * (1 - begun)
        yield partial(_report_within, report, begun, share)
        begun += share


def _report_within(report: Report, begun: float, share: float, fraction: float) -> None:
    report(begun + share * fraction)
