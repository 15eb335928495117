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
from broadcaster.repairs.adjudication import Vote, settled, vote
from broadcaster.repairs.cases import Case, Finding, matched
from broadcaster.repairs.causes import POWER, Cause
from broadcaster.repairs.chronic import Chronic, problem
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.findings import Knowledge
from broadcaster.repairs.incidents import GATHERING_S, Flag, Incident, Stage, held_until, key_of
from broadcaster.repairs.lifecycle import Step, next_look, step
from broadcaster.repairs.memory import Memory
from broadcaster.repairs.observations import Observation, Seen
from broadcaster.repairs.observed import Observed
from broadcaster.repairs.settlement import settled_by
from broadcaster.repairs.storm import SINGLES_HELD_S, Storm
from devices.supervision import CONTROLLER, Flip, GateMoved, Overlaid, Overlay, State

QUIET_S, LONGEST_S = 20.0, 120.0  # of a window in which news is gathered
MANY, PAUSE_S = 20, 5.0  # news that is judged at once, but not more often than this …
PAUSE_PER_OBSERVATION_S = 1 / 5_000  # … and more seldom when there is much to judge
BLIND = frozenset({CONTROLLER, "broker"})  # while one of these is closed nothing is seen of anybody
_GATES = {"hub": Cause.SERIAL_HUB, "line": Cause.SERIAL_HUB, "broker": Cause.CONTROLLER_BLIND}


class Correlator:
    """All live incidents. What changed waits until it is taken by `changes`."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.observed = Observed()
        self.cases: dict[str, Case] = {}  # live ones
        self.storm = Storm(fleet=len(knowledge.topology.placements))
        self.chronic = Chronic()
        self._case_of: dict[str, str] = {}  # endpoint → key
        self._maintained: set[str] = set()
        self._emergency = False
        self._changed: dict[str, Incident] = {}
        self._news_since: float | None = None
        self._last_news = -inf
        self._news = 0
        self._judged = -inf
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
            self._note_news(flip.detected)
        if before is not None and before.back is None and flip.to_state is State.RETURNING:
            self._vote(flip, before, period)
        self._look_at = min(self._look_at, flip.detected)

    def overlaid(self, overlaid: Overlaid) -> None:
        """Maintenance or flapping began or ended. Under maintenance nothing new is opened, and nothing forgotten."""
        if overlaid.overlay is Overlay.MAINTENANCE:
            (self._maintained.add if overlaid.on else self._maintained.discard)(overlaid.endpoint)
            if not overlaid.on and overlaid.endpoint in self.observed.of:
                self._note_news(overlaid.at)
        elif overlaid.overlay is Overlay.FLAPPING and (key := self._case_of.get(overlaid.endpoint)):
            flags = self.cases[key].incident.flags
            self._update(key, flags=flags | {Flag.FLAPPING} if overlaid.on else flags - {Flag.FLAPPING})

    def gate(self, moved: GateMoved) -> None:
        """A gate was closed or opened: a hub, a line's port or the broker that stays closed is an incident itself."""
        if moved.gate in BLIND:
            self._was_blind(moved)
        kind = moved.gate.partition(":")[0]
        if kind not in _GATES:
            return
        shut = [key for key, case in self.cases.items() if case.gate == moved.gate]
        if moved.open:
            for key in shut:
                self._end_gate_case(key, moved.since)
        elif not shut:
            self._open_gate_case(moved, _GATES[kind])

    @property
    def closed(self) -> dict[str, float]:
        """The gates that it knows to be closed, and since when."""
        return {c.gate: c.incident.onset for c in self.cases.values() if c.gate is not None}

    def reopened(self, incident: Incident, now: float) -> None:
        """The ticket of this incident's root had been closed, and was opened again for it."""
        found = self.chronic.reopened(incident.root, incident.onset)
        if found is not None:
            self._changed[key_of(found, incident.root, now)] = problem(found, incident, now)

    def emergency(self, now: float, *, waits: bool) -> None:
        """While an emergency waits to be sent holds are a minute at most."""
        self._emergency = waits
        self._hold_anew(now)

    def tick(self, now: float) -> None:
        """Time passes; call it every second, or whenever it is convenient."""
        self.storm.look(now)
        if self._is_time_to_judge(now):
            self._judge(now)
        if now >= self._look_at:
            self._carry_on(now)

    @property
    def next_s(self) -> float:
        """Until then `tick` finds nothing to do, if nothing is told meanwhile."""
        return -inf if self.storm.is_watched or self._news_since is not None else self._look_at

    # What it says

    def changes(self) -> tuple[Incident, ...]:
        """The incidents that changed since it was last asked, as they are now."""
        taken, self._changed = tuple(self._changed.values()), {}
        return taken

    @property
    def live(self) -> tuple[Incident, ...]:
        """All live incidents, by key."""
        return tuple(self.cases[key].incident for key in sorted(self.cases))

    def incident_of(self, endpoint: str) -> Incident | None:
        """The live incident that explains an endpoint."""
        key = self._case_of.get(endpoint)
        return self.cases[key].incident if key else None

    # How it survives

    def memory(self) -> Memory:
        """All that it knows, beside the map and what was announced as planned."""
        return Memory(
            observations=list(self.observed.of.values()),
            dips=list(self.observed.dips),
            cases=self.cases,
            maintained=sorted(self._maintained),
            storm=self.storm,
            chronic=self.chronic,
            rates=self.knowledge.rates,
            habits=self.knowledge.habits,
            news_since=self._news_since,
            judged=self._judged,
        )

    def recall(self, memory: Memory) -> None:
        """Go on from there: what was being gathered or held is looked at as if nobody had been away."""
        self.observed.of = {o.endpoint: o for o in memory.observations}
        self.observed.dips.extend(memory.dips)
        self.cases = memory.cases
        self._case_of = {name: key for key, case in self.cases.items() for name in case.incident.members}
        self._maintained = set(memory.maintained)
        self.storm, self.chronic = memory.storm, memory.chronic
        self.knowledge.rates, self.knowledge.habits = memory.rates, memory.habits
        self._news_since, self._judged, self._look_at = memory.news_since, memory.judged, -inf

    # How it judges

    def _was_blind(self, moved: GateMoved) -> None:
        """What was held while nothing could be seen is held on, as evidence is only gathered again."""
        if not moved.open:
            self._blind_since = moved.since if self._blind_since is None else self._blind_since
            return
        blind_s = moved.since - (moved.since if self._blind_since is None else self._blind_since)
        self._blind_since = None
        for case in self.cases.values():
            case.gathered_since = moved.since - max(0.0, GATHERING_S - blind_s)
        self._hold_anew(moved.since)

    def _note_news(self, at: float) -> None:
        self._news_since = at if self._news_since is None else self._news_since
        self._last_news = max(at, self._last_news)
        self._news += 1

    def _is_time_to_judge(self, now: float) -> bool:
        if self._news_since is None:
            return False
        if now - self._last_news >= QUIET_S or now - self._news_since >= LONGEST_S:
            return True
        pause_s = PAUSE_S + len(self.observed.of) * PAUSE_PER_OBSERVATION_S
        return self._news >= MANY and now - self._judged >= pause_s

    def _judge(self, now: float) -> None:
        """The cover of everything young, matched with the incidents that exist."""
        self._news_since, self._news, self._judged = None, 0, now
        young = {key: case for key, case in self.cases.items() if not case.is_frozen(now)}
        frozen = {c.incident.root: key for key, c in self.cases.items() if c.is_group and key not in young}
        closed = self.closed
        names = [
            name
            for name in self.observed.of
            if self._is_open_to_judgement(name, young)
            and not (closed and self._is_behind(name, closed))
            and not self._joins(name, frozen)
        ]
        findings = list(self.knowledge.findings(self.observed, names))
        matching = matched(findings, young)
        for key, into in matching.left.items():
            self._end(key, Stage.MERGED if into else Stage.WITHDRAWN, now, into)
        for finding, carrier in matching.carried:
            self._carry(finding, carrier, now)
        self._look_at = now

    def _is_open_to_judgement(self, name: str, young: dict[str, Case]) -> bool:
        key = self._case_of.get(name)
        return key in young if key else name not in self._maintained

    def _is_behind(self, name: str, closed: Mapping[str, float]) -> bool:
        """Whether a closed gate lies before it: then nothing can be said of it."""
        return any(edge.node in closed for edge in self.knowledge.topology.edges(name))

    def _joins(self, name: str, frozen: Mapping[str, str]) -> bool:
        """Whether it hangs on the root of an older incident and has not been heard since that began."""
        if name in self._case_of or not frozen:
            return False
        o = self.observed.of[name]
        for edge in self.knowledge.topology.edges(name):
            key = frozen.get(edge.node)
            if key is not None and o.onset - o.slack <= self.cases[key].incident.onset:
                members = self.cases[key].incident.members
                self._update(key, members=tuple(sorted({*members, name})))
                self._case_of[name] = key
                return True
        return False

    def _carry(self, finding: Finding, key: str | None, now: float) -> None:
        if key is None:
            key = self._begin(finding, now)
        case = self.cases[key]
        incident = case.incident
        for name in incident.members:
            if self._case_of.get(name) == key:
                del self._case_of[name]
        self._case_of |= dict.fromkeys(finding.members, key)
        case.is_group, case.rival = finding.is_group, finding.rival
        if Flag.ADJUDICATED not in incident.flags:
            if incident.stage is Stage.HELD:
                incident = replace(incident, cause=finding.cause, root=finding.root, onset=finding.onset)
            else:
                incident = incident.corrected(finding.cause, finding.root, _REJUDGED, now)
            incident = replace(incident, confidence=finding.confidence, evidence=finding.evidence)
        incident = replace(incident, members=finding.members, flags=incident.flags | finding.flags)
        hold = self._hold(incident, case)
        self._set(key, replace(incident, hold_until=hold) if incident.stage is Stage.HELD else incident)

    def _begin(self, finding: Finding, now: float) -> str:
        key = key_of(finding.cause, finding.root, finding.onset)
        while key in self.cases:
            key = key_of(finding.cause, finding.root + "'", finding.onset)
        incident = Incident(
            key=key,
            cause=finding.cause,
            root=finding.root,
            onset=finding.onset,
            detected=now,
            members=finding.members,
            affected=finding.members,
            confidence=finding.confidence,
            evidence=finding.evidence,
        )
        self.cases[key] = Case(incident, is_group=finding.is_group)
        self._changed[key] = incident
        return key

    def _hold(self, incident: Incident, case: Case) -> float:
        extra_s = SINGLES_HELD_S if self.storm.active and not case.is_group else 0.0
        since = max(incident.detected, case.gathered_since)
        return held_until(incident.cause, incident.onset, since, emergency=self._emergency, extra_s=extra_s)

    def _hold_anew(self, now: float) -> None:
        for key, case in self.cases.items():
            if case.incident.stage is Stage.HELD:
                self._update(key, hold_until=self._hold(case.incident, case))
        self._look_at = min(self._look_at, now)

    # How incidents go on

    def _carry_on(self, now: float) -> None:
        if any(self._is_ripe(case, now) for case in self.cases.values()):
            self._judge(now)  # once more, with what the neighbours said in the meantime
        for key, case in list(self.cases.items()):
            if case.gate is not None:
                if case.incident.stage is Stage.HELD and now >= case.incident.hold_until:
                    self._update(key, stage=Stage.OPEN, announced=now)
                continue
            if self._blind_since is None or case.incident.stage is not Stage.HELD:
                self._step(key, case, step(case, self.observed.of, now), now)
        self._look_at = min((next_look(case, now) for case in self.cases.values()), default=inf)

    def _is_ripe(self, case: Case, now: float) -> bool:
        incident = case.incident
        waited = incident.stage is Stage.HELD and incident.affected and now >= incident.hold_until
        return bool(waited) and not case.is_frozen(now) and self._judged < now

    def _step(self, key: str, case: Case, taken: Step, now: float) -> None:
        if taken.stage is Stage.ENDED:
            self._end(key, Stage.ENDED, now)
            return
        opens = taken.stage is Stage.OPEN and case.incident.announced is None
        self._update(key, stage=taken.stage, affected=taken.affected)
        if opens:
            self._update(key, announced=now)
            self._count(case, now)
        if taken.stragglers:
            self._let_go(key, taken.stragglers, now)

    def _let_go(self, key: str, stragglers: Iterable[str], now: float) -> None:
        """Those that did not come back with the others are cases of their own, below the one that they were part of."""
        incident = self.cases[key].incident
        self._update(key, members=tuple(n for n in incident.members if n not in set(stragglers)))
        for finding in list(self.knowledge.left_over(self.observed, tuple(stragglers))):
            child = self._begin(finding, now)
            self.cases[child].rival = finding.rival
            self._case_of |= dict.fromkeys(finding.members, child)
            self._update(child, parent=key, hold_until=now, flags=finding.flags)

    def _end(self, key: str, stage: Stage, now: float, into: str | None = None) -> None:
        case = self.cases[key]
        if stage is Stage.ENDED:
            self._count(case, now)
            self._learn_habit(case)
        self._update(key, stage=stage, ended=now, merged_into=into, affected=())
        del self.cases[key]
        for name in case.incident.members:
            if self._case_of.get(name) == key:
                del self._case_of[name]
                if stage is Stage.ENDED:
                    self.observed.forget(name)

    def _vote(self, flip: Flip, before: Observation, period: float) -> None:
        key = self._case_of.get(flip.endpoint)
        said = vote(flip, flip.detected - before.onset, period)
        if key is None or said is None:
            return
        case = self.cases[key]
        case.votes[flip.endpoint] = said
        placement = self.knowledge.topology.placements[flip.endpoint]
        if said is Vote.POWER and before.seen is not Seen.ON_BATTERY and case.is_group:
            arrived = before.seen is Seen.GASPED
            self.knowledge.rates = self.knowledge.rates.with_gasp(placement, arrived=arrived)
        verdict = settled(case.votes.values(), len(case.incident.members))
        if verdict is not None:
            self._set(
                key,
                settled_by(
                    case,
                    verdict,
                    before,
                    observed=self.observed,
                    knowledge=self.knowledge,
                    now=flip.detected,
                ),
            )

    def _count(self, case: Case, now: float) -> None:
        """Once per incident: what it adds to what is chronic."""
        incident = case.incident
        if case.counted or (case.gate is not None and incident.announced is None):
            return  # a gate that opens again at once is nobody's fault
        case.counted = True
        found = self.chronic.incident(incident.root, incident.cause, now)
        if found is not None:
            self._changed[key_of(found, incident.root, now)] = problem(found, incident, now)

    def _learn_habit(self, case: Case) -> None:
        """When it is over: a single site's loss of mains adds to its habits."""
        incident = case.incident
        if not case.is_group and incident.cause in POWER:
            town, at = self.knowledge.town(incident.root), self.knowledge.local(incident.onset)
            switched_off = incident.cause is Cause.SWITCHED_OFF
            self.knowledge.habits.lost(incident.root, town, at, switched_off=switched_off)

    # How they are kept

    def _open_gate_case(self, moved: GateMoved, cause: Cause) -> None:
        """A closed gate wins over every other explanation of what lies behind it and is not announced yet."""
        node = self.knowledge.topology.nodes.get(moved.gate)
        members = tuple(node.members) if node else ()
        kind, _, name = moved.gate.partition(":")
        said = Statement(message=_SHUT.get(kind, _GATE_CLOSED), facts={"gate": name or kind})
        finding = Finding(
            cause=cause,
            root=moved.gate,
            onset=moved.since,
            members=members,
            confidence=0.95,
            evidence=(said,),
            flags=frozenset({Flag.PLANNED}) if moved.gate in self.knowledge.planned else frozenset(),
            is_group=True,
        )
        key = self._begin(finding, moved.since)
        self._take_over(key, members, moved.since)
        case = self.cases[key]
        case.gate = moved.gate
        self._update(key, hold_until=self._hold(case.incident, case), flags=finding.flags)
        self._look_at = min(self._look_at, case.incident.hold_until)

    def _take_over(self, key: str, members: Iterable[str], now: float) -> None:
        """Members that nothing announced explains belong to this case; what held them and has nobody left is merged."""
        bereft: set[str] = set()
        for name in members:
            held = self._case_of.get(name)
            if held is None or self.cases[held].incident.stage is Stage.HELD:
                bereft |= {held} if held else set()
                self._case_of[name] = key
        for other in bereft:
            left = tuple(n for n in self.cases[other].incident.members if self._case_of.get(n) == other)
            if left:
                self._update(other, members=left)
            else:
                self._end(other, Stage.MERGED, now, key)

    def _end_gate_case(self, key: str, now: float) -> None:
        """Who was suspected behind it is not any more; who was found silent before is judged by itself again."""
        mine = [n for n in self.cases[key].incident.members if self._case_of.get(n) == key]
        for name in mine:
            o = self.observed.of.get(name)
            if o is not None and o.sure_since is not None:
                del self._case_of[name]
                self._note_news(now)
        self._end(key, Stage.ENDED, now)

    def _update(self, key: str, **changes: object) -> None:
        if self.cases[key].change(**changes):
            self._changed[key] = self.cases[key].incident

    def _set(self, key: str, incident: Incident) -> None:
        if incident != self.cases[key].incident:
            self.cases[key].incident = incident
            self._changed[key] = incident


_REJUDGED = Statement(message=N_("Later reports speak for another cause."))
_GATE_CLOSED = N_("{gate} does not answer: nothing behind it can be judged.")
_SHUT = {
    "line": N_("The hub has lost the port of {gate}: nothing on that line can be judged."),
}
