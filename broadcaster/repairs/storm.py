"""Storm: so many new suspects at once that single ones wait, and people hear of nodes only."""

from collections import deque
from dataclasses import dataclass, field

WITHIN_S = 60.0
FEWEST, SHARE = 30, 0.02
CALM_S = 600.0
SINGLES_HELD_S = 900.0


@dataclass(slots=True)
class Storm:
    """Whether there is one. Suspects are counted where they began, in order of their detection."""

    fleet: int
    active: bool = False
    _new: deque[float] = field(default_factory=deque)
    _calm_since: float | None = None

    @property
    def threshold(self) -> float:
        """New suspects within a minute that make a storm."""
        return max(FEWEST, SHARE * self.fleet)

    def suspects(self, at: float) -> None:
        """One more."""
        self._new.append(at)

    def look(self, now: float) -> bool:
        """Whether there is a storm now; it is over after ten minutes below half the threshold."""
        while self._new and self._new[0] <= now - WITHIN_S:
            self._new.popleft()
        if len(self._new) >= self.threshold:
            self.active, self._calm_since = True, None
        elif len(self._new) >= self.threshold / 2:
            self._calm_since = None
        elif self.active:
            self._calm_since = now if self._calm_since is None else self._calm_since
            if now - self._calm_since >= CALM_S:
                self.active, self._calm_since = False, None
        return self.active
