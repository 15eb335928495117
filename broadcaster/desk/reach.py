"""Reach: whom something that sounds at once concerns, what it interrupts, and what it has to wait for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from broadcaster.desk.errors import Invalid
from broadcaster.language import N_
from broadcaster.proof.ledger import roster
from broadcaster.storage.mapping import windows_of
from broadcaster.storage.tables import AlertRow, AreaRow, EndpointRow, EndpointStateRow, NoticeRow, SlotRow
from schedules.places import Level, Place, chain_of, covers, level_of, place
from schedules.precedence import Precedence
from schedules.rules import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom it concerns; people are those who can hear the endpoints named, or live in the villages."""

    places: tuple[str, ...]
    names: tuple[str, ...]
    villages: int
    endpoints: int
    people: int
    villages_without_endpoint: tuple[str, ...]


def reach_of(session: Session, where: tuple[Place, ...]) -> Reach:
    """Whom `where` concerns; Invalid names what is no area or endpoint."""
    areas = {Place(row.code): row for row in session.exec(select(AreaRow))}
    unknown = [each for each in where if not _exists(session, each, areas)]
    if unknown or not where:
        raise Invalid(
            N_("There is no area or endpoint {unknown}: import it, or name another."),
            unknown=", ".join(unknown) or "—",
        )
    inside = endpoints_in(session, where)
    whole = {village for village in roster(session) if any(covers(each, village) for each in where)}
    villages = whole | set(inside.values())
    return Reach(
        places=where,
        names=tuple(areas[each].name if each in areas else each.partition("/")[2] for each in where),
        villages=len(villages),
        endpoints=len(inside),
        people=sum(areas[village].population for village in whole)
        + _hearers(session, [name for name, village in inside.items() if village not in whole]),
        villages_without_endpoint=tuple(
            areas[village].name for village in sorted(whole - set(inside.values()))
        ),
    )


def endpoints_in(session: Session, where: Iterable[Place]) -> dict[str, Place]:
    """Endpoint → village of those inside."""
    places = tuple(where)
    return {
        name: village
        for village, names in roster(session).items()
        for name in names
        if any(covers(each, Place(f"{village}/{name}")) for each in places)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """Titles of what sounds there now: what gives way, and what goes on first."""

    interrupts: tuple[str, ...]
    waits_for: tuple[str, ...]


def encountered(session: Session, where: Iterable[Place], precedence: Precedence, now: datetime) -> Encounter:
    """What it meets: alerts in force there, and what endpoints last said that they sound."""
    places = tuple(where)
    met = {**_alerts_in_force(session, places, now), **_sounding(session, places)}
    gives_way = {title for title, other in met.items() if precedence.outranks(other)}
    return Encounter(interrupts=tuple(sorted(gives_way)), waits_for=tuple(sorted(met.keys() - gives_way)))


def hushed(session: Session, where: Iterable[Place], now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Names of the villages in which it is quiet now: what is no emergency sounds there when quiet hours end."""
    places = tuple(where)
    areas = {Place(row.code): row for row in session.exec(select(AreaRow))}
    hours = {code: windows_of(row.quiet_hours) for code, row in areas.items()}
    local = now.astimezone(zone).time()
    quiet = []
    for village in roster(session):
        if any(covers(each, village) or each.startswith(village) for each in places):
            own = next((hours[code] for code in chain_of(village) if hours.get(code) is not None), None)
            if any(_within(window, local) for window in own or ()):
                quiet.append(areas[village].name if village in areas else village)
    return tuple(quiet)


def _within(window: Window, local: time) -> bool:
    if window.start < window.end:
        return window.start <= local < window.end
    return local >= window.start or local < window.end


def _exists(session: Session, where: Place, areas: Iterable[Place]) -> bool:
    try:
        place(where)
    except ValueError:
        return False
    if level_of(where) is not Level.ENDPOINT:
        return where in areas
    village, _, name = where.partition("/")
    row = session.get(EndpointRow, name)
    return row is not None and row.village == village and row.enabled


def _hearers(session: Session, endpoints: list[str]) -> int:
    rows = session.exec(select(EndpointRow.population).where(col(EndpointRow.id).in_(endpoints)))
    return sum(rows)


def _alerts_in_force(session: Session, where: tuple[Place, ...], now: datetime) -> dict[str, Precedence]:
    rows = session.exec(
        select(AlertRow).where(col(AlertRow.expires) > now, col(AlertRow.cancelled_at).is_(None))
    )
    return {row.title or row.id: _of_alert(row) for row in rows if _meet(map(Place, row.targets), where)}


def _sounding(session: Session, where: tuple[Place, ...]) -> dict[str, Precedence]:
    inside = endpoints_in(session, where)
    states = session.exec(select(EndpointStateRow).where(col(EndpointStateRow.sounding).is_not(None)))
    found: dict[str, Precedence] = {}
    for key in {row.sounding for row in states if row.endpoint in inside and row.sounding}:
        alert, slot = session.get(AlertRow, key.partition("#")[0]), session.get(SlotRow, key)
        notice = session.get(NoticeRow, (slot.notice, slot.version)) if slot else None
        if alert is not None:
            found[alert.title or alert.id] = _of_alert(alert)
        elif notice is not None:
            found[notice.title] = precedence_of(notice, notice.created_at)
    return found


def precedence_of(row: NoticeRow, sent: datetime) -> Precedence:
    """Where a notice stands in the total order if it is sent then."""
    return Precedence(klass=row.klass, level=row.level, severity=row.severity, sent=sent, id=row.id)


def _of_alert(row: AlertRow) -> Precedence:
    return Precedence(klass=row.klass, level=row.level, severity=row.severity, sent=row.sent_at, id=row.id)


def _meet(some: Iterable[Place], others: tuple[Place, ...]) -> bool:
    return any(covers(a, b) or covers(b, a) for a in some for b in others)
