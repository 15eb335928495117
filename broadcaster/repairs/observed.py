"""Observed: from flips to the observations of affected endpoints, whatever the order in which the flips came."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from broadcaster.repairs.observations import OVERTAKEN_S, SEEN, Observation, Seen
from devices.supervision import Flip, Sign, State

DIPS_KEPT = 2_000
_UNSURE = frozenset({State.SUSPECT, State.MAINS_LOST_HELD})


class Observed:
    """Mutable: one observation per endpoint that is affected, or back and not verified yet."""

    def __init__(self) -> None:
        self.of: dict[str, Observation] = {}
        self.dips: deque[tuple[str, float]] = deque(maxlen=DIPS_KEPT)  # endpoint, onset: mains came back

    def take(self, flip: Flip, period: float) -> bool:
        """Takes in a flip; whether it changes what is to be explained."""
        seen = SEEN.get(flip.to_state)
        known = self.of.get(flip.endpoint)
        if seen is not None:
            self.of[flip.endpoint] = _new(flip, seen, period) if known is None else _more(known, flip, seen)
            return self.of[flip.endpoint] != known
        if known is None:
            return False
        return self._came_back(flip, known)

    def forget(self, endpoint: str) -> None:
        """Its incident is over."""
        self.of.pop(endpoint, None)

    def dipped(self, onset: float, within_s: float) -> Iterator[str]:
        """Whose mains failed for a moment at about `onset`."""
        return (name for name, at in self.dips if abs(at - onset) <= within_s)

    def _came_back(self, flip: Flip, known: Observation) -> bool:
        if flip.from_state in _UNSURE:
            if flip.is_momentary:
                self.dips.append((flip.endpoint, known.onset))
            del self.of[flip.endpoint]
            return True
        well = flip.to_state in (State.OK, State.DEGRADED)
        back = flip.detected if known.back is None else known.back
        self.of[flip.endpoint] = replace(known, back=back, well=well)
        return False


def _new(flip: Flip, seen: Seen, period: float) -> Observation:
    return Observation(
        endpoint=flip.endpoint,
        seen=seen,
        onset=flip.onset,
        slack=OVERTAKEN_S if seen is Seen.GASPED else max(period, flip.onset - flip.heard),
        detected=flip.detected,
        sure_since=None if flip.to_state in _UNSURE else flip.detected,
        deaf=flip.blind,
    )


def _more(known: Observation, flip: Flip, seen: Seen) -> Observation:
    """More of the same: surer, or a last gasp that says when and why; or it fails again before it was verified."""
    sure = known.sure_since
    if sure is None and flip.to_state not in _UNSURE:
        sure = flip.detected
    if known.back is not None:
        return replace(known, back=None, well=False, sure_since=flip.detected)
    if known.seen is Seen.SILENT and seen is Seen.GASPED and flip.because is Sign.GASPED:
        return replace(known, seen=seen, onset=flip.onset, slack=OVERTAKEN_S, sure_since=sure)
    if seen is Seen.ON_BATTERY:
        return replace(known, seen=seen, sure_since=sure)
    return replace(known, sure_since=sure)
