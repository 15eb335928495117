"""Proof: as-played records, made of attempts that ended, and of those that a power cut ended."""

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from devices import chain
from devices.endpoint.piece import Ended, Piece
from devices.endpoint.store import Unfinished
from devices.errors import BadReport
from schedules.records import AsPlayed, ClockQuality, MissedBecause, Result, result_of


def of_ended(ended: Ended, clock: ClockQuality, boot: str) -> AsPlayed:
    """The record of an attempt; the recorder numbers it."""
    piece = ended.piece
    return AsPlayed(
        seq=1,
        slot=piece.slot,
        alert=piece.alert,
        notice=piece.notice,
        version=piece.version,
        recording=piece.recording,
        started=ended.started,
        ended=ended.ended,
        heard_ms=ended.heard_ms,
        full_ms=ended.full_ms,
        result=ended.result,
        because=ended.because,
        volume=piece.volume,
        clock=clock,
        boot=boot,
    )


def under_way(
    piece: Piece, started: datetime, last_heard: datetime, heard_ms: int, clock: ClockQuality, boot: str
) -> Unfinished:
    """What to write down of a play that has not ended, so that a power cut cannot hide it."""
    record = of_ended(
        Ended(
            piece=piece,
            started=started,
            ended=last_heard,
            heard_ms=heard_ms,
            full_ms=piece.playable.duration_ms,
            result=Result.PARTIAL,
            because=MissedBecause.NO_POWER,
        ),
        clock,
        boot,
    )
    return Unfinished(key=piece.key, body=chain.record_to_text(record))


def taken_up(note: Unfinished, counting_percent: int) -> AsPlayed | None:
    """The record of a play that the last boot did not live to end; None if nobody heard any of it, or the note is damaged."""
    try:
        record = chain.record_from_json(msgspec.json.decode(note.body, type=chain.Linked))
    except (msgspec.MsgspecError, BadReport):
        return None
    if not record.heard_ms or record.ended is None:
        return None
    result = result_of(record.heard_ms, record.full_ms, counting_percent)
    return replace(
        record, result=result, because=None if result is Result.COUNTED else MissedBecause.NO_POWER
    )


def ended_at_latest(record: AsPlayed, note_s: float) -> datetime:
    """When a play taken up can have sounded last: it went on after its last note, until the next at most.

    Gaps are kept from here, or a village would hear it twice in a row.
    """
    assert record.ended is not None
    unnoted_ms = min(note_s * 1000, max(record.full_ms - record.heard_ms, 0))
    return record.ended + timedelta(milliseconds=unnoted_ms)
