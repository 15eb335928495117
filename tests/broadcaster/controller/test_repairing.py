"""From reports to tickets, over kills, outages and announced work, in virtual time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from broadcaster.controller import repairing
from broadcaster.repairs.causes import Cause, Owner
from broadcaster.storage.engine import snapshot, transaction
from broadcaster.storage.tables import AlertRow, GateMoveRow, TicketEntryRow, TicketRow
from broadcaster.storage.tickets import save
from broadcaster.tickets import following
from broadcaster.tickets.states import TicketState
from devices.supervision import State
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity
from tests.broadcaster.controller.valley import Valley
from tests.broadcaster.tickets.workshop import GROUND, incident

MINUTE, HOUR = 60, 3600
POWER_CUT = (Cause.GRID_OUTAGE.value, "feeder:10 kV-1")


@pytest.fixture
def valley() -> Valley:
    """Everybody known and well for ten minutes."""
    return Valley().run(10 * MINUTE)


def test_nothing_fails_and_there_is_no_ticket(valley: Valley) -> None:
    assert valley.run(HOUR).tickets == []
    assert valley.flips_to(State.SUSPECT) == 0


def test_a_power_cut_is_one_ticket_for_the_power_company_and_closes_by_itself(valley: Valley) -> None:
    valley.cut(valley.feeder(1)).run(8 * MINUTE)
    (ticket,) = valley.tickets
    assert (ticket.cause, ticket.owner, ticket.members) == (Cause.GRID_OUTAGE, Owner.POWER_COMPANY, 10)
    assert (ticket.place, ticket.population) == ("341523100201", 1000)
    valley.run(10 * MINUTE).restore(valley.feeder(1)).run(20 * MINUTE)
    assert valley.all == [(*POWER_CUT, TicketState.SELF_RECOVERED)]


def test_an_outage_of_the_controller_raises_no_ticket_and_no_silence(valley: Valley) -> None:
    for _ in range(3):
        valley.kill().run(10 * MINUTE).start().run(5 * MINUTE)
    assert (valley.tickets, valley.flips_to(State.SILENT), valley.flips_to(State.SUSPECT)) == ([], 0, 0)


def test_a_day_without_a_controller_is_held_against_nobody(valley: Valley) -> None:
    valley.kill()
    valley.mono_s += 86_400
    valley.wall += timedelta(days=1)
    assert valley.start().run(10 * MINUTE).tickets == []


def test_a_machine_that_started_anew_counts_by_its_new_clock(valley: Valley) -> None:
    valley.kill()
    valley.machine, valley.mono_s = "m2", 30.0
    valley.wall += timedelta(minutes=20)
    valley.started = dict.fromkeys(valley.on, -10_000.0)
    valley.start().run(5 * MINUTE)
    assert valley.tickets == []
    valley.cut(valley.feeder(1)).run(8 * MINUTE)
    assert valley.open == [POWER_CUT]


@pytest.mark.parametrize("killed_after", [1, 20, 45, 200, 400])
def test_killed_at_any_instant_the_same_tickets_follow(valley: Valley, killed_after: int) -> None:
    valley.cut(valley.feeder(1)).run(killed_after).kill().run(2).start()
    valley.run(15 * MINUTE)
    assert valley.open == [POWER_CUT]


def test_a_dead_endpoint_is_found_by_a_controller_that_starts_every_four_minutes(valley: Valley) -> None:
    valley.mute.add("f2-03")
    for _ in range(15):
        valley.run(4 * MINUTE).kill().run(10).start()
    assert valley.open == [(Cause.SITE_SILENT.value, "f2-03")]


def test_a_stalled_controller_is_blind_and_the_county_is_not_silent(valley: Valley) -> None:
    for _ in range(5):
        valley.mono_s += 300
        valley.wall += timedelta(seconds=300)
        valley.run(MINUTE)
    assert (valley.tickets, valley.flips_to(State.SUSPECT)) == ([], 0)


def test_without_the_broker_nobody_is_silent_and_it_is_one_ticket_for_the_station(valley: Valley) -> None:
    assert valley.repairing is not None
    valley.mute = set(valley.on)
    valley.repairing.disconnected(valley.moment)
    valley.run(20 * MINUTE)
    assert valley.open == [(Cause.CONTROLLER_BLIND.value, "broker")]
    valley.mute = set()
    valley.repairing.connected(valley.moment)
    valley.run(20 * MINUTE)
    assert valley.open == []
    with snapshot(valley.engine) as session:
        assert [m.open for m in session.exec(select(GateMoveRow)) if m.gate == "broker"] == [False, True]


@pytest.mark.parametrize("away_s", [2, 6, 12])
def test_a_broker_lost_just_before_a_kill_is_no_ticket_when_it_is_back(valley: Valley, away_s: int) -> None:
    assert valley.repairing is not None
    valley.run(2)
    valley.repairing.disconnected(valley.moment)
    valley.run(away_s).kill().run(5).start()
    assert [t for t in valley.run(5 * MINUTE).tickets if not t.is_over] == []


def test_hints_and_retained_replays_are_neither_life_nor_death(valley: Valley) -> None:
    for retained in (True, False):
        valley.say_offline("f0-01", retained=retained)
    assert valley.run(30 * MINUTE).tickets == []


def test_a_wall_clock_that_jumps_changes_nothing(valley: Valley) -> None:
    for jump in (timedelta(hours=1), timedelta(days=-3650), timedelta(days=3649)):
        valley.wall += jump
        valley.run(5 * MINUTE)
    assert (valley.flips_to(State.SUSPECT), valley.flips_to(State.SILENT)) == (0, 0)
    assert [t for t in valley.tickets if t.cause is not Cause.CLOCK] == []


def test_announced_work_is_nobodys_ticket(valley: Valley) -> None:
    valley.plan_work("feeder:10 kV-1", hours=1).run(10)
    valley.cut(valley.feeder(1)).run(30 * MINUTE).restore(valley.feeder(1)).run(60 * MINUTE)
    assert valley.tickets == []


@pytest.mark.parametrize("target", ["feeder:10 kV-9, which is on no map", "0", ""])
def test_announced_work_on_what_is_on_no_map_stops_nothing(valley: Valley, target: str) -> None:
    valley.plan_work(target, hours=1).run(10)
    valley.cut(valley.feeder(1)).run(8 * MINUTE)
    assert valley.open == [POWER_CUT]


def test_what_still_fails_when_announced_work_ends_becomes_a_ticket(valley: Valley) -> None:
    valley.plan_work("feeder:10 kV-1", hours=0.5).run(10)
    valley.cut(valley.feeder(1)).run(20 * MINUTE)
    assert valley.tickets == []
    valley.run(20 * MINUTE)
    assert valley.open == [POWER_CUT]


def test_the_same_cut_within_a_day_opens_its_ticket_again(valley: Valley) -> None:
    for _ in range(2):
        valley.cut(valley.feeder(1)).run(10 * MINUTE).restore(valley.feeder(1)).run(20 * MINUTE)
    (ticket,) = valley.tickets
    assert (ticket.reopens, len(ticket.incidents)) == (1, 2)


def test_what_could_not_be_stored_is_stored_with_the_next_look(
    valley: Valley, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., object] = repairing.memory.keep_alive
    valley.cut(valley.feeder(1)).run(5 * MINUTE)

    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(repairing.memory, "keep_alive", full)
    for _ in range(60):
        with pytest.raises(OperationalError):
            valley.run(6)
    monkeypatch.setattr(repairing.memory, "keep_alive", real)
    assert valley.run(MINUTE).open == [POWER_CUT]


def test_what_a_ticket_that_was_opened_again_shows_is_not_lost_with_a_full_disk(
    valley: Valley, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., object] = repairing.memory.keep_alive

    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    for _ in range(3):
        valley.cut(valley.feeder(1)).run(10 * MINUTE).restore(valley.feeder(1)).run(2 * HOUR)
    valley.cut(valley.feeder(1))
    monkeypatch.setattr(repairing.memory, "keep_alive", full)
    for _ in range(100):
        with pytest.raises(OperationalError):
            valley.run(6)
    monkeypatch.setattr(repairing.memory, "keep_alive", real)
    assert Cause.CHRONIC in {ticket.cause for ticket in valley.run(MINUTE).tickets}


def test_a_ticket_that_nobody_takes_up_escalates_by_time(valley: Valley) -> None:
    valley.mute.add("f2-03")
    valley.run(40 * MINUTE)
    valley.kill()
    valley.mono_s += 3 * 86_400
    valley.wall += timedelta(days=3)
    valley.start().run(MINUTE)
    with snapshot(valley.engine) as session:
        levels = [e.facts["level"] for e in session.exec(select(TicketEntryRow)) if e.step == "escalate"]
    assert levels[:1] == [1]


def test_one_ticket_that_cannot_be_read_keeps_no_other_from_moving(valley: Valley) -> None:
    valley.mute.update({"f0-03", "f2-03"})
    valley.run(25 * MINUTE)
    with transaction(valley.engine) as session:
        first, second = session.exec(select(TicketRow).order_by(TicketRow.root))
        first.body = {"damaged": True}
        for row in (first, second):
            row.next_at = valley.wall
            session.add(row)
    valley.run(MINUTE)
    with snapshot(valley.engine) as session:
        first, second = session.exec(select(TicketRow).order_by(TicketRow.root))
        assert first.next_at is not None
        assert second.next_at is not None
        assert valley.wall + timedelta(minutes=50) < first.next_at < second.next_at


def test_a_restart_with_two_hundred_open_tickets_opens_none_and_closes_none(valley: Valley) -> None:
    with transaction(valley.engine) as session:
        for n in range(200):
            change = following.begun(incident(root=f"old-{n}"), GROUND, valley.wall)
            save(session, change, valley.wall + timedelta(hours=9))
    before = valley.tickets
    valley.kill().start().run(2 * MINUTE)
    assert valley.tickets == before


def test_a_hold_is_short_while_an_emergency_is_on_the_air(valley: Valley) -> None:
    with transaction(valley.engine) as session:
        session.add(
            AlertRow(
                id="a",
                notice="n",
                version=1,
                targets=["341523000000"],
                klass=BroadcastClass.EMERGENCY,
                level=Level.COUNTY,
                severity=Severity.RED,
                sent_at=valley.wall,
                sent_by="li",
                starts=valley.wall,
                expires=valley.wall + timedelta(hours=1),
            )
        )
    valley.run(12).cut(valley.feeder(1)).run(2 * MINUTE)
    assert valley.open == [POWER_CUT]


def test_who_is_suspected_is_asked_for_a_sign_of_life_twice_and_no_more(valley: Valley) -> None:
    valley.mute.add("f2-03")
    asked: list[str] = []
    for _ in range(8 * MINUTE):
        asked += valley.run(1).repairing.probes()
    assert asked == ["f2-03", "f2-03"]
    assert valley.run(10 * MINUTE).open == [(Cause.SITE_SILENT.value, "f2-03")]
