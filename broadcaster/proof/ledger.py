"""The ledger of a day on the database: planned slots and absences, endpoints, and their as-played records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from broadcaster.controller.publishing import topic_of
from broadcaster.storage.mapping import absence_of, played_of, slot_of
from broadcaster.storage.tables import (
    AbsenceRow,
    AreaRow,
    EndpointRow,
    EndpointStateRow,
    NoticeRow,
    PlayedRow,
    PublishedRow,
    SlotRow,
)
from devices.topics import ROOT as TOPICS
from devices.topics import DocumentKind
from schedules.ledger import Progress, Proof, merge
from schedules.notices import NoticeState
from schedules.places import Level, Place, level_of
from schedules.records import AsPlayed, ClockQuality, Result
from schedules.slots import DayPlan, Slot
from schedules.tally import Atom, Roster, atoms

_LIVE = (NoticeState.APPROVED, NoticeState.ON_AIR)
Records = dict[tuple[str, str], tuple[AsPlayed, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """All that is known of one day: what was ordered, who should hear it, and what was proved."""

    plan: DayPlan
    roster: Roster
    records: Records
    progress: Callable[[Slot, str], Progress]

    def atoms(self, now: datetime) -> list[Atom]:
        """Every ordered play at every endpoint with its outcome."""
        return list(atoms(self.plan, self.roster, self.records, now, self.progress))


def read_day(session: Session, day: date) -> Day:
    """Everything of `day`. A slot that planning replaced is not ordered, unless it was heard all the same."""
    rows = list(session.exec(select(SlotRow).where(SlotRow.day == day)))
    records = _records(session, [row.id for row in rows])
    heard = {slot for (slot, _), found in records.items() if any(r.result is Result.COUNTED for r in found)}
    live = live_notices(session)
    withdrawn: dict[str, datetime] = {
        row.id: row.withdrawn_at
        for row in rows
        if row.withdrawn_at is not None and row.notice not in live and row.id not in heard
    }
    slots = [
        slot_of(row) for row in rows if row.withdrawn_at is None or row.id in heard or row.notice not in live
    ]
    absences = [absence_of(row) for row in session.exec(select(AbsenceRow).where(AbsenceRow.day == day))]
    return Day(
        plan=DayPlan(day=day, slots=tuple(slots), absences=tuple(absences)),
        roster=roster(session),
        records=records,
        progress=_progress(session, withdrawn),
    )


def roster(session: Session) -> Roster:
    """Every village with its endpoints, also those without any."""
    found: dict[Place, list[str]] = {
        Place(code): []
        for code in session.exec(select(AreaRow.code).order_by(col(AreaRow.code)))
        if level_of(Place(code)) is Level.VILLAGE
    }
    enabled = select(EndpointRow).where(col(EndpointRow.enabled).is_(True)).order_by(col(EndpointRow.id))
    for endpoint in session.exec(enabled):
        found.setdefault(Place(endpoint.village), []).append(endpoint.id)
    return found


def live_notices(session: Session) -> frozenset[str]:
    """The ids of all notices of which a version is approved or on the air."""
    return frozenset(session.exec(select(NoticeRow.id).where(col(NoticeRow.state).in_(_LIVE))))


def _records(session: Session, slots: list[str]) -> Records:
    proofs: list[Proof] = []
    for start in range(0, len(slots), 500):
        rows = session.exec(select(PlayedRow).where(col(PlayedRow.slot).in_(slots[start : start + 500])))
        proofs += [Proof(endpoint=row.endpoint, chain=row.chain, record=played_of(row)) for row in rows]
    return merge(proofs)


def _progress(session: Session, withdrawn: dict[str, datetime]) -> Callable[[Slot, str], Progress]:
    plans = select(PublishedRow.topic, PublishedRow.revision).where(PublishedRow.kind == DocumentKind.PLAN)
    revisions = dict(session.exec(plans).all())
    states = {row.endpoint: row for row in session.exec(select(EndpointStateRow))}

    def progress(slot: Slot, endpoint: str) -> Progress:
        state = states.get(endpoint)
        if state is None:
            return Progress(withdrawn=withdrawn.get(slot.id))
        topic, _ = topic_of(DocumentKind.PLAN, slot.place)
        revision = revisions.get(topic)
        held = (
            revision is not None and (state.held or {}).get(topic.removeprefix(f"{TOPICS}/"), 0) >= revision
        )
        return Progress(
            held=held,
            staged=held and not state.missing_count,
            sounding=state.sounding == slot.id,
            withdrawn=withdrawn.get(slot.id),
            told_until=_told_until(state),
        )

    return progress


def _told_until(state: EndpointStateRow) -> datetime | None:
    """The newest heartbeat, if it says that nothing is left to tell; an untrusted clock settles no slot yet."""
    everything = state.unreceipted == 0 and state.clock not in (None, ClockQuality.NONE)
    return state.heard_at if everything else None


def days_between(first: date, last: date) -> Iterable[date]:
    """Every date from `first` to `last`, both included."""
    return [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]


def read_days(session: Session, days: Iterable[date], now: datetime) -> list[Atom]:
    """The atoms of several days."""
    return [atom for day in days for atom in read_day(session, day).atoms(now)]
