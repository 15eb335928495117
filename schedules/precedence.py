"""Who may sound when two want to: one total order (local rules 上级优先、应急优先; field practice orders class first)."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from schedules.places import Level


class BroadcastClass(StrEnum):
    """播发类别: what kind of broadcast it is; an emergency outranks a drill outranks daily programmes."""

    EMERGENCY = "emergency"
    DRILL = "drill"
    DAILY = "daily"


class Severity(IntEnum):
    """级别, as the field's message format numbers it."""

    UNKNOWN = 0
    RED = 1
    ORANGE = 2
    YELLOW = 3
    BLUE = 4
    TEST = 15


_CLASS_RANK = {BroadcastClass.EMERGENCY: 0, BroadcastClass.DRILL: 1, BroadcastClass.DAILY: 2}
_SEVERITY_RANK = {
    severity: rank
    for rank, severity in enumerate(
        (Severity.RED, Severity.ORANGE, Severity.YELLOW, Severity.BLUE, Severity.UNKNOWN, Severity.TEST)
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedence:
    """The total order of what may sound: class, issuing level, severity, time sent, id."""

    klass: BroadcastClass
    level: Level
    severity: Severity
    sent: datetime
    id: str

    @property
    def rank(self) -> tuple[int, int, int, datetime, str]:
        """Sort key: the smallest sounds first. Earlier sent goes first, so equals are served in order of arrival."""
        return (*self.weight, self.sent, self.id)

    @property
    def weight(self) -> tuple[int, int, int]:
        """What lets one item interrupt another; time sent and id only break ties in the queue."""
        return (_CLASS_RANK[self.klass], int(self.level), _SEVERITY_RANK[self.severity])

    def outranks(self, other: "Precedence") -> bool:
        """Whether this may interrupt `other`: only a truly higher weight does, equals wait their turn."""
        return self.weight < other.weight
