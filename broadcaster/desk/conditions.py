"""The condition of one endpoint, as its page shows it: what it holds and misses, and its day minute by minute."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from broadcaster.controller.publishing import topic_of
from broadcaster.controller.telemetry import EVERY, VALUES, quarter_of
from broadcaster.desk.indices import blind_spans
from broadcaster.desk.minutes import Minute
from broadcaster.proof.lives import Life, Turn, lives
from broadcaster.storage.tables import (
    AlertRow,
    AssetRow,
    EndpointRow,
    EndpointStateRow,
    FlipRow,
    NoticeRow,
    PlayedRow,
    PublishedRow,
    RecordingRow,
    SlotRow,
    TelemetryRow,
)
from devices.presence import Presence
from devices.topics import ROOT, DocumentKind
from schedules.places import Place, chain_of, endpoint_place

_KINDS = (DocumentKind.PLAN, DocumentKind.ALERTS, DocumentKind.SETTINGS)
_MOST_FLIPS = 500  # of a day, and of the time after it until the endpoint was back


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Minutes of one kind; `title` says what sounded."""

    kind: Minute
    start: datetime
    end: datetime
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """What an endpoint said of supply and surroundings in the quarter of an hour from `at`; None: it did not say."""

    at: datetime
    mains_v: int | None
    battery: int | None  # percent
    temperature: int | None  # °C
    signal: int | None  # dBm
    current_percent: int | None  # of what is expected of that which sounds


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDocument:
    """A document for this endpoint: the revision in force, and the one that it said it holds."""

    kind: str
    place: str
    revision: int
    held: int

    @property
    def is_held(self) -> bool:
        """Whether the endpoint has what is in force."""
        return self.held >= self.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What one endpoint last said of itself, next to what it should hold; None is what it never said."""

    endpoint: str
    heard_at: datetime | None
    presence: Presence | None
    up_s: int | None
    sounding: str | None  # its title
    mains: bool | None
    battery: int | None  # percent
    temperature: int | None  # °C
    signal: int | None  # dBm
    mains_v: int | None
    current_percent: int | None  # of what is expected
    volume: int | None  # percent
    free_kb: int | None
    clock: str | None
    software: str | None
    unreceipted: int | None
    documents: tuple[HeldDocument, ...]
    missing: tuple[str, ...]  # titles of recordings
    missing_count: int


def condition(session: Session, endpoint: EndpointRow) -> Condition:
    """The condition of an endpoint."""
    state = session.get(EndpointStateRow, endpoint.id) or EndpointStateRow(endpoint=endpoint.id)
    missing = list(state.missing or ())
    return Condition(
        endpoint=endpoint.id,
        heard_at=state.heard_at,
        presence=state.presence,
        up_s=state.up_s,
        sounding=_title_of_slot(session, state.sounding),
        mains=state.mains,
        battery=state.battery,
        temperature=state.temperature,
        signal=state.signal,
        mains_v=state.mains_v,
        current_percent=state.current_percent,
        volume=state.volume,
        free_kb=state.free_kb,
        clock=state.clock,
        software=state.software,
        unreceipted=state.unreceipted,
        documents=tuple(_documents(session, endpoint, state.held or {})),
        missing=_recording_titles(session, missing),
        missing_count=state.missing_count or 0,
    )


def telemetry(session: Session, endpoint: str, hours: int, now: datetime) -> tuple[Telemetry, ...]:
    """Of the last hours, the oldest first."""
    last = quarter_of(now)
    wanted = range(last - hours * 4, last + 1)  # a list: each is found by itself, without those of the others
    rows = session.exec(
        select(TelemetryRow)
        .where(col(TelemetryRow.quarter).in_(wanted), TelemetryRow.endpoint == endpoint)
        .order_by(col(TelemetryRow.quarter))
    )
    return tuple(
        Telemetry(
            at=datetime.fromtimestamp(row.quarter * EVERY.total_seconds(), UTC),
            **{name: getattr(row, name) for name in VALUES},
        )
        for row in rows
    )


def _documents(session: Session, endpoint: EndpointRow, held: dict[str, int]) -> Iterator[HeldDocument]:
    for place in reversed(chain_of(endpoint_place(Place(endpoint.village), endpoint.id))):
        for kind in _KINDS:
            topic, _ = topic_of(kind, place)
            published = session.get(PublishedRow, topic)
            if published is not None:
                said = held.get(topic.removeprefix(f"{ROOT}/"), 0)
                yield HeldDocument(kind=kind, place=place, revision=published.revision, held=said)


def _recording_titles(session: Session, recordings: Iterable[str]) -> tuple[str, ...]:
    titles = []
    for sha256 in recordings:
        found = session.exec(
            select(AssetRow.title)
            .join(RecordingRow, col(RecordingRow.asset) == col(AssetRow.id))
            .where(col(RecordingRow.sha256).startswith(sha256))
        ).first()
        titles.append(found or sha256[:12])
    return tuple(titles)


def _title_of_slot(session: Session, slot: str | None) -> str | None:
    if slot is None:
        return None
    name = slot.partition("#")[0]
    planned = session.get(SlotRow, name)
    if planned is not None:
        return _title(session, planned.notice)
    alert = session.get(AlertRow, name)
    return alert.title if alert else name


def _title(session: Session, notice: str) -> str:
    wanted = select(NoticeRow.title).where(NoticeRow.id == notice).order_by(col(NoticeRow.version).desc())
    return session.exec(wanted).first() or notice


def stretches(
    session: Session, endpoint: EndpointRow, day: date, zone: ZoneInfo, now: datetime
) -> tuple[Stretch, ...]:
    """The day of an endpoint without gaps, in order: what sounded, by its own records; when it was dark, by its flips."""
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return tuple(
        _filled(_sounded(session, endpoint.id, start, end), _life(session, endpoint.id, start, end, now))
    )


def _sounded(session: Session, endpoint: str, start: datetime, end: datetime) -> list[Stretch]:
    wanted = select(PlayedRow).where(
        PlayedRow.endpoint == endpoint,
        col(PlayedRow.started) < end,
        col(PlayedRow.ended) > start,
        PlayedRow.heard_ms > 0,
    )
    return [
        Stretch(
            kind=Minute.SOUNDED,
            start=max(start, row.started),
            end=min(end, row.ended),
            title=_title(session, row.notice),
        )
        for row in session.exec(wanted.order_by(col(PlayedRow.started)))
        if row.started is not None and row.ended is not None
    ]


def _life(session: Session, endpoint: str, start: datetime, end: datetime, now: datetime) -> list[Stretch]:
    """The day without gaps, but for what sounded. Since it last started it ran, as its uptime says."""
    state = session.get(EndpointStateRow, endpoint) or EndpointStateRow(endpoint=endpoint)
    until = min(end, now)
    known = lives(
        _turns(session, endpoint, start, until), start, until, tuple(blind_spans(session, (start, until)))
    )
    found = [Stretch(kind=_MINUTES[one.life], start=one.start, end=one.end) for one in known]
    if state.heard_at is not None and state.up_s is not None:
        began = max(start, state.heard_at - timedelta(seconds=state.up_s))
        heard = min(until, now if state.presence is Presence.ONLINE else state.heard_at)
        found = _laid_over(found, began, heard)
    return [*found, *([Stretch(kind=Minute.AHEAD, start=max(start, now), end=end)] if now < end else [])]


_MINUTES = {Life.RAN: Minute.SILENT, Life.DARK: Minute.DARK, Life.UNKNOWN: Minute.UNKNOWN}


def _laid_over(found: list[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    """It ran from `start` to `end`, whatever was unknown."""
    if start >= end:
        return found
    before = [replace(one, end=min(one.end, start)) for one in found if one.start < start]
    after = [replace(one, start=max(one.start, end)) for one in found if one.end > end]
    return [*before, Stretch(kind=Minute.SILENT, start=start, end=end), *after]


def _turns(session: Session, endpoint: str, start: datetime, end: datetime) -> list[Turn]:
    """Its flips of the day, the last one before it, and the first ones after it, which may tell of it."""
    of_it = select(FlipRow).where(FlipRow.endpoint == endpoint)
    earlier = of_it.where(FlipRow.onset < start).order_by(col(FlipRow.onset).desc(), col(FlipRow.id).desc())
    later = (
        of_it.where(FlipRow.onset >= start).order_by(col(FlipRow.onset), col(FlipRow.id)).limit(_MOST_FLIPS)
    )
    rows = [*session.exec(earlier.limit(1)), *session.exec(later)]
    return [
        Turn(
            onset=row.onset,
            detected=row.detected,
            before=row.from_state,
            after=row.to_state,
            up_s=row.up_s,
            reset=row.reset,
        )
        for row in rows
    ]


def _filled(sounded: list[Stretch], life: list[Stretch]) -> Iterator[Stretch]:
    """What sounded lies over what is known otherwise."""
    at = min((one.start for one in life), default=None)
    for heard in sounded:
        if at is None or heard.end <= at:
            continue
        begins = max(heard.start, at)
        yield from _part(life, at, begins)
        yield replace(heard, start=begins)
        at = heard.end
    if at is not None:
        yield from _part(life, at, max(one.end for one in life))


def _part(life: list[Stretch], start: datetime, end: datetime) -> Iterator[Stretch]:
    """Neighbours of one kind become one."""
    last: Stretch | None = None
    for one in life:
        piece = replace(one, start=max(one.start, start), end=min(one.end, end))
        if piece.start >= piece.end:
            continue
        if last is not None and last.kind is piece.kind:
            last = replace(last, end=piece.end)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last
