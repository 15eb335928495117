"""Repairing: the reports that the controller receives go through supervision and correlation and become tickets.

`receive`, `connected` and `disconnected` only note what came and when: they cost the controller nothing. `look`, which may
run in a thread of its own, takes all that in order of arrival, lets time pass in between, and stores what follows (flips,
incidents, tickets, memory) in one transaction. Killed at any instant it goes on from the last one: what it had not
stored had not happened, and what was not watched is held against nobody.

Time passes only up to what was noted, so that a controller that stalls is seen as blind, not the county as silent.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from broadcaster.controller import learning, memory, terrain, weather
from broadcaster.controller.filing import Filing
from broadcaster.controller.mind import Mind, Noted
from broadcaster.controller.moment import Moment
from broadcaster.controller.planning import calendar_of
from broadcaster.controller.readings import Readings
from broadcaster.repairs.rules import PutBack
from broadcaster.storage.changes import changes
from broadcaster.storage.engine import snapshot, transaction
from broadcaster.storage.tables import AlertRow, MaintenanceRow, NoticeRow
from broadcaster.tickets.hours import WorkingHours
from devices.reports import Heartbeat, Report
from devices.supervision import Moment as Instant
from devices.supervision import exported
from schedules.notices import NoticeState
from schedules.precedence import BroadcastClass

log = logging.getLogger(__name__)

STALL_S = 5.0  # a longer pause was not watched
STORED_EVERY_S = 5.0
SNAPSHOT_EVERY_S = 15.0
SNAPSHOT_SHARE = 0.02  # of the time at most
CELLS_EVERY_S = 600.0
MOST_WAITING = 500_000
MOST_PROBES = 1_000


class Repairing:
    """One county's supervision, correlation and tickets. `pace_s`: how far apart `alive` is said when all is well."""

    def __init__(
        self,
        engine: Engine,
        zone: ZoneInfo,
        *,
        machine: str,
        pace_s: float = STALL_S,
        stopwatch: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._engine, self._zone, self._machine, self._pace_s = engine, zone, machine, pace_s
        self._stopwatch = stopwatch
        self._noted: deque[Noted] = deque(maxlen=MOST_WAITING)
        self._probes: deque[str] = deque(maxlen=MOST_PROBES)
        self._to_put_back: deque[PutBack] = deque()
        self._mind: Mind | None = None
        self._seen_changes = -1
        self._readings = Readings(engine, zone)
        self._learned: datetime | None = None  # when rates were estimated last
        self._working: WorkingHours | None = None
        self._stored_s = self._snapshot_s = self._cells_s = float("-inf")
        self._snapshot_every_s = SNAPSHOT_EVERY_S

    # What it is told, from the controller's own thread

    def receive(self, endpoint: str, report: Report, now: Moment, *, retained: bool = False) -> None:
        """A report of a known endpoint arrived."""
        self._noted.append(Noted(now, endpoint, report, retained))

    def connected(self, now: Moment) -> None:
        """The broker is reached (again)."""
        self._noted.append(Noted(now, link=True))

    def disconnected(self, now: Moment) -> None:
        """The broker is not reached: nothing can be said of what lies behind."""
        self._noted.append(Noted(now, link=False))

    def alive(self, now: Moment) -> None:
        """The controller attends to what arrives; said about once a second, or as often as `pace_s` says."""
        self._noted.append(Noted(now))

    def probes(self) -> tuple[str, ...]:
        """Whom to ask for a sign of life, since it was last asked."""
        return tuple(self._probes.popleft() for _ in range(len(self._probes)))

    def to_put_back(self) -> tuple[PutBack, ...]:
        """Volumes to be ordered again, since it was last asked; that they were is stored already."""
        return tuple(self._to_put_back.popleft() for _ in range(len(self._to_put_back)))

    # What it does, in one thread at a time

    def look(self, now: Moment) -> None:
        """Takes what was noted and stores what follows. What could not be stored is stored with the next look."""
        mind = self._mind or self._begin(now)
        self._refresh(mind, now)
        at, at_s = None, 0.0
        while self._noted:
            noted = self._noted.popleft()
            if noted.at is not at:  # many arrive at one moment
                at, at_s = noted.at, mind.timeline.at(self._instant(noted.at))
                mind.pass_time(at_s)
            mind.take(noted, at_s)
        self._probes.extend(mind.supervision.probes(mind.supervision.ticked))
        mind.gather()
        self._store(mind, now)

    def _begin(self, now: Moment) -> Mind:
        with snapshot(self._engine) as session:
            self._seen_changes = changes(session)
            instant = self._instant(now)
            self._mind = memory.recalled(session, instant, self._readings, self._zone, pace_s=self._pace_s)
        return self._mind

    def _refresh(self, mind: Mind, now: Moment) -> None:
        """The registry, where it changed; cells, now and then; what is being sounded."""
        beats = (n.report for n in tuple(self._noted) if type(n.report) is Heartbeat)
        sounding = {beat.sounding for beat in beats if beat.sounding is not None}
        with snapshot(self._engine) as session:
            if sounding:
                self._readings.programme.learn(session, sounding, now.utc)
            seen = changes(session)
            if seen != self._seen_changes:
                self._seen_changes = seen
                self._working = None
                mind.remap(terrain.read(session, mind.cells))
            elif mind.supervision.ticked - self._cells_s >= CELLS_EVERY_S:
                self._cells_s = mind.supervision.ticked
                mind.remap(terrain.with_cells(mind.terrain, mind.cells))

    # How it is kept

    def _store(self, mind: Mind, now: Moment) -> None:
        is_time = now.mono_s - self._stored_s >= STORED_EVERY_S
        if not (mind.is_news or is_time):
            return
        instant = self._instant(now)
        wall = cache(lambda at_s: mind.timeline.wall_of(at_s, instant))  # many flips have a time in common
        with snapshot(self._engine) as session:
            mind.plan(_worked_on(session, now.utc))
            mind.emergency(waits=_is_emergency(session, now.utc))
            self._readings.weather = weather.read(session, now.utc)
            told = self._readings.on_site.read(session, now.utc)
        for said in told:
            at_s = mind.timeline.at(instant) - (now.utc - said.at).total_seconds()
            mind.correlator.told(said.root, said.answer, at_s, mind.supervision.ticked)
        mind.gather()
        supervised, took_s = self._snapshot(mind, now)
        with transaction(self._engine) as session:  # while it lasts all others wait who want to write
            memory.keep_happened(session, mind, wall)
            filing = Filing(
                session=session,
                terrain=mind.terrain,
                planned=mind.knowledge.planned,
                wall=wall,
                working=self._working_hours(session),
                now=now.utc,
            )
            filing.file(mind.incidents.values())
            for incident in filing.reopened:
                mind.correlator.reopened(incident, mind.supervision.ticked)
            shown = {each.key: each for each in mind.correlator.changes()}
            mind.incidents |= shown  # for the next look, if this one cannot be stored
            filing.file(shown.values())
            self._learn(mind, session, now.utc)
            filing.pass_time()
            if mind.is_news:
                memory.keep_judgement(session, mind)
            if supervised is not None:
                memory.keep_supervision(session, mind, supervised)
            memory.keep_alive(session, mind, instant)
        self._to_put_back.extend(mind.turned)
        mind.stored()
        self._stored_s = now.mono_s
        if supervised is not None:
            self._snapshot_s = now.mono_s
            self._snapshot_every_s = max(SNAPSHOT_EVERY_S, took_s / SNAPSHOT_SHARE)

    def _learn(self, mind: Mind, session: Session, now: datetime) -> None:
        """With a new month the rates are estimated anew."""
        last = self._learned or learning.last_learned(session, now)
        if learning.is_month_later(last, now, self._zone):
            knowledge = mind.knowledge
            knowledge.rates = learning.learned(session, knowledge.rates, knowledge.topology, last, now)
            learning.keep_learned(session, now)
            last, mind.is_news = now, True
        self._learned = last

    def _working_hours(self, session: Session) -> WorkingHours:
        """By the calendar, which is read again when anything changed that plans depend on."""
        if self._working is None:
            self._working = WorkingHours(zone=self._zone, calendar=calendar_of(session))
        return self._working

    def _snapshot(self, mind: Mind, now: Moment) -> tuple[bytes | None, float]:
        """All that supervision knows, and the seconds it took; None where it is not time for it."""
        if now.mono_s - self._snapshot_s < self._snapshot_every_s:
            return None, 0.0
        begun_s = self._stopwatch()
        supervised = exported(mind.supervision)
        return supervised, self._stopwatch() - begun_s

    def _instant(self, now: Moment) -> Instant:
        return Instant(monotonic=now.mono_s, wall=now.utc, machine=self._machine)


def _worked_on(session: Session, now: datetime) -> frozenset[str]:
    """Where announced work is being done."""
    rows = session.exec(
        select(MaintenanceRow.target).where(
            MaintenanceRow.begins <= now,
            MaintenanceRow.ends > now,
            col(MaintenanceRow.cancelled_at).is_(None),
        )
    )
    return frozenset(rows)


def _is_emergency(session: Session, now: datetime) -> bool:
    """Whether one waits or is on the air."""
    waiting = select(NoticeRow.id).where(
        NoticeRow.klass == BroadcastClass.EMERGENCY,
        col(NoticeRow.state).in_((NoticeState.SUBMITTED, NoticeState.APPROVED)),
    )
    on_air = select(AlertRow.id).where(
        AlertRow.klass == BroadcastClass.EMERGENCY,
        col(AlertRow.cancelled_at).is_(None),
        AlertRow.expires > now,
    )
    return any(session.exec(each.limit(1)).first() is not None for each in (waiting, on_air))
