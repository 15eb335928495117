"""The ground that a day is planned on: which places lie in which, their quiet hours, their minutes, where endpoints are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.cells import Grid
from schedules.places import Level, Place, chain_of, covers, level_of
from schedules.rules import Window
from schedules.slots import Span
from schedules.windows import instant, spans_around

QuietHours = frozenset[Window]

UNLIMITED_MS = 1 << 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRules:
    """What holds in a place and, unless they say otherwise, in the places inside it; None asks the place around it."""

    quiet: tuple[Window, ...] | None = None  # () has none, whatever holds around it
    budget_minutes: int | None = None  # of class daily per village and day; 0 is silence

    def __post_init__(self) -> None:
        if self.budget_minutes is not None and self.budget_minutes < 0:
            raise ValueError(f"a budget is minutes per day, 0 or more, got {self.budget_minutes}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The tree of areas with what holds in them on one day; endpoints appear only where they differ from their village."""

    grid: Grid
    day_end: datetime  # local midnight after the day
    chains: Mapping[Place, tuple[Place, ...]]  # an area and what it lies in, narrowest first
    children: Mapping[Place, tuple[Place, ...]]  # the areas directly inside, in order
    served: frozenset[Place]  # areas and endpoints where somebody hears
    quiet_inside: Mapping[Place, QuietHours]  # of any place inside: what a play for all of them must avoid
    quiet_at: Mapping[Place, QuietHours]  # of the place itself
    quiet_spans: Mapping[QuietHours, tuple[Span, ...]]  # their true time, for each set that occurs
    budget_ms: Mapping[
        Place, int
    ]  # per area, the least of any village inside; UNLIMITED_MS where nothing limits it

    def chain(self, where: Place) -> tuple[Place, ...]:
        """`where` and what it lies in, narrowest first, up to the county."""
        known = self.chains.get(where)
        if known is not None:
            return known
        village, slash, _ = where.partition("/")
        return (where, *self.chain(Place(village))) if slash else chain_of(where)

    def quiet(self, where: Place) -> QuietHours:
        """Every quiet hour that a play for all of `where` must avoid."""
        if where in self.quiet_inside:
            return self.quiet_inside[where]
        return next((self.quiet_at[p] for p in self.chain(where) if p in self.quiet_at), frozenset())

    def is_leaf(self, where: Place) -> bool:
        """Whether plays for `where` are not divided any further: villages and endpoints."""
        return where not in self.children

    def leaves(self, where: Place) -> tuple[Place, ...]:
        """The villages inside `where`, or the place itself if it is not divided further."""
        if self.is_leaf(where):
            return (where,)
        return tuple(leaf for child in self.children[where] for leaf in self.leaves(child))

    def targets(self, wanted: Iterable[Place]) -> tuple[Place, ...]:
        """`wanted` in order, without what another of them covers; what lies above counties becomes its counties."""
        found: set[Place] = set()
        for target in wanted:
            found.update(self._counties_of(target) if level_of(target) < Level.COUNTY else (target,))
        return tuple(sorted(p for p in found if not found.intersection(self.chain(p)[1:])))

    def _counties_of(self, target: Place) -> tuple[Place, ...]:
        counties = tuple(p for p, chain in self.chains.items() if len(chain) == 1 and covers(target, p))
        return counties or (target,)


def ground(places: Mapping[Place, PlaceRules], day: date, zone: ZoneInfo) -> Ground:
    """The ground of `day`: the areas of `places` with the areas around them, whether named there or not."""
    endpoints = [p for p in places if "/" in p]
    chains = _chains({Place(p.partition("/")[0]) for p in places})
    children: dict[Place, list[Place]] = defaultdict(list)
    for area in sorted(chains):
        if len(chains[area]) > 1:
            children[chains[area][1]].append(area)
    with_endpoints = {Place(p.partition("/")[0]) for p in endpoints}
    quiet_at = {area: _quiet_at(places, chain) for area, chain in chains.items()}
    own = {p: frozenset(quiet) for p in endpoints if (quiet := places[p].quiet) is not None}
    quiet_inside = _united(chains, {**{p: q for p, q in quiet_at.items() if p not in children}, **own})
    return Ground(
        grid=Grid(instant(day, time(), zone)),
        day_end=instant(day + timedelta(days=1), time(), zone),
        chains=chains,
        children={area: tuple(inside) for area, inside in children.items()},
        served=frozenset(endpoints).union(*(chains[village] for village in with_endpoints)),
        quiet_inside=quiet_inside,
        quiet_at=quiet_at,
        quiet_spans={
            hours: spans_around(hours, day, zone) for hours in {*quiet_inside.values(), *quiet_at.values()}
        },
        budget_ms=_least(
            chains, {area: _budget_at(places, chains[area]) for area in chains if area not in children}
        ),
    )


def _chains(areas: Iterable[Place]) -> dict[Place, tuple[Place, ...]]:
    chains: dict[Place, tuple[Place, ...]] = {}
    for area in areas:
        chain = chain_of(area)
        for depth, above in enumerate(chain):
            chains.setdefault(above, chain[depth:])
    return chains


def _quiet_at(places: Mapping[Place, PlaceRules], chain: tuple[Place, ...]) -> QuietHours:
    for where in chain:
        if where in places and (quiet := places[where].quiet) is not None:
            return frozenset(quiet)
    return frozenset()


def _budget_at(places: Mapping[Place, PlaceRules], chain: tuple[Place, ...]) -> int:
    for where in chain:
        if where in places and (minutes := places[where].budget_minutes) is not None:
            return minutes * 60_000
    return UNLIMITED_MS


def _united(
    chains: Mapping[Place, tuple[Place, ...]], quiet: Mapping[Place, QuietHours]
) -> dict[Place, QuietHours]:
    """Per place the quiet hours of everything inside it; equal sets are one object, so that they compare at once."""
    united: dict[Place, QuietHours] = dict.fromkeys(chains, frozenset())
    known: dict[QuietHours, QuietHours] = {}
    for where, hours in quiet.items():
        village = Place(where.partition("/")[0])
        for above in dict.fromkeys((where, *chains[village])):
            both = united.get(above, frozenset()) | hours
            united[above] = known.setdefault(both, both)
    return united


def _least(chains: Mapping[Place, tuple[Place, ...]], budgets: Mapping[Place, int]) -> dict[Place, int]:
    least = dict.fromkeys(chains, UNLIMITED_MS)
    for leaf, budget in budgets.items():
        for area in chains[leaf]:
            least[area] = min(least[area], budget)
    return least
