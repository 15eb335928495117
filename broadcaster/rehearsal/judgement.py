"""Judgement: what a run amounts to: ledger, skew of simultaneous starts, and every law that was broken."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Protocol, Self, TypeVar

from sqlmodel import Session, col, select

from broadcaster.controller.lag import STATE
from broadcaster.proof.ledger import days_between, read_days
from broadcaster.rehearsal import laws
from broadcaster.rehearsal.county import County, Scenario
from broadcaster.rehearsal.horn import REPAIR_S, Horn
from broadcaster.rehearsal.laws import Chain, Claim, Violation
from broadcaster.rehearsal.people import ALERT, IN_FORCE
from broadcaster.rehearsal.scene import Scene
from broadcaster.rehearsal.truth import Ears, Heard
from broadcaster.rehearsal.witness import Witness
from broadcaster.rehearsal.world import World
from broadcaster.storage.engine import transaction
from broadcaster.storage.mapping import slot_of, windows_of
from broadcaster.storage.tables import AreaRow, EndpointStateRow, NoticeRow, PlayedRow, PublishedRow, SlotRow
from devices.topics import ROOT, area_document, endpoint_document
from schedules.places import Place, chain_of
from schedules.records import ClockQuality, Result
from schedules.slots import AbsentBecause, Slot, Span
from schedules.tally import Atom, Line, Tally, by_notice, by_village, lines, total
from schedules.windows import spans_around

_Key = TypeVar("_Key", bound=str)
_ALERT_GRACE_S = 300.0  # whoever had power and network from then on must have sounded it


class Run(Protocol):
    """What is judged, when it is over."""

    scenario: Scenario
    scene: Scene
    world: World
    ears: Ears
    witness: Witness
    horns: dict[str, Horn]
    written: "Written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What endpoints had written down by `time`, which must be proved; what came later may be on its way."""

    time: datetime
    chains: tuple[Chain, ...]

    @classmethod
    def at(cls, time: datetime, horns: Iterable[Horn]) -> Self:
        """As it is now."""
        stores = {horn.id: horn.site.store for horn in horns}
        chains = (Chain(endpoint=name, chain=each.chain, last=each.tip[0]) for name, each in stores.items())
        return cls(time=time, chains=tuple(chains))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What the ledger says of one notice or one village: its id or code, what people call it, and its plays.

    Those of a village also by `days`.
    """

    of: str
    name: str
    tally: Tally
    days: Mapping[date, Tally] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The outcome of a run. `violations` in order of time."""

    violations: tuple[Violation, ...]
    ledger: Tally
    notices: tuple[Sum, ...]
    villages: tuple[Sum, ...]
    skew_ms_p99: float | None
    starts_compared: int


def judge(run: Run, alert_sent_s: float | None) -> Judgement:
    """All laws on all that happened, and the ledger of what was planned from the start on."""
    now, heard, days = run.world.now, run.ears.heard, _days(run)
    with transaction(run.scene.engine) as session:
        atoms = read_days(session, days, now)
        slots = {row.id: slot_of(row) for row in session.exec(select(SlotRow))}
        claims, stored = _claims(session), _stored(session)
        held, wanted = _held(session), _wanted(session, run)
        quiet = _quiet_of(session, run.scene.county, days)
        rehearsed = [atom for atom in atoms if _rehearsed(atom, slots, run.scene.start)]
        summed = lines(rehearsed)
        notices = _sums(by_notice(summed), dict(session.exec(select(NoticeRow.id, NoticeRow.title)).all()))
        names = dict(session.exec(select(AreaRow.code, AreaRow.name)).all())
        villages = _day_by_day(_sums(by_village(summed), names), summed)
    found = [
        *laws.heard_rightly(heard, slots, quiet),
        *laws.ordered_rightly(heard, run.witness),
        *laws.spread_rightly(heard, slots, run.witness),
        *laws.claimed_rightly(claims, heard, slots, run.written.time),
        *laws.proved_rightly(run.written.chains, stored, now),
        *laws.settled_rightly(atoms, now),
        *laws.converged(held, wanted, now),
        *_alerted(run, alert_sent_s),
    ]
    skews = _skews(heard, slots, run.scene.county, {(c.endpoint, c.slot) for c in claims if c.synced})
    return Judgement(
        violations=tuple(sorted(found, key=lambda v: (v.time, v.invariant, v.subject))),
        ledger=total(rehearsed),
        notices=notices,
        villages=villages,
        skew_ms_p99=round(skews[int(len(skews) * 0.99)], 1) if skews else None,
        starts_compared=len(skews),
    )


def _days(run: Run) -> tuple[date, ...]:
    """The dates of the county's calendar that are rehearsed."""
    start = run.scene.start
    begun = (start - start.replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(days=1)
    last = start.date() + timedelta(days=max(0, round(begun + run.scenario.days) - 1))
    return tuple(days_between(start.date(), last))


def _rehearsed(atom: Atom, slots: Mapping[str, Slot], start: datetime) -> bool:
    """Whether it was planned from the start on; of what has no slot, whether the day had not begun without it."""
    slot = slots.get(atom.slot)
    if slot is not None:
        return slot.planned >= start
    return not (atom.because is AbsentBecause.DAY_BEGUN and atom.day == start.date())


def _sums(tallies: Mapping[_Key, Tally], names: Mapping[str, str]) -> tuple[Sum, ...]:
    return tuple(Sum(of=key, name=names.get(key, key), tally=tally) for key, tally in tallies.items())


def _day_by_day(villages: Iterable[Sum], summed: Iterable[Line]) -> tuple[Sum, ...]:
    days: defaultdict[str, dict[date, Tally]] = defaultdict(dict)
    for line in summed:
        days[line.village][line.day] = days[line.village].get(line.day, Tally()) + line.tally
    return tuple(replace(village, days=days[village.of]) for village in villages)


def _alerted(run: Run, sent_s: float | None) -> Iterable[Violation]:
    if sent_s is None:
        return ()
    since = run.world.start + timedelta(seconds=sent_s)
    return laws.alerted_rightly(run.ears.heard, ALERT, since, _expected(run.horns, sent_s))


def _expected(horns: Mapping[str, Horn], sent_s: float) -> list[str]:
    """Who had power and network while the alert was in force."""
    from_s, until_s = sent_s + _ALERT_GRACE_S, sent_s + IN_FORCE.total_seconds()
    return [
        name
        for name, horn in horns.items()
        if not any(begin < until_s and end > from_s for begin, end in horn.troubled)
    ]


def _claims(session: Session) -> list[Claim]:
    rows = session.exec(
        select(PlayedRow).where(PlayedRow.result == Result.COUNTED, col(PlayedRow.slot).is_not(None))
    )
    return [
        Claim(
            endpoint=row.endpoint,
            slot=row.slot or "",
            started=row.started or row.received_at,
            synced=row.clock is ClockQuality.SYNCED,
        )
        for row in rows
        if row.clock is not ClockQuality.NONE
    ]


def _stored(session: Session) -> dict[tuple[str, str], set[int]]:
    found: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for endpoint, chain, seq in session.exec(select(PlayedRow.endpoint, PlayedRow.chain, PlayedRow.seq)):
        found[endpoint, chain].add(seq)
    return found


def _held(session: Session) -> dict[str, dict[str, int]]:
    return {row.endpoint: row.held or {} for row in session.exec(select(EndpointStateRow))}


def _wanted(session: Session, run: Run) -> dict[str, dict[str, int]]:
    """What was published long enough ago that every endpoint has told of it, by endpoint and topic without its root."""
    settled = run.world.now - timedelta(seconds=2 * REPAIR_S)
    rows = session.exec(select(PublishedRow).where(col(PublishedRow.kind).in_(STATE)))
    revisions = {row.topic: row.revision for row in rows if row.issued < settled}
    return {
        name: {
            topic.removeprefix(f"{ROOT}/"): revisions[topic]
            for topic in _topics_of(name, village)
            if topic in revisions
        }
        for name, (village, _) in run.scene.county.endpoints.items()
    }


def _topics_of(endpoint: str, village: Place) -> tuple[str, ...]:
    """The topics of state that an endpoint obeys: its own, and those of its areas."""
    return (
        *(endpoint_document(endpoint, kind) for kind in STATE),
        *(area_document(area, kind) for area in chain_of(village) for kind in STATE),
    )


def _quiet_of(session: Session, county: County, days: Iterable[date]) -> dict[str, tuple[Span, ...]]:
    """The quiet hours of each endpoint in true time: those of its village, else of its county."""
    rows = [row for row in session.exec(select(AreaRow)) if row.quiet_hours is not None]
    spans = {
        Place(row.code): tuple(
            span for day in days for span in spans_around(windows_of(row.quiet_hours) or (), day, county.zone)
        )
        for row in rows
    }
    return {
        name: next((spans[area] for area in chain_of(village) if area in spans), ())
        for name, (village, _) in county.endpoints.items()
    }


def _skews(
    heard: Iterable[Heard], slots: Mapping[str, Slot], county: County, synced: Set[tuple[str, str]]
) -> list[float]:
    """Per slot and village: how far apart (ms) the endpoints started that started on time by synchronised clocks."""
    starts: defaultdict[tuple[str, Place], list[datetime]] = defaultdict(list)
    for stretch in heard:
        slot = slots.get(stretch.key)
        if (stretch.endpoint, stretch.key) not in synced:
            continue
        if slot and stretch.start_ms == 0 and abs(stretch.started - slot.planned) < timedelta(seconds=2):
            starts[stretch.key, county.endpoints[stretch.endpoint][0]].append(stretch.started)
    return sorted(
        (max(found) - min(found)).total_seconds() * 1000 for found in starts.values() if len(found) > 1
    )
