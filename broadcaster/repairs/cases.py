"""Cases: incidents while they live, and how a new cover is matched with them so that each keeps its key."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from broadcaster.repairs.adjudication import Vote
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.incidents import Flag, Incident

FROZEN_S = 1_800.0  # after this an incident explains what it explains


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an incident should say by today's evidence."""

    cause: Cause
    root: str
    onset: float
    members: tuple[str, ...]
    confidence: float
    evidence: tuple[Statement, ...]
    flags: frozenset[Flag] = frozenset()
    is_group: bool = False
    strays: frozenset[str] = frozenset()  # members that the map has elsewhere
    rival: str | None = None  # the node that explains it otherwise: power instead of network, or the reverse


@dataclass(slots=True, eq=False)
class Case:
    """One incident while it lives: its latest value and what is needed to carry it on. Mutable; it is only itself."""

    incident: Incident
    is_group: bool = False
    rival: str | None = None
    gate: str | None = None  # that is closed: no endpoint's report is behind this case
    strays: frozenset[str] = frozenset()  # members that the map has elsewhere
    votes: dict[str, Vote] = field(default_factory=dict)
    mostly_back: float | None = None  # since when most of its members report again
    gathered_since: float = float("-inf")  # before that nothing could be seen
    counted: bool = False  # by habits and by what is chronic

    def is_frozen(self, now: float) -> bool:
        """Whether later observations may no longer change what it explains."""
        return self.gate is not None or now - self.incident.onset > FROZEN_S


def matched(
    findings: Sequence[Finding], cases: Mapping[str, Case]
) -> tuple[list[tuple[Finding, str | None]], dict[str, str | None]]:
    """Each finding with the key of the case that carries it: with which it shares most members (None: a new one); the
    largest chooses first. And each case that carries none, with the key of the case that took its members, or None.
    """
    holder = {name: key for key in sorted(cases) for name in cases[key].incident.members}
    carried: list[tuple[Finding, str | None]] = []
    taken: dict[str, str] = {}  # member → key of the case that explains it from now on
    used: set[str] = set()
    for finding in sorted(findings, key=lambda f: (-len(f.members), f.onset, f.root)):
        shared = Counter(
            holder[name] for name in finding.members if name in holder and holder[name] not in used
        )
        key = min(shared, key=lambda k: (-shared[k], cases[k].incident.onset, k), default=None)
        carried.append((finding, key))
        if key is not None:
            used.add(key)
            taken |= dict.fromkeys(finding.members, key)
    left: dict[str, str | None] = {}
    for key in sorted(cases.keys() - used):
        into = Counter(taken[name] for name in cases[key].incident.members if name in taken)
        left[key] = into.most_common(1)[0][0] if into else None
    return carried, left
