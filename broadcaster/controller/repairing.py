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

from msgspec import Struct
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from broadcaster.controller import learning, memory, terrain, weather
from broadcaster.controller.filing import Filing
from broadcaster.controller.hubs import Hubs
from broadcaster.controller.memory import Mind
from broadcaster.controller.moment import Moment
from broadcaster.controller.planning import calendar_of
from broadcaster.controller.readings import Readings
from broadcaster.controller.terrain import BROKER, Terrain
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.correlation import Correlator
from broadcaster.repairs.examination import Examiner
from broadcaster.repairs.findings import Knowledge
from broadcaster.repairs.incidents import Incident
from broadcaster.repairs.rules import PutBack
from broadcaster.repairs.surroundings import Supervised
from broadcaster.storage.changes import changes
from broadcaster.storage.engine import insert_new_values, snapshot, transaction
from broadcaster.storage.tables import AlertRow, FlipRow, GateMoveRow, MaintenanceRow, NoticeRow
from broadcaster.tickets.hours import WorkingHours
from devices.reports import Event, Heartbeat, LineReport, Report, Status
from devices.supervision import Flip, GateMoved, Happened, Overlaid, State, exported
from devices.supervision import Moment as Instant
from schedules.notices import NoticeState
from schedules.precedence import BroadcastClass

log = logging.getLogger(__name__)

STALL_S = 5.0  # a longer pause was not watched
STEP_S = 4.0  # by which time passes at most where looks are further apart on purpose
CLOSEST_S = 1.0  # of two looks at what passing time has changed
STORED_EVERY_S = 5.0
SNAPSHOT_EVERY_S = 15.0
SNAPSHOT_SHARE = 0.02  # of the time at most
CELLS_EVERY_S = 600.0
MOST_WAITING = 500_000
MOST_PROBES = 1_000

_FLIP = (
    "endpoint",
    "from_state",
    "to_state",
    "onset",
    "detected",
    "onset_s",
    "detected_s",
    "because",
    "up_s",
    "reset",
    "planned",
)
_MOVE = ("gate", "open", "since", "because")


class Noted(Struct, frozen=True, gc=False):
    """Something that came, or just the time (`report` None); `link` True and False: the broker is reached or not."""

    at: Moment
    endpoint: str = ""
    report: Report | None = None
    retained: bool = False
    link: bool | None = None


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
        self._turned: list[PutBack] = []  # not stored yet
        self._to_put_back: deque[PutBack] = deque()
        self._mind: Mind | None = None
        self._terrain: Terrain = {}
        self._cells: dict[str, str] = {}
        self._seen_changes = -1
        self._readings = Readings(engine, zone)
        self._maintained: frozenset[str] = frozenset()
        self._planned: frozenset[str] = frozenset()
        self._flips: list[tuple[Flip, bool]] = []
        self._moves: list[GateMoved] = []
        self._incidents: dict[str, Incident] = {}
        self._is_news = False
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
                self._pass(mind, at_s)
            self._take(mind, noted, at_s)
        self._probes.extend(mind.supervision.probes(mind.supervision.ticked))
        self._gather(mind)
        self._store(mind, now)

    def _heed_emergencies(self, mind: Mind, session: Session, now: datetime) -> None:
        """While an emergency waits or is on the air, holds are short."""
        waiting = select(NoticeRow.id).where(
            NoticeRow.klass == BroadcastClass.EMERGENCY,
            col(NoticeRow.state).in_((NoticeState.SUBMITTED, NoticeState.APPROVED)),
        )
        on_air = select(AlertRow.id).where(
            AlertRow.klass == BroadcastClass.EMERGENCY,
            col(AlertRow.cancelled_at).is_(None),
            AlertRow.expires > now,
        )
        waits = any(session.exec(each.limit(1)).first() is not None for each in (waiting, on_air))
        if waits is not mind.emergency:
            mind.emergency = waits
            mind.correlator.emergency(mind.supervision.ticked, waits=waits)

    def _begin(self, now: Moment) -> Mind:
        instant = self._instant(now)
        with snapshot(self._engine) as session:
            self._cells = memory.cells(session)
            self._terrain = terrain.read(session, self._cells)
            self._seen_changes = changes(session)
            recalled = memory.recalled(session, instant)
        supervision = recalled.supervision
        knowledge = Knowledge(
            topology=terrain.topology(self._terrain),
            surroundings=Supervised(supervision, around=self._readings.around),
            local=lambda at_s: datetime.fromtimestamp(at_s, self._zone),
        )
        correlator = Correlator(knowledge)
        examiner = Examiner(knowledge.topology, lambda name: correlator.incident_of(name) is not None)
        if recalled.correlation is not None:
            correlator.recall(recalled.correlation)
        if recalled.examination is not None:
            examiner.recall(recalled.examination)
        mind = Mind(
            timeline=recalled.timeline,
            supervision=supervision,
            correlator=correlator,
            examiner=examiner,
            hubs=Hubs(supervision, (BROKER,)),
        )
        _settle_gates(mind)
        self._watch(mind)
        for incident in examiner.live:
            if incident.cause is Cause.STUCK_PLAYING:
                self._readings.resume(incident.root, supervision.ticked)
        self._mind, self._is_news = mind, True
        return mind

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
                self._remap(mind, terrain.read(session, self._cells))
            elif mind.supervision.ticked - self._cells_s >= CELLS_EVERY_S:
                self._cells_s = mind.supervision.ticked
                self._remap(mind, terrain.with_cells(self._terrain, self._cells))

    def _remap(self, mind: Mind, found: Terrain) -> None:
        if found == self._terrain:
            return
        gone, self._terrain = self._terrain.keys() - found.keys(), found
        for name in sorted(gone):
            mind.supervision.forget(name)
            mind.examiner.forget(name, mind.supervision.ticked)
            self._readings.forget(name)
        mapped = terrain.topology(found)
        mind.correlator.knowledge.topology = mapped
        mind.correlator.storm.fleet = len(found)
        mind.examiner.topology = mapped
        self._watch(mind)

    def _watch(self, mind: Mind) -> None:
        self._readings.terrain = self._terrain
        self._readings.topology = mind.correlator.knowledge.topology
        mind.hubs.watch(terrain.hubs(self._terrain), mind.supervision.ticked)
        for name, stand in self._terrain.items():
            mind.supervision.watch(name, stand.gates)

    def _pass(self, mind: Mind, until_s: float) -> None:
        """Time passes up to `until_s`: step by step while somebody attended, at once if nobody did."""
        if until_s - mind.last_tick_s < CLOSEST_S:
            return
        at_s = mind.supervision.ticked
        if until_s - at_s > self._pace_s:
            self._tick(mind, until_s)
            return
        next_s = mind.next_s
        while at_s + STEP_S < until_s:
            at_s += STEP_S
            next_s = self._step(mind, at_s, next_s)
        self._step(mind, until_s, next_s)

    def _step(self, mind: Mind, at_s: float, next_s: float) -> float:
        """Time passes a little; before `next_s` that changes nothing. The `next_s` after it."""
        if at_s - mind.last_tick_s < CLOSEST_S:
            return next_s
        if at_s >= next_s:
            self._tick(mind, at_s)
            return mind.next_s
        mind.last_tick_s = at_s
        mind.supervision.attended(at_s)
        return next_s

    def _tick(self, mind: Mind, at_s: float) -> None:
        mind.last_tick_s = at_s
        mind.supervision.tick(at_s)
        self._correlate(mind)
        mind.correlator.tick(at_s)
        mind.examiner.tick(at_s)

    def _correlate(self, mind: Mind) -> None:
        while waiting := mind.supervision.happened():
            for happened in waiting:
                self._hear(mind, happened)

    def _hear(self, mind: Mind, happened: Happened) -> None:
        self._is_news = True
        match happened:
            case Flip():
                self._flips.append((happened, happened.endpoint in self._maintained))
                if happened.endpoint in mind.hubs.names:
                    mind.hubs.flipped(happened)
                    return
                mind.correlator.flip(happened)
                mind.examiner.flip(happened)
            case Overlaid():
                mind.correlator.overlaid(happened)
            case GateMoved():
                self._moves.append(happened)
                mind.correlator.gate(happened)

    def _take(self, mind: Mind, noted: Noted, at_s: float) -> None:
        name, report = noted.endpoint, noted.report
        if type(report) is not Heartbeat or name in mind.hubs.names:
            self._take_other(mind, noted, at_s)
            return
        is_news = mind.supervision.heartbeat(name, report, at_s)
        mind.examiner.look(self._readings.of(name, report, at_s, noted.at))
        if report.cell:
            self._cells[name] = report.cell
        if is_news:
            self._correlate(mind)

    def _take_other(self, mind: Mind, noted: Noted, at_s: float) -> None:
        """Anything but a heartbeat of an endpoint."""
        name = noted.endpoint
        if noted.report is not None and name in mind.hubs.names:
            mind.hubs.take(name, noted.report, at_s, retained=noted.retained)
        match noted.report:
            case LineReport() as line:
                self._take_line(mind, line, at_s)
            case _ if name in mind.hubs.names:
                pass
            case Event() as event:
                mind.supervision.event(name, event, at_s)
                mind.examiner.event(name, event, at_s)
                self._readings.event(name, event, at_s)
            case Status() as status:
                mind.supervision.status(name, status, at_s, retained=noted.retained)
        if noted.link is False:
            mind.supervision.close(BROKER, at_s, "not connected")
        elif noted.link:
            mind.supervision.open(BROKER, at_s, "connected")
        self._correlate(mind)

    def _take_line(self, mind: Mind, line: LineReport, at_s: float) -> None:
        """A hub's questions without an answer are probes that failed."""
        mind.correlator.knowledge.taps.told(line, at_s)
        mind.examiner.line(line, at_s)
        for name in mind.correlator.knowledge.taps.lost(line.line):
            if name in self._terrain and mind.supervision.state(name) is State.SUSPECT:
                mind.supervision.probe_failed(name)

    def _gather(self, mind: Mind) -> None:
        for incident in (*mind.correlator.changes(), *mind.examiner.changes()):
            self._incidents[incident.key] = incident
            self._is_news = True
        self._turned.extend(mind.examiner.to_put_back())
        self._is_news |= mind.examiner.is_news()

    # How it is kept

    def _store(self, mind: Mind, now: Moment) -> None:
        is_time = now.mono_s - self._stored_s >= STORED_EVERY_S
        if not (self._is_news or is_time):
            return
        instant = self._instant(now)
        wall = cache(lambda at_s: mind.timeline.wall_of(at_s, instant))  # many flips have a time in common
        with snapshot(self._engine) as session:
            self._announce_work(mind, session, now.utc)
            self._heed_emergencies(mind, session, now.utc)
            self._readings.weather = weather.read(session, now.utc)
        self._gather(mind)
        flips, moves = self._flip_values(wall), self._move_values(wall)
        supervised, took_s = self._snapshot(mind, now)
        with transaction(self._engine) as session:  # while it lasts all others wait who want to write
            insert_new_values(session, FlipRow, _FLIP, flips)
            insert_new_values(session, GateMoveRow, _MOVE, moves)
            filing = Filing(
                session=session,
                terrain=self._terrain,
                planned=self._planned,
                wall=wall,
                working=self._working_hours(session),
                now=now.utc,
            )
            filing.file(self._incidents.values())
            for incident in filing.reopened:
                mind.correlator.reopened(incident, mind.supervision.ticked)
            filing.file(mind.correlator.changes())
            self._learn(mind, session, now.utc)
            filing.pass_time()
            if self._is_news:
                memory.keep_judgement(session, mind, self._cells)
            if supervised is not None:
                memory.keep_supervision(session, mind, supervised)
            memory.keep_alive(session, mind, instant)
        self._flips, self._moves, self._incidents, self._is_news = [], [], {}, False
        self._to_put_back.extend(self._turned)
        self._turned = []
        self._stored_s = now.mono_s
        if supervised is not None:
            self._snapshot_s = now.mono_s
            self._snapshot_every_s = max(SNAPSHOT_EVERY_S, took_s / SNAPSHOT_SHARE)

    def _learn(self, mind: Mind, session: Session, now: datetime) -> None:
        """With a new month the rates are estimated anew."""
        last = self._learned or learning.last_learned(session, now)
        if learning.is_month_later(last, now, self._zone):
            knowledge = mind.correlator.knowledge
            knowledge.rates = learning.learned(session, knowledge.rates, knowledge.topology, last, now)
            learning.keep_learned(session, now)
            last, self._is_news = now, True
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

    def _flip_values(self, wall: Callable[[float], datetime]) -> list[tuple[object, ...]]:
        return [
            (
                flip.endpoint,
                flip.from_state,
                flip.to_state,
                wall(flip.onset),
                wall(flip.detected),
                flip.onset,
                flip.detected,
                flip.because,
                flip.up_s,
                flip.reset or "",
                planned,
            )
            for flip, planned in self._flips
        ]

    def _move_values(self, wall: Callable[[float], datetime]) -> list[tuple[object, ...]]:
        return [(moved.gate, moved.open, wall(moved.since), moved.because) for moved in self._moves]

    def _announce_work(self, mind: Mind, session: Session, now: datetime) -> None:
        """Announced work begins and ends; what failed meanwhile and still does is told when it ends."""
        rows = session.exec(
            select(MaintenanceRow.target).where(
                MaintenanceRow.begins <= now,
                MaintenanceRow.ends > now,
                col(MaintenanceRow.cancelled_at).is_(None),
            )
        )
        planned = frozenset(rows)
        mapped, at_s = mind.correlator.knowledge.topology, mind.supervision.ticked
        maintained = frozenset(
            name for target in planned for name in terrain.below(self._terrain, mapped, target)
        )
        if (planned, maintained) == (self._planned, self._maintained):
            return
        for name in sorted(maintained ^ self._maintained):
            mind.supervision.maintain(name, at_s, on=name in maintained)
        ended = self._planned - planned
        self._planned, self._maintained = planned, maintained
        self._readings.maintained = maintained
        mind.correlator.knowledge.planned = planned
        self._correlate(mind)
        if ended:
            self._incidents |= {
                each.key: each for each in mind.correlator.live if each.key not in self._incidents
            }

    def _instant(self, now: Moment) -> Instant:
        return Instant(monotonic=now.mono_s, wall=now.utc, machine=self._machine)


def _settle_gates(mind: Mind) -> None:
    """Judgement is stored with every change, the snapshot of supervision seldom: it says which gates are closed."""
    known, gates = mind.correlator.closed, mind.supervision.gates
    for gate in [gate for gate in gates.closed if gate not in known]:
        gates.open(gate, mind.supervision.ticked)
    for gate, since in known.items():
        gates.close(gate, since)
