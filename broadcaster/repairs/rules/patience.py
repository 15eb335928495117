"""Patience: a condition counts only when it has lasted, or was seen several times in a row; then it is on until it clears."""

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Patience:
    """Per subject: since when and how often in a row a condition holds, and whether it was found to be on."""

    lasts_s: float = 0.0
    times: int = 1
    _since: dict[Hashable, tuple[float, int]] = field(default_factory=dict)
    _on: set[Hashable] = field(default_factory=set)

    def look(self, subject: Hashable, at: float, *, enters: bool, leaves: bool) -> bool | None:
        """True: it is on from now. False: it is over. None: as before. Between `enters` and `leaves` nothing changes."""
        if subject in self._on:
            if not leaves:
                return None
            self.forget(subject)
            return False
        if not enters:
            if leaves:
                self._since.pop(subject, None)
            return None
        since, times = self._since.get(subject, (at, 0))
        self._since[subject] = (since, times + 1)
        if times + 1 < self.times or at - since < self.lasts_s:
            return None
        self._on.add(subject)
        return True

    def is_on(self, subject: Hashable) -> bool:
        """Whether it was found to be on."""
        return subject in self._on

    def resume(self, subject: Hashable) -> None:
        """It had been found to be on."""
        self._on.add(subject)

    def forget(self, subject: Hashable) -> None:
        """Begin anew."""
        self._since.pop(subject, None)
        self._on.discard(subject)
