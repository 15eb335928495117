"""Interruption: what sounds next on an endpoint's one output.

The endpoint decides with this, and the controller predicts and proves with it, so that they cannot disagree. The
caller holds one `Sounding` and the `Paused` items, calls `decide` whenever something falls due, ends, is withdrawn or
reaches its `not_after`, does what the decision says and writes one as-played record for each attempt that it ended.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schedules.notices import InterruptionPolicy
from schedules.precedence import Precedence
from schedules.records import DEFAULT_COUNTING_PERCENT, MissedBecause, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Playable:
    """Something that wants the output: a slot's cue, or one sounding of an alert.

    Must end by `not_after` (None: no limit, as for an alert, which ends by being withdrawn or expiring).
    """

    key: str  # slot id or alert id
    precedence: Precedence
    duration_ms: int
    policy: InterruptionPolicy
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounding:
    """What the output plays: `heard_ms` up to now with all earlier stretches, since it first `started`."""

    item: Playable
    heard_ms: int
    started: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """What was interrupted and goes on later: `heard_ms` counts towards its end (0 when it begins again)."""

    item: Playable
    heard_ms: int
    started: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt that has ended: it yields one as-played record. Below COUNTED a slot stays owed, the agenda says till when."""

    item: Playable
    heard_ms: int
    started: datetime
    result: Result
    because: MissedBecause | None = None


class Action(StrEnum):
    """What the output does now."""

    KEEP = "keep"  # goes on with what sounds
    START = "start"  # plays `start`, which has not sounded before
    INTERRUPT = "interrupt"  # cuts what sounds, then plays `start`
    RESUME = "resume"  # plays `start`, which was interrupted before
    STOP = "stop"  # cuts what sounds, and nothing follows
    IDLE = "idle"  # stays silent


class Because(StrEnum):
    """Why."""

    IDLE_AND_DUE = "idle_and_due"
    OUTRANKS = "outranks"
    EQUAL_WAITS = "equal_waits"
    LOWER_WAITS = "lower_waits"
    NOTHING_DUE = "nothing_due"
    RESUMES = "resumes"  # at the place where it stopped
    RESTARTS = "restarts"  # from its beginning
    REJOINS = "rejoins"  # wherever the live source is
    RESERVED = "reserved"  # something of higher weight is only taking breath between two repeats
    WITHDRAWN = "withdrawn"
    TIME_OVER = "time_over"  # it would sound outside its window


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do, and the state that follows: `paused` replaces the caller's, each of `ended` yields a record.

    `start` plays from `from_ms`, after a short chime where `chime` says so; it carries `heard_ms` from earlier
    stretches and first sounded at `started`: they make up the next `Sounding`.
    """

    action: Action
    because: Because
    start: Playable | None = None
    from_ms: int = 0
    heard_ms: int = 0
    started: datetime | None = None
    chime: bool = False
    paused: tuple[Paused, ...] = ()
    ended: tuple[Attempt, ...] = ()


def decide(
    now: datetime,
    sounding: Sounding | None,
    paused: tuple[Paused, ...],
    due: tuple[Playable, ...],
    withdrawn: Set[str] = frozenset(),
    *,
    reserved: Precedence | None = None,
    counting_percent: int = DEFAULT_COUNTING_PERCENT,
) -> Decision:
    """What the output does at `now`. `sounding` is None once its player has come to its end (the caller records that).

    `due` in the order in which it fell due; what cannot end by its `not_after` any more is not started. `withdrawn`
    keys stop at once, sounding or paused. `reserved`: an alert in force that pauses between two repeats; nothing that
    it outranks begins meanwhile.
    """
    raise NotImplementedError
