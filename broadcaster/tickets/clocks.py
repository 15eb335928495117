"""Clocks of a ticket: service time as stored intervals, one clock for each role.

What is stored is when a clock began, when it paused and why; consumed time follows from these and the working hours. So
another contract, priority or calendar counts anew without losing a pause, and consumed + remaining = contract always.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from broadcaster.tickets.hours import WorkingHours


class WaitReason(StrEnum):
    """Why a ticket waits. Those in PAUSES stop its clock."""

    POWER_COMPANY = "power_company"
    OPERATOR = "operator"
    WEATHER = "weather"  # unsafe, with the warning attached
    ACCESS_REFUSED = "access_refused"
    PART_ORDERED = "part_ordered"
    OTHER = "other"


PAUSES = frozenset(WaitReason) - {WaitReason.OTHER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time in which the clock stood still; `until` None: it still does."""

    begin: datetime
    reason: WaitReason
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceClock:
    """`contract_s` of working time from `begun`, less the pauses. `stopped`: it ran until then."""

    contract_s: float
    begun: datetime
    pauses: tuple[Pause, ...] = ()
    stopped: datetime | None = None

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return bool(self.pauses) and self.pauses[-1].until is None

    def pause(self, reason: WaitReason, now: datetime) -> "ServiceClock":
        """Stands still from now on, if it does not yet."""
        if self.paused or self.stopped is not None:
            return self
        return replace(self, pauses=(*self.pauses, Pause(begin=max(now, self.begun), reason=reason)))

    def resume(self, now: datetime) -> "ServiceClock":
        """Runs again."""
        if not self.paused:
            return self
        last = self.pauses[-1]
        return replace(self, pauses=(*self.pauses[:-1], replace(last, until=max(now, last.begin))))

    def stop(self, now: datetime) -> "ServiceClock":
        """Counts no more: the work is done."""
        return self if self.stopped is not None else replace(self.resume(now), stopped=now)

    def restart(self, now: datetime) -> "ServiceClock":
        """Runs on after it was stopped; the time between is a pause that nobody answers for."""
        if self.stopped is None:
            return self
        between = Pause(begin=self.stopped, until=max(now, self.stopped), reason=WaitReason.OTHER)
        return replace(self, pauses=(*self.pauses, between), stopped=None)

    def consumed(self, hours: WorkingHours, now: datetime) -> float:
        """Working seconds that ran, up to `now`; a clock set back never makes less of a pause."""
        end = min(now, self.stopped) if self.stopped is not None else now
        ran = hours.between(self.begun, end)
        stood = (hours.between(p.begin, min(p.until or end, end)) for p in self.pauses)
        return max(0.0, ran - sum(stood))

    def remaining(self, hours: WorkingHours, now: datetime) -> float:
        """Working seconds left; negative when it is late."""
        return self.contract_s - self.consumed(hours, now)

    def due(self, share: float, hours: WorkingHours) -> datetime | None:
        """When `share` of the contract is consumed, or was, if it does not pause; None while it stands still."""
        if self.stopped is not None or self.paused:
            return None
        begin, left = self.begun, share * self.contract_s
        for pause in self.pauses:
            ran = hours.between(begin, pause.begin)
            if ran >= left:
                break
            begin, left = max(begin, pause.until or begin), left - ran
        return hours.after(begin, left)

    def merged(self, other: "ServiceClock") -> "ServiceClock":
        """The earlier begin and the stricter contract; the own pauses stay."""
        return replace(
            self, begun=min(self.begun, other.begun), contract_s=min(self.contract_s, other.contract_s)
        )
