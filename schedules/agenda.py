"""The agenda of one endpoint: which cue starts when, with the plays that are owed after an outage.

Regular plays keep their planned times. A cue that is late by more than ON_TIME is *owed*: owed plays are packed around
the regular ones, nearest deadline first, which tells how many fit; then each is moved to its even share of what is
left of its own spans. A promise, once made, is kept as long as it can be: hand `promised` of the last agenda to the
next, otherwise every look at the agenda would spread anew.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.interruption import Playable
from schedules.notices import InterruptionPolicy
from schedules.precedence import Precedence
from schedules.slots import SlotId, Span

ON_TIME = timedelta(seconds=60)  # a cue so late still starts at once and is not made up
BREATH = timedelta(seconds=60)  # silence that a made-up play keeps to every other play


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What an endpoint holds of a slot: sounds inside `spans` and [earliest, latest), it must *end* by then.

    Empty `spans` allow all of [earliest, latest). `fixed`: never re-spread, it starts at once or not at all.
    """

    slot: SlotId
    order: str
    notice: str
    version: int
    recording: str
    duration_ms: int
    earliest: datetime
    planned: datetime
    latest: datetime
    gap_s: int  # from the end of one play of the notice to the start of its next
    spans: tuple[Span, ...]
    precedence: Precedence
    policy: InterruptionPolicy
    volume: int | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One cue with the instant at which it starts; `made_up`: more than ON_TIME after its planned time."""

    when: datetime
    cue: Cue
    made_up: bool

    @property
    def not_after(self) -> datetime:
        """By when it must have ended: the end of the span it sounds in, or the cue's latest."""
        raise NotImplementedError

    @property
    def playable(self) -> Playable:
        """What the interruption rules need of it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """Every cue that is not settled, in one of three places."""

    plays: tuple[Play, ...]  # in order of time
    too_late: tuple[Cue, ...]  # its last possible start has passed: misses.why_missed tells the reason to record
    no_room: tuple[Cue, ...]  # owed, but the rest of its spans cannot hold it: said in advance, final once too late

    @property
    def promised(self) -> dict[SlotId, datetime]:
        """When the made-up plays start, for the next call."""
        raise NotImplementedError


def in_turn(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """The cues as `agenda` and `next_play` want them: by planned time, the higher precedence first."""
    raise NotImplementedError


def agenda(
    now: datetime,
    cues: Sequence[Cue],
    *,
    settled: Set[SlotId] = frozenset(),
    last_ended: Mapping[str, datetime] | None = None,
    busy: tuple[Span, ...] = (),
    promised: Mapping[SlotId, datetime] | None = None,
) -> Agenda:
    """Where every cue stands at `now`. `cues` as `in_turn` gives them.

    `settled`: not to be started (again): counted, withdrawn, recorded as missed, sounding or paused now.
    `last_ended`: when the last play of a notice ended, by notice. `busy`: spans in which the output is taken.
    """
    raise NotImplementedError


def next_play(
    now: datetime,
    cues: Sequence[Cue],
    *,
    settled: Set[SlotId] = frozenset(),
    last_ended: Mapping[str, datetime] | None = None,
    busy: tuple[Span, ...] = (),
    promised: Mapping[SlotId, datetime] | None = None,
) -> Play | None:
    """The first play of `agenda(...)`, for a fraction of the work as long as nothing is owed and the output is free."""
    raise NotImplementedError
