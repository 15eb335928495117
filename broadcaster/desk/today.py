"""Today at the desk: one glance at the county. What sounds now and next, what became of each play, who is connected.

Here is what a screen has to know of it; `situation.py` finds it out.
"""

from dataclasses import dataclass
from datetime import date, datetime

from broadcaster.desk.door import Noun, question
from broadcaster.desk.house import Context
from broadcaster.people.rights import Right
from schedules.outcomes import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointCounts:
    """How many endpoints there are, and what they last said; `connected` + `silent` + `never` are all of them."""

    known: int = 0
    connected: int = 0
    silent: int = 0  # were heard once and are not connected
    never: int = 0  # were never heard
    sounding: int = 0  # of those connected
    fetching: int = 0  # of those connected: recordings are missing

    def __add__(self, other: "EndpointCounts") -> "EndpointCounts":
        return EndpointCounts(
            known=self.known + other.known,
            connected=self.connected + other.connected,
            silent=self.silent + other.silent,
            never=self.never + other.never,
            sounding=self.sounding + other.sounding,
            fetching=self.fetching + other.fetching,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaToday:
    """One area with the endpoints in it."""

    code: str
    name: str
    level: str
    endpoints: EndpointCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class TownToday:
    """One town: what sounds there now, and what comes next."""

    area: AreaToday
    sounding: tuple[str, ...]  # titles
    next_at: datetime | None
    next_title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayToday:
    """The plays of one notice that were planned for one moment, with the endpoints by what became of them."""

    notice: str
    title: str
    places: tuple[str, ...]
    planned: datetime
    latest: datetime
    duration_ms: int
    outcomes: dict[Outcome, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Plays of one notice in one place that were not heard; `owed` of them are still made up, at the latest by then."""

    notice: str
    title: str
    place: str
    place_name: str
    because: str  # a member of MissedBecause or AbsentBecause, or of Outcome where no reason is known
    plays: int
    owed: int
    owed_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayView:
    """The county at a glance, as far as it is known at `at`."""

    at: datetime
    day: date
    county: str
    linked: bool | None  # whether the controller reaches its broker; None: no controller runs here
    alerts: tuple[str, ...]  # titles of what is in force
    submitted: int  # notices and playlists that wait for approval
    tickets: int  # that are not over
    untouched: int  # of them: nobody has taken them up yet
    endpoints: EndpointCounts
    towns: tuple[TownToday, ...]
    plays: tuple[PlayToday, ...]
    shortfalls: tuple[Shortfall, ...]


class Today(Noun):
    """The county at a glance."""

    @question("GET", "/today", right=Right.VIEW)
    def show(self, ctx: Context) -> TodayView:
        """What sounds now and next per town, what became of today's plays, and who is connected."""
        from broadcaster.desk.situation import (
            situation,  # needs the database, of which a screen far away knows nothing
        )

        zone = ctx.house.settings.zone
        return situation(ctx.session, ctx.now, zone, linked=ctx.house.linked())

    @question("GET", "/known-at", right=Right.VIEW)
    def known_at(self, ctx: Context) -> datetime | None:
        """When a controller with a broker last watched the county, a few seconds ago while one does; null: none has yet."""
        from broadcaster.desk.watched import known_at

        return known_at(ctx.session)
