"""Memory: what repairs know, in the database and back. Judgement is stored with every change that follows from it, the
snapshot of supervision now and then; what flipped after that is taken from the flips.
"""

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

import msgspec
from sqlmodel import Session, col, select

from broadcaster.controller import terrain
from broadcaster.controller.mind import Mind
from broadcaster.controller.readings import Readings
from broadcaster.repairs.examination import Examined
from broadcaster.repairs.memory import Memory
from broadcaster.storage.engine import insert_new_values, upsert
from broadcaster.storage.tables import AliveRow, FlipRow, GateMoveRow, MemoryRow
from devices.supervision import Flip, Moment, Supervision, Timeline, begun, restored, resumed

SUPERVISION, TIMELINE, CELLS = "supervision", "timeline", "cells"
CORRELATION, EXAMINATION = "correlation", "examination"
_SAME = ("endpoint", "from_state", "to_state", "because", "up_s")  # in a flip and its row
_FLIP = (*_SAME, "onset", "detected", "onset_s", "detected_s", "reset", "planned")
_MOVE = ("gate", "open", "since", "because")
_same = attrgetter(*_SAME)


def recalled(session: Session, now: Moment, readings: Readings, zone: ZoneInfo, *, pace_s: float) -> Mind:
    """A mind that goes on from what was stored; at the very first start it knows nothing."""
    timeline = _timeline(session, now)
    supervision, correlation, examination = (
        session.get(MemoryRow, name) for name in (SUPERVISION, CORRELATION, EXAMINATION)
    )
    told = cells(session)
    at_s = timeline.at(now)
    mind = Mind(
        timeline,
        restored(supervision.payload, at_s, _flips_since(session, supervision.at_s))
        if supervision
        else Supervision(at_s),
        readings,
        terrain.read(session, told),
        cells=told,
        local=lambda at_s: datetime.fromtimestamp(at_s, zone),
        pace_s=pace_s,
    )
    mind.recall(
        Memory.from_bytes(correlation.payload) if correlation else None,
        msgspec.msgpack.decode(examination.payload, type=Examined) if examination else None,
    )
    return mind


def cells(session: Session) -> dict[str, str]:
    """The cell of the mobile network that each endpoint last told of."""
    told = session.get(MemoryRow, CELLS)
    return msgspec.msgpack.decode(told.payload, type=dict[str, str]) if told else {}


def keep_happened(session: Session, mind: Mind, wall: Callable[[float], datetime]) -> None:
    """What flipped, and which gates moved."""
    flips = [
        (*_same(f), wall(f.onset), wall(f.detected), f.onset, f.detected, f.reset or "", planned)
        for f, planned in mind.flips
    ]
    insert_new_values(session, FlipRow, _FLIP, flips)
    moves = [(moved.gate, moved.open, wall(moved.since), moved.because) for moved in mind.moves]
    insert_new_values(session, GateMoveRow, _MOVE, moves)


def keep_judgement(session: Session, mind: Mind) -> None:
    """What correlation and examination know."""
    _put(session, mind, CORRELATION, mind.correlator.memory().to_bytes())
    _put(session, mind, EXAMINATION, msgspec.msgpack.encode(mind.examiner.memory()))
    _put(session, mind, CELLS, msgspec.msgpack.encode(mind.cells))


def keep_supervision(session: Session, mind: Mind, exported: bytes) -> None:
    """What supervision knows; to be stored together with everything that has happened."""
    _put(session, mind, SUPERVISION, exported)


def keep_alive(session: Session, mind: Mind, now: Moment) -> None:
    """The row of the alive ledger, and the clock that supervision runs by."""
    row = {"id": 1, "monotonic_s": now.monotonic, "wall": now.wall, "boot": now.machine}
    upsert(session, AliveRow, [row])
    _put(session, mind, TIMELINE, msgspec.msgpack.encode(mind.timeline))


def _timeline(session: Session, now: Moment) -> Timeline:
    stored, alive = session.get(MemoryRow, TIMELINE), session.get(AliveRow, 1)
    if stored is None or alive is None:
        return begun(now)
    last = Moment(monotonic=alive.monotonic_s, wall=alive.wall, machine=alive.boot)
    return resumed(msgspec.msgpack.decode(stored.payload, type=Timeline), last, now)


def _flips_since(session: Session, at_s: float) -> list[Flip]:
    rows = session.exec(select(FlipRow).where(col(FlipRow.detected_s) > at_s).order_by(col(FlipRow.id)))
    return [
        Flip(
            endpoint=row.endpoint,
            from_state=row.from_state,
            to_state=row.to_state,
            onset=row.onset_s,
            detected=row.detected_s,
            because=row.because,
        )
        for row in rows
    ]


def _put(session: Session, mind: Mind, name: str, payload: bytes) -> None:
    upsert(session, MemoryRow, [{"name": name, "payload": payload, "at_s": mind.supervision.ticked}])
