"""Make-up: where owed plays go, around what the output is already taken for.

Which ones fit is found by packing them, the nearest deadline first, each as early as it can be. Then each
is moved, the last first, to the free place nearest to its even share of the time that is left: so nothing
that fits is lost to the spreading, and what was missed together does not come back as a burst.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schedules.precedence import Precedence
from schedules.slots import SlotId, Span

BREATH = timedelta(seconds=60)  # silence that a made-up play keeps to every other play


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A play to make up somewhere in its `room`; `gap` is the silence to other plays of its notice."""

    slot: SlotId
    notice: str
    precedence: Precedence
    duration: timedelta
    gap: timedelta
    room: tuple[Span, ...]  # disjoint, in order of time, each at least as long as the play

    @property
    def last_start(self) -> datetime:
        """The last instant at which it could start if the output were free."""
        return self.room[-1].end - self.duration


@dataclass(frozen=True, slots=True)
class _Track:
    """Disjoint spans in order of time, as two lists for bisecting."""

    starts: list[datetime] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)

    def add(self, start: datetime, end: datetime) -> None:
        insort(self.starts, start)
        insort(self.ends, end)

    def remove(self, start: datetime, end: datetime) -> None:
        self.starts.remove(start)
        self.ends.remove(end)

    def first_in(self, start: datetime, end: datetime) -> tuple[datetime, datetime] | None:
        """The first span that shares time with [start, end)."""
        at = bisect_right(self.ends, start)
        if at < len(self.ends) and self.starts[at] < end:
            return self.starts[at], self.ends[at]
        return None


@dataclass(frozen=True, slots=True)
class Output:
    """What the one output is taken for: all plays, and those of each notice for its gap."""

    _all: _Track = field(default_factory=_Track)
    _by_notice: defaultdict[str, _Track] = field(default_factory=lambda: defaultdict(_Track))

    def take(self, start: datetime, end: datetime, notice: str | None = None) -> None:
        """From `start` to `end` something else sounds, a play of `notice` if it is one."""
        self._all.add(start, end)
        if notice is not None:
            self._by_notice[notice].add(start, end)

    def place(self, owed: Owed, start: datetime) -> None:
        """`owed` sounds at `start`."""
        self.take(start, start + owed.duration, owed.notice)

    def displace(self, owed: Owed, start: datetime) -> None:
        """`owed`, placed at `start`, does not sound there after all."""
        self._all.remove(start, start + owed.duration)
        self._by_notice[owed.notice].remove(start, start + owed.duration)

    def earliest(self, owed: Owed, start: datetime) -> datetime | None:
        """The first free start in the room of `owed` not before `start`."""
        for span in owed.room:
            start = max(start, span.start)
            while start + owed.duration <= span.end:
                blocked = self._blocked(owed, start)
                if blocked is None:
                    return start
                start = blocked[1]
        return None

    def latest(self, owed: Owed, start: datetime) -> datetime | None:
        """The last free start in the room of `owed` not after `start`."""
        for span in reversed(owed.room):
            start = min(start, span.end - owed.duration)
            while start >= span.start:
                blocked = self._blocked(owed, start)
                if blocked is None:
                    return start
                start = blocked[0]
        return None

    def nearest(self, owed: Owed, ideal: datetime) -> datetime | None:
        """The free start nearest to `ideal`, the earlier of two."""
        free = [
            start for start in (self.latest(owed, ideal), self.earliest(owed, ideal)) if start is not None
        ]
        return min(free, key=lambda start: abs(start - ideal), default=None)

    def _blocked(self, owed: Owed, start: datetime) -> tuple[datetime, datetime] | None:
        """The last start before and the first start after what stands in the way, if anything does."""
        for track, silence in (
            (self._by_notice[owed.notice], max(owed.gap, BREATH)),
            (self._all, BREATH),
        ):
            other = track.first_in(start - silence, start + owed.duration + silence)
            if other is not None:
                return other[0] - silence - owed.duration, other[1] + silence
        return None


def make_up(owed: Sequence[Owed], output: Output) -> dict[SlotId, datetime]:
    """When each owed play that fits starts, by slot; `output` is taken for them afterwards."""
    placed: dict[SlotId, datetime] = {}
    by_deadline = sorted(owed, key=lambda o: (o.last_start, o.precedence.rank, o.slot))
    _pack(by_deadline, output, placed)
    shares = _even_shares([o for o in by_deadline if o.slot in placed])
    for item, ideal in sorted(shares, key=lambda share: share[1], reverse=True):
        output.displace(item, placed[item.slot])
        placed[item.slot] = output.nearest(item, ideal) or placed[item.slot]
        output.place(item, placed[item.slot])
    _pack([o for o in by_deadline if o.slot not in placed], output, placed)  # moving may have opened a place
    return placed


def _pack(owed: Iterable[Owed], output: Output, placed: dict[SlotId, datetime]) -> None:
    """Place each as early as it can be, if it can be. One with the needs of another begins its search where
    that one found its place: what lies before is taken."""
    searched: dict[tuple[object, ...], datetime | None] = {}
    for item in owed:
        needs = (item.notice, item.duration, item.gap, item.room)
        begin = searched.get(needs, item.room[0].start)
        start = searched[needs] = None if begin is None else output.earliest(item, begin)
        if start is not None:
            output.place(item, start)
            placed[item.slot] = start


def _even_shares(owed: Iterable[Owed]) -> list[tuple[Owed, datetime]]:
    """When each would sound if the output were free: the plays of a notice evenly over the room that they
    have together, and those of the notices evenly between one another, the highest precedence first."""
    groups: dict[str, list[Owed]] = {}
    for item in owed:
        groups.setdefault(item.notice, []).append(item)
    ranked = sorted(groups.values(), key=lambda group: min(o.precedence.rank for o in group))
    return [
        (item, _point(room, (k + phase / len(ranked)) / len(group)))
        for phase, group in enumerate(ranked)
        for room in [_union(group)]
        for k, item in enumerate(group)
    ]


def _union(group: Iterable[Owed]) -> list[tuple[datetime, datetime]]:
    """Their rooms together, disjoint and in order of time."""
    union: list[tuple[datetime, datetime]] = []
    for start, end in sorted({(span.start, span.end) for item in group for span in item.room}):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return union


def _point(spans: Sequence[tuple[datetime, datetime]], share: float) -> datetime:
    """The instant at which `share` (0 to 1) of the spans' time has passed."""
    left = sum((end - start for start, end in spans), timedelta()) * share
    for start, end in spans:
        if left < end - start:
            return start + left
        left -= end - start
    return spans[-1][1]
