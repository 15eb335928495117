"""Watched: as of when the county is known; of what nobody watched, nothing is known."""

from datetime import datetime

from sqlmodel import Session, col, select

from broadcaster.controller.terrain import BROKER
from broadcaster.storage.tables import AliveRow, GateMoveRow


def known_at(session: Session) -> datetime | None:
    """When a controller with a broker last watched, a few seconds ago while one does; None: none has yet."""
    alive = session.get(AliveRow, 1)
    if alive is None:
        return None
    moves = select(GateMoveRow).where(GateMoveRow.gate == BROKER).order_by(col(GateMoveRow.id).desc())
    last = session.exec(moves.limit(1)).first()
    return alive.wall if last is None or last.open else min(alive.wall, last.since)
