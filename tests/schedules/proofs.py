"""Slots and as-played records for the tests of the ledger."""

from datetime import date, datetime, timedelta

from schedules.ledger import Proof
from schedules.places import Place
from schedules.records import AsPlayed, ClockQuality, MissedBecause, Result, result_of
from schedules.slots import PlannedBecause, Slot, slot_id
from tests.schedules.playing import clock

DAY = date(2026, 5, 1)
LIJIA = Place("341523100200")
WANGZHUANG = Place("341523100201")


def slot(ordinal: int = 0, place: Place = LIJIA, notice: str = "letter") -> Slot:
    """One of the plays at 08:00, 09:00, …, each of which may be made up until 20:00."""
    name = slot_id(order="o", notice=notice, version=1, place=place, day=DAY, ordinal=ordinal)
    return Slot(
        id=name,
        order="o",
        notice=notice,
        version=1,
        place=place,
        day=DAY,
        ordinal=ordinal,
        item=0,
        earliest=clock("06:00"),
        planned=clock("08:00") + timedelta(hours=ordinal),
        latest=clock("20:00"),
        duration_ms=100_000,
        because=PlannedBecause.SPREAD,
    )


def played(
    of: Slot,
    seq: int = 1,
    *,
    seconds: int = 100,
    when: datetime | None = None,
    result: Result | None = None,
    because: MissedBecause | None = None,
    quality: ClockQuality = ClockQuality.SYNCED,
) -> AsPlayed:
    """`seconds` of `of` sounded from `when` (as planned)."""
    started = (when or of.planned) if seconds else None
    return AsPlayed(
        seq=seq,
        slot=of.id,
        notice=of.notice,
        version=of.version,
        recording="00" * 32,
        started=started,
        ended=started and started + timedelta(seconds=seconds),
        heard_ms=seconds * 1000,
        full_ms=of.duration_ms,
        result=result or result_of(seconds * 1000, of.duration_ms),
        because=because,
        clock=quality,
        boot="b0",
    )


def missed(of: Slot, because: MissedBecause, seq: int = 1) -> AsPlayed:
    return played(of, seq, seconds=0, because=because)


def proof(record: AsPlayed, endpoint: str = "horn-1", chain: str = "c0") -> Proof:
    return Proof(endpoint=endpoint, chain=chain, record=record)
