"""Replica: a real county in a memory of its own: areas, endpoints, orders, calendar and plan; the real one is only read.

Keys, people and proofs stay where they are. Lines are copied, without noise. Endpoints have proof keys of the rehearsal's,
and recordings are of their real lengths with other, shorter bytes; what the library lacks is lacking here too.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from broadcaster.controller.habits import Habits
from broadcaster.desk.errors import Conflict
from broadcaster.language import N_
from broadcaster.rehearsal.county import County, proof_key_of
from broadcaster.rehearsal.scene import Scene
from broadcaster.storage.engine import open_database, snapshot, transaction
from broadcaster.storage.tables import (
    AbsenceRow,
    AlertRow,
    AreaRow,
    AssetRow,
    CalendarDayRow,
    EndpointRow,
    LineRow,
    NoticeRow,
    PlaylistRow,
    RecordingRow,
    Row,
    SeriesRow,
    SettingRow,
    SlotRow,
    SpanRow,
)
from devices.endpoint.store import SlotMark
from devices.mqtt.access import HUB_PREFIX
from schedules.places import Level, Place, level_of

_WHOLE: tuple[type[Row], ...] = (
    AreaRow,
    SettingRow,
    CalendarDayRow,
    SeriesRow,
    AssetRow,
    RecordingRow,
    NoticeRow,
    PlaylistRow,
)
_R = TypeVar("_R", bound=Row)
_REMEMBERED = timedelta(days=7)
_MOST_BYTES = 48 * 1024  # of a recording: how long it takes to fetch is not rehearsed


def replica(source: Engine, habits: Habits, start: datetime, is_there: Callable[[str], bool]) -> Scene:
    """The county in `source` as it is now. `start` is county time; `is_there` says which recordings the library has.

    Raises Conflict for a county without endpoints.
    """
    engine = open_database("sqlite://")
    with snapshot(source) as original, transaction(engine) as session:
        _copy(original, session, start)
        session.flush()
        _hubs(session)
        shelf = _shelve(session, is_there)
        county = _county(session, cast(ZoneInfo, start.tzinfo), shelf)
        over = _over(session, start)
    if not county.endpoints:
        raise Conflict(N_("There are no endpoints that could be rehearsed."))
    return Scene(engine=engine, county=county, start=start, habits=habits, drill=None, over=over)


def _copy(original: Session, session: Session, start: datetime) -> None:
    since = start.date() - timedelta(days=1)
    for table in _WHOLE:
        _add(session, table, original.exec(select(table)))
        session.flush()  # others refer to it
    _add(session, LineRow, original.exec(select(LineRow)))
    _add(session, EndpointRow, original.exec(select(EndpointRow).where(col(EndpointRow.enabled).is_(True))))
    _add(session, SlotRow, original.exec(select(SlotRow).where(col(SlotRow.day) >= since)))
    _add(session, AbsenceRow, original.exec(select(AbsenceRow).where(col(AbsenceRow.day) >= since)))
    _add(session, SpanRow, original.exec(select(SpanRow).where(col(SpanRow.day) >= since)))
    in_force = select(AlertRow).where(col(AlertRow.expires) > start, col(AlertRow.cancelled_at).is_(None))
    _add(session, AlertRow, original.exec(in_force))


def _add(session: Session, table: type[_R], rows: Iterable[_R]) -> None:
    session.add_all(table(**row.model_dump()) for row in rows)


def _hubs(session: Session) -> None:
    """Each line has a hub of its own: what fails together at a town hall is not rehearsed."""
    for number, row in enumerate(session.exec(select(LineRow).order_by(col(LineRow.name))).all()):
        row.hub, row.report, row.reported_at = f"{HUB_PREFIX}{number}", None, None
        session.add(row)


def _shelve(session: Session, is_there: Callable[[str], bool]) -> dict[str, bytes]:
    """Recordings are given bytes of the rehearsal's own, and are called after them."""
    shelf: dict[str, bytes] = {}
    called: dict[str, str] = {}
    for row in session.exec(select(RecordingRow)):
        real = row.sha256
        content = hashlib.sha256(real.encode()).digest() * (min(row.size, _MOST_BYTES) // 32 + 1)
        row.sha256, row.size = hashlib.sha256(content).hexdigest(), len(content)
        session.add(row)
        called[real] = row.sha256
        if is_there(real):
            shelf[row.sha256] = content
    for alert in session.exec(select(AlertRow)):
        alert.recording = called.get(alert.recording or "")
        session.add(alert)
    return shelf


def _county(session: Session, zone: ZoneInfo, shelf: dict[str, bytes]) -> County:
    endpoints: dict[str, tuple[Place, str]] = {}
    for row in session.exec(select(EndpointRow).order_by(col(EndpointRow.id))):
        row.proof_key = proof_key_of(row.id).hex()
        session.add(row)
        endpoints[row.id] = (Place(row.village), row.feeder or row.village)
    areas = session.exec(select(AreaRow.code).order_by(col(AreaRow.code)))
    return County(
        endpoints=endpoints,
        villages=tuple(code for code in map(Place, areas) if level_of(code) is Level.VILLAGE),
        feeders=tuple(sorted({feeder for _, feeder in endpoints.values()})),
        zone=zone,
        shelf=shelf,
    )


def _over(session: Session, start: datetime) -> dict[Place, tuple[SlotMark, ...]]:
    """What was planned before the start: whether it was heard is not the rehearsal's to say."""
    found: defaultdict[Place, list[SlotMark]] = defaultdict(list)
    for row in session.exec(select(SlotRow).where(col(SlotRow.planned) < start)):
        ended = row.planned + timedelta(milliseconds=row.duration_ms)
        mark = SlotMark(slot=row.id, notice=row.notice, settled=True, ended=ended, forget=start + _REMEMBERED)
        found[Place(row.place)].append(mark)
    return {place: tuple(marks) for place, marks in found.items()}
