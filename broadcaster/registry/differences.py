"""Differences: what a list would change in the registry. What a list does not name stays as it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from broadcaster.registry.areas import Area
from broadcaster.registry.endpoints import Endpoint

Listed = TypeVar("Listed", bound=Area | Endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Generic[Listed]):
    """One thing before and after."""

    before: Listed
    after: Listed

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        """What is not the same: field → (before, after)."""
        pairs = {
            f.name: (getattr(self.before, f.name), getattr(self.after, f.name)) for f in fields(self.before)
        }
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Generic[Listed]):
    """A list against the registry; `missing` stand in the registry and not in the list, and are kept."""

    added: tuple[Listed, ...]
    changed: tuple[Change[Listed], ...]
    unchanged: int
    missing: tuple[Listed, ...]

    @property
    def to_store(self) -> tuple[Listed, ...]:
        """What the registry lacks."""
        return (*self.added, *(change.after for change in self.changed))


def difference(known: Mapping[str, Listed], listed: Iterable[Listed]) -> Difference[Listed]:
    """What `listed` changes in `known`."""
    found = {each.key: each for each in listed}
    both = [(known[key], each) for key, each in found.items() if key in known]
    changes = tuple(Change(before=before, after=after) for before, after in both if before != after)
    return Difference(
        added=tuple(each for key, each in found.items() if key not in known),
        changed=changes,
        unchanged=len(both) - len(changes),
        missing=tuple(each for key, each in known.items() if key not in found),
    )
