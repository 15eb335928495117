"""Lives: when an endpoint ran, was without power, or nobody knows, as its flips and its uptime tell. Pure.

What it says when it comes back settles the time before: it started when its uptime says so. If it never stopped it ran all
along; if its power had failed it was dark from the last that was known of it until then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from devices.reports import Reset
from devices.supervision import State

_POWERLESS = frozenset({State.MAINS_LOST_HELD, State.MAINS_LOST})
_UNHEARD = frozenset({State.SUSPECT, State.SILENT})
_NOT_POWER = frozenset({Reset.WATCHDOG, Reset.SOFTWARE})
Span = tuple[datetime, datetime]


class Life(StrEnum):
    """What is known of an endpoint."""

    RAN = "ran"
    DARK = "dark"  # without power
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A flip by the wall clock. `up_s` and `reset` are what the endpoint said when it came back."""

    onset: datetime
    detected: datetime
    before: State
    after: State
    up_s: int | None = None
    reset: str = ""

    @property
    def booted(self) -> datetime | None:
        """When it started, as it said itself."""
        return None if self.up_s is None else self.detected - timedelta(seconds=self.up_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A time of one kind."""

    life: Life
    start: datetime
    end: datetime


def lives(turns: Sequence[Turn], start: datetime, end: datetime, unseen: Sequence[Span] = ()) -> list[Lived]:
    """From `start` to `end` without gaps. `turns` in order, the last one before `start` among them.

    Before the first turn the state was the one that it left. `unseen`: when the controller itself saw nothing.
    """
    if not turns:
        return [Lived(life=Life.UNKNOWN, start=start, end=end)] if start < end else []
    first = turns[0]
    states = [(min(start, first.onset), first.before)] + [(turn.onset, turn.after) for turn in turns]
    edges = [*states, (max(end, states[-1][0]), State.OK)]
    found: list[Lived] = []
    for number, ((begin, state), (until, _)) in enumerate(pairwise(edges)):
        back = next((turn for turn in turns[number:] if turn.after not in _POWERLESS | _UNHEARD), None)
        found.extend(_lived(state, begin, until, back))
    kept = (_cut(one, start, end) for one in found)
    return [piece for one in kept if one is not None for piece in _less_unseen(one, unseen)]


def _lived(state: State, begin: datetime, until: datetime, back: Turn | None) -> Iterator[Lived]:
    """A time in one state; `back` is the turn that ended the absence that it is part of."""
    if state not in _POWERLESS | _UNHEARD:
        yield Lived(life=Life.RAN, start=begin, end=until)
        return
    booted = back.booted if back is not None else None
    life = Life.DARK if state in _POWERLESS else Life.UNKNOWN
    if state in _UNHEARD and back is not None and booted is not None:
        life = Life.UNKNOWN if back.reset in _NOT_POWER else Life.DARK
    starts = until if booted is None else min(max(begin, booted), until)
    yield Lived(life=life, start=begin, end=starts)
    yield Lived(life=Life.RAN, start=starts, end=until)


def _cut(one: Lived, start: datetime, end: datetime) -> Lived | None:
    begin, until = max(one.start, start), min(one.end, end)
    return Lived(life=one.life, start=begin, end=until) if begin < until else None


def _less_unseen(one: Lived, unseen: Sequence[Span]) -> Iterator[Lived]:
    """What ran, as far as it was seen to."""
    at = one.start
    for begin, until in sorted(unseen) if one.life is Life.RAN else ():
        begin, until = max(begin, at), min(until, one.end)
        if begin < until:
            yield from filter(None, (_cut(one, at, begin),))
            yield Lived(life=Life.UNKNOWN, start=begin, end=until)
            at = until
    yield from filter(None, (_cut(one, at, one.end),))
