"""Notices: what people are to hear, and the states a notice passes through on its way to the air."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schedules.places import Level, Place
from schedules.precedence import BroadcastClass, Severity


class NoticeKind(StrEnum):
    """通知类型."""

    OPEN_LETTER = "open_letter"
    PROPOSAL = "proposal"
    ANNOUNCEMENT = "announcement"
    RELAY = "relay"
    EMERGENCY = "emergency"


class InterruptionPolicy(StrEnum):
    """What becomes of an item that something of higher precedence interrupts."""

    RESTART = "restart"
    RESUME = "resume"
    JOIN = "join"
    DROP = "drop"


class NoticeState(StrEnum):
    """Where a notice version stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ON_AIR = "on_air"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class NoticeEvent(StrEnum):
    """What moves a notice version from state to state."""

    SUBMIT = "submit"
    REJECT = "reject"
    APPROVE = "approve"
    START = "start"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


TRANSITIONS: dict[NoticeState, dict[NoticeEvent, NoticeState]] = {
    NoticeState.DRAFT: {
        NoticeEvent.SUBMIT: NoticeState.SUBMITTED,
        NoticeEvent.WITHDRAW: NoticeState.WITHDRAWN,
    },
    NoticeState.SUBMITTED: {
        NoticeEvent.APPROVE: NoticeState.APPROVED,
        NoticeEvent.REJECT: NoticeState.DRAFT,
        NoticeEvent.WITHDRAW: NoticeState.WITHDRAWN,
    },
    NoticeState.APPROVED: {
        NoticeEvent.START: NoticeState.ON_AIR,
        NoticeEvent.EXPIRE: NoticeState.EXPIRED,
        NoticeEvent.WITHDRAW: NoticeState.WITHDRAWN,
    },
    NoticeState.ON_AIR: {
        NoticeEvent.EXPIRE: NoticeState.EXPIRED,
        NoticeEvent.WITHDRAW: NoticeState.WITHDRAWN,
    },
    NoticeState.EXPIRED: {},
    NoticeState.WITHDRAWN: {},
}


def after(state: NoticeState, event: NoticeEvent) -> NoticeState:
    """The state that `event` leads to; ValueError says what would be possible instead."""
    try:
        return TRANSITIONS[state][event]
    except KeyError:
        possible = ", ".join(TRANSITIONS[state]) or "nothing, it has ended"
        raise ValueError(f"a notice that is {state} cannot {event}; possible: {possible}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One version of a notice, immutable once approved. Validity is [valid_from, valid_until), aware datetimes."""

    id: str
    version: int
    kind: NoticeKind
    title: str
    text: str = ""
    recording: str | None = None  # SHA-256 of the prepared audio, normal profile
    duration_ms: int = 0
    targets: tuple[Place, ...]
    valid_from: datetime
    valid_until: datetime
    klass: BroadcastClass = BroadcastClass.DAILY
    severity: Severity = Severity.UNKNOWN
    level: Level = Level.COUNTY
    volume: int | None = None  # percent; None keeps the endpoint's own
    policy: InterruptionPolicy | None = None  # None: restart below 90 s, else resume
    series: str | None = None  # numbered announcements: the series and its 第 N 期
    issue: int | None = None

    def __post_init__(self) -> None:
        if self.valid_from >= self.valid_until:
            raise ValueError(
                f"notice {self.id}: validity must end after it begins, got {self.valid_from} … {self.valid_until}"
            )
        if self.volume is not None and not 0 <= self.volume <= 100:
            raise ValueError(f"notice {self.id}: volume is 0 to 100 percent, got {self.volume}")

    @property
    def interruption(self) -> InterruptionPolicy:
        """The policy in force: the notice's own, or the default by length."""
        if self.policy is not None:
            return self.policy
        return InterruptionPolicy.RESTART if self.duration_ms < 90_000 else InterruptionPolicy.RESUME
