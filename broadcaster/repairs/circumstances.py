"""Circumstances: what is known around the loss of one site's mains."""

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What people on site say when they are asked."""

    SWITCHED_OFF = "switched_off"  # somebody did it
    POWER = "power"  # they have power
    NO_POWER = "no_power"  # they have none


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known around one loss of mains; None and False say nothing."""

    witnesses: int = 0  # on the same supply, well since
    neighbours_dipped: bool = False  # within 5 s
    storm: bool = False  # lightning or wind within half an hour
    volts_before: int | None = None
    while_playing: bool = False  # or within 10 minutes of a start
    hour_ratio: float = 1.0  # how often it happens at this hour of the week, against evenly
    repeats: int = 0  # of the last 14 days, with one within 20 minutes of this time of day
    door_opened: bool = False  # within 10 minutes before
    turned_down: bool = False  # by hand, the same day
    returned_alone: bool = False  # without a visit
    visited: bool = False  # somebody was sent
    said: Answer | None = None  # by people on site, since
    arrears: bool = False
    breaker_tripped: bool = False
