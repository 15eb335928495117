"""The agenda of one endpoint: which cue starts when, the plays that are owed after an outage included.

Regular plays keep their planned times. A cue that is late by more than ON_TIME is *owed*: it is made up in
the rest of its own spans, or said to have no room. A promise of a make-up is kept as long as it can be:
hand `promised` of the last agenda to the next, otherwise every look at the agenda would spread what is owed
anew.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter

from msgspec import Struct

from schedules.interruption import Playable
from schedules.makeup import Output, Owed, make_up
from schedules.notices import InterruptionPolicy
from schedules.precedence import Precedence
from schedules.slots import SlotId, Span

ON_TIME = timedelta(seconds=60)  # a cue so late still starts at once and is not made up
_MINUTE = timedelta(minutes=1)


class Cue(Struct, frozen=True, kw_only=True, gc=False):
    """What an endpoint holds of a slot: it sounds inside `spans` and [earliest, latest), and *ends* by then.

    Empty `spans` allow all of [earliest, latest). `fixed`: never re-spread, it starts late or not at all.
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
    spans: tuple[Span, ...]  # disjoint, in order of time
    precedence: Precedence
    policy: InterruptionPolicy
    volume: int | None = None
    fixed: bool = False

    @property
    def duration(self) -> timedelta:
        """Its length."""
        return timedelta(milliseconds=self.duration_ms)

    def end_of_span(self, start: datetime) -> datetime | None:
        """By when it must have ended if it starts at `start`; None if it must not start then."""
        end = start + self.duration
        if start < self.earliest or end > self.latest:
            return None
        if not self.spans:
            return self.latest
        return next((min(s.end, self.latest) for s in self.spans if s.start <= start and end <= s.end), None)

    def room_from(self, start: datetime) -> tuple[Span, ...]:
        """The parts of its spans from `start` on that can hold it."""
        spans = self.spans or (Span(start=self.earliest, end=self.latest),)
        clipped = ((max(s.start, self.earliest, start), min(s.end, self.latest)) for s in spans)
        return tuple(Span(start=a, end=b) for a, b in clipped if a < b and a + self.duration <= b)


class Play(Struct, frozen=True, kw_only=True, gc=False):
    """One cue with the instant at which it starts; `made_up`: it was owed, or is fixed and late."""

    when: datetime
    cue: Cue
    made_up: bool = False

    @property
    def playable(self) -> Playable:
        """What the interruption rules need of it."""
        return Playable(
            key=self.cue.slot,
            precedence=self.cue.precedence,
            duration_ms=self.cue.duration_ms,
            policy=self.cue.policy,
            not_after=self.cue.end_of_span(self.when) or self.cue.latest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """Every cue that is not settled, in one of three places."""

    plays: tuple[Play, ...]  # in order of time
    too_late: tuple[Cue, ...]  # the last possible start has passed: `misses.why_missed` tells what to record
    no_room: tuple[Cue, ...]  # owed, but its spans cannot hold it: said in advance, final once too late

    @property
    def promised(self) -> dict[SlotId, datetime]:
        """When the made-up plays start, for the next agenda."""
        return {play.cue.slot: play.when for play in self.plays if play.made_up}


def in_turn(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """The cues as `agenda` and `next_play` want them: by planned time, of two the higher precedence first."""
    return tuple(sorted(cues, key=lambda cue: (cue.planned, cue.precedence.rank, cue.slot)))


def agenda(
    now: datetime,
    cues: Sequence[Cue],
    *,
    settled: Set[SlotId] = frozenset(),
    last_ended: Mapping[str, datetime] | None = None,
    busy: Sequence[Span] = (),
    promised: Mapping[SlotId, datetime] | None = None,
) -> Agenda:
    """Where every cue stands at `now`; `cues` as `in_turn` gives them.

    `settled`: not to be started (again): counted, withdrawn, recorded as missed, sounding or paused now.
    `last_ended`: when the last play of each notice ended. `busy`: disjoint spans in which the output is
    taken, as by what sounds now until its end.
    """
    plays, late = _regular(now, [cue for cue in cues if cue.slot not in settled], busy)
    if not late:
        return Agenda(plays=tuple(plays), too_late=(), no_room=())
    over = {cue.slot for cue in late if not cue.room_from(max(now, cue.planned))}
    owed = [cue for cue in late if not cue.fixed and cue.slot not in over]
    output = _taken(now, plays, last_ended or {}, busy)
    made_up = _kept(now, owed, promised or {}, output)
    made_up |= make_up([_owed(now, cue) for cue in owed if cue.slot not in made_up], output)
    plays += [Play(when=made_up[cue.slot], cue=cue, made_up=True) for cue in owed if cue.slot in made_up]
    return Agenda(
        plays=tuple(sorted(plays, key=attrgetter("when"))),
        too_late=tuple(cue for cue in late if cue.slot in over),
        no_room=tuple(cue for cue in late if cue.slot not in over and cue.slot not in made_up),
    )


def next_play(
    now: datetime,
    cues: Sequence[Cue],
    *,
    settled: Set[SlotId] = frozenset(),
    last_ended: Mapping[str, datetime] | None = None,
    busy: Sequence[Span] = (),
    promised: Mapping[SlotId, datetime] | None = None,
) -> Play | None:
    """The first play of `agenda(...)`: far less work as long as nothing is owed."""
    past = bisect_left(cues, now - ON_TIME, key=attrgetter("planned"))
    if all(cue.slot in settled for cue in cues[:past]):
        cue = next((cue for cue in islice(cues, past, None) if cue.slot not in settled), None)
        if cue is None:
            return None
        start = max(now, cue.planned)
        if cue.end_of_span(start) is not None and all(span.end <= start for span in busy):
            return Play(when=start, cue=cue)
    whole = agenda(now, cues, settled=settled, last_ended=last_ended, busy=busy, promised=promised)
    return whole.plays[0] if whole.plays else None


def _regular(now: datetime, cues: Iterable[Cue], busy: Sequence[Span]) -> tuple[list[Play], list[Cue]]:
    """The plays that start as planned or hardly later, one after the other; and the cues that cannot."""
    plays: list[Play] = []
    late: list[Cue] = []
    free = now
    for cue in cues:
        start = max(cue.planned, free)
        for span in busy:
            if start < span.end and span.start < start + cue.duration:
                start = span.end
        made_up = start - cue.planned > ON_TIME
        if (made_up and not cue.fixed) or cue.end_of_span(start) is None:
            late.append(cue)
        else:
            plays.append(Play(when=start, cue=cue, made_up=made_up))
            free = start + cue.duration
    return plays, late


def _taken(
    now: datetime, plays: Iterable[Play], last_ended: Mapping[str, datetime], busy: Iterable[Span]
) -> Output:
    """The output with all that made-up plays keep away from. An end far in the future tells of a clock set
    back."""
    output = Output()
    for notice, ended in last_ended.items():
        if ended <= now + ON_TIME:
            output.take(ended, ended, notice)
    for span in busy:
        if span.end > now:
            output.take(max(span.start, now), span.end)
    for play in plays:
        output.take(play.when, play.when + play.cue.duration, play.cue.notice)
    return output


def _kept(
    now: datetime, owed: Iterable[Cue], promised: Mapping[SlotId, datetime], output: Output
) -> dict[SlotId, datetime]:
    """The promises that hold to within ON_TIME, with the output taken for them: what sounded before may have
    ended a little later than predicted."""
    kept: dict[SlotId, datetime] = {}
    for cue in sorted((cue for cue in owed if cue.slot in promised), key=lambda cue: promised[cue.slot]):
        item = replace(_owed(now, cue), room=cue.room_from(max(now, cue.planned)))
        start = output.earliest(item, promised[cue.slot])
        if start is not None and start - promised[cue.slot] <= ON_TIME:
            output.place(item, start)
            kept[cue.slot] = start
    return kept


def _owed(now: datetime, cue: Cue) -> Owed:
    """What the make-up needs of a cue. It begins with the next whole minute, as at the neighbours that came
    back in the same minute, unless only what is left of this minute can hold it."""
    minute = now.replace(second=0, microsecond=0)
    begin = minute if minute == now else minute + _MINUTE
    return Owed(
        slot=cue.slot,
        notice=cue.notice,
        precedence=cue.precedence,
        duration=cue.duration,
        gap=timedelta(seconds=cue.gap_s),
        room=cue.room_from(max(begin, cue.planned)) or cue.room_from(max(now, cue.planned)),
    )
