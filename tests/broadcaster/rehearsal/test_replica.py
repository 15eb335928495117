"""A real county is rehearsed in a copy: what its plan would do, and nothing of it is touched."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from math import inf
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from broadcaster.controller.orders import lineup
from broadcaster.controller.planning import Planner, store
from broadcaster.desk.errors import Conflict
from broadcaster.rehearsal import rehearse as rehearsal
from broadcaster.rehearsal.county import Scenario
from broadcaster.rehearsal.rehearse import Rehearsed, rehearse
from broadcaster.rehearsal.replica import replica
from broadcaster.rehearsal.scene import Scene
from broadcaster.rehearsal.troubles import CALM, Mishap, Trouble
from broadcaster.rehearsal.truth import Ears
from broadcaster.storage.engine import open_database, transaction
from broadcaster.storage.mapping import rule_json
from broadcaster.storage.tables import EndpointRow, KeyRow, LineRow, PlayedRow, RecordingRow, SlotRow, UserRow
from devices.serial.emulated import Weather
from schedules.records import MissedBecause
from schedules.rules import LoopRule, Window
from tests.broadcaster import county

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)
NOON = MONDAY + timedelta(hours=12)  # an hour before the first play
AFTERNOON = MONDAY + timedelta(hours=16)  # after some of the day's plays and before others
HOUR_S = 3_600.0
SECRET = "5e" * 32
HABITS = replace(rehearsal.HABITS, zone=ZONE)


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Engine]:
    """A county with one notice, four plays a day from one to nine in the afternoon."""
    engine = open_database(f"sqlite:///{tmp_path / 'county.db'}")
    with transaction(engine) as session:
        county.lay_out(session)
        county.add_notice(session, "letter")
    yield engine
    engine.dispose()


def copied(source: Engine, start: datetime = NOON, *, in_library: bool = True) -> Scene:
    return replica(source, HABITS, start, lambda _sha256: in_library)


def calm(scene: Scene, days: float = 0.5) -> Rehearsed:
    return rehearse(Scenario(seed=1, days=days, climate=CALM), scene=scene)


def test_a_village_on_a_line_is_rehearsed_on_a_line(source: Engine) -> None:
    with transaction(source) as session:
        session.add(LineRow(name="east", hub="hub-station", port="/dev/ttyUSB0", baud=115_200))
        for address, name in enumerate(("li-1", "li-2"), 1):
            session.get_one(EndpointRow, name).link = f"serial:east:{address}"
    cut = Mishap(at_s=0.5 * HOUR_S, trouble=Trouble.LINE_CUT, subject="hub-0", lasts_s=HOUR_S)
    scenario = Scenario(seed=1, days=0.25, climate=CALM, noise=Weather(), news_s=inf, mishaps=(cut,))
    found = rehearse(scenario, scene=copied(source))
    assert found.violations == ()
    assert found.ledger.heard > 0


def everything(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        names = (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        )
        return [tuple(row) for name in names for row in connection.execute(text(f"SELECT * FROM {name}"))]


def plan_monday(engine: Engine) -> None:
    """As the controller did at midnight."""
    planner = Planner(ZONE)
    with transaction(engine) as session:
        sheet = planner.plan(session, [MONDAY.date()], lineup(session), MONDAY)
        for part in (part for draft in sheet.drafts for part in draft.parts(1000)):
            store(session, part, MONDAY)


def test_the_plan_of_the_county_is_heard_by_its_endpoints(source):
    found = calm(copied(source))
    assert found.violations == ()
    assert found.endpoints == 3
    assert (found.ledger.ordered, found.ledger.heard) == (
        16,
        12,
    )  # three endpoints, and a village without any
    assert found.ledger.missed_by == {MissedBecause.NO_ENDPOINT: 4}
    assert [village.name for village in found.too_little] == ["渡口村"]
    assert [(notice.name, notice.tally.ordered) for notice in found.notices] == [("letter", 16)]


def test_the_county_itself_is_only_read(source):
    before = everything(source)
    calm(copied(source), days=0.05)
    assert everything(source) == before


def test_keys_people_and_proofs_stay_where_they_are(source):
    with transaction(source) as session:
        session.add(KeyRow(kid="a", algorithm=-8, secret="s", public="p", created_at=MONDAY))
        session.add(UserRow(name="li", full_name="li", created_at=MONDAY))
        session.get_one(EndpointRow, "li-1").proof_key = SECRET
    with transaction(copied(source).engine) as session:
        for table in (KeyRow, UserRow, PlayedRow):
            assert session.exec(select(table)).all() == []
        assert session.get_one(EndpointRow, "li-1").proof_key not in ("", SECRET)


def test_what_was_planned_before_the_start_is_not_owed(source):
    plan_monday(source)
    scene = copied(source, AFTERNOON)
    with transaction(scene.engine) as session:
        over = [row.id for row in session.exec(select(SlotRow)) if row.planned < AFTERNOON]
    found = calm(scene, days=1 / 3)
    assert 0 < len(over) < 4 * 3
    assert found.violations == ()
    assert found.ledger.made_up == 0
    assert 0 < found.ledger.heard < 12


def test_a_recording_that_the_library_lacks_is_missed_with_that_reason(source):
    found = calm(copied(source, in_library=False))
    assert found.ledger.missed_by == {MissedBecause.NO_ENDPOINT: 4, MissedBecause.NO_RECORDING: 12}


def test_recordings_keep_their_lengths(source):
    with transaction(copied(source).engine) as session:
        assert [row.duration_ms for row in session.exec(select(RecordingRow))] == [60_000]


def test_fifty_notices_missed_in_a_power_cut_are_spread_over_what_is_left_of_the_day(source, monkeypatch):
    rule = rule_json(LoopRule(plays=1, windows=(Window(start=time(7), end=time(20)),)))
    with transaction(source) as session:
        for number in range(50):
            told = {"asset": "letter", "targets": [county.WANGZHUANG], "valid_from": MONDAY, "rule": rule}
            county.add_notice(session, f"n{number}", **told)
    starts, hear = [], Ears.hear
    monkeypatch.setattr(Ears, "hear", lambda ears, heard: (starts.append(heard), hear(ears, heard)))
    cut = Mishap(at_s=6 * HOUR_S, trouble=Trouble.POWER_CUT, subject=county.WANGZHUANG, lasts_s=9 * HOUR_S)
    found = rehearse(Scenario(days=0.84, climate=CALM, mishaps=(cut,)), scene=copied(source, MONDAY))
    late = sorted(heard.started for heard in starts if heard.endpoint == "wang-1")
    assert found.violations == ()
    assert len(late) >= 50
    assert late[0] > MONDAY + timedelta(hours=15)
    assert min(after - before for before, after in zip(late, late[5:], strict=False)) > timedelta(minutes=10)


def test_the_same_seed_in_the_same_county_is_the_same_run(source):
    assert calm(copied(source), 0.05).digest == calm(copied(source), 0.05).digest


def test_a_county_without_endpoints_cannot_be_rehearsed(source):
    with transaction(source) as session:
        for row in session.exec(select(EndpointRow)):
            row.enabled = False
            session.add(row)
    with pytest.raises(Conflict):
        copied(source)
