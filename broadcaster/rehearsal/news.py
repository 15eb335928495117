"""News: notices for villages on lines, approved while a rehearsal runs: what was promised of their audio, when it was there."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from math import inf
from statistics import fmean
from typing import Any

import msgspec
from sqlalchemy import Engine

from broadcaster.promise import promises
from broadcaster.rehearsal.county import County, announcement, audio
from broadcaster.rehearsal.station import Station
from broadcaster.rehearsal.tapped import TappedHorn
from broadcaster.rehearsal.town_hall import TownHall
from broadcaster.rehearsal.world import World
from broadcaster.storage.changes import changed
from broadcaster.storage.engine import transaction
from broadcaster.storage.tables import LineRow, RecordingRow

_FIRST_S, _LAST_S = 7_200.0, 3_600.0  # after the begin, before the end
_SIZES = (90_000, 360_000)  # bytes, half a minute to two of usual speech; a third of it at the low rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """How well arrivals were foretold: `errors` are those of single endpoints, in percent of what was promised, the least first.

    `missing`: recordings that nobody hindered and that did not arrive.
    """

    errors: tuple[float, ...] = ()
    missing: int = 0

    def to_json(self) -> dict[str, Any]:
        """One object for machines."""
        if not self.errors:
            return {"count": 0, "missing": self.missing}
        return {
            "count": len(self.errors),
            "missing": self.missing,
            "mean": round(fmean(self.errors), 1),
            "p50": self._share(0.5),
            "p90": self._share(0.9),
            "within_tenth": sum(error <= 10 for error in self.errors),
        }

    def _share(self, share: float) -> float:
        return round(self.errors[int((len(self.errors) - 1) * share)], 1)


@dataclass(frozen=True, slots=True)
class _Promised:
    endpoint: str
    recordings: frozenset[str]  # one of which it is sent
    said_s: float
    seconds: float


class News:
    """`every_s`: between two notices of one village; infinite: there are none."""

    def __init__(
        self,
        world: World,
        engine: Engine,
        station: Station,
        county: County,
        halls: Iterable[TownHall],
        chance: random.Random,
        every_s: float,
        end_s: float,
    ) -> None:
        self._world, self._engine, self._station = world, engine, station
        self._county, self._chance = county, chance
        self._promised: list[_Promised] = []
        self._count = 0
        for hall in halls:
            at = _FIRST_S + chance.uniform(0, 600) if every_s < inf else inf
            while at < end_s - _LAST_S:
                world.at(at, partial(self._approve, hall))
                at += every_s

    def judged(self, horns: Mapping[str, object]) -> Foretold:
        """Of endpoints that had no trouble of their own meanwhile."""
        errors, missing = [], 0
        for said in self._promised:
            horn = horns[said.endpoint]
            assert isinstance(horn, TappedHorn)
            arrived_s = min(
                (horn.arrived[each] for each in said.recordings if each in horn.arrived), default=None
            )
            until_s = self._world.now_s if arrived_s is None else arrived_s
            if any(begin < until_s and end > said.said_s for begin, end in horn.troubled):
                continue
            if arrived_s is None:
                missing += 1
            else:
                errors.append(100 * abs((arrived_s - said.said_s) / said.seconds - 1))
        return Foretold(errors=tuple(sorted(errors)), missing=missing)

    def _approve(self, hall: TownHall) -> None:
        """By somebody who sees what the line is like at that moment: in truth hubs tell it twice a minute."""
        report = hall.line_report()
        if report is None:
            return
        self._count += 1
        now, village = self._world.now, self._county.endpoints[min(hall.addresses)][0]
        content = self._chance.randbytes(self._chance.randrange(*_SIZES))
        notice = announcement(f"news-{self._count}", village, now)
        rows = audio(notice, self._county.shelf, content, 60_000, slow=True)
        with transaction(self._engine) as session:
            line = session.get_one(LineRow, report.line)
            line.report, line.reported_at = msgspec.to_builtins(report), now
            session.add_all((line, *rows))
            session.flush()
            said = promises(session, [notice.id], [village], None, now)
            session.add(notice)
            changed(session)
        names = frozenset(row.sha256 for row in rows if isinstance(row, RecordingRow))
        for each in said:
            if each.arrives is not None and each.arrives > now:
                seconds = (each.arrives - now) / timedelta(seconds=1)
                self._promised.append(_Promised(each.endpoint, names, self._world.now_s, seconds))
        self._station.look()
