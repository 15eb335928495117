"""Alerts in force: which emergencies sound, how often they did, and when each sounds next.

An emergency needs no clock: without trust its start and expiry are judged by the earliest time that it can be. What is
no emergency keeps quiet hours, and so needs a trusted clock where there are any.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from devices.documents import Alert, Alerts, Header
from schedules.precedence import BroadcastClass, Precedence


@dataclass(slots=True, kw_only=True)
class Running:
    """One version of an alert on this endpoint. `until` is its expiry or its document's, whichever is earlier."""

    alert: Alert
    until: datetime
    times: int  # soundings so far, earlier boots included
    next_s: float = 0.0  # monotonic: not before, which keeps the gap between two soundings

    @property
    def emergency(self) -> bool:
        """Whether it may break quiet hours."""
        return self.alert.klass is BroadcastClass.EMERGENCY

    def active(self, now: datetime) -> bool:
        """Whether it sounds again and again at this time."""
        repeats = self.alert.repeats
        return self.alert.starts <= now < self.until and (repeats is None or self.times < repeats)


def key_of(alert: Alert) -> str:
    """What names one version of an alert at the output: a new version is another thing to sound."""
    return f"{alert.id}#{alert.version}"


class AlertsInForce:
    """`times`: how often alerts have sounded in earlier boots, by key."""

    def __init__(self, times: Mapping[str, int]) -> None:
        self._times = dict(times)
        self._running: dict[str, Running] = {}

    def __bool__(self) -> bool:
        return bool(self._running)

    def __iter__(self) -> Iterator[Running]:
        return iter(self._running.values())

    def replace(self, documents: Iterable[tuple[Header, Alerts]]) -> None:
        """Take what the held documents say; the gap and the count of what goes on are kept."""
        held = list(documents)
        found: dict[str, Running] = {}
        for header, body in held:
            for alert in body.alerts:
                if _stopped(alert, header, held):
                    continue
                key, until = key_of(alert), min(alert.expires, header.expires)
                if known := found.get(key):
                    known.until = max(known.until, until)
                    continue
                before = self._running.get(key)
                next_s = before.next_s if before else 0.0
                found[key] = Running(alert=alert, until=until, times=self._times.get(key, 0), next_s=next_s)
        self._running = found

    def sounded(self, key: str, now_s: float) -> int:
        """One sounding has ended: the gap begins. How often it has sounded by now."""
        times = self._times[key] = self._times.get(key, 0) + 1
        if running := self._running.get(key):
            running.times = times
        self.rest(key, now_s)
        return times

    def rest(self, key: str, now_s: float) -> None:
        """Its next sounding waits for the gap."""
        if running := self._running.get(key):
            running.next_s = now_s + max(running.alert.repeat_gap_s, 1)

    def in_force(self, key: str, now: datetime) -> bool:
        """Whether it may go on sounding."""
        running = self._running.get(key)
        return running is not None and running.active(now)

    def active(self, now: datetime, *, quiet: bool) -> dict[str, Running]:
        """What sounds again and again at this time, by key; `quiet`: only emergencies may."""
        if not self._running:
            return {}
        return {
            key: running
            for key, running in self._running.items()
            if running.active(now) and (running.emergency or not quiet)
        }

    def next_turning(self, now: datetime) -> datetime | None:
        """When the next alert begins or expires."""
        if not self._running:
            return None
        turnings = (
            turning for r in self._running.values() for turning in (r.alert.starts, r.until) if turning > now
        )
        return min(turnings, default=None)


def breathing(active: Mapping[str, Running], wanting: Mapping[str, object]) -> Precedence | None:
    """The highest precedence among active alerts that only take breath between two soundings."""
    if not active:
        return None
    resting = [r.alert.precedence for key, r in active.items() if key not in wanting]
    return min(resting, key=lambda precedence: precedence.rank, default=None)


def _stopped(alert: Alert, listed_in: Header, held: Iterable[tuple[Header, Alerts]]) -> bool:
    """Whether a document that is not older than the one that lists the alert says that it is stopped."""
    return any(alert.id in body.stopped and header.issued >= listed_in.issued for header, body in held)
