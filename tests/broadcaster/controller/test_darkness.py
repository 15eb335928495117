"""Everybody at once, the same again and again, and what a month teaches: few tickets, and rates that are remembered."""

from datetime import timedelta

import pytest
from sqlmodel import select

from broadcaster.repairs.causes import Cause, Owner
from broadcaster.repairs.memory import Memory
from broadcaster.repairs.scoring import Rates
from broadcaster.repairs.topology import Kind
from broadcaster.storage.engine import snapshot
from broadcaster.storage.tables import IncidentRow, MemoryRow, TicketEntryRow
from tests.broadcaster.controller.valley import Valley

MINUTE, HOUR = 60, 3600
TOWN = "area:341523100000"


@pytest.fixture
def valley() -> Valley:
    return Valley(per_feeder=5).run(5 * MINUTE)


def rates(valley: Valley) -> Rates:
    """As they are stored."""
    with snapshot(valley.engine) as session:
        return Memory.from_bytes(session.get_one(MemoryRow, "correlation").payload).rates


def test_when_everybody_falls_silent_at_once_it_is_one_ticket_for_the_station(valley: Valley) -> None:
    valley.mute = set(valley.on)
    valley.run(12 * MINUTE)
    assert valley.open == [(Cause.AREA_DARK.value, TOWN)]
    assert (valley.tickets[0].owner, valley.tickets[0].members) == (Owner.STATION, 20)
    valley.mute = set()
    assert valley.run(20 * MINUTE).open == []


def test_when_everybody_loses_the_mains_it_is_one_power_cut(valley: Valley) -> None:
    valley.cut(valley.on).run(10 * MINUTE)
    assert valley.open == [(Cause.GRID_OUTAGE.value, TOWN)]


def test_what_does_not_come_back_with_the_others_is_one_ticket_below_theirs(valley: Valley) -> None:
    valley.mute = set(valley.on)
    valley.run(10 * MINUTE)
    valley.mute = set(valley.feeder(3))
    valley.run(45 * MINUTE)
    assert valley.open == [(Cause.GRID_OUTAGE.value, "feeder:10 kV-3")]
    with snapshot(valley.engine) as session:
        (child,) = session.exec(select(IncidentRow).where(IncidentRow.root == "feeder:10 kV-3")).all()
        (whole,) = session.exec(select(IncidentRow).where(IncidentRow.root == TOWN)).all()
    assert child.body["parent"] == whole.key


def test_two_feeders_of_four_are_not_the_town(valley: Valley) -> None:
    valley.mute = {*valley.feeder(0), *valley.feeder(1)}
    valley.run(10 * MINUTE)
    assert valley.open == [(Cause.GRID_OUTAGE.value, f"feeder:10 kV-{n}") for n in (0, 1)]


def test_a_feeder_that_fails_every_hour_is_one_ticket_and_one_problem(valley: Valley) -> None:
    for _ in range(6):
        valley.cut(valley.feeder(1)).run(8 * MINUTE).restore(valley.feeder(1)).run(15 * MINUTE)
        valley.mono_s += 37 * MINUTE  # nothing happens
        valley.wall += timedelta(minutes=37)
    assert {t.cause for t in valley.tickets} == {Cause.GRID_OUTAGE, Cause.CHRONIC}
    assert len(valley.tickets) == 2
    with snapshot(valley.engine) as session:
        reopened = [e for e in session.exec(select(TicketEntryRow)) if e.step == "reopen"]
    assert len(reopened) <= 3


def test_three_reopenings_within_a_week_are_a_problem(valley: Valley) -> None:
    for _ in range(4):
        valley.cut(valley.feeder(1)).run(7 * MINUTE).restore(valley.feeder(1)).run(13 * MINUTE)
        valley.mono_s += 5 * HOUR  # in which its ticket is closed
        valley.wall += timedelta(hours=5)
        valley.run(2 * MINUTE)
    assert [t.cause for t in valley.tickets] == [Cause.GRID_OUTAGE, Cause.CHRONIC]
    assert valley.tickets[0].reopens == 3


def test_with_a_new_month_rates_are_estimated_anew_and_survive_a_restart(valley: Valley) -> None:
    before = rates(valley)
    valley.cut(valley.feeder(1)).run(8 * MINUTE).restore(valley.feeder(1)).run(15 * MINUTE)
    assert rates(valley).nodes == before.nodes
    valley.kill()
    valley.mono_s += 35 * 86_400
    valley.wall += timedelta(days=35)
    valley.start().run(MINUTE)
    after = rates(valley)
    assert after.nodes[Kind.FEEDER] == pytest.approx((20 + 1) / (20 * 90 + 35 * 4), rel=0.01)
    assert after.nodes[Kind.CELL] == before.nodes[Kind.CELL]
    assert after.silence < before.silence
    valley.kill().run(5).start().run(MINUTE)
    assert rates(valley) == after
