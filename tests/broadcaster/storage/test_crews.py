"""Crews out of the tables: who goes out, without what, and whether anybody in it is told."""

from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from broadcaster.storage.crews import crews_of
from broadcaster.storage.engine import open_database, snapshot, transaction
from broadcaster.storage.tables import ContactRow, CrewRow, LeaveRow
from broadcaster.tickets.crews import Crew
from broadcaster.tickets.parts import Part, Skill
from schedules.rules import Weekday
from tests.broadcaster.storage.values import NOON

TOWN, HOUR = "341523100000", timedelta(hours=1)


def _crews(directory: Path, *rows: CrewRow | LeaveRow | ContactRow) -> dict[str, Crew]:
    engine = open_database(f"sqlite:///{directory / 'crews.db'}")
    with transaction(engine) as session:
        _keep(session, rows)
    with snapshot(engine) as session:
        found = crews_of(session, NOON)
    engine.dispose()
    return found


def _keep(session: Session, rows: tuple[CrewRow | LeaveRow | ContactRow, ...]) -> None:
    for row in rows:
        session.add(row)
        session.flush()


def test_a_crew_is_as_it_was_entered(tmp_path: Path) -> None:
    row = CrewRow(name="一队", place=TOWN, skills=["lift"], latitude=31.4, longitude=115.9)
    row.days, row.hours, row.stand_in = ["sat", "sun"], ["08:00", "17:30"], "二队"
    assert _crews(tmp_path, row)["一队"] == Crew(
        name="一队",
        place=TOWN,
        skills=frozenset({Skill.LIFT}),
        base=(31.4, 115.9),
        days=frozenset({Weekday.SAT, Weekday.SUN}),
        hours=(time(8), time(17, 30)),
        stand_in="二队",
        leaves=(),
        is_told=False,
    )


def test_a_crew_that_does_not_go_out_and_half_a_position_are_left_out(tmp_path: Path) -> None:
    resting = CrewRow(name="一队", place=TOWN, enabled=False)
    found = _crews(tmp_path, resting, CrewRow(name="二队", place=TOWN, latitude=31.4))
    assert list(found) == ["二队"]
    assert (found["二队"].base, found["二队"].hours) == (None, None)


def test_of_the_leaves_those_count_that_are_not_over(tmp_path: Path) -> None:
    def leave(ends: timedelta, skill: str = "") -> LeaveRow:
        return LeaveRow(
            crew="一队", begins=NOON - HOUR, ends=NOON + ends, skill=skill, reason="检修", by="li"
        )

    over, whole, truck = leave(timedelta()), leave(HOUR), leave(2 * HOUR, "lift")
    others = CrewRow(name="二队", place=TOWN)
    found = _crews(tmp_path, CrewRow(name="一队", place=TOWN), others, over, whole, truck)
    assert [(each.ends - NOON, each.skill) for each in found["一队"].leaves] == [
        (HOUR, None),
        (2 * HOUR, Skill.LIFT),
    ]
    assert found["二队"].leaves == ()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, True),
        ({"channels": []}, False),
        ({"enabled": False}, False),
        ({"part": Part.LEAD}, False),
        ({"crew": "二队"}, False),
    ],
)
def test_a_crew_is_told_through_somebody_in_it_who_has_a_channel(
    tmp_path: Path, changed: dict[str, object], told: bool
) -> None:
    member = {"name": "li", "place": TOWN, "part": Part.CREW, "crew": "一队", "channels": ["sms"]} | changed
    assert _crews(tmp_path, CrewRow(name="一队", place=TOWN), ContactRow(**member))["一队"].is_told is told
