"""A reading: one heartbeat, with what the controller knows that bears on it. What rules look at."""

from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from devices.reports import Heartbeat


class Reading(Struct, frozen=True, kw_only=True, gc=False):
    """`at` in seconds of the supervision's clock. What the controller does not know is None; rules then say nothing."""

    endpoint: str
    at: float
    beat: Heartbeat
    boot_before: str | None = None  # of its heartbeat before; another one: it has started in between
    volume_ordered: int | None = None  # percent; None also while somebody may turn it: announced work
    programme: bool = False  # a programme above −30 dBFS has been sounding for at least 10 s
    sounding_ordered: bool | None = None  # whether what sounds was ordered at all
    stopped_for_s: float | None = None  # since what sounds should have stopped
    stream_age_s: float | None = None  # of the audio that sounds, against its source
    clock_off_s: float | None = None  # its clock against ours, half the round trip allowed for
    neighbours_celsius: float | None = None  # median of those around
    started_with_neighbours: bool = False  # three or more on its supply started within 5 s: a dip
    played_for_s: float | None = None  # since the newest play began


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A fault of one endpoint began, goes on (said again with newer evidence), or ended."""

    endpoint: str
    cause: Cause
    on: bool
    confidence: float = 0.9
    evidence: Statement | None = None


class Rule(Protocol):
    """One file each; keeps what it must per endpoint, and nothing of endpoints that are well."""

    causes: frozenset[Cause]

    def look(self, reading: Reading) -> Verdict | None:
        """What this reading shows; None: nothing that was not known."""
        ...

    def resume(self, endpoint: str, cause: Cause, at: float) -> None:
        """After a restart: this fault had been found, and may end."""
        ...

    def forget(self, endpoint: str) -> None:
        """It is retired, or was replaced."""
        ...
