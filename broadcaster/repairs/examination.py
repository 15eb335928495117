"""Examination: every heartbeat is looked at by the rules, and what they find becomes incidents of one endpoint.

What an endpoint suffers as part of a group (a power cut drains its battery) is the group's, not its own. Links that
degrade together are their cell's or line's.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.incidents import Incident, Stage, held_until, key_of
from broadcaster.repairs.joints import Joints
from broadcaster.repairs.rules import (
    Battery,
    Heat,
    PutBack,
    Reading,
    Rule,
    Sound,
    Turned,
    Verdict,
    Volume,
    all_rules,
)
from broadcaster.repairs.rules.legacy import NO_DATA
from broadcaster.repairs.topology import RADIO, SERIAL, Topology
from devices.reports import Event, EventKind, LineReport
from devices.supervision import Flip, State

DEGRADED_S = 7_200.0
MONITORED = (Sound, Battery, Heat, Volume)
TOGETHER = 3  # endpoints of a cell or line that make it the line's fault
_INHERITED = frozenset({Cause.LOW_BATTERY, Cause.REBOOT_LOOP, Cause.SITE_POWER_FAULT})

IsExplained = Callable[[str], bool]


@dataclass(slots=True, kw_only=True)
class Examined:
    """All that examination knows, beside counts that begin anew."""

    live: list[Incident]
    degraded: dict[str, float]  # endpoint → since when
    turned: dict[str, Turned] = field(default_factory=dict)  # endpoint → volume turned by hand


class Examiner:
    """Incidents of single endpoints' own faults, and of degraded links. `is_explained` says whether correlation has an
    incident that takes the endpoint away: then what follows from that is not told again.
    """

    def __init__(self, topology: Topology, is_explained: IsExplained) -> None:
        self.topology = topology
        self._is_explained = is_explained
        self._volume = Volume()
        self._rules: tuple[Rule, ...] = (*all_rules(), self._volume)
        self._looks = tuple(rule.look for rule in self._rules)
        self._without_data = tuple(rule.look for rule in self._rules if not isinstance(rule, MONITORED))
        self._live: dict[tuple[str, Cause], Incident] = {}
        self._degraded: dict[str, float] = {}
        self._changed: dict[str, Incident] = {}
        self._emergency = False
        self._joints = Joints()

    def look(self, reading: Reading) -> None:
        """One heartbeat with what is known around it."""
        for look in self._without_data if NO_DATA in reading.beat.faults else self._looks:
            verdict = look(reading)
            if verdict is not None:
                self._judge(verdict, reading.at)

    def event(self, endpoint: str, event: Event, at: float) -> None:
        """What the amplifier says of itself needs no second opinion."""
        if event.kind in _AMPLIFIER:
            on = event.kind is EventKind.AMPLIFIER_FAULT
            said = Statement(message=_AMPLIFIER_SAYS, facts={"detail": event.detail or "-"}) if on else None
            self._judge(Verdict(endpoint=endpoint, cause=Cause.AMPLIFIER, on=on, evidence=said), at)

    def line(self, report: LineReport, at: float) -> None:
        """How a hub hears one of its lines."""
        verdict = self._joints.look(report, at)
        if verdict is not None:
            self._judge(verdict, at)

    def flip(self, flip: Flip) -> None:
        """Links that lose heartbeats: counted as long as they do."""
        if flip.to_state is State.DEGRADED:
            self._degraded.setdefault(flip.endpoint, flip.detected)
        elif self._degraded.pop(flip.endpoint, None) is not None:
            self._mend_link(flip.endpoint, flip.detected)

    def emergency(self, *, waits: bool) -> None:
        """While an emergency waits or is on the air holds are a minute at most."""
        if waits is self._emergency:
            return
        self._emergency = waits
        for key, incident in self._live.items():
            if incident.stage is Stage.HELD:
                self._live[key] = replace(incident, hold_until=self._hold(incident.cause, incident.onset))

    def tick(self, now: float) -> None:
        """Holds end, and links have been degraded for long enough."""
        for incident in list(self._live.values()):
            if incident.stage is Stage.HELD and now >= incident.hold_until:
                self._put(replace(incident, stage=Stage.OPEN, announced=now))
        worn = [name for name, since in self._degraded.items() if now - since >= DEGRADED_S]
        if worn:
            self._open_links(worn, now)

    @property
    def next_s(self) -> float:
        """Until then `tick` finds nothing to do, if nothing is told meanwhile."""
        holds = (each.hold_until for each in self._live.values() if each.stage is Stage.HELD)
        worn = (since + DEGRADED_S for since in self._degraded.values())
        return min((*holds, *worn), default=inf)

    def changes(self) -> tuple[Incident, ...]:
        """The incidents that changed since it was last asked."""
        taken, self._changed = tuple(self._changed.values()), {}
        return taken

    def is_news(self) -> bool:
        """Whether there is more to remember than `changes` tell, since it was last asked."""
        taken, self._volume.is_news = self._volume.is_news, False
        return taken

    def to_put_back(self) -> tuple[PutBack, ...]:
        """Volumes to be ordered again, since it was last asked."""
        taken, self._volume.to_put_back = tuple(self._volume.to_put_back), []
        return taken

    @property
    def live(self) -> tuple[Incident, ...]:
        """All live incidents, by key."""
        return tuple(sorted(self._live.values(), key=lambda incident: incident.key))

    def memory(self) -> Examined:
        """What a restart must not forget."""
        return Examined(live=list(self.live), degraded=self._degraded, turned=self._volume.memory)

    def recall(self, memory: Examined) -> None:
        """Go on from there: every fault that had been found may end."""
        self._degraded = memory.degraded
        self._volume.recall(memory.turned)
        for incident in memory.live:
            self._live[incident.root, incident.cause] = incident
            if incident.root in self.topology.nodes:
                self._joints.resume(incident.root)
                continue
            for rule in self._rules:
                if incident.cause in rule.causes:
                    rule.resume(incident.root, incident.cause, incident.onset)

    def forget(self, endpoint: str, now: float) -> None:
        """It is retired."""
        self._degraded.pop(endpoint, None)
        for rule in self._rules:
            rule.forget(endpoint)
        for root, cause in list(self._live):
            if root == endpoint:
                self._end(root, cause, now)

    def _judge(self, verdict: Verdict, now: float) -> None:
        key = verdict.endpoint, verdict.cause
        if not verdict.on:
            self._end(*key, now)
        elif key not in self._live and not (
            verdict.cause in _INHERITED and self._is_explained(verdict.endpoint)
        ):
            evidence = (verdict.evidence,) if verdict.evidence else ()
            node = self.topology.nodes.get(verdict.endpoint)
            members = tuple(node.members) if node else (verdict.endpoint,)
            self._begin(verdict.cause, verdict.endpoint, members, verdict.confidence, evidence, now)
        elif key in self._live and verdict.evidence:
            self._put(replace(self._live[key], evidence=(verdict.evidence,)))

    def _begin(
        self,
        cause: Cause,
        root: str,
        members: tuple[str, ...],
        confidence: float,
        evidence: tuple[Statement, ...],
        now: float,
    ) -> None:
        self._put(
            Incident(
                key=key_of(cause, root, now),
                cause=cause,
                root=root,
                onset=now,
                detected=now,
                members=members,
                affected=members,
                confidence=confidence,
                evidence=evidence,
                hold_until=self._hold(cause, now),
            )
        )

    def _hold(self, cause: Cause, onset: float) -> float:
        return held_until(cause, onset, onset, emergency=self._emergency)

    def _open_links(self, worn: list[str], now: float) -> None:
        """One incident for a cell or line that several share, one each for the others."""
        behind: defaultdict[str, list[str]] = defaultdict(list)
        for name in worn:
            behind[self._link_of(name)].append(name)
        for link, names in sorted(behind.items()):
            shared = link in self.topology.nodes and len(names) >= TOGETHER
            for root, members in [(link, names)] if shared else [(name, [name]) for name in names]:
                known = self._live.get((root, Cause.LINK_DEGRADED))
                everybody = tuple(sorted({*members, *(known.members if known else ())}))
                if known is None:
                    said = Statement(message=_LOSES, facts={"count": len(everybody)})
                    self._begin(Cause.LINK_DEGRADED, root, everybody, 0.95, (said,), now)
                elif everybody != known.members:
                    self._put(replace(known, members=everybody, affected=everybody))
                if shared:
                    for name in members:
                        self._end(name, Cause.LINK_DEGRADED, now)

    def _mend_link(self, endpoint: str, now: float) -> None:
        self._end(endpoint, Cause.LINK_DEGRADED, now)
        link = self._link_of(endpoint)
        known = self._live.get((link, Cause.LINK_DEGRADED))
        if known is not None:
            left = tuple(name for name in known.affected if name != endpoint)
            self._put(replace(known, affected=left))
            if not left:
                self._end(link, Cause.LINK_DEGRADED, now)

    def _link_of(self, endpoint: str) -> str:
        """Its cell or line, or itself."""
        kinds = (RADIO[0], SERIAL[0])
        edges = self.topology.edges(endpoint)
        return next((e.node for e in edges if self.topology.nodes[e.node].kind in kinds), endpoint)

    def _put(self, incident: Incident) -> None:
        self._live[incident.root, incident.cause] = incident
        self._changed[incident.key] = incident

    def _end(self, root: str, cause: Cause, now: float) -> None:
        known = self._live.pop((root, cause), None)
        if known is not None:
            self._changed[known.key] = replace(known, stage=Stage.ENDED, ended=now, affected=())


_AMPLIFIER = (EventKind.AMPLIFIER_FAULT, EventKind.AMPLIFIER_OK)
_AMPLIFIER_SAYS = N_("The amplifier itself reports a fault ({detail}).")
_LOSES = N_("{count} endpoints have lost more than a tenth of their heartbeats for two hours.")
