"""The condition of one endpoint, as its page shows it: what it holds and misses, and its day minute by minute."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from broadcaster.controller.publishing import topic_of
from broadcaster.desk.minutes import Minute
from broadcaster.storage.tables import (
    AlertRow,
    AssetRow,
    EndpointEventRow,
    EndpointRow,
    EndpointStateRow,
    NoticeRow,
    PlayedRow,
    PublishedRow,
    RecordingRow,
    SlotRow,
)
from devices.reports import EventKind, Presence
from devices.topics import ROOT, DocumentKind
from schedules.places import Place, chain_of, endpoint_place

_KINDS = (DocumentKind.PLAN, DocumentKind.ALERTS, DocumentKind.SETTINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Minutes of one kind; `title` says what sounded."""

    kind: Minute
    start: datetime
    end: datetime
    title: str = ""


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
        volume=state.volume,
        free_kb=state.free_kb,
        clock=state.clock,
        software=state.software,
        unreceipted=state.unreceipted,
        documents=tuple(_documents(session, endpoint, state.held or {})),
        missing=_recording_titles(session, missing),
        missing_count=state.missing_count or 0,
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
    """The day of an endpoint without gaps, in order: what sounded, by its own records; when it was dark, by its events."""
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    sounded = [
        Stretch(kind=Minute.SOUNDED, start=row.started, end=row.ended, title=_title(session, row.notice))
        for row in session.exec(
            select(PlayedRow)
            .where(
                PlayedRow.endpoint == endpoint.id,
                col(PlayedRow.started) < end,
                col(PlayedRow.ended) > start,
                PlayedRow.heard_ms > 0,
            )
            .order_by(col(PlayedRow.started))
        )
        if row.started is not None and row.ended is not None
    ]
    return tuple(
        _filled(
            sounded,
            _dark(session, endpoint.id, start, min(end, now)),
            start,
            end,
            _known(session, endpoint.id, now),
        )
    )


def _known(session: Session, endpoint: str, now: datetime) -> tuple[datetime, datetime]:
    """(until when its silence is known, now): after it was last heard nobody knows."""
    state = session.get(EndpointStateRow, endpoint)
    if state is None or state.heard_at is None:
        return datetime.min.replace(tzinfo=UTC), now
    return (now if state.presence is Presence.ONLINE else state.heard_at), now


def _dark(session: Session, endpoint: str, start: datetime, end: datetime) -> list[Stretch]:
    """From each last gasp to whatever the endpoint said next."""
    events = session.exec(
        select(EndpointEventRow)
        .where(EndpointEventRow.endpoint == endpoint, col(EndpointEventRow.at) < end)
        .order_by(col(EndpointEventRow.at))
    ).all()
    found = []
    for event, until in zip(events, [*(after.at for after in events[1:]), end], strict=False):
        if event.kind is EventKind.LAST_GASP and until > max(start, event.at):
            found.append(Stretch(kind=Minute.DARK, start=max(start, event.at), end=until))
    return found


def _filled(
    sounded: list[Stretch],
    dark: list[Stretch],
    start: datetime,
    end: datetime,
    known: tuple[datetime, datetime],
) -> Iterator[Stretch]:
    """What sounded outweighs what was dark; between them it was silent, unknown, or is still ahead."""
    at = start
    for stretch in sorted([*sounded, *dark], key=lambda one: (one.start, one.kind is Minute.DARK)):
        if stretch.end <= at:
            continue
        begins = max(stretch.start, at)
        yield from _between(at, begins, known)
        yield Stretch(kind=stretch.kind, start=begins, end=min(stretch.end, end), title=stretch.title)
        at = min(stretch.end, end)
    yield from _between(at, end, known)


def _between(start: datetime, end: datetime, known: tuple[datetime, datetime]) -> Iterator[Stretch]:
    known_until, now = known
    edges = ((Minute.SILENT, known_until), (Minute.UNKNOWN, now), (Minute.AHEAD, end))
    for kind, until in edges:
        stop = min(max(until, start), end)
        if stop > start:
            yield Stretch(kind=kind, start=start, end=stop)
            start = stop
