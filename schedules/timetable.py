"""The timetable: plays that have their place, written out as slots, one per item of the order's block."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain

from schedules.duty import Duty, Room
from schedules.places import Place
from schedules.rows import Play, Row, joined
from schedules.slots import PlannedBecause, Slot, Span, slot_id

_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """All plays of one order on one day, with the slots that they are written out as."""

    rows: tuple[Row, ...]
    slots: tuple[Slot, ...]  # by ordinal, place and item
    spans: Mapping[Place, tuple[Span, ...]]  # where its plays may sound; none if all are facts
    complete: bool  # it holds every play that the order owes where somebody hears


def programme_of(
    rows: Iterable[Row], duty: Duty | None, day: date, now_ms: int, known: Programme | None, *, complete: bool
) -> Programme:
    """The programme of `rows`, all of them facts if there is no duty; `known` itself if nothing of it has changed."""
    standing = tuple(rows)
    if known and (_same(known.rows, standing) or _plays(known.rows) == _plays(standing)):
        return known
    by_place: dict[Place, list[Row]] = defaultdict(list)
    kept = set(map(id, known.rows)) if known else set()
    written = _plays(known.rows) if known else set()
    for stood in standing:
        is_new = id(stood) not in kept and not _plays([stood]) <= written
        by_place[stood.place].append(_written(stood, duty, day, now_ms) if is_new else stood)
    merged = tuple(parts[0] if len(parts) == 1 else joined(parts) for _, parts in sorted(by_place.items()))
    plays = sorted((play for part in merged for play in part.plays), key=lambda play: play.ordinal)
    slots = tuple(slot for play in plays for slot in play.slots)
    spans = {stood.place: duty.room(stood.place).spans for stood in merged} if duty else {}
    return Programme(rows=merged, slots=slots, spans=spans, complete=complete)


def _same(some: Iterable[Row], others: Iterable[Row]) -> bool:
    return set(map(id, some)) == set(map(id, others))


def _plays(rows: Iterable[Row]) -> set[int]:
    return set(map(id, chain.from_iterable([stood.plays for stood in rows])))


def _written(stood: Row, duty: Duty | None, day: date, now_ms: int) -> Row:
    if duty is None or stood.plays[0].start_ms < now_ms:
        return stood
    room = duty.room(stood.place)
    return stood.written([_slots_of(play, duty, room, day) for play in stood.plays])


def _slots_of(play: Play, duty: Duty, room: Room, day: date) -> Iterator[Slot]:
    begin = duty.ground.grid.origin + play.start_ms * _MS
    earliest, latest = _limits(play, duty, room, begin)
    if play.slots:
        return (_renewed(slot, earliest, latest) for slot in play.slots)
    return _new(play, duty, day, begin, earliest, latest)


def _limits(play: Play, duty: Duty, room: Room, begin: datetime) -> tuple[datetime, datetime]:
    """Earliest start and latest end: of the windows for a loop, of the time and its lateness for a fixed time."""
    span = room.span_of(begin, begin + duty.length)
    assert span is not None, f"planned outside its windows: {play}"
    if not duty.fixed:
        return span.start, room.spans[-1].end
    wanted = duty.fixed[play.ordinal]
    lateness = timedelta(seconds=duty.order.rule.fixed_lateness_s)
    return wanted, min(span.end, wanted + lateness + duty.length)


def _new(
    play: Play, duty: Duty, day: date, begin: datetime, earliest: datetime, latest: datetime
) -> Iterator[Slot]:
    repeats: Counter[tuple[str, int]] = Counter()
    for n, item in enumerate(duty.order.items):
        yield Slot(
            id=slot_id(
                order=duty.order.id,
                notice=item.notice,
                version=item.version,
                place=play.place,
                day=day,
                ordinal=play.ordinal,
                repeat=repeats[item.notice, item.version],
            ),
            order=duty.order.id,
            notice=item.notice,
            version=item.version,
            place=play.place,
            day=day,
            ordinal=play.ordinal,
            item=n,
            earliest=earliest,
            planned=begin,
            latest=latest,
            duration_ms=item.duration_ms,
            because=play.because,
        )
        repeats[item.notice, item.version] += 1
        begin += item.duration_ms * _MS


def _renewed(slot: Slot, earliest: datetime, latest: datetime) -> Slot:
    """`slot` itself if it may stand for the reason that it had, else one that is kept under other limits."""
    if (slot.earliest, slot.latest) == (earliest, latest):
        return slot
    return replace(slot, because=PlannedBecause.KEPT, earliest=earliest, latest=latest)
