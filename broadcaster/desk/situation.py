"""The situation: how a county is at a moment, read from its database. `today.py` has the words for it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy import select as select_columns
from sqlmodel import Session, case, col, func, or_, select

from broadcaster.desk.today import AreaToday, EndpointCounts, PlayToday, Shortfall, TodayView, TownToday
from broadcaster.proof import glance
from broadcaster.proof.glance import Standing
from broadcaster.storage.tables import (
    AbsenceRow,
    AlertRow,
    AreaRow,
    EndpointRow,
    EndpointStateRow,
    NoticeRow,
    PlaylistRow,
    TicketRow,
)
from broadcaster.tickets.states import OVER, UNTOUCHED, TicketState
from devices.presence import Presence
from schedules.agenda import ON_TIME
from schedules.notices import NoticeState
from schedules.outcomes import PENDING, Outcome
from schedules.places import Place, covers, level_of, prefix_of
from schedules.slots import Slot

_MOST_SHORTFALLS = 200


def situation(session: Session, now: datetime, zone: ZoneInfo, *, linked: bool | None) -> TodayView:
    """The county as far as it is known at `now`; `linked` says whether its controller reaches the broker."""
    day = now.astimezone(zone).date()
    said = _Names(session)
    areas = areas_today(session)
    slots = sorted(glance.ordered(session, day), key=lambda pair: (pair[0].planned, pair[0].item))
    villages = {area.code: area.endpoints.known for area in areas if area.level == "village"}
    homes = glance.homes_of(villages)
    standings = glance.standings(session, slots, homes, now)
    titles = {slot.id: said.title(slot.notice) for slot, _ in slots} | _alert_titles(session)
    county = next((area for area in areas if area.level == "county"), None)
    tickets = _tickets(session)
    return TodayView(
        at=now,
        day=day,
        county=county.name if county else "",
        linked=linked,
        alerts=_in_force(session, now),
        submitted=_submitted(session),
        tickets=sum(tickets.values()),
        untouched=sum(tickets[state] for state in UNTOUCHED),
        endpoints=sum((a.endpoints for a in areas if a.level == "village"), EndpointCounts()),
        towns=_towns(session, areas, [slot for slot, gone in slots if gone is None], titles, now),
        plays=tuple(_plays([slot for slot, _ in slots], standings, said)),
        shortfalls=_shortfalls(session, day, slots, standings, homes, said, now),
    )


def areas_today(session: Session) -> tuple[AreaToday, ...]:
    """Every area in the order of its code, with what the endpoints in it last said."""
    inside = _counts(session)
    counts = dict(inside)
    for digits in (9, 6, 4, 2, 0):  # what is narrower is added up already
        wider: dict[str, EndpointCounts] = {}
        for code, endpoints in inside.items():
            wider[code[:digits]] = wider.get(code[:digits], EndpointCounts()) + endpoints
        counts |= wider
        inside = wider
    return tuple(
        AreaToday(
            code=code,
            name=name,
            level=level_of(Place(code)).name.lower(),
            endpoints=counts.get(prefix_of(Place(code)), EndpointCounts()),
        )
        for code, name in session.exec(select(AreaRow.code, AreaRow.name).order_by(col(AreaRow.code)))
    )


def _counts(session: Session) -> dict[str, EndpointCounts]:
    """Village → its endpoints, counted by the database."""
    state = EndpointStateRow
    connected = col(state.presence) == Presence.ONLINE
    heard = or_(col(state.heard_at).is_not(None), col(state.presence).is_not(None))

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    rows = session.connection().execute(
        select_columns(
            col(EndpointRow.village),
            func.count(),
            number(connected),
            number(heard),
            number(connected & col(state.sounding).is_not(None)),
            number(connected & (col(state.missing_count) > 0)),
        )
        .join(state, col(state.endpoint) == col(EndpointRow.id), isouter=True)
        .where(col(EndpointRow.enabled).is_(True))
        .group_by(col(EndpointRow.village))
    )
    return {
        village: EndpointCounts(
            known=known,
            connected=online,
            silent=known_to_us - online,
            never=known - known_to_us,
            sounding=sounding,
            fetching=fetching,
        )
        for village, known, online, known_to_us, sounding, fetching in rows
    }


def _towns(
    session: Session,
    areas: Iterable[AreaToday],
    slots: Iterable[Slot],
    titles: Mapping[str, str],
    now: datetime,
) -> tuple[TownToday, ...]:
    sounding = _sounding(session, titles)
    coming = [slot for slot in slots if slot.planned > now]
    towns = []
    for area in areas:
        if area.level != "town":
            continue
        town = Place(area.code)
        next_one = next((s for s in coming if covers(s.place, town) or covers(town, s.place)), None)
        towns.append(
            TownToday(
                area=area,
                sounding=tuple(sorted(sounding.get(area.code[:9], ()))),
                next_at=next_one.planned if next_one else None,
                next_title=titles.get(next_one.id) if next_one else None,
            )
        )
    return tuple(towns)


def _sounding(session: Session, titles: Mapping[str, str]) -> dict[str, set[str]]:
    """Town prefix → the titles that sound in it."""
    wanted = (
        select(EndpointRow.village, EndpointStateRow.sounding)
        .join(EndpointStateRow, col(EndpointStateRow.endpoint) == col(EndpointRow.id))
        .where(
            col(EndpointStateRow.sounding).is_not(None),
            EndpointStateRow.presence == Presence.ONLINE,
        )
        .distinct()
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for village, what in session.exec(wanted):
        name = str(what).partition("#")[0]  # of an alert the repeat follows
        found[village[:9]].add(titles.get(name, name))
    return found


def _plays(slots: Iterable[Slot], standings: Mapping[str, Standing], said: "_Names") -> Iterator[PlayToday]:
    """Village by village the same notice at the same moment is one play."""
    together: defaultdict[tuple[datetime, str], list[Slot]] = defaultdict(list)
    for slot in slots:
        together[slot.planned, slot.notice].append(slot)
    for (planned, notice), same in together.items():
        standing = sum((standings[slot.id] for slot in same), Standing())
        yield PlayToday(
            notice=notice,
            title=said.title(notice),
            places=tuple(said.place(slot.place) for slot in same[:3]),
            planned=planned,
            latest=max(slot.latest for slot in same),
            duration_ms=max(slot.duration_ms for slot in same),
            outcomes=glance.outcomes(standing),
        )


def _shortfalls(
    session: Session,
    day: date,
    slots: Iterable[tuple[Slot, datetime | None]],
    standings: Mapping[str, Standing],
    homes: glance.Homes,
    said: "_Names",
    now: datetime,
) -> tuple[Shortfall, ...]:
    """What was not heard, the largest first: missed and cut short, owed and not heard of, and what has no slot."""
    missing: Counter[tuple[str, str, str]] = Counter()
    owed: Counter[tuple[str, str, str]] = Counter()
    until: dict[tuple[str, str, str], datetime] = {}
    for slot, _gone in slots:
        for (outcome, because), endpoints in standings[slot.id].items():
            if outcome in (Outcome.MISSED, Outcome.PARTIAL, Outcome.UNKNOWN):
                missing[slot.notice, slot.place, because or outcome] += endpoints
            elif (
                outcome in PENDING
                and outcome is not Outcome.SOUNDING
                and slot.planned + timedelta(milliseconds=slot.duration_ms) + ON_TIME < now
            ):
                key = (slot.notice, slot.place, "owed")
                missing[key] += endpoints
                owed[key] += endpoints
                until[key] = max(until.get(key, slot.latest), slot.latest)
    for row in session.exec(select(AbsenceRow).where(AbsenceRow.day == day)):
        missing[row.notice, row.place, row.because] += sum(homes.of(Place(row.place)))
    return tuple(
        Shortfall(
            notice=notice,
            title=said.title(notice),
            place=where,
            place_name=said.place(Place(where)),
            because=because,
            plays=plays,
            owed=owed[notice, where, because],
            owed_until=until.get((notice, where, because)),
        )
        for (notice, where, because), plays in missing.most_common(_MOST_SHORTFALLS)
    )


class _Names:
    """Titles and names for ids, read once."""

    def __init__(self, session: Session) -> None:
        wanted = select(NoticeRow.id, NoticeRow.title).order_by(col(NoticeRow.version))
        self._titles = dict(session.exec(wanted).all())
        self._areas = dict(session.exec(select(AreaRow.code, AreaRow.name)).all())

    def title(self, notice: str) -> str:
        return self._titles.get(notice, notice)

    def place(self, where: Place) -> str:
        village, slash, endpoint = where.partition("/")
        return self._areas.get(village, village) + slash + endpoint


def _alert_titles(session: Session) -> dict[str, str]:
    return dict(session.exec(select(AlertRow.id, AlertRow.title)).all())


def _in_force(session: Session, now: datetime) -> tuple[str, ...]:
    wanted = select(AlertRow.title).where(col(AlertRow.cancelled_at).is_(None), col(AlertRow.expires) > now)
    return tuple(session.exec(wanted.order_by(col(AlertRow.sent_at))))


def _submitted(session: Session) -> int:
    tables = (NoticeRow, PlaylistRow)
    return sum(
        session.exec(
            select(func.count()).select_from(table).where(table.state == NoticeState.SUBMITTED)
        ).one()
        for table in tables
    )


def _tickets(session: Session) -> Counter[TicketState]:
    """How many are in each state that is not over; who is told of none yet is not counted."""
    quiet = (*OVER, TicketState.CANDIDATE)
    rows = session.exec(
        select(TicketRow.state, func.count())
        .where(col(TicketRow.state).not_in(quiet))
        .group_by(col(TicketRow.state))
    )
    return Counter({TicketState(state): number for state, number in rows})
