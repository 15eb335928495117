"""Distribution: which chunk goes out when, for endpoints that say what they lack. Pure: the caller reads and publishes.

Wants are gathered for a moment; then each wanted chunk is answered once, to the group if several want it. Answered
wants are forgotten: who lost the chunk asks again. A token bucket per recording and one for all keep brokers' queues
short; recordings of alerts go first, others take turns.
"""

from dataclasses import dataclass
from enum import StrEnum

from devices.reports import Want


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Chunks per second, and how many may go at once after a pause."""

    gather_s: float = 0.3  # from the first want of a chunk to its answer
    group_from: int = 2  # endpoints that want a chunk before it goes to the group
    recording_rate: float = 16.0  # 2 Mbit/s on a group topic
    recording_burst: int = 64  # 1 MiB
    total_rate: float = 64.0
    total_burst: int = 256
    most_pending: int = 65_536  # chunks waiting to be sent, all recordings together


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Publish this chunk now: to one endpoint, or to the group if `endpoint` is None. `topic` says where."""

    sha256: str
    number: int
    endpoint: str | None

    @property
    def topic(self) -> str:
        """Where it is published."""
        raise NotImplementedError


class Taken(StrEnum):
    """What became of a want."""

    QUEUED = "queued"
    NOTHING_WANTED = "nothing_wanted"  # no chunk of this recording is named
    CROWDED_OUT = "crowded_out"  # too much is waiting: dropped at least in part, the endpoint asks again


class Distribution:
    """The sender's state. `now_s` is any clock that only grows."""

    def __init__(self, pace: Pace = Pace()) -> None:
        raise NotImplementedError

    def want(self, endpoint: str, want: Want, *, count: int, now_s: float, urgent: bool = False) -> Taken:
        """Take note of what `endpoint` lacks of a recording of `count` chunks. `urgent`: an alert needs it."""
        raise NotImplementedError

    def due(self, now_s: float) -> tuple[Send, ...]:
        """What to publish now; it is forgotten by being given."""
        raise NotImplementedError

    def next_deadline(self) -> float | None:
        """When `due` has something to give, as far as is known now; None if nothing waits."""
        raise NotImplementedError

    def forget(self, sha256: str) -> None:
        """Drop what is wanted of a recording that no longer exists."""
        raise NotImplementedError

    @property
    def pending(self) -> int:
        """How many chunks wait to be sent."""
        raise NotImplementedError
