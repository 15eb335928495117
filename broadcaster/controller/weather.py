"""Weather as repairs see it: where and when a storm was noted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from broadcaster.storage.tables import StormRow
from schedules.places import Place, covers

AROUND = timedelta(minutes=30)  # lightning and wind before and after what was noted
KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Storm:
    """Noted for an area from one time to another."""

    place: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Weather:
    """The storms of these days."""

    storms: tuple[Storm, ...] = ()

    def is_stormy(self, village: str, at: datetime) -> bool:
        """Whether there was a storm at a village, within half an hour."""
        return any(
            storm.begins - AROUND <= at <= storm.ends + AROUND and covers(Place(storm.place), Place(village))
            for storm in self.storms
        )


def read(session: Session, now: datetime) -> Weather:
    """What was noted for these days, and not taken back."""
    rows = session.exec(
        select(StormRow).where(StormRow.ends > now - KEPT, col(StormRow.cancelled_at).is_(None))
    )
    return Weather(tuple(Storm(row.place, row.begins, row.ends) for row in rows))
