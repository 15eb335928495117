"""What supervision knows of the others, as correlation asks for it."""

from collections.abc import Callable
from dataclasses import dataclass

from broadcaster.repairs.circumstances import Circumstances
from devices.supervision import Overlay, State, Supervision

_BLIND = frozenset({Overlay.UNOBSERVED, Overlay.MAINTENANCE})
Around = Callable[[str, float], Circumstances]


def nothing_known(_endpoint: str, _onset: float) -> Circumstances:
    """For those who ask nobody."""
    return Circumstances()


@dataclass(slots=True)
class Supervised:
    """Surroundings over a running supervision; `around` tells of programmes, voltages, doors and the weather."""

    supervision: Supervision
    around: Around = nothing_known

    def heard(self, endpoint: str) -> float:
        """When it last proved to be alive; −inf for one that is not supervised."""
        try:
            return self.supervision.heard(endpoint)
        except KeyError:
            return float("-inf")

    def is_unobserved(self, endpoint: str) -> bool:
        """Whether nothing can be said of it now."""
        try:
            new = self.supervision.state(endpoint) is State.NEW
            return new or not _BLIND.isdisjoint(self.supervision.overlays(endpoint))
        except KeyError:
            return True

    def period(self, endpoint: str) -> float:
        """Seconds between its heartbeats."""
        try:
            return self.supervision.period(endpoint)
        except KeyError:
            return 60.0

    def circumstances(self, endpoint: str, onset: float) -> Circumstances:
        """What else is known around a loss of its mains."""
        return self.around(endpoint, onset)
