"""Loop rules: how often a day, in which windows, on which days, how far apart."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from schedules.places import Place
from schedules.precedence import Precedence

DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Wall-clock span [start, end) of a day; end <= start runs over midnight; start == end is a whole day."""

    start: time
    end: time


class Weekday(StrEnum):
    """Days by name, so that nobody counts from 0 or 1."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class MarketCalendar(StrEnum):
    """Which calendar's day number a market day (赶集日) is counted in."""

    LUNAR = "lunar"
    SOLAR = "solar"


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySelection:
    """Which days: every given condition must allow a day (an empty one allows all); exceptions take days away.

    `workdays`: True only working days incl. make-up workdays, False only days off incl. public holidays, None either.
    `market_digits`: day numbers modulo 5 or by last digit, e.g. (1, 6) = days 1, 6, 11, 16, 21, 26 of the month.
    """

    weekdays: frozenset[Weekday] = frozenset()
    dates: frozenset[date] = frozenset()
    ranges: tuple[tuple[date, date], ...] = ()  # both ends included
    workdays: bool | None = None
    market_digits: frozenset[int] = frozenset()
    market_calendar: MarketCalendar = MarketCalendar.LUNAR
    except_dates: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRule:
    """N plays a day inside windows, a minimum gap apart; or at fixed times (then `plays` follows from them)."""

    plays: int = 0
    windows: tuple[Window, ...] = ()
    days: DaySelection = DaySelection()
    minimum_gap_s: int = 600  # from the end of one play to the start of the next of the same order
    fixed_times: tuple[time, ...] = ()
    fixed_lateness_s: int = 300  # how late a fixed-time play may still start

    def __post_init__(self) -> None:
        if self.fixed_times and (self.plays or self.windows):
            raise ValueError("a loop rule has fixed times, or plays in windows, not both")
        if not self.fixed_times and not (1 <= self.plays <= 288 and self.windows):
            raise ValueError(
                f"a loop rule needs 1 to 288 plays and at least one window, got {self.plays} plays"
            )
        if len(set(self.fixed_times)) != len(self.fixed_times):
            raise ValueError("a loop rule names each fixed time once")
        if not (0 <= self.minimum_gap_s <= DAY_S and 0 <= self.fixed_lateness_s <= DAY_S):
            raise ValueError("a loop rule's gap and lateness are seconds, 0 or more and at most a day")

    @property
    def ordered(self) -> int:
        """How many plays a selected day owes each place."""
        return len(self.fixed_times) or self.plays


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One notice version inside an order, with the length of its recording."""

    notice: str
    version: int
    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be heard how often and where: a block of one or more items (a playlist) under one loop rule."""

    id: str
    items: tuple[Item, ...]
    rule: LoopRule
    targets: tuple[Place, ...]
    valid_from: datetime
    valid_until: datetime
    precedence: Precedence

    @property
    def duration_ms(self) -> int:
        """Length of the whole block."""
        return sum(item.duration_ms for item in self.items)
