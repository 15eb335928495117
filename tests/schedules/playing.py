"""What the tests of an endpoint's decisions are made of: items, cues, and a horn in virtual time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from schedules.agenda import Cue
from schedules.interruption import Attempt, Decision, Paused, Playable, Sounding, decide
from schedules.notices import InterruptionPolicy
from schedules.places import Level
from schedules.precedence import BroadcastClass, Precedence, Severity
from schedules.records import result_of
from schedules.slots import SlotId, Span

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def clock(text: str, day: int = 1) -> datetime:
    """A time of day in May 2026, "09:30" or "09:30:15"."""
    hours, minutes, seconds = (*map(int, text.split(":")), 0)[:3]
    return datetime(2026, 5, day, hours, minutes, seconds, tzinfo=UTC)


def precedence(
    id: str = "n", klass: BroadcastClass = BroadcastClass.DAILY, level: Level = Level.COUNTY
) -> Precedence:
    return Precedence(klass=klass, level=level, severity=Severity.UNKNOWN, sent=NOON, id=id)


def item(
    key: str,
    *,
    klass: BroadcastClass = BroadcastClass.DAILY,
    level: Level = Level.COUNTY,
    seconds: float = 60,
    policy: InterruptionPolicy = InterruptionPolicy.RESTART,
    not_after: datetime | None = None,
) -> Playable:
    return Playable(
        key=key,
        precedence=precedence(key, klass, level),
        duration_ms=int(seconds * 1000),
        policy=policy,
        not_after=not_after,
    )


def cue(
    slot: str,
    planned: datetime,
    spans: tuple[Span, ...],
    *,
    notice: str = "letter",
    seconds: int = 60,
    gap_s: int = 600,
    fixed: bool = False,
    latest: datetime | None = None,
) -> Cue:
    return Cue(
        slot=SlotId(slot),
        order=notice,
        notice=notice,
        version=1,
        recording="00" * 32,
        duration_ms=seconds * 1000,
        earliest=spans[0].start,
        planned=planned,
        latest=latest or spans[-1].end,
        gap_s=gap_s,
        spans=spans,
        precedence=precedence(notice),
        policy=InterruptionPolicy.RESTART,
        fixed=fixed,
    )


@dataclass
class Horn:
    """An endpoint's output in virtual time: does what `decide` says and keeps every attempt that ended."""

    now: datetime = NOON
    sounding: Sounding | None = None
    paused: tuple[Paused, ...] = ()
    due: tuple[Playable, ...] = ()
    withdrawn: set[str] = field(default_factory=set)
    attempts: list[Attempt] = field(default_factory=list)
    heard: list[tuple[str, datetime, datetime]] = field(default_factory=list)  # key, from, until

    def falls_due(self, *items: Playable) -> Decision:
        self.due += items
        return self.ask()

    def withdraw(self, key: str) -> Decision:
        self.withdrawn.add(key)
        return self.ask()

    def wait(self, seconds: float) -> None:
        """Time passes; what comes to its end is recorded and followed by what `decide` says."""
        until = self.now + timedelta(seconds=seconds)
        while (end := self._next_end(until)) is not None:
            self._pass(end)
            self._record_end()
            self.ask()
        self._pass(until)

    def ask(self) -> Decision:
        decision = decide(self.now, self.sounding, self.paused, self.due, self.withdrawn)
        assert decision == decide(self.now, self.sounding, self.paused, self.due, self.withdrawn)
        self.sounding, self.paused = decision.sounding, decision.paused
        self.attempts += decision.ended
        if decision.start is not None:
            self.due = tuple(waiting for waiting in self.due if waiting != decision.start)
        return decision

    def _position_ms(self) -> int:
        """How far the source of what sounds has come."""
        assert self.sounding is not None
        if self.sounding.item.policy is InterruptionPolicy.JOIN:
            return (self.now - self.sounding.started) // MS
        return self.sounding.heard_ms

    def _next_end(self, until: datetime) -> datetime | None:
        """When what sounds comes to its end or to its limit, if that is by `until`."""
        if self.sounding is None:
            return None
        end = self.now + (self.sounding.item.duration_ms - self._position_ms()) * MS
        limit = self.sounding.item.not_after
        end = max(self.now, end if limit is None else min(end, limit))
        return end if end <= until else None

    def _pass(self, until: datetime) -> None:
        if self.sounding is not None and until > self.now:
            heard_ms = self.sounding.heard_ms + (until - self.now) // MS
            self.heard.append((self.sounding.item.key, self.now, until))
            self.sounding = Sounding(
                item=self.sounding.item, heard_ms=heard_ms, started=self.sounding.started
            )
        self.now = until

    def _record_end(self) -> None:
        """The player reports the end of the recording, unless it is the limit that was reached."""
        if self.sounding is not None and self._position_ms() >= self.sounding.item.duration_ms:
            over, self.sounding = self.sounding, None
            result = result_of(over.heard_ms, over.item.duration_ms)
            self.attempts.append(
                Attempt(item=over.item, heard_ms=over.heard_ms, started=over.started, result=result)
            )


def results(attempts: Sequence[Attempt]) -> list[tuple[str, str, int]]:
    """Key, result and seconds heard of each attempt."""
    return [(a.item.key, a.result.value, a.heard_ms // 1000) for a in attempts]
