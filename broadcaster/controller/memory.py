"""Memory: what repairs know, in the database and back. Judgement is stored with every change that follows from it, the
snapshot of supervision now and then; what flipped after that is taken from the flips.
"""

from dataclasses import dataclass

import msgspec
from sqlmodel import Session, col, select

from broadcaster.controller.hubs import Hubs
from broadcaster.repairs.correlation import Correlator
from broadcaster.repairs.examination import Examined, Examiner
from broadcaster.repairs.memory import Memory
from broadcaster.storage.engine import upsert
from broadcaster.storage.tables import AliveRow, FlipRow, MemoryRow
from devices.supervision import Flip, Moment, Supervision, Timeline, begun, restored, resumed

SUPERVISION, CORRELATION, EXAMINATION, TIMELINE, CELLS = (
    "supervision",
    "correlation",
    "examination",
    "timeline",
    "cells",
)


@dataclass(slots=True, kw_only=True)
class Mind:
    """Everything that runs, of one county. Mutable."""

    timeline: Timeline
    supervision: Supervision
    correlator: Correlator
    examiner: Examiner
    hubs: Hubs
    emergency: bool = False
    last_tick_s: float = float("-inf")

    @property
    def next_s(self) -> float:
        """Until then passing time changes nothing, if nothing arrives."""
        return min(self.supervision.next_s, self.correlator.next_s, self.examiner.next_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What is known at a start."""

    timeline: Timeline
    supervision: Supervision
    correlation: Memory | None
    examination: Examined | None


def recalled(session: Session, now: Moment) -> Recalled:
    """What was stored; at the very first start nothing is known."""
    timeline = _timeline(session, now)
    at_s = timeline.at(now)
    supervision, correlation, examination = (
        session.get(MemoryRow, name) for name in (SUPERVISION, CORRELATION, EXAMINATION)
    )
    return Recalled(
        timeline=timeline,
        supervision=restored(supervision.payload, at_s, _flips_since(session, supervision.at_s))
        if supervision
        else Supervision(at_s),
        correlation=Memory.from_bytes(correlation.payload) if correlation else None,
        examination=msgspec.msgpack.decode(examination.payload, type=Examined) if examination else None,
    )


def cells(session: Session) -> dict[str, str]:
    """Endpoint → the cell that it last told of."""
    row = session.get(MemoryRow, CELLS)
    return msgspec.msgpack.decode(row.payload, type=dict[str, str]) if row else {}


def keep_judgement(session: Session, mind: Mind, cells: dict[str, str]) -> None:
    """What correlation and examination know."""
    _put(session, mind, CORRELATION, mind.correlator.memory().to_bytes())
    _put(session, mind, EXAMINATION, msgspec.msgpack.encode(mind.examiner.memory()))
    _put(session, mind, CELLS, msgspec.msgpack.encode(cells))


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
