"""Wall-clock windows of a date in a zone, as spans of true time; and the few set operations on spans that planning needs.

A rule says "06:30 every day"; which instant that is depends on the date and the zone. Where clocks spring forward, a time
in the gap is the first instant after it; where they fall back, a time that comes twice is its first occurrence only.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schedules.rules import Window
from schedules.slots import Span

_ONE_DAY = timedelta(days=1)
_ONE_SECOND = timedelta(seconds=1)


def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant in UTC at which clocks in `zone` show `wall` on `day` for the first time, or first show a later one."""
    local = datetime.combine(day, wall.replace(fold=0), tzinfo=zone)
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    return _end_of_gap(local.replace(fold=1).astimezone(UTC), found, zone)


def span_of(window: Window, day: date, zone: ZoneInfo) -> Span | None:
    """The true time of `window` on `day`, which it belongs to also after midnight; None if a gap swallows it whole."""
    last_day = day if window.end > window.start else day + _ONE_DAY
    start, end = instant(day, window.start, zone), instant(last_day, window.end, zone)
    return Span(start=start, end=end) if start < end else None


def spans_of(windows: Iterable[Window], day: date, zone: ZoneInfo) -> tuple[Span, ...]:
    """The true time of all `windows` on `day`, merged and in order."""
    return merged(span for window in windows if (span := span_of(window, day, zone)))


def spans_around(windows: Iterable[Window], day: date, zone: ZoneInfo) -> tuple[Span, ...]:
    """The true time of windows that recur daily, from the eve of `day` to the day after it: for quiet hours."""
    return _spans_around(tuple(windows), day, zone)


@lru_cache(4_096)
def _spans_around(windows: tuple[Window, ...], day: date, zone: ZoneInfo) -> tuple[Span, ...]:
    """Asked again for every item of a plan, and every place."""
    return merged(span for shift in (-1, 0, 1) for span in spans_of(windows, day + shift * _ONE_DAY, zone))


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The union of `spans`: in order, none touching the next."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if result and span.start <= result[-1].end:
            result[-1] = Span(start=result[-1].start, end=max(result[-1].end, span.end))
        else:
            result.append(span)
    return tuple(result)


def less(spans: Sequence[Span], taken: Sequence[Span]) -> tuple[Span, ...]:
    """`spans` without the time in `taken`; both merged."""
    rest = list(spans)
    for hole in taken:
        rest = [piece for span in rest for piece in _around(span, hole)]
    return tuple(rest)


def clipped(spans: Sequence[Span], start: datetime, end: datetime) -> tuple[Span, ...]:
    """What of `spans` lies in [start, end)."""
    return tuple(
        Span(start=max(span.start, start), end=min(span.end, end))
        for span in spans
        if max(span.start, start) < min(span.end, end)
    )


def _around(span: Span, hole: Span) -> tuple[Span, ...]:
    if hole.end <= span.start or span.end <= hole.start:
        return (span,)
    before = (Span(start=span.start, end=hole.start),) if span.start < hole.start else ()
    after = (Span(start=hole.end, end=span.end),) if hole.end < span.end else ()
    return before + after


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between `before` and `after` at which the clocks of `zone` jump, by halving, to the second."""
    old = before.astimezone(zone).utcoffset()
    before, after = before.replace(microsecond=0), after.replace(microsecond=0) + _ONE_SECOND
    while after - before > _ONE_SECOND:
        middle = (before + (after - before) // 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
