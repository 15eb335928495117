"""Reporter: the endpoint's presence, heartbeats and events."""

import logging
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from devices import topics
from devices.codec import encode
from devices.links import Link, Message
from devices.presence import Presence
from devices.reports import Event, EventKind, Heartbeat, Report, Status
from devices.topics import ReportKind

log = logging.getLogger(__name__)

EVENTS_KEPT = 64  # while the link is down; the oldest go first
ANSWERED_WITHIN_S, ANSWERED_EVERY_S = 2.0, 10.0
SAME_EVENT_S = 600  # the same thing is not said again within this time


@dataclass(frozen=True, slots=True)
class _Said:
    event: Event
    at_s: float


class Reporter:
    """Sends only while connected; events wait for the link, with their age."""

    def __init__(self, link: Link, endpoint: str, boot: str, chance: random.Random, spread_s: float) -> None:
        self._link = link
        self._endpoint = endpoint
        self._boot = boot
        self._chance = chance
        self._spread_s = spread_s
        self._beats = 0
        self._events = 0
        self._waiting: deque[_Said] = deque(maxlen=EVENTS_KEPT)
        self._last_said: dict[tuple[EventKind, str], float] = {}
        self._connected = False
        self.next_s = math.inf  # of the next periodic heartbeat
        self.answer_s = math.inf  # of the one that answers a probe
        self._answered_s = -math.inf

    def presence(self, state: Presence) -> Message:
        """The retained hint; offline is the will."""
        return self._message(ReportKind.STATUS, Status(state=state, epoch=self._boot), retain=True)

    def connected(self, now_s: float) -> None:
        """The session is up: say so, send what waited, and beat soon, not with everybody else."""
        self._connected = True
        self._link.publish(self.presence(Presence.ONLINE))
        while self._waiting:
            self._send(self._waiting.popleft(), now_s)
        self.next_s = now_s + self._chance.uniform(0, self._spread_s)

    def disconnected(self) -> None:
        self._connected = False
        self.next_s = self.answer_s = math.inf

    def beat(self, now_s: float, period_s: float, describe: Callable[[int, int], Heartbeat]) -> None:
        """The periodic heartbeat, if it is due; `describe` gives one from its number and the seconds to the next."""
        if self._connected and now_s >= self.next_s:
            self.next_s = max(self.next_s, now_s - period_s) + period_s
            self._beat(now_s, describe, qos=0)

    def beat_at_once(self, now_s: float, describe: Callable[[int, int], Heartbeat]) -> None:
        """One out of turn; the rhythm goes on as it was."""
        if self._connected:
            self._beat(now_s, describe, qos=1)

    def probed(self, now_s: float) -> None:
        """Somebody asks for a sign of life: not with all others who are asked, and not more often than it costs nothing."""
        if self._connected:
            answer_s = now_s + self._chance.uniform(0, ANSWERED_WITHIN_S)
            self.answer_s = min(self.answer_s, max(answer_s, self._answered_s + ANSWERED_EVERY_S))

    def answer(self, now_s: float, describe: Callable[[int, int], Heartbeat]) -> None:
        """The heartbeat that answers a probe, if it is due."""
        if now_s >= self.answer_s:
            self.answer_s, self._answered_s = math.inf, now_s
            self.beat_at_once(now_s, describe)

    def event(self, kind: EventKind, detail: str, now_s: float, *, about: str = "") -> None:
        """Say what happened, unless the same was said `about` the same thing just now."""
        key = (kind, about)
        if now_s - self._last_said.get(key, -math.inf) < SAME_EVENT_S:
            return
        if len(self._last_said) > EVENTS_KEPT:
            self._last_said.clear()
        self._last_said[key] = now_s
        self._events += 1
        log.info("an event", extra={"endpoint": self._endpoint, "kind": str(kind), "detail": detail})
        said = _Said(Event(boot=self._boot, seq=self._events, kind=kind, detail=detail[:200]), now_s)
        if self._connected:
            self._send(said, now_s)
        else:
            self._waiting.append(said)

    def _beat(self, now_s: float, describe: Callable[[int, int], Heartbeat], *, qos: int) -> None:
        self._beats += 1
        heartbeat = describe(self._beats, max(1, math.ceil(self.next_s - now_s)))
        self._link.publish(self._message(ReportKind.HEARTBEAT, heartbeat, qos=qos))

    def _send(self, said: _Said, now_s: float) -> None:
        event = replace(said.event, age_ms=round((now_s - said.at_s) * 1000))
        self._link.publish(self._message(ReportKind.EVENT, event))

    def _message(self, kind: ReportKind, report: Report, *, qos: int = 1, retain: bool = False) -> Message:
        return Message(topics.report(self._endpoint, kind), encode(report), qos, retain)
