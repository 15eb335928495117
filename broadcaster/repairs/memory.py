"""Memory: all that correlation knows, as bytes and back, so that a restart at any instant changes nothing."""

from dataclasses import dataclass

import msgspec

from broadcaster.repairs.cases import Case
from broadcaster.repairs.chronic import Chronic
from broadcaster.repairs.habits import Habits
from broadcaster.repairs.observations import Observation
from broadcaster.repairs.scoring import Rates
from broadcaster.repairs.storm import Storm


@dataclass(slots=True, kw_only=True)
class Memory:
    """One instant. Not in it: the map and announced work, which are read from where they are kept."""

    observations: list[Observation]
    dips: list[tuple[str, float]]
    cases: dict[str, Case]
    maintained: list[str]
    storm: Storm
    chronic: Chronic
    rates: Rates
    habits: Habits
    news_since: float | None
    judged: float

    def to_bytes(self) -> bytes:
        """MessagePack, for storage."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Memory":
        """What `to_bytes` made. msgspec.MsgspecError for anything else."""
        return msgspec.msgpack.decode(stored, type=cls)
