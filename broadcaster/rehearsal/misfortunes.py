"""Misfortunes: what truly goes wrong in a simulated county's grid, drawn once from the seed; the score compares with it."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from broadcaster.rehearsal.grid import Grid
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.circumstances import Circumstances

HOUR_S, DAY_S = 3_600.0, 86_400.0
PROGRAMMES = ((time(6, 30), time(8, 0)), (time(11, 30), time(12, 30)), (time(17, 30), time(19, 30)))
LEFT_OVER = 0.03  # of a power cut's endpoints do not come back with the others
CELL_DIES_TOO = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfortune:
    """One true cause: what takes whom away, from when to when (seconds since the start of the rehearsal)."""

    cause: Cause
    root: str
    members: tuple[str, ...]
    begin: float
    end: float
    known: Circumstances = field(default_factory=Circumstances)  # what endpoints and people tell of it
    gasps_lost: bool = False  # the network died with the power

    @property
    def is_power(self) -> bool:
        """Whether it takes the mains."""
        return self.cause in (Cause.GRID_OUTAGE, Cause.SWITCHED_OFF, Cause.SITE_POWER_FAULT)

    @property
    def is_group(self) -> bool:
        """Whether it takes several away at once."""
        return len(self.members) > 1


def is_programme(at: datetime) -> bool:
    """Whether the county's programme sounds at this local time."""
    return any(start <= at.time() < end for start, end in PROGRAMMES)


def storm(grid: Grid, seed: int, feeders: int, *, begin: float, lasts_s: float) -> Iterator[Misfortune]:
    """A storm takes this many feeders within `lasts_s`, some cells, and some lines."""
    chance = random.Random(f"storm {seed}")
    for name, members in _some(grid.below("feeder"), feeders, chance):
        at = begin + chance.uniform(0, lasts_s)
        yield from power_cut(f"feeder:{name}", members, at, chance.uniform(1.5, 4) * HOUR_S, chance)
    for name, members in _some(grid.below("cell"), max(1, feeders // 10), chance):
        yield network(
            Cause.BASE_STATION, f"cell:{name}", members, begin + chance.uniform(0, lasts_s), 2 * HOUR_S
        )
    for name, members in _some(grid.below("line"), max(1, feeders // 20), chance):
        beyond = members[chance.randrange(1, len(members) - 1) :]
        yield network(
            Cause.SERIAL_LINE_CUT, f"line:{name}", beyond, begin + chance.uniform(0, lasts_s), 3 * HOUR_S
        )


def month(
    grid: Grid, seed: int, start: datetime, days: float, *, groups: int, singles: int
) -> Iterator[Misfortune]:
    """Ordinary weeks: `groups` common causes of all sorts and `singles` sites that are switched off, fail or lose their link."""
    chance = random.Random(f"month {seed}")
    yield from _groups(grid, groups, days, chance)
    yield from _singles(grid, singles, start, days, chance)


def power_cut(
    root: str, members: Sequence[str], begin: float, lasts_s: float, chance: random.Random
) -> Iterator[Misfortune]:
    """All of them lose their mains; a few stay behind with a blown fuse, each a cause of its own."""
    left = tuple(name for name in members if chance.random() < LEFT_OVER and len(members) > 3)
    yield Misfortune(
        cause=Cause.GRID_OUTAGE,
        root=root,
        members=tuple(members),
        begin=begin,
        end=begin + lasts_s,
        gasps_lost=chance.random() < CELL_DIES_TOO,
        known=Circumstances(storm=True),
    )
    for name in left:
        yield Misfortune(
            cause=Cause.SITE_POWER_FAULT,
            root=name,
            members=(name,),
            begin=begin + lasts_s,
            end=begin + lasts_s + chance.uniform(3, 12) * HOUR_S,
            known=Circumstances(visited=True, storm=True),
        )


def network(cause: Cause, root: str, members: Sequence[str], begin: float, lasts_s: float) -> Misfortune:
    """They go on running, unheard."""
    return Misfortune(cause=cause, root=root, members=tuple(members), begin=begin, end=begin + lasts_s)


def _groups(grid: Grid, count: int, days: float, chance: random.Random) -> Iterator[Misfortune]:
    kinds = ("transformer", "feeder", "cell", "hub", "line")
    below = {kind: list(grid.below(kind).items()) for kind in kinds}
    for kind in chance.choices(kinds, (4, 3, 2, 1, 1), k=count):
        if not below[kind]:
            continue
        name, members = chance.choice(below[kind])
        begin = _any(days, chance)
        lasts_s = chance.uniform(0.5, 6) * HOUR_S
        root = f"{kind}:{name}"
        if kind in ("transformer", "feeder"):
            yield from power_cut(root, members, begin, lasts_s, chance)
        elif kind == "line":
            beyond = members[chance.randrange(1, len(members) - 1) :] if len(members) > 3 else members
            yield network(Cause.SERIAL_LINE_CUT, root, beyond, begin, lasts_s)
        else:
            cause = Cause.SERIAL_HUB if kind == "hub" else Cause.BASE_STATION
            yield network(cause, root, members, begin, lasts_s)


def _singles(
    grid: Grid, count: int, start: datetime, days: float, chance: random.Random
) -> Iterator[Misfortune]:
    """Half are switched off, most by few people at their hours; the others fail by day and night."""
    names = [placement.endpoint for placement in grid.truth]
    habitual = {name: chance.choice(PROGRAMMES) for name in chance.sample(names, max(1, count // 20))}
    for _ in range(count):
        draw = chance.random()
        if draw < 0.25:
            name = chance.choice(sorted(habitual))
            yield _switched_off(name, _at_their_hour(habitual[name], start, days, chance), start, chance)
        elif draw < 0.50:
            at = _in_a_programme(start, days, chance) if chance.random() < 0.75 else _any(days, chance)
            yield _switched_off(chance.choice(names), at, start, chance)
        elif draw < 0.80:
            yield _failed(chance.choice(names), _any(days, chance), start, chance)
        else:
            name, lasts_s = chance.choice(names), chance.uniform(1, 8) * HOUR_S
            yield network(Cause.SITE_LINK, name, (name,), _any(days, chance), lasts_s)


def _switched_off(name: str, at: float, start: datetime, chance: random.Random) -> Misfortune:
    return Misfortune(
        cause=Cause.SWITCHED_OFF,
        root=name,
        members=(name,),
        begin=at,
        end=at + chance.uniform(0.6, 10) * HOUR_S,
        known=Circumstances(
            volts_before=round(chance.gauss(226, 5))
            if chance.random() < 0.95
            else round(chance.gauss(185, 5)),
            while_playing=is_programme(start + timedelta(seconds=at)),
            door_opened=chance.random() < 0.15,
            turned_down=chance.random() < 0.15,
            visited=chance.random() < 0.2,
        ),
    )


def _failed(name: str, at: float, start: datetime, chance: random.Random) -> Misfortune:
    """A breaker, a fuse or a wire; a crew must come."""
    sagged = chance.random() < 0.4
    return Misfortune(
        cause=Cause.SITE_POWER_FAULT,
        root=name,
        members=(name,),
        begin=at,
        end=at + chance.uniform(2, 24) * HOUR_S,
        known=Circumstances(
            volts_before=round(chance.gauss(183, 6) if sagged else chance.gauss(226, 5)),
            while_playing=is_programme(start + timedelta(seconds=at)),
            storm=chance.random() < 0.3,
            breaker_tripped=chance.random() < 0.2,
            door_opened=chance.random() < 0.01,
            visited=True,
        ),
    )


def _any(days: float, chance: random.Random) -> float:
    """Not in the first hour, and not so late that nobody would see what comes of it."""
    return chance.uniform(HOUR_S, max(2 * HOUR_S, days * DAY_S - 8 * HOUR_S))


def _in_a_programme(start: datetime, days: float, chance: random.Random) -> float:
    return _at_their_hour(chance.choice(PROGRAMMES), start, days, chance, spread_s=0)


def _at_their_hour(
    programme: tuple[time, time], start: datetime, days: float, chance: random.Random, spread_s: float = 400
) -> float:
    """In the programme; with a spread always at about the same time after its start."""
    day = chance.randrange(max(1, int(days) - 1))
    begin = datetime.combine((start + timedelta(days=day)).date(), programme[0], start.tzinfo)
    length_s = (programme[1].hour - programme[0].hour) * HOUR_S + (
        programme[1].minute - programme[0].minute
    ) * 60
    offset = 900 + chance.uniform(-spread_s, spread_s) if spread_s else chance.uniform(30, length_s - 60)
    return max(HOUR_S, (begin - start).total_seconds() + offset)


def _some(
    nodes: dict[str, tuple[str, ...]], count: int, chance: random.Random
) -> Iterable[tuple[str, tuple[str, ...]]]:
    return chance.sample(sorted(nodes.items()), min(count, len(nodes)))
