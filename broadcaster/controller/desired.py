"""What endpoints should hold now, computed from the database: plans, alerts, settings and manifests by topic."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from broadcaster.controller.media import Media
from broadcaster.controller.orders import Lineup, low_rates
from broadcaster.controller.plans import Spans, plan_documents, slimmed, slimmed_alert
from broadcaster.controller.publishing import Desired, topic_of
from broadcaster.promise import is_slow, slow_places
from broadcaster.storage.mapping import windows_of
from broadcaster.storage.tables import AlertRow, AreaRow, EndpointRow, RecordingRow
from devices import topics
from devices.documents import Alert, Alerts, Settings
from devices.topics import DocumentKind
from schedules.places import Level, Place, endpoint_place, level_of
from schedules.slots import Slot

log = logging.getLogger(__name__)

REMEMBER_STOPS = timedelta(days=1)  # how long a cancelled alert stays named in `stopped`
_STANDING = timedelta(days=60)  # how long settings, alerts and manifests hold


def plans(slots: Iterable[Slot], spans: Spans, lineup: Lineup, lease: timedelta) -> dict[str, Desired]:
    """The plan documents for slots and for the audio that waits for an emergency."""
    found = {}
    for place, plan in plan_documents(slots, spans, lineup.programmes, lineup.staged).items():
        topic, target = topic_of(DocumentKind.PLAN, place)
        plan = slimmed(plan, lineup.slim) if is_slow(place, lineup.slow) else plan
        found[topic] = Desired(kind=DocumentKind.PLAN, target=target, body=plan, holds=lease)
    return found


def alerts(session: Session, now: datetime) -> dict[str, Desired]:
    """The alerts documents of every place that has one in force, or had one lately; where a slow line is, with low rates."""
    in_force: dict[Place, list[Alert]] = defaultdict(list)
    stopped: dict[Place, list[str]] = defaultdict(list)
    rows = session.exec(
        select(AlertRow).where(col(AlertRow.expires) > now - REMEMBER_STOPS).order_by(col(AlertRow.id))
    ).all()
    slow = slow_places(session) if rows else frozenset()
    slim = low_rates(session) if slow else {}
    for row in rows:
        over = min(row.cancelled_at or row.expires, row.expires)
        for place in map(Place, row.targets):
            if over > now:
                alert = alert_of(row)
                in_force[place].append(slimmed_alert(alert, slim) if is_slow(place, slow) else alert)
            elif over > now - REMEMBER_STOPS:
                stopped[place].append(row.id)
    found = {}
    for place in sorted(in_force.keys() | stopped.keys()):
        topic, target = topic_of(DocumentKind.ALERTS, place)
        body = Alerts(alerts=tuple(in_force[place]), stopped=tuple(stopped[place]))
        found[topic] = Desired(kind=DocumentKind.ALERTS, target=target, body=body, holds=_STANDING)
    return found


def alert_of(row: AlertRow) -> Alert:
    """An alert as endpoints hold it."""
    return Alert(
        id=row.id,
        notice=row.notice,
        version=row.version,
        klass=row.klass,
        level=row.level,
        severity=row.severity,
        sent=row.sent_at,
        starts=row.starts,
        expires=row.expires,
        recording=row.recording,
        duration_ms=row.duration_ms,
        text=row.text,
        repeat_gap_s=row.repeat_gap_s,
        repeats=row.repeats,
        volume=row.volume,
    )


def settings(session: Session, zone: ZoneInfo, heartbeat_s: int) -> dict[str, Desired]:
    """Settings of areas (the county's carry zone and heartbeat) and of endpoints that have their own volume."""
    found = {}
    for area in session.exec(select(AreaRow)):
        place = Place(area.code)
        county = level_of(place) <= Level.COUNTY
        body = Settings(
            quiet_hours=_quiet_hours(area.quiet_hours),
            zone=zone.key if county else None,
            heartbeat_s=heartbeat_s if county else None,
        )
        if body != Settings():
            topic, target = topic_of(DocumentKind.SETTINGS, place)
            found[topic] = Desired(kind=DocumentKind.SETTINGS, target=target, body=body, holds=_STANDING)
    for endpoint in session.exec(select(EndpointRow).where(col(EndpointRow.volume).is_not(None))):
        found |= settings_of(endpoint)
    return found


def settings_of(endpoint: EndpointRow) -> dict[str, Desired]:
    """Its own settings; empty where it has no volume of its own."""
    topic, target = topic_of(DocumentKind.SETTINGS, endpoint_place(Place(endpoint.village), endpoint.id))
    body = Settings(volume=endpoint.volume)
    return {topic: Desired(kind=DocumentKind.SETTINGS, target=target, body=body, holds=_STANDING)}


def alerted(session: Session, now: datetime) -> frozenset[str]:
    """Recordings of alerts in force, and those that will end them, at all rates."""
    rows = session.exec(
        select(AlertRow).where(col(AlertRow.expires) > now, col(AlertRow.cancelled_at).is_(None))
    )
    named = frozenset(sha256 for row in rows for sha256 in (row.recording, row.cancel_recording) if sha256)
    slim = low_rates(session) if named and slow_places(session) else {}
    return named | {slim[sha256] for sha256 in named & slim.keys()}


def manifests(session: Session, recordings: Iterable[str], media: Media) -> dict[str, Desired]:
    """The manifests of recordings that plans and alerts name; one that cannot be read holds up no other."""
    rows = session.exec(select(RecordingRow).where(col(RecordingRow.sha256).in_(set(recordings))))
    found = {}
    for row in rows:
        try:
            body = media.manifest(
                row.sha256, size=row.size, codec=row.codec.value, duration_ms=row.duration_ms
            )
        except (OSError, LookupError, ValueError) as error:
            log.error("a recording cannot be read", extra={"recording": row.sha256, "why": str(error)})
            continue
        found[topics.manifest(row.sha256)] = Desired(
            kind=DocumentKind.MANIFEST, target=row.sha256, body=body, holds=_STANDING
        )
    return found


def recordings_in(documents: Iterable[Desired]) -> set[str]:
    """Every recording that plans and alerts name."""
    named: set[str | None] = set()
    for document in documents:
        for sounding in (*getattr(document.body, "items", ()), *getattr(document.body, "alerts", ())):
            named |= {sounding.recording, sounding.low_rate}
    return {sha256 for sha256 in named if sha256}


def _quiet_hours(pairs: list[list[str]] | None) -> tuple[tuple[time, time], ...] | None:
    windows = windows_of(pairs)
    return None if windows is None else tuple((window.start, window.end) for window in windows)
