"""Interruption: what sounds next on an endpoint's one output.

The endpoint decides with this, and the controller predicts and proves with it, so that they cannot
disagree. The caller holds at most one `Sounding` and the `Paused` items, asks `decide` whenever something
falls due, ends, is withdrawn or reaches its `not_after`, takes over the state that the decision gives, and
writes one as-played record for each attempt that it ended. What has come to its own end the caller records
itself, with `result_of`.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from msgspec import Struct

from schedules.notices import InterruptionPolicy
from schedules.precedence import Precedence
from schedules.records import DEFAULT_COUNTING_PERCENT, MissedBecause, Result, result_of


class Playable(Struct, frozen=True, kw_only=True, gc=False):
    """Something that wants the output: a slot's cue, or one sounding of an alert.

    It must end by `not_after` (None: no limit, as for an alert, which is withdrawn when it expires). A
    length of 0 is unknown: a live source goes on until it ends or is withdrawn.
    """

    key: str  # slot id or alert id
    precedence: Precedence
    duration_ms: int
    policy: InterruptionPolicy
    not_after: datetime | None = None


class Sounding(Struct, frozen=True, kw_only=True, gc=False):
    """What the output plays: `heard_ms` up to now, earlier stretches included, since the attempt
    `started`."""

    item: Playable
    heard_ms: int
    started: datetime


class Paused(Struct, frozen=True, kw_only=True, gc=False):
    """What waits to go on after an interruption; without `started` it begins (again), as a new attempt."""

    item: Playable
    heard_ms: int = 0
    started: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt that has ended and yields one as-played record; below COUNTED a slot is still owed."""

    item: Playable
    heard_ms: int
    started: datetime | None  # None: withdrawn before it sounded
    result: Result  # COUNTED, PARTIAL or WITHDRAWN
    because: MissedBecause | None = None


class Action(StrEnum):
    """What the output does now; every one with a `start` also ends whatever it played before."""

    KEEP = "keep"  # goes on with what sounds
    START = "start"  # plays what fell due
    INTERRUPT = "interrupt"  # cuts what sounds and plays what outranks it
    RESUME = "resume"  # plays what was interrupted before
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
    RESERVED = "reserved"  # what outranks it only takes breath between two repeats
    WITHDRAWN = "withdrawn"
    TIME_OVER = "time_over"  # it must not sound any longer


class Decision(Struct, frozen=True, kw_only=True, gc=False):
    """What to do, and the state that follows: `sounding` and `paused` replace the caller's."""

    action: Action
    because: Because
    sounding: Sounding | None
    from_ms: int = 0  # where `start` begins, after a short chime if `chime`
    chime: bool = False
    paused: tuple[Paused, ...]
    ended: tuple[Attempt, ...] = ()

    @property
    def start(self) -> Playable | None:
        """What the output begins to play now, if anything."""
        return None if self.sounding is None or self.action is Action.KEEP else self.sounding.item


_GOES_ON = {
    InterruptionPolicy.RESTART: Because.RESTARTS,
    InterruptionPolicy.RESUME: Because.RESUMES,
    InterruptionPolicy.JOIN: Because.REJOINS,
}


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
    """What the output does at `now`: the highest weight sounds, equals wait, nothing sounds past its time.

    `due` is neither sounding nor paused; what can no longer end by its `not_after` is not started.
    `withdrawn` keys stop at once. `reserved` is an alert in force that pauses between two repeats: what it
    outranks does not begin meanwhile.
    """
    over = None if sounding is None else _why_over(now, sounding.item, withdrawn)
    gone = [p for p in paused if p.item.key in withdrawn or not _can_go_on(now, p)]
    ended = _attempts(gone, withdrawn, MissedBecause.INTERRUPTED, counting_percent)
    paused = tuple(p for p in paused if p not in gone)
    if sounding is not None and over is not None:
        ended = _attempts([sounding], withdrawn, MissedBecause.QUIET_HOURS, counting_percent) + ended
        sounding = None

    turn = _next_turn(now, paused, [item for item in due if item.key not in withdrawn])
    if turn is not None and reserved is not None and reserved.outranks(turn.item.precedence):
        turn, over = None, over or Because.RESERVED
    if sounding is not None and (turn is None or not turn.item.precedence.outranks(sounding.item.precedence)):
        because = _why_kept(sounding, turn)
        return Decision(action=Action.KEEP, because=because, sounding=sounding, paused=paused, ended=ended)
    if turn is None:
        action = Action.STOP if over in (Because.WITHDRAWN, Because.TIME_OVER) else Action.IDLE
        because = over or Because.NOTHING_DUE
        return Decision(action=action, because=because, sounding=None, paused=paused, ended=ended)
    if sounding is not None:
        action, because = Action.INTERRUPT, Because.OUTRANKS
        cut, again = _interrupted(sounding, counting_percent)
        ended, paused = ended + cut, paused + again
    elif turn in paused:
        action, because = Action.RESUME, _GOES_ON[turn.item.policy]
    else:
        action, because = Action.START, Because.IDLE_AND_DUE
    return Decision(
        action=action,
        because=because,
        sounding=Sounding(item=turn.item, heard_ms=turn.heard_ms, started=turn.started or now),
        from_ms=_position(now, turn),
        chime=turn.item.policy is InterruptionPolicy.RESUME and turn.heard_ms > 0,
        paused=tuple(p for p in paused if p != turn),
        ended=ended,
    )


def _why_over(now: datetime, item: Playable, withdrawn: Set[str]) -> Because | None:
    """Why `item` must stop sounding, if it must."""
    if item.key in withdrawn:
        return Because.WITHDRAWN
    return Because.TIME_OVER if item.not_after is not None and now >= item.not_after else None


def _can_go_on(now: datetime, waiting: Paused) -> bool:
    """Whether it can still end in time; a live source may be joined until it ends or its time is over."""
    item = waiting.item
    if item.policy is InterruptionPolicy.JOIN:
        if waiting.started is not None and 0 < item.duration_ms <= _position(now, waiting):
            return False
        return item.not_after is None or now < item.not_after
    left = timedelta(milliseconds=item.duration_ms - waiting.heard_ms)
    return item.not_after is None or now + left <= item.not_after


def _position(now: datetime, waiting: Paused) -> int:
    """Where in its recording or source it goes on, in milliseconds."""
    if waiting.item.policy is InterruptionPolicy.JOIN and waiting.started is not None:
        return (now - waiting.started) // timedelta(milliseconds=1)
    return waiting.heard_ms


def _attempts(
    stretches: Iterable[Sounding | Paused], withdrawn: Set[str], because: MissedBecause, percent: int
) -> tuple[Attempt, ...]:
    """What ends here. What has been heard enough counts, however it ends; what never sounded leaves no
    record, unless it was withdrawn."""
    attempts = []
    for stretch in stretches:
        result = result_of(stretch.heard_ms, stretch.item.duration_ms, percent)
        if result is not Result.COUNTED and stretch.item.key in withdrawn:
            result = Result.WITHDRAWN
        if result is not Result.MISSED:
            attempts.append(
                Attempt(
                    item=stretch.item,
                    heard_ms=stretch.heard_ms,
                    started=stretch.started,
                    result=result,
                    because=because if result is Result.PARTIAL else None,
                )
            )
    return tuple(attempts)


def _interrupted(sounding: Sounding, percent: int) -> tuple[tuple[Attempt, ...], tuple[Paused, ...]]:
    """What becomes of an item that something of higher weight cuts: the attempts that end, what waits."""
    item = sounding.item
    attempts = _attempts([sounding], frozenset(), MissedBecause.INTERRUPTED, percent)
    if attempts and attempts[0].result is Result.COUNTED:
        return attempts, ()
    match item.policy:
        case InterruptionPolicy.DROP:
            return attempts, ()
        case InterruptionPolicy.RESTART:
            return attempts, (Paused(item=item),)
        case InterruptionPolicy.RESUME | InterruptionPolicy.JOIN:
            return (), (Paused(item=item, heard_ms=sounding.heard_ms, started=sounding.started),)
        case _:
            assert_never(item.policy)


def _next_turn(now: datetime, paused: Iterable[Paused], due: Iterable[Playable]) -> Paused | None:
    """Whose turn it is among those who wait: of equal weight the interrupted one goes on first."""
    fresh = [begin for begin in (Paused(item=item) for item in due) if _can_go_on(now, begin)]
    again = min(paused, key=lambda p: p.item.precedence.rank, default=None)
    first = min(fresh, key=lambda p: p.item.precedence.rank, default=None)
    if again is None or (first is not None and first.item.precedence.outranks(again.item.precedence)):
        return first
    return again


def _why_kept(sounding: Sounding, turn: Paused | None) -> Because:
    """Why what waits does not interrupt."""
    if turn is None:
        return Because.NOTHING_DUE
    equal = turn.item.precedence.weight == sounding.item.precedence.weight
    return Because.EQUAL_WAITS if equal else Because.LOWER_WAITS
