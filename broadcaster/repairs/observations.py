"""Observations: what is known of one endpoint, as evidence for or against a common cause."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from broadcaster.repairs.circumstances import Circumstances
from devices.supervision import State


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
    """One affected endpoint. `onset` is exact after a last gasp; of a silence it is the first heartbeat that did not come,
    up to `slack` after the truth. `sure` is whether it may count alone, `deaf` whether a last gasp may have been missed.
    """

    endpoint: str
    seen: Seen
    onset: float
    slack: float
    detected: float
    sure: bool
    deaf: bool = False
    back: float | None = None  # since when it reports again
    well: bool = False  # and was verified


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
