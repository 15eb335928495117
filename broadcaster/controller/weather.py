"""Weather as repairs see it: where and when a storm was noted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.places import Place, covers

AROUND = timedelta(minutes=30)  # lightning and wind before and after what was noted


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
