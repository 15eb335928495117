"""The mind: supervision, correlation and examination of one county, run together on what arrives and on passing time.

What follows (flips, gates that moved, incidents, volumes to order again) waits in it until it is stored.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from broadcaster.controller import terrain
from broadcaster.controller.hubs import Hubs
from broadcaster.controller.moment import Moment
from broadcaster.controller.readings import Readings
from broadcaster.controller.terrain import BROKER, Terrain
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.correlation import Correlator
from broadcaster.repairs.examination import Examined, Examiner
from broadcaster.repairs.findings import Knowledge
from broadcaster.repairs.incidents import Incident
from broadcaster.repairs.memory import Memory
from broadcaster.repairs.rules import PutBack
from broadcaster.repairs.surroundings import Supervised
from devices.reports import Event, Heartbeat, LineReport, Report, Status
from devices.supervision import Flip, GateMoved, Happened, Overlaid, State, Supervision, Timeline

STEP_S = 4.0  # by which time passes at most where looks are further apart on purpose
CLOSEST_S = 1.0  # of two looks at what passing time has changed


class Noted(Struct, frozen=True, gc=False):
    """Something that came, or just the time (`report` None); `link` True and False: the broker is reached or not."""

    at: Moment
    endpoint: str = ""
    report: Report | None = None
    retained: bool = False
    link: bool | None = None


class Mind:
    """Everything that runs. `pace_s`: a longer pause was not watched. Times are seconds of the supervision's clock."""

    def __init__(
        self,
        timeline: Timeline,
        supervision: Supervision,
        readings: Readings,
        found: Terrain,
        *,
        cells: dict[str, str],
        local: Callable[[float], datetime],
        pace_s: float,
    ) -> None:
        self.timeline, self.supervision, self.readings, self.cells = timeline, supervision, readings, cells
        mapped, surroundings = terrain.topology(found), Supervised(supervision, around=readings.around)
        self.terrain, self.knowledge = found, Knowledge(mapped, surroundings, local)
        self.correlator = Correlator(self.knowledge)
        explained = self.correlator.incident_of
        self.examiner = Examiner(mapped, lambda name: explained(name) is not None)
        self.flips: list[tuple[Flip, bool]] = []  # each with whether it was announced work
        self.moves: list[GateMoved] = []
        self.incidents: dict[str, Incident] = {}
        self.turned: list[PutBack] = []
        self.is_news = True
        self._hubs = Hubs(supervision, (BROKER,))
        self._pace_s, self._last_tick_s = pace_s, float("-inf")

    # What it knows

    def recall(self, correlation: Memory | None, examination: Examined | None) -> None:
        """Go on from there, or begin. Judgement is stored with every change, the snapshot of supervision seldom:
        judgement says which gates are closed.
        """
        if correlation is not None:
            self.correlator.recall(correlation)
        if examination is not None:
            self.examiner.recall(examination)
        known, gates, at_s = self.correlator.closed, self.supervision.gates, self.supervision.ticked
        for gate in sorted(gates.closed.keys() - known.keys()):
            gates.open(gate, at_s)
        for gate, since in known.items():
            gates.close(gate, since)
        self._watch()
        for incident in self.examiner.live:
            if incident.cause is Cause.STUCK_PLAYING:
                self.readings.resume(incident.root, at_s)

    def remap(self, found: Terrain) -> None:
        """The registry changed, or what is told of cells."""
        if found == self.terrain:
            return
        gone, self.terrain = self.terrain.keys() - found.keys(), found
        for name in sorted(gone):
            self.supervision.forget(name)
            self.examiner.forget(name, self.supervision.ticked)
            self.readings.forget(name)
        self.knowledge.topology = self.examiner.topology = terrain.topology(found)
        self.correlator.storm.fleet = len(found)
        self._watch()

    def _watch(self) -> None:
        self.readings.terrain, self.readings.topology = self.terrain, self.knowledge.topology
        self._hubs.watch(terrain.hubs(self.terrain), self.supervision.ticked)
        for name, stand in self.terrain.items():
            self.supervision.watch(name, stand.gates)

    def plan(self, planned: frozenset[str]) -> None:
        """Announced work begins and ends; what failed meanwhile and still does is told when it ends."""
        known, at_s = self.knowledge, self.supervision.ticked
        maintained = frozenset(
            name for target in planned for name in terrain.below(self.terrain, known.topology, target)
        )
        if (planned, maintained) == (known.planned, self.readings.maintained):
            return
        for name in sorted(maintained ^ self.readings.maintained):
            self.supervision.maintain(name, at_s, on=name in maintained)
        ended = known.planned - planned
        known.planned, self.readings.maintained = planned, maintained
        self._correlate()
        if ended:
            self.incidents = {each.key: each for each in self.correlator.live} | self.incidents

    def emergency(self, *, waits: bool) -> None:
        """Whether one waits to be sent or is on the air: then people hear of what is broken sooner."""
        self.correlator.emergency(self.supervision.ticked, waits=waits)
        self.examiner.emergency(waits=waits)

    # What arrives

    def take(self, noted: Noted, at_s: float) -> None:
        """Something that came, after time has passed up to it."""
        name, report = noted.endpoint, noted.report
        if type(report) is not Heartbeat or name in self._hubs.names:
            self._take_other(noted, at_s)
            return
        is_news = self.supervision.heartbeat(name, report, at_s)
        self.examiner.look(self.readings.of(name, report, at_s, noted.at))
        if report.cell:
            self.cells[name] = report.cell
        if is_news:
            self._correlate()

    def _take_other(self, noted: Noted, at_s: float) -> None:
        """Anything but a heartbeat of an endpoint."""
        name = noted.endpoint
        if noted.report is not None and name in self._hubs.names:
            self._hubs.take(name, noted.report, at_s, retained=noted.retained)
        match noted.report:
            case LineReport() as line:
                self._take_line(line, at_s)
            case _ if name in self._hubs.names:
                pass
            case Event() as event:
                self.supervision.event(name, event, at_s)
                self.examiner.event(name, event, at_s)
                self.readings.event(name, event, at_s)
            case Status() as status:
                self.supervision.status(name, status, at_s, retained=noted.retained)
        if noted.link is False:
            self.supervision.close(BROKER, at_s, "not connected")
        elif noted.link:
            self.supervision.open(BROKER, at_s, "connected")
        self._correlate()

    def _take_line(self, line: LineReport, at_s: float) -> None:
        """A hub's questions without an answer are probes that failed."""
        self.knowledge.taps.told(line, at_s)
        self.examiner.line(line, at_s)
        for name in self.knowledge.taps.lost(line.line):
            if name in self.terrain and self.supervision.state(name) is State.SUSPECT:
                self.supervision.probe_failed(name)

    # How time passes

    def pass_time(self, until_s: float) -> None:
        """Time passes up to `until_s`: step by step while somebody attended, at once if nobody did."""
        if until_s - self._last_tick_s < CLOSEST_S:
            return
        at_s = self.supervision.ticked
        if until_s - at_s > self._pace_s:
            self._tick(until_s)
            return
        next_s = self._next_s
        while at_s + STEP_S < until_s:
            at_s += STEP_S
            next_s = self._step(at_s, next_s)
        self._step(until_s, next_s)

    @property
    def _next_s(self) -> float:
        """Until then passing time changes nothing, if nothing arrives."""
        return min(self.supervision.next_s, self.correlator.next_s, self.examiner.next_s)

    def _step(self, at_s: float, next_s: float) -> float:
        """Time passes a little; before `next_s` that changes nothing. The `next_s` after it."""
        if at_s - self._last_tick_s < CLOSEST_S:
            return next_s
        if at_s >= next_s:
            self._tick(at_s)
            return self._next_s
        self._last_tick_s = at_s
        self.supervision.attended(at_s)
        return next_s

    def _tick(self, at_s: float) -> None:
        self._last_tick_s = at_s
        self.supervision.tick(at_s)
        self._correlate()
        self.correlator.tick(at_s)
        self.examiner.tick(at_s)

    # What follows

    def _correlate(self) -> None:
        while waiting := self.supervision.happened():
            for happened in waiting:
                self._hear(happened)

    def _hear(self, happened: Happened) -> None:
        self.is_news = True
        match happened:
            case Flip():
                self.flips.append((happened, happened.endpoint in self.readings.maintained))
                if happened.endpoint in self._hubs.names:
                    self._hubs.flipped(happened)
                    return
                self.correlator.flip(happened)
                self.examiner.flip(happened)
            case Overlaid():
                self.correlator.overlaid(happened)
            case GateMoved():
                self.moves.append(happened)
                self.correlator.gate(happened)

    def gather(self) -> None:
        """What changed is kept until it is stored."""
        for incident in (*self.correlator.changes(), *self.examiner.changes()):
            self.incidents[incident.key] = incident
            self.is_news = True
        self.turned.extend(self.examiner.to_put_back())
        self.is_news |= self.examiner.is_news()

    def stored(self) -> None:
        """All that followed is stored."""
        self.flips, self.moves, self.incidents, self.turned, self.is_news = [], [], {}, [], False
