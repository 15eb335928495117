"""Terms: within which times tickets of a priority are to be taken up, mended and told further up; the operator's own settings.

All times are working time, and run around the clock where tickets do. What is not agreed is the default of the cause.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from broadcaster.repairs.causes import Handling, Priority

HOUR_S = 3_600.0
SHARES = (0.5, 0.8, 1.0, 1.5)  # of the service time: reminder, the town's lead, the station, the leaders
LONGEST_H = 8_760.0
LARGEST_SHARE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Hours until somebody has taken it up, hours until it is mended, and the shares at which it is told further up."""

    respond_h: float | None = None
    repair_h: float | None = None
    shares: tuple[float, ...] = SHARES

    def __post_init__(self) -> None:
        for hours in (self.respond_h, self.repair_h):
            if hours is not None and not 0 < hours <= LONGEST_H:
                raise ValueError(
                    f"a service time is more than 0 and at most {LONGEST_H:.0f} hours, got {hours}"
                )
        if self.respond_h is not None and self.repair_h is not None and self.respond_h > self.repair_h:
            raise ValueError(f"taken up after {self.respond_h} h cannot be mended after {self.repair_h} h")
        rises = all(a < b for a, b in pairwise((0.0, *self.shares, LARGEST_SHARE)))
        if len(self.shares) != len(SHARES) or not rises:
            raise ValueError(f"escalation takes {len(SHARES)} rising shares, got {self.shares}")

    def contract_s(self, handling: Handling) -> float:
        """Seconds of working time in which a fault of this handling is to be mended."""
        return (handling.service_h if self.repair_h is None else self.repair_h) * HOUR_S


DEFAULT = Terms()
Agreed = Mapping[Priority, Terms]
