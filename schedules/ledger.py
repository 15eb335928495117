"""The ledger (播出台账): one outcome for each slot at each endpoint, proved by as-played records.

Records may arrive late, doubled and in any order: the same set gives the same ledger.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import structs

from schedules.agenda import ON_TIME
from schedules.outcomes import Outcome
from schedules.records import AsPlayed, ClockQuality, MissedBecause, Result
from schedules.slots import Slot

_ROUNDING = timedelta(seconds=1)  # players report their end a little late
LAPSING = timedelta(minutes=5)  # within which an endpoint has recorded that something is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A verified as-played record and whose it is; (endpoint, chain, seq) names it for ever."""

    endpoint: str
    chain: str
    record: AsPlayed


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a slot or alert has come at an endpoint, as far as other things than records tell."""

    held: bool = False  # the endpoint holds the document with it
    staged: bool = False  # the endpoint verified the recording
    sounding: bool = False  # the last heartbeat names it
    withdrawn: datetime | None = None  # when its notice was withdrawn
    told_until: datetime | None = None  # by a trusted clock: all its records up to then are here


_NO_PROGRESS = Progress()


class Violation(StrEnum):
    """What must never happen; shown to the operator, never hidden in a sum."""

    COUNTED_TWICE = "counted_twice"
    OUTSIDE_WINDOW = "outside_window"  # sounded outside [earliest, latest) by its own trusted clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The one outcome of a slot or alert at an endpoint, with the reason and the attempt that decides it."""

    outcome: Outcome
    because: MissedBecause | None = None
    started: datetime | None = None
    heard_ms: int = 0
    violations: frozenset[Violation] = frozenset()


def merge(proofs: Iterable[Proof]) -> dict[tuple[str, str], tuple[AsPlayed, ...]]:
    """(slot or alert id, endpoint) → its records, each once, in the order of their chains."""
    merged: defaultdict[tuple[str, str], list[AsPlayed]] = defaultdict(list)
    for proof in sorted(set(proofs), key=lambda p: (p.endpoint, p.chain, p.record.seq)):
        merged[proof.record.slot or proof.record.alert or "", proof.endpoint].append(proof.record)
    return {atom: tuple(records) for atom, records in merged.items()}


def settle(
    slot: Slot, records: Sequence[AsPlayed], now: datetime, progress: Progress = _NO_PROGRESS
) -> Settled:
    """The outcome of `slot` at one endpoint from its merged `records`.

    Counted wins over withdrawn over partial over missed. A clock of quality NONE proves no time: what
    sounded by it is missed, CLOCK_UNKNOWN. Without a record a slot is UNKNOWN after its `latest`, never
    success; once the endpoint has told all that it knows of that time, the plan had never reached it: NO_LINK.
    """
    timed = [record if _proves_time(record) else _untimed(record) for record in records]
    settled = _verdict(timed, slot.latest, now, progress)
    if not records:
        return settled
    late = settled.started is not None and settled.started > slot.planned + ON_TIME
    outcome = Outcome.MADE_UP if late and settled.outcome is Outcome.COUNTED else settled.outcome
    return replace(settled, outcome=outcome, violations=_violations(slot, timed))


def _proves_time(record: AsPlayed) -> bool:
    """Whether the record tells when it sounded, or tells that nothing did."""
    known = record.started is not None and record.clock is not ClockQuality.NONE
    return known or record.result in (Result.MISSED, Result.WITHDRAWN)


def _untimed(record: AsPlayed) -> AsPlayed:
    """The record as it counts for a slot when nobody knows at what time it sounded."""
    return structs.replace(record, result=Result.MISSED, because=MissedBecause.CLOCK_UNKNOWN, started=None)


def _verdict(records: Sequence[AsPlayed], ends: datetime, now: datetime, progress: Progress) -> Settled:
    """What the records and, without them, the progress say of something that is over at `ends`."""
    best: dict[Result, AsPlayed] = {}
    for record in records:
        known = best.get(record.result)
        if known is None or record.heard_ms > known.heard_ms:
            best[record.result] = record
    withdrawn = Result.WITHDRAWN in best or (progress.withdrawn is not None and progress.withdrawn < ends)
    if Result.COUNTED in best:
        return _told(Outcome.COUNTED, best[Result.COUNTED])
    if withdrawn:
        return Settled(outcome=Outcome.WITHDRAWN)
    if Result.PARTIAL in best:
        return _told(Outcome.PARTIAL, best[Result.PARTIAL])
    if Result.MISSED in best:
        return _told(Outcome.MISSED, best[Result.MISSED])
    if now < ends:
        return Settled(outcome=_pending(progress))
    if progress.told_until is not None and progress.told_until > ends + LAPSING:
        return Settled(outcome=Outcome.MISSED, because=MissedBecause.NO_LINK)  # it never reached the endpoint
    return Settled(outcome=Outcome.UNKNOWN)


def _told(outcome: Outcome, record: AsPlayed) -> Settled:
    return Settled(outcome=outcome, because=record.because, started=record.started, heard_ms=record.heard_ms)


def _pending(progress: Progress) -> Outcome:
    """How far something came that is not over."""
    if progress.sounding:
        return Outcome.SOUNDING
    if progress.staged:
        return Outcome.STAGED
    return Outcome.HELD if progress.held else Outcome.PLANNED


def _violations(slot: Slot, records: Sequence[AsPlayed]) -> frozenset[Violation]:
    """What the records prove that must never happen."""
    found = set()
    if sum(record.result is Result.COUNTED for record in records) > 1:
        found.add(Violation.COUNTED_TWICE)
    sounded = [(r.started, r.ended) for r in records if r.started is not None and r.ended is not None]
    if any(start < slot.earliest or end > slot.latest + _ROUNDING for start, end in sounded):
        found.add(Violation.OUTSIDE_WINDOW)
    return frozenset(found)
