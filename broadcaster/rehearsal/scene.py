"""Scene: where a rehearsal plays: a county in a database of its own, simulated or the replica of a real one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from broadcaster.controller.habits import Habits
from broadcaster.rehearsal.county import County, Scenario, lay_out
from broadcaster.storage.engine import open_database, transaction
from devices.endpoint.store import SlotMark
from schedules.places import Place, chain_of, endpoint_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`start` is county time. Plays in `over`, by place, are over when the rehearsal starts: nobody owes them."""

    engine: Engine
    county: County
    start: datetime
    habits: Habits
    drill: (
        str | None
    )  # the recording that people sound in an emergency of theirs; None: nobody orders anything
    over: Mapping[Place, tuple[SlotMark, ...]] = field(default_factory=dict)

    def over_at(self, endpoint: str, village: Place) -> Iterator[SlotMark]:
        """The plays that are over at one endpoint."""
        for place in chain_of(endpoint_place(village, endpoint)):
            yield from self.over.get(place, ())


def simulated(scenario: Scenario, start: datetime, habits: Habits) -> Scene:
    """A county out of the seed; `start` is a local midnight."""
    engine = open_database("sqlite://")
    with transaction(engine) as session:
        county = lay_out(session, scenario, start)
    return Scene(engine=engine, county=county, start=start, habits=habits, drill=next(iter(county.shelf)))
