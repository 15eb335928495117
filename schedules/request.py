"""The request for a plan: everything that the plan of one day depends on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from schedules.calendar import Calendar
from schedules.ground import PlaceRules
from schedules.places import Place
from schedules.rules import Order
from schedules.slots import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """Everything that the plan of one day depends on.

    `places` knows every area and every endpoint (by its place). `kept` are the slots published or sounded: of this day,
    and those of the neighbouring days that reach into it or into an order's minimum gap.
    """

    day: date
    now: datetime
    zone: ZoneInfo
    calendar: Calendar = field(default_factory=Calendar)
    places: Mapping[Place, PlaceRules]
    orders: tuple[Order, ...]
    kept: tuple[Slot, ...] = ()

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError(f"planning {self.day}: now must be aware of its zone, got {self.now}")
        ids = [order.id for order in self.orders]
        if len(set(ids)) < len(ids):
            twice = sorted({order for order in ids if ids.count(order) > 1})
            raise ValueError(f"planning {self.day}: each order once, got several times: {', '.join(twice)}")
