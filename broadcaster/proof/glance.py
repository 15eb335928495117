"""A day at a glance: where every play stands, counted by the database, in agreement with the ledger.

The ledger settles every play at every endpoint one by one; a screen that looks every few seconds at ten thousand endpoints
has not the time. Here the database counts the endpoints that heard a play; only what went otherwise is settled one by one.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import CTE, ColumnElement, column, values
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, distinct, func, not_, or_, select

from broadcaster.proof.ledger import live_notices
from broadcaster.storage.mapping import played_of, slot_of
from broadcaster.storage.tables import EndpointRow, EndpointStateRow, PlayedRow, SlotRow
from broadcaster.storage.tables.columns import UtcDateTime
from schedules.agenda import ON_TIME
from schedules.ledger import LAPSING, Progress, settle
from schedules.outcomes import Outcome
from schedules.places import Level, Place, level_of, prefix_of
from schedules.records import AsPlayed, ClockQuality, MissedBecause, Result
from schedules.slots import Slot
from schedules.tally import MissReason

Standing = Counter[tuple[Outcome, MissReason | None]]
"""How many endpoints stand where with one play; a village without any counts as one that missed it."""

_PREFIXES = (0, 2, 4, 6, 9, 12)  # digits of a code that name a place
_AT_ONCE = 5000  # slots in one question: SQLite takes 32,766 parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """How many endpoints are in a place, and how many villages without any."""

    endpoints: Mapping[str, int]  # by prefix of the code
    empty_villages: Mapping[str, int]

    def of(self, place: Place) -> tuple[int, int]:
        """(endpoints, villages without any) that a play in `place` is meant for."""
        if level_of(place) is Level.ENDPOINT:
            return 1, 0
        prefix = prefix_of(place)
        return self.endpoints.get(prefix, 0), self.empty_villages.get(prefix, 0)


def homes_of(villages: Mapping[str, int]) -> Homes:
    """Every village with the number of its endpoints, added up by the prefixes of their codes."""
    endpoints: Counter[str] = Counter()
    empty: Counter[str] = Counter()
    for village, number in villages.items():
        for digits in _PREFIXES:
            endpoints[village[:digits]] += number
            empty[village[:digits]] += not number
    return Homes(endpoints=endpoints, empty_villages=empty)


def ordered(session: Session, day: date) -> Iterator[tuple[Slot, datetime | None]]:
    """The slots of a day with the moment since when they are withdrawn; one that planning replaced is not ordered."""
    live = live_notices(session)
    rows = list(session.exec(select(SlotRow).where(SlotRow.day == day)))
    gone = [row.id for row in rows if row.withdrawn_at is not None]
    heard = _heard_at_all(session, gone)
    for row in rows:
        if row.withdrawn_at is None or row.id in heard:
            yield slot_of(row), None
        elif row.notice not in live:
            yield slot_of(row), row.withdrawn_at


def standings(
    session: Session, slots: Sequence[tuple[Slot, datetime | None]], homes: Homes, now: datetime
) -> dict[str, Standing]:
    """Slot → where its endpoints stand."""
    found: dict[str, Standing] = {}
    sounding = _sounding(session)
    for start in range(0, len(slots), _AT_ONCE):
        part = slots[start : start + _AT_ONCE]
        heard = _heard(session, [slot for slot, _ in part])
        others = _others(session, [slot for slot, _ in part])
        unreached = _unreached(session, [slot for slot, _ in part if now >= slot.latest])
        for slot, withdrawn in part:
            settled = heard.get(slot.id, Standing()) + _settled(slot, others.get(slot.id, {}), now, withdrawn)
            silent = _silent(slot, settled, homes, now, withdrawn, sounding[slot.id], unreached[slot.id])
            found[slot.id] = settled + silent
    return found


def _heard(session: Session, slots: Iterable[Slot]) -> dict[str, Standing]:
    """Who heard a play, in time or made up, counted by the database."""
    due = _limits(slots, "planned", after=ON_TIME)
    late = col(PlayedRow.started) > due.c.until
    wanted = (
        select(PlayedRow.slot, late, func.count(distinct(col(PlayedRow.endpoint))))
        .join(due, due.c.slot == col(PlayedRow.slot))
        .where(_counts(PlayedRow))
        .group_by(col(PlayedRow.slot), late)
    )
    found: defaultdict[str, Standing] = defaultdict(Standing)
    for slot, was_late, endpoints in session.exec(wanted):
        found[slot or ""][Outcome.MADE_UP if was_late else Outcome.COUNTED, None] += endpoints
    return found


def _limits(slots: Iterable[Slot], moment: Literal["planned", "latest"], *, after: timedelta) -> CTE:
    """Slot → so long after its moment. Each database adds times in a way of its own; moments are far fewer than slots."""
    slots = list(slots)
    known = {getattr(slot, moment) for slot in slots}
    columns = (column("moment", UtcDateTime), column("until", UtcDateTime))
    moments = values(*columns, name="moments").data([(at, at + after) for at in sorted(known)]).cte("known")
    return (
        select(col(SlotRow.id).label("slot"), moments.c.until)
        .join(moments, moments.c.moment == getattr(SlotRow, moment))
        .where(col(SlotRow.day).in_({slot.day for slot in slots}))
        .cte("limits")
    )


def _others(session: Session, slots: Iterable[Slot]) -> dict[str, dict[str, list[AsPlayed]]]:
    """Slot → endpoint → its records, of those who have some and heard nothing that counts."""
    better = aliased(PlayedRow)
    counted = (
        select(better.slot)
        .where(better.slot == PlayedRow.slot, better.endpoint == PlayedRow.endpoint, _counts(better))
        .exists()
    )
    names = [slot.id for slot in slots]
    wanted = select(PlayedRow).where(col(PlayedRow.slot).in_(names), not_(_counts(PlayedRow)), not_(counted))
    found: defaultdict[str, defaultdict[str, list[AsPlayed]]] = defaultdict(lambda: defaultdict(list))
    for row in session.exec(wanted):
        found[row.slot or ""][row.endpoint].append(played_of(row))
    return {slot: dict(endpoints) for slot, endpoints in found.items()}


def _counts(row: type[PlayedRow]) -> ColumnElement[bool]:
    return and_(
        col(row.result) == Result.COUNTED,
        col(row.started).is_not(None),
        or_(col(row.clock) == ClockQuality.LEARNED, col(row.clock) == ClockQuality.SYNCED),
    )


def _settled(
    slot: Slot, records: Mapping[str, list[AsPlayed]], now: datetime, withdrawn: datetime | None
) -> Standing:
    progress = Progress(withdrawn=withdrawn)
    verdicts = (settle(slot, of_endpoint, now, progress) for of_endpoint in records.values())
    return Standing((verdict.outcome, verdict.because) for verdict in verdicts)


def _unreached(session: Session, slots: Sequence[Slot]) -> Counter[str]:
    """Slot that is over → how many endpoints have told everything since, and nothing of it: it never reached them."""
    if not slots:
        return Counter()
    told, among_them = _told(session), _told_of(session, slots)
    return Counter(
        {
            slot.id: len(moments) - bisect_right(moments, slot.latest + LAPSING) - among_them[slot.id]
            for slot in slots
            if (moments := told.get(_named(slot.place)))
        }
    )


def _told(session: Session) -> dict[str, list[datetime]]:
    """Until when those in a place have told everything, in order; by prefix of the place, or the endpoint's name."""
    wanted = (
        select(EndpointRow.village, EndpointRow.id, EndpointStateRow.heard_at)
        .join(EndpointStateRow, col(EndpointStateRow.endpoint) == col(EndpointRow.id))
        .where(col(EndpointRow.enabled).is_(True), _tells_all())
        .order_by(col(EndpointStateRow.heard_at))
    )
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for village, endpoint, heard_at in session.exec(wanted):
        for name in (*(village[:digits] for digits in _PREFIXES), endpoint):
            found[name] += [heard_at] if heard_at else []
    return found


def _told_of(session: Session, slots: Iterable[Slot]) -> Counter[str]:
    """How many of those have a record of each slot."""
    over = _limits(slots, "latest", after=LAPSING)
    wanted = (
        select(PlayedRow.slot, func.count(distinct(col(PlayedRow.endpoint))))
        .join(over, over.c.slot == col(PlayedRow.slot))
        .join(EndpointStateRow, col(EndpointStateRow.endpoint) == col(PlayedRow.endpoint))
        .join(EndpointRow, col(EndpointRow.id) == col(PlayedRow.endpoint))
        .where(
            col(EndpointRow.enabled).is_(True),
            _tells_all(),
            col(EndpointStateRow.heard_at) > over.c.until,
        )
        .group_by(col(PlayedRow.slot))
    )
    return Counter({str(slot): endpoints for slot, endpoints in session.exec(wanted)})


def _tells_all() -> ColumnElement[bool]:
    """As the ledger reckons it: nothing is left to tell, and its clock is to be trusted."""
    return and_(
        col(EndpointStateRow.unreceipted) == 0,
        col(EndpointStateRow.clock).in_([ClockQuality.LEARNED, ClockQuality.SYNCED]),
    )


def _named(place: Place) -> str:
    return place.partition("/")[2] if level_of(place) is Level.ENDPOINT else prefix_of(place)


def _silent(
    slot: Slot,
    settled: Standing,
    homes: Homes,
    now: datetime,
    withdrawn: datetime | None,
    sounding: int,
    unreached: int,
) -> Standing:
    """Those who said nothing of it, and the villages where nobody could."""
    endpoints, empty_villages = homes.of(slot.place)
    rest = max(0, endpoints - settled.total())
    found = Standing()
    if withdrawn is not None and withdrawn < slot.latest:
        found[Outcome.WITHDRAWN, None] = rest
    elif now >= slot.latest:
        found[Outcome.MISSED, MissedBecause.NO_LINK] = min(rest, unreached)
        found[Outcome.UNKNOWN, None] = rest - min(rest, unreached)
    else:
        found[Outcome.SOUNDING, None] = min(rest, sounding)
        found[Outcome.PLANNED, None] = rest - min(rest, sounding)
    found[Outcome.MISSED, MissedBecause.NO_ENDPOINT] = empty_villages
    return +found


def _sounding(session: Session) -> Counter[str]:
    """What the last heartbeats named, by how many endpoints."""
    wanted = (
        select(EndpointStateRow.sounding, func.count())
        .where(col(EndpointStateRow.sounding).is_not(None))
        .group_by(col(EndpointStateRow.sounding))
    )
    return Counter({str(sounding): endpoints for sounding, endpoints in session.exec(wanted)})


def _heard_at_all(session: Session, slots: list[str]) -> frozenset[str]:
    found: set[str | None] = set()
    for start in range(0, len(slots), _AT_ONCE):
        named = col(PlayedRow.slot).in_(slots[start : start + _AT_ONCE])
        found |= set(session.exec(select(PlayedRow.slot).where(named, PlayedRow.result == Result.COUNTED)))
    return frozenset(slot for slot in found if slot)


def outcomes(standing: Standing) -> dict[Outcome, int]:
    """A standing without its reasons."""
    found: dict[Outcome, int] = {}
    for (outcome, _), endpoints in standing.items():
        found[outcome] = found.get(outcome, 0) + endpoints
    return found
