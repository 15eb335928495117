"""Thrift: the measured pace of recordings on a line, of what the calm of its taps promises."""

from dataclasses import dataclass, field
from math import inf

from devices.serial.arrival import LEAST_THRIFT, MOST_THRIFT, Hearing, airtime_s
from devices.serial.pacing import Line

STEADY_WEIGHT = 0.2  # of the newest measurement: one recording is delayed by chance, many are not
TELLING_S = 60.0  # a recording that should have taken less tells so much less
BUSY_WEIGHT = 0.05  # if others waited: after a start endpoints have much to say beside what they are sent


@dataclass(slots=True, kw_only=True)
class Carried:
    """A recording that is being offered to `taps`."""

    taps: set[int]
    size: int
    since_s: float
    fresh: bool  # nobody had a part of it
    alone: bool  # nothing else was on its way when it began
    through: list[Hearing] = field(default_factory=list)  # of those that have it


class Thrift:
    """`value` is what a promise counts with."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.value = 1.0
        self._measured = 0  # recordings that were alone on the line
        self._through_s = -inf  # when the last recording was through

    def measure(self, carried: Carried, now_s: float, *, alone: bool) -> None:
        """A recording is through: how long it took against what was to be expected; one that was interrupted says nothing.

        `alone`: nothing is on its way now.
        """
        took_s = now_s - max(carried.since_s, self._through_s)
        self._through_s = now_s
        if carried.taps or not carried.fresh or took_s <= 0:
            return
        expected_s = airtime_s(self._line, carried.size, carried.through)
        measured = min(MOST_THRIFT, max(LEAST_THRIFT, expected_s / took_s))
        undisturbed = carried.alone and alone
        self._measured += undisturbed
        weight = max(STEADY_WEIGHT, 1 / (1 + self._measured)) if undisturbed else BUSY_WEIGHT
        self.value += (measured - self.value) * weight * min(1.0, expected_s / TELLING_S)
