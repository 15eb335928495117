"""Storm: so many new suspects at once that single ones wait, and people hear of nodes only."""

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
    new: list[float] = field(default_factory=list)
    calm_since: float | None = None

    @property
    def threshold(self) -> float:
        """New suspects within a minute that make a storm."""
        return max(FEWEST, SHARE * self.fleet)

    @property
    def is_watched(self) -> bool:
        """Whether `look` may change anything."""
        return self.active or bool(self.new)

    def suspects(self, at: float) -> None:
        """One more."""
        self.new.append(at)

    def look(self, now: float) -> bool:
        """Whether there is a storm now; it is over after ten minutes below half the threshold."""
        if not self.is_watched:
            return False
        if self.new and self.new[0] <= now - WITHIN_S:
            self.new = [at for at in self.new if at > now - WITHIN_S]
        if len(self.new) >= self.threshold:
            self.active, self.calm_since = True, None
        elif len(self.new) >= self.threshold / 2:
            self.calm_since = None
        elif self.active:
            self.calm_since = now if self.calm_since is None else self.calm_since
            if now - self.calm_since >= CALM_S:
                self.active, self.calm_since = False, None
        return self.active
