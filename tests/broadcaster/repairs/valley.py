"""A valley of endpoints with their supplies, cells and lines, supervised and correlated in virtual time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from broadcaster.repairs.circumstances import Circumstances
from broadcaster.repairs.correlation import Correlator
from broadcaster.repairs.findings import Knowledge
from broadcaster.repairs.incidents import Incident
from broadcaster.repairs.surroundings import Supervised
from broadcaster.repairs.topology import Placement, Provenance, Topology
from devices.reports import EventKind
from devices.supervision import Flip, GateMoved, Overlaid, State
from tests.devices.supervision.field import Field

MIDNIGHT = datetime(2026, 5, 4, tzinfo=ZoneInfo("Asia/Shanghai"))


def placement(name: str, **where: object) -> Placement:
    """One endpoint on a surveyed supply."""
    given: dict[str, object] = {"supply": Provenance.SURVEYED, **where}
    return Placement(endpoint=name, **given)  # type: ignore[arg-type]


def feeder(name: str, count: int, first: int = 0, **where: object) -> list[Placement]:
    """Endpoints on one feeder of the substation "S", six to a transformer."""
    return [
        placement(f"horn-{n}", feeder=name, transformer=f"{name}/{(n - first) // 6}", substation="S", **where)
        for n in range(first, first + count)
    ]


class Valley(Field):
    """A field whose flips are correlated; `told` are all values of incidents, in order."""

    def __init__(self, placements: Iterable[Placement], *, start_h: float = 0.0) -> None:
        placed = list(placements)
        super().__init__(0)
        from tests.devices.supervision.field import Horn

        self.horns = {p.endpoint: Horn(p.endpoint, phase=1 + n * 7 % 60) for n, p in enumerate(placed)}
        for p in placed:
            gates = ["broker", *([f"hub:{p.hub}"] if p.hub else [])]
            self.supervision.watch(p.endpoint, gates, commissioned=True)
        self.known: dict[str, Circumstances] = {}
        self.start = MIDNIGHT + timedelta(hours=start_h)
        self.told: list[Incident] = []
        self.correlator = Correlator(
            Knowledge(
                topology=Topology(placed),
                surroundings=Supervised(self.supervision, self._around),
                local=lambda at: self.start + timedelta(seconds=at),
            )
        )

    def _around(self, endpoint: str, _onset: float) -> Circumstances:
        return self.known.get(endpoint, Circumstances())

    def take(self) -> None:
        before = len(self.flips), len(self.others)
        super().take()
        for flip in self.flips[before[0] :]:
            self.correlator.flip(flip)
        for other in self.others[before[1] :]:
            if isinstance(other, GateMoved):
                self.correlator.gate(other)
            elif isinstance(other, Overlaid):
                self.correlator.overlaid(other)
        self.correlator.tick(self.now)
        self.told += self.correlator.changes()

    def restart(self, down_s: float) -> "Valley":
        super().restart(down_s)
        self.correlator.knowledge.surroundings = Supervised(self.supervision, self._around)
        return self

    def cut_power(self, names: Iterable[str], *, gasps: Iterable[str] | None = None) -> None:
        """The mains of these fail now; those of `gasps` (all of them) manage to say so."""
        names = list(names)
        heard = set(names if gasps is None else gasps)
        for name in names:
            if name in heard:
                event = self.horns[name].gasp(self.now)
                self.supervision.event(name, event, self.now)
            self.horns[name].alive = False
        self.take()

    def restore_power(self, names: Iterable[str]) -> None:
        for name in names:
            self.horns[name].restart(self.now)

    def cut_link(self, names: Iterable[str]) -> None:
        for name in names:
            self.horns[name].reachable = False

    def restore_link(self, names: Iterable[str]) -> None:
        for name in names:
            self.horns[name].reachable = True

    @property
    def live(self) -> tuple[Incident, ...]:
        return self.correlator.live

    @property
    def tickets(self) -> list[Incident]:
        """Every incident that was ever announced, as it is now."""
        latest = {incident.key: incident for incident in self.told}
        return [incident for incident in latest.values() if incident.announced is not None]

    @property
    def final(self) -> set[tuple[str, str, tuple[str, ...]]]:
        """What was announced: cause, root and members."""
        return {(i.cause.value, i.root, i.members) for i in self.tickets}


__all__ = ["EventKind", "Flip", "State", "Valley", "feeder", "placement"]
