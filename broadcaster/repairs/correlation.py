"""Correlation: from flips to a few incidents. Pure: `now` and the flips' times are seconds of the supervision's clock.

Theory of operation. What is observed of affected endpoints is kept, and about 20 s after the last news (or when it
becomes much, or old) the cover of all observations that are not older than half an hour is computed afresh and matched
with the incidents that exist. So an incident may gain members, change its root, merge or vanish while it is held; after
its hold it is OPEN, after half an hour its members are fixed. Nothing depends on the order in which flips came.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import inf

from broadcaster.language import N_
from broadcaster.repairs import gates
from broadcaster.repairs.cases import Case, Finding, matched
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.chronic import Chronic
from broadcaster.repairs.circumstances import Answer
from broadcaster.repairs.docket import Docket
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.findings import Knowledge
from broadcaster.repairs.incidents import GATHERING_S, Flag, Incident, Stage, after_night, held_until
from broadcaster.repairs.lifecycle import Step, next_look, step
from broadcaster.repairs.memory import Memory
from broadcaster.repairs.news import News
from broadcaster.repairs.observed import Observed
from broadcaster.repairs.settlement import learn_habit, returned, told
from broadcaster.repairs.storm import SINGLES_HELD_S, Storm
from devices.supervision import Flip, GateMoved, Overlaid, Overlay, State


class Correlator:
    """All live incidents. What changed waits until it is taken by `changes`."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.observed = Observed()
        self.docket = Docket()
        self.storm = Storm(fleet=len(knowledge.topology.placements))
        self.chronic = Chronic()
        self._maintained: set[str] = set()
        self._emergency = False
        self._news = News()
        self._look_at = inf
        self._blind_since: float | None = None

    # What it is told

    def flip(self, flip: Flip) -> None:
        """An endpoint's state changed."""
        period = self.knowledge.surroundings.period(flip.endpoint)
        if flip.to_state is State.SUSPECT or flip.to_state is State.MAINS_LOST_HELD:
            self.storm.suspects(flip.detected)
        if flip.endpoint not in self.knowledge.topology.placements:
            return
        before = self.observed.of.get(flip.endpoint)
        if self.observed.take(flip, period):
            self._news.note(flip.detected)
        case = self.docket.case_of(flip.endpoint)
        if case and before is not None and before.back is None and flip.to_state is State.RETURNING:
            known = self.knowledge
            self.docket.put(case, returned(case, flip, before, observed=self.observed, knowledge=known))
        self._look_at = min(self._look_at, flip.detected)

    def overlaid(self, overlaid: Overlaid) -> None:
        """Maintenance or flapping began or ended. Under maintenance nothing new is opened, and nothing forgotten."""
        if overlaid.overlay is Overlay.MAINTENANCE:
            (self._maintained.add if overlaid.on else self._maintained.discard)(overlaid.endpoint)
            if not overlaid.on and overlaid.endpoint in self.observed.of:
                self._news.note(overlaid.at)
        elif overlaid.overlay is Overlay.FLAPPING and (case := self.docket.case_of(overlaid.endpoint)):
            flags = case.incident.flags
            self.docket.update(
                case, flags=flags | {Flag.FLAPPING} if overlaid.on else flags - {Flag.FLAPPING}
            )

    def gate(self, moved: GateMoved) -> None:
        """A gate was closed or opened: a hub, a line's port or the broker that stays closed is an incident itself."""
        if moved.gate in gates.BLIND:
            self._was_blind(moved)
        shut = next((case for case in self.docket.cases.values() if case.gate == moved.gate), None)
        if moved.open and shut:
            self._end_gate_case(shut, moved.since)
        elif not moved.open and not shut and (finding := gates.closed(moved, self.knowledge)):
            self._begin_gate_case(finding)

    @property
    def closed(self) -> dict[str, float]:
        """The gates that it knows to be closed, and since when."""
        return {c.gate: c.incident.onset for c in self.docket.cases.values() if c.gate is not None}

    def reopened(self, incident: Incident, now: float) -> None:
        """The ticket of this incident's root had been closed, and was opened again for it."""
        if (problem := self.chronic.reopened(incident, now)) is not None:
            self.docket.tell(problem)

    def told(self, root: str, answer: Answer, at: float, now: float) -> None:
        """People on site were asked about what has failed, at `at`."""
        for case in list(self.docket.cases.values()):
            if case.incident.root == root and case.gate is None and case.incident.onset <= at:
                self.docket.put(
                    case, told(case, answer, observed=self.observed, knowledge=self.knowledge, now=now)
                )

    def emergency(self, now: float, *, waits: bool) -> None:
        """While an emergency waits or is on the air holds are a minute at most."""
        if waits is not self._emergency:
            self._emergency = waits
            self._hold_anew(now)

    def tick(self, now: float) -> None:
        """Time passes; call it every second, or whenever it is convenient."""
        self.storm.look(now)
        if self._news.is_due(now, len(self.observed.of)):
            self._judge(now)
        if now >= self._look_at:
            self._carry_on(now)

    @property
    def next_s(self) -> float:
        """Until then `tick` finds nothing to do, if nothing is told meanwhile."""
        return -inf if self.storm.is_watched or self._news.since is not None else self._look_at

    # What it says

    def changes(self) -> tuple[Incident, ...]:
        """The incidents that changed since it was last asked, as they are now."""
        return self.docket.changes()

    @property
    def live(self) -> tuple[Incident, ...]:
        """All live incidents, by key."""
        return tuple(case.incident for _, case in sorted(self.docket.cases.items()))

    def incident_of(self, endpoint: str) -> Incident | None:
        """The live incident that explains an endpoint."""
        case = self.docket.case_of(endpoint)
        return case.incident if case else None

    # How it survives

    def memory(self) -> Memory:
        """All that it knows, beside the map and what was announced as planned."""
        return Memory(
            observations=list(self.observed.of.values()),
            dips=list(self.observed.dips),
            cases=self.docket.cases,
            maintained=sorted(self._maintained),
            storm=self.storm,
            chronic=self.chronic,
            rates=self.knowledge.rates,
            habits=self.knowledge.habits,
            news_since=self._news.since,
            judged=self._news.judged,
        )

    def recall(self, memory: Memory) -> None:
        """Go on from there: what was being gathered or held is looked at as if nobody had been away."""
        self.observed.of = {o.endpoint: o for o in memory.observations}
        self.observed.dips.extend(memory.dips)
        self.docket.recall(memory.cases)
        self._maintained = set(memory.maintained)
        self.storm, self.chronic = memory.storm, memory.chronic
        self.knowledge.rates, self.knowledge.habits = memory.rates, memory.habits
        self._news.since, self._news.judged, self._look_at = memory.news_since, memory.judged, -inf

    # How it judges

    def _was_blind(self, moved: GateMoved) -> None:
        """What was held while nothing could be seen is held on, as evidence is only gathered again."""
        begun = moved.since if self._blind_since is None else self._blind_since
        self._blind_since = None if moved.open else begun
        if moved.open:
            for case in self.docket.cases.values():
                case.gathered_since = moved.since - max(0.0, GATHERING_S - (moved.since - begun))
            self._hold_anew(moved.since)

    def _judge(self, now: float) -> None:
        """The cover of everything young, matched with the incidents that exist."""
        self._news.judge(now)
        young = {key: case for key, case in self.docket.cases.items() if not case.is_frozen(now)}
        older = (case for key, case in self.docket.cases.items() if key not in young)
        frozen = {case.incident.root: case for case in older if case.is_group}
        closed = self.closed
        names = [
            name
            for name in self.observed.of
            if self._is_open_to_judgement(name, young)
            and not (closed and self._is_behind(name, closed))
            and not self._joins(name, frozen)
        ]
        carried, left = matched(list(self.knowledge.findings(self.observed, names)), young)
        for key, into in left.items():
            self._end(young[key], Stage.MERGED if into else Stage.WITHDRAWN, now, into)
        for finding, carrier in carried:
            case = young[carrier] if carrier else self.docket.begin(finding, now)
            self._carry(finding, case, now)
        self._look_at = now

    def _is_open_to_judgement(self, name: str, young: dict[str, Case]) -> bool:
        case = self.docket.case_of(name)
        return case.incident.key in young if case else name not in self._maintained

    def _is_behind(self, name: str, closed: Mapping[str, float]) -> bool:
        """Whether a closed gate lies before it: then nothing can be said of it."""
        return any(edge.node in closed for edge in self.knowledge.topology.edges(name))

    def _joins(self, name: str, frozen: Mapping[str, Case]) -> bool:
        """Whether it hangs on the root of an older incident and has not been heard since that began."""
        if self.docket.case_of(name) or not frozen:
            return False
        o = self.observed.of[name]
        for edge in self.knowledge.topology.edges(name):
            case = frozen.get(edge.node)
            if case is not None and o.onset - o.slack <= case.incident.onset:
                self.docket.join(case, name)
                return True
        return False

    def _carry(self, finding: Finding, case: Case, now: float) -> None:
        incident = case.incident
        self.docket.explain(case, finding.members)
        case.is_group, case.rival, case.strays = finding.is_group, finding.rival, finding.strays
        if Flag.ADJUDICATED not in incident.flags and not _only_doubts(finding, incident):
            if incident.stage is Stage.HELD:
                incident = replace(incident, cause=finding.cause, root=finding.root, onset=finding.onset)
            else:
                incident = incident.corrected(finding.cause, finding.root, _REJUDGED, now)
            incident = replace(incident, confidence=finding.confidence, evidence=finding.evidence)
        incident = replace(incident, members=finding.members, flags=incident.flags | finding.flags)
        hold = self._hold(incident, case)
        self.docket.put(
            case, replace(incident, hold_until=hold) if incident.stage is Stage.HELD else incident
        )

    def _hold(self, incident: Incident, case: Case) -> float:
        extra_s = SINGLES_HELD_S if self.storm.active and not case.is_group else 0.0
        since = max(incident.detected, case.gathered_since)
        until = held_until(incident.cause, incident.onset, since, emergency=self._emergency, extra_s=extra_s)
        known = self.knowledge
        rests = incident.handling.rests_at_night and not self._emergency
        if not rests or known.topology.stands_alone(incident.root):
            return until
        local = known.local(until)
        return until + (after_night(local) - local).total_seconds()

    def _hold_anew(self, now: float) -> None:
        for case in self.docket.cases.values():
            if case.incident.stage is Stage.HELD:
                self.docket.update(case, hold_until=self._hold(case.incident, case))
        self._look_at = min(self._look_at, now)

    # How incidents go on

    def _carry_on(self, now: float) -> None:
        if any(self._is_ripe(case, now) for case in self.docket.cases.values()):
            self._judge(now)  # once more, with what the neighbours said in the meantime
        for case in list(self.docket.cases.values()):
            if case.gate is not None:
                if case.incident.stage is Stage.HELD and now >= case.incident.hold_until:
                    self.docket.update(case, stage=Stage.OPEN, announced=now)
                continue
            if self._blind_since is None or case.incident.stage is not Stage.HELD:
                self._step(case, step(case, self.observed.of, now), now)
        self._look_at = min((next_look(case, now) for case in self.docket.cases.values()), default=inf)

    def _is_ripe(self, case: Case, now: float) -> bool:
        incident = case.incident
        waited = incident.stage is Stage.HELD and incident.affected and now >= incident.hold_until
        return bool(waited) and not case.is_frozen(now) and self._news.judged < now

    def _step(self, case: Case, taken: Step, now: float) -> None:
        if taken.stage is Stage.ENDED:
            self._end(case, Stage.ENDED, now)
            return
        opens = taken.stage is Stage.OPEN and case.incident.announced is None
        self.docket.update(case, stage=taken.stage, affected=taken.affected)
        if opens:
            self.docket.update(case, announced=now)
            self._count(case, now)
        if taken.stragglers:
            self._let_go(case, taken.stragglers, now)

    def _let_go(self, case: Case, stragglers: Iterable[str], now: float) -> None:
        """Those that did not come back with the others are cases of their own, below the one that they were part of."""
        incident = case.incident
        self.docket.update(case, members=tuple(n for n in incident.members if n not in set(stragglers)))
        for finding in list(self.knowledge.left_over(self.observed, tuple(stragglers))):
            child = self.docket.begin(finding, now)
            self.docket.explain(child, finding.members)
            self.docket.update(child, parent=incident.key, hold_until=now, flags=finding.flags)

    def _end(self, case: Case, stage: Stage, now: float, into: str | None = None) -> None:
        if stage is Stage.ENDED:
            self._count(case, now)
            learn_habit(case, self.knowledge)
            self._count_strays(case, now)
        released = self.docket.end(case, stage, now, into)
        if stage is Stage.ENDED:
            for name in released:
                self.observed.forget(name)

    def _count(self, case: Case, now: float) -> None:
        """Once per incident: what it adds to what is chronic."""
        if case.counted or (case.gate is not None and case.incident.announced is None):
            return  # a gate that opens again at once is nobody's fault
        case.counted = True
        if (problem := self.chronic.incident(case.incident, now)) is not None:
            self.docket.tell(problem)

    def _count_strays(self, case: Case, now: float) -> None:
        """Once it is over: who failed with a supply on which the map does not have them."""
        if case.incident.cause is Cause.GRID_OUTAGE:
            for name in sorted(case.strays.intersection(case.incident.members)):
                if (problem := self.chronic.strayed(name, case.incident, now)) is not None:
                    self.docket.tell(problem)

    # What closed gates explain

    def _begin_gate_case(self, finding: Finding) -> None:
        """It explains at once whatever lies behind the gate and is not announced yet."""
        case = self.docket.begin(finding, finding.onset)
        self.docket.take_over(case, finding.onset)
        case.gate = finding.root
        self.docket.update(case, hold_until=self._hold(case.incident, case), flags=finding.flags)
        self._look_at = min(self._look_at, case.incident.hold_until)

    def _end_gate_case(self, case: Case, now: float) -> None:
        """Who was suspected behind it is not any more; who was found silent before is judged by itself again."""
        for name in self.docket.explained_by(case):
            o = self.observed.of.get(name)
            if o is not None and o.sure_since is not None:
                self.docket.release((name,))
                self._news.note(now)
        self._end(case, Stage.ENDED, now)


def _only_doubts(finding: Finding, incident: Incident) -> bool:
    """Whether it takes back to undetermined what was told, though nobody has joined or left."""
    told = incident.announced is not None
    return told and finding.cause is Cause.AREA_DARK and finding.members == incident.members


_REJUDGED = Statement(message=N_("Later reports speak for another cause."))
