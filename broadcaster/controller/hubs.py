"""Hubs: gates before the endpoints of serial lines, closed and opened by what hubs report, or no longer report.

A hub is supervised as an endpoint is, behind the broker. While it is suspected nothing can be said of its lines, from when
it was last heard on; a start of its program hides what it did not ask in between. A hub's will is believed at once: whom it
speaks for cannot be heard without it. The next heartbeat opens again.
"""

from collections.abc import Iterable

from broadcaster.repairs.topology import Kind, node_id
from devices.presence import Presence
from devices.reports import Heartbeat, LineReport, Report, Status
from devices.supervision import Flip, State, Supervision
from devices.supervision.states import ALIVE

_LIFE = ALIVE - {State.NEW}


class Hubs:
    """Those of one county. Mutable; what outlives a restart is in supervision and in the correlation's memory."""

    def __init__(self, supervision: Supervision, gates: tuple[str, ...]) -> None:
        self._supervision, self._gates = supervision, gates
        self._boots: dict[str, str] = {
            watch.endpoint: watch.boot for watch in supervision.watches if watch.boot
        }
        self.names: frozenset[str] = frozenset()

    def watch(self, hubs: Iterable[str], at_s: float) -> None:
        """These are all hubs that have endpoints."""
        now_known = frozenset(hubs)
        for gone in sorted(self.names - now_known):
            self._supervision.forget(gone)
            self._supervision.open(node_id(Kind.HUB, gone), at_s, "retired")
        for hub in sorted(now_known - self.names):
            self._supervision.watch(hub, self._gates)
        self.names = now_known

    def take(self, hub: str, report: Report, at_s: float, *, retained: bool) -> None:
        """A report of a hub arrived."""
        match report:
            case Heartbeat():
                self._beat(hub, report, at_s)
            case LineReport():
                self._line(report, at_s)
            case Status(state=Presence.OFFLINE) if not retained and report.epoch == self._boots.get(hub):
                self._supervision.close(node_id(Kind.HUB, hub), at_s, "its connection ended")

    def flipped(self, flip: Flip) -> None:
        """Supervision judged a hub."""
        gate = node_id(Kind.HUB, flip.endpoint)
        if flip.to_state in _LIFE:
            self._supervision.open(gate, flip.detected, "heard")
        elif flip.to_state is not State.NEW:
            self._supervision.close(gate, flip.detected, "mute", since=flip.heard)

    def _beat(self, hub: str, beat: Heartbeat, at_s: float) -> None:
        gate, heard_s = node_id(Kind.HUB, hub), self._supervision.heard(hub)
        if self._boots.get(hub, beat.boot) != beat.boot:
            self._supervision.close(gate, at_s, "started anew", since=heard_s)
        self._boots[hub] = beat.boot
        self._supervision.heartbeat(hub, beat, at_s)
        self._supervision.open(gate, at_s, "heard")

    def _line(self, report: LineReport, at_s: float) -> None:
        gate = node_id(Kind.LINE, report.line)
        if report.open:
            self._supervision.open(gate, at_s, "its port is there")
        else:
            self._supervision.close(gate, at_s, "its port is not there")
