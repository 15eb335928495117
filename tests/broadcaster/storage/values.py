"""Domain values of every shape, for laws about storing them."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from broadcaster.storage.mapping import PLAYED_COLUMNS, played_values
from schedules.notices import InterruptionPolicy, Notice, NoticeKind
from schedules.places import Level, Place
from schedules.precedence import BroadcastClass, Severity
from schedules.records import AsPlayed, ClockQuality, MissedBecause, Result
from schedules.rules import DAY_S, DaySelection, LoopRule, MarketCalendar, Weekday, Window
from schedules.slots import Absence, AbsentBecause, PlannedBecause, Slot, SlotId, Span

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
walls = st.times()
places = st.sampled_from([Place("341523000000"), Place("341523100200"), Place("341523100200/horn-01")])
hexes = st.text("0123456789abcdef", min_size=32, max_size=32)
counts = st.integers(0, 2**31 - 1)

spans = (
    st.tuples(instants, instants)
    .filter(lambda two: two[0] != two[1])
    .map(lambda two: Span(start=min(two), end=max(two)))
)
selections = st.builds(
    DaySelection,
    weekdays=st.frozensets(st.sampled_from(Weekday)),
    dates=st.frozensets(days, max_size=3),
    ranges=st.lists(st.tuples(days, days), max_size=2).map(tuple),
    workdays=st.sampled_from([None, True, False]),
    market_digits=st.frozensets(st.integers(0, 9)),
    market_calendar=st.sampled_from(MarketCalendar),
    except_dates=st.frozensets(days, max_size=3),
)
windows = st.builds(Window, start=walls, end=walls)
spread_rules = st.builds(
    LoopRule,
    plays=st.integers(1, 288),
    windows=st.lists(windows, min_size=1, max_size=3).map(tuple),
    days=selections,
    minimum_gap_s=st.integers(0, DAY_S),
)
fixed_rules = st.builds(
    LoopRule,
    fixed_times=st.lists(walls, min_size=1, max_size=3, unique=True).map(tuple),
    fixed_lateness_s=st.integers(0, DAY_S),
)
rules = spread_rules | fixed_rules


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    """Valid for at least a moment."""
    first, last = sorted(draw(st.lists(instants, min_size=2, max_size=2, unique=True)))
    return Notice(
        id=draw(texts),
        version=draw(counts),
        kind=draw(st.sampled_from(NoticeKind)),
        title=draw(texts),
        text=draw(texts),
        recording=draw(st.none() | hexes),
        duration_ms=draw(counts),
        targets=tuple(draw(st.lists(places, max_size=3))),
        valid_from=first,
        valid_until=last,
        klass=draw(st.sampled_from(BroadcastClass)),
        severity=draw(st.sampled_from(Severity)),
        level=draw(st.sampled_from(Level)),
        volume=draw(st.none() | st.integers(0, 100)),
        policy=draw(st.none() | st.sampled_from(InterruptionPolicy)),
        series=draw(st.none() | texts),
        issue=draw(st.none() | counts),
    )


slots = st.builds(
    Slot,
    id=hexes.map(SlotId),
    order=texts,
    notice=texts,
    version=counts,
    place=places,
    day=days,
    ordinal=counts,
    item=counts,
    earliest=instants,
    planned=instants,
    latest=instants,
    duration_ms=counts,
    because=st.sampled_from(PlannedBecause),
)
absences = st.builds(
    Absence,
    order=texts,
    notice=texts,
    version=counts,
    place=places,
    day=days,
    ordinal=counts,
    because=st.sampled_from(AbsentBecause),
    others=st.lists(texts, max_size=3).map(tuple),
)
records = st.builds(
    AsPlayed,
    seq=counts,
    slot=st.none() | hexes,
    alert=st.none() | texts,
    notice=texts,
    version=counts,
    recording=st.none() | hexes,
    started=st.none() | instants,
    ended=st.none() | instants,
    heard_ms=counts,
    full_ms=counts,
    result=st.sampled_from(Result),
    because=st.none() | st.sampled_from(MissedBecause),
    volume=st.integers(0, 100),
    clock=st.sampled_from(ClockQuality),
    boot=texts,
)

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def played_row(endpoint: str, chain: str, record: AsPlayed, received_at: datetime) -> dict[str, object]:
    """An as-played record as the columns of its row."""
    return dict(zip(PLAYED_COLUMNS, played_values(endpoint, chain, record, received_at), strict=True))
