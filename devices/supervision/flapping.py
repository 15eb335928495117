"""Flapping: a penalty that grows with every going and coming, and halves in a quarter of an hour."""

from dataclasses import dataclass

HALF_LIFE_S = 900.0
ENTER, LEAVE = 3.0, 0.75


@dataclass(frozen=True, slots=True)
class Penalty:
    """What was counted up to `at`."""

    value: float = 0.0
    at: float = 0.0
    flapping: bool = False

    def value_at(self, now: float) -> float:
        """What is left of it."""
        return float(self.value * 2 ** ((self.at - now) / HALF_LIFE_S))

    def changed(self, now: float) -> "Penalty":
        """After one more change."""
        value = self.value_at(now) + 1.0
        return Penalty(value, now, self.flapping or value >= ENTER)

    def calmed(self, now: float) -> "Penalty":
        """As it stands now: whether it still flaps."""
        return Penalty(self.value, self.at, self.flapping and self.value_at(now) >= LEAVE)
