"""Observations: what is known of one endpoint, as evidence for or against a common cause."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from broadcaster.repairs.circumstances import Circumstances
from devices.supervision import State

OVERTAKEN_S = 5.0  # by which reports overtake each other


class Seen(StrEnum):
    """The classes of affected endpoints. The others are witnesses, explained already, or unobservable."""

    ON_BATTERY = "on_battery"  # B: alive without mains
    GASPED = "gasped"  # G: last gasp, then silent
    SILENT = "silent"  # S: silent without one


SEEN: dict[State, Seen] = {
    State.MAINS_LOST_HELD: Seen.GASPED,
    State.MAINS_LOST: Seen.GASPED,
    State.ON_BATTERY: Seen.ON_BATTERY,
    State.SUSPECT: Seen.SILENT,
    State.SILENT: Seen.SILENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One affected endpoint. `onset` is exact after a last gasp; else it is the first heartbeat that did not come, or the
    first that came from the battery, up to `slack` after the truth. From `sure_since` on it may count alone; `deaf`: a last
    gasp may have been missed.
    """

    endpoint: str
    seen: Seen
    onset: float
    slack: float
    detected: float
    sure_since: float | None = float("-inf")
    deaf: bool = False
    back: float | None = None  # since when it reports again
    well: bool = False  # and was verified

    @property
    def is_exact(self) -> bool:
        """Whether its last gasp said when."""
        return self.slack <= OVERTAKEN_S


class Surroundings(Protocol):
    """What the core asks of supervision, about endpoints that are not affected."""

    def heard(self, endpoint: str) -> float:
        """When it last proved to be alive; −inf for one that is not supervised."""
        ...

    def is_unobserved(self, endpoint: str) -> bool:
        """Whether nothing can be said of it now: a gate is closed, it is new, or under maintenance."""
        ...

    def period(self, endpoint: str) -> float:
        """Seconds between its heartbeats."""
        ...

    def circumstances(self, endpoint: str, onset: float) -> Circumstances:
        """What else is known around a loss of its mains: programme, voltage, door, volume, weather, contact."""
        ...
