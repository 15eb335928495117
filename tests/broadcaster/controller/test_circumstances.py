"""What is known around a fault tells whose it is: programme, voltage, weather, neighbours, the volume ordered."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from broadcaster.repairs.causes import Cause
from broadcaster.repairs.circumstances import Answer
from broadcaster.storage.engine import snapshot, transaction
from broadcaster.storage.tables import EndpointRow, IncidentRow, SlotRow, StormRow
from broadcaster.storage.tickets import incident_of, save
from broadcaster.tickets import orders
from broadcaster.tickets.ticket import Change
from devices.reports import Reset
from schedules.slots import PlannedBecause
from tests.broadcaster.controller.valley import VILLAGES, Valley

MINUTE, HOUR = 60, 3_600
HORN = "f1-01"


class Known(Valley):
    """A valley whose horns stand side by side, and of which more is known than heartbeats."""

    def order(self, *, in_s: float) -> None:
        begins = self.wall + timedelta(seconds=in_s)
        row = SlotRow(
            id="a" * 32,
            order_id="letter",
            notice="letter",
            version=1,
            place=VILLAGES[1],
            day=begins.date(),
            ordinal=0,
            item=0,
            earliest=begins,
            planned=begins,
            latest=begins + timedelta(hours=1),
            duration_ms=120_000,
            because=PlannedBecause.FIXED_TIME,
        )
        self._add(row)

    def storm(self, place: str) -> None:
        hour = timedelta(hours=1)
        self._add(StormRow(place=place, begins=self.wall - hour, ends=self.wall + hour, note="", by="li"))

    def lose_mains(self) -> "Known":
        """One horn alone, after a normal voltage."""
        self.says[HORN] = {"mains_v": 228}
        self.run(2 * MINUTE)
        self.cut([HORN])
        self.run(17 * MINUTE)
        return self

    def _add(self, row: object) -> None:
        with transaction(self.engine) as session:
            session.add(row)

    def _lay_out(self, session: Session) -> None:
        super()._lay_out(session)
        for number, row in enumerate(session.exec(select(EndpointRow)).all()):
            row.latitude, row.longitude = 31.0, 116.0 + number / 1_000


@pytest.fixture
def valley() -> Known:
    valley = Known(per_feeder=4)
    valley.run(5 * MINUTE)
    return valley


def test_mains_lost_in_a_programme_after_a_normal_voltage_were_probably_switched_off(valley: Known) -> None:
    valley.order(in_s=90)
    assert valley.lose_mains().open == [(Cause.SWITCHED_OFF.value, HORN)]


@pytest.mark.parametrize("place", ["341523000000", "341523100000", VILLAGES[1]])
def test_in_a_storm_over_its_place_it_may_as_well_be_the_supply(valley: Known, place: str) -> None:
    valley.order(in_s=90)
    valley.storm(place)
    assert valley.lose_mains().open == [(Cause.SITE_POWER_LOSS.value, HORN)]


def test_a_storm_elsewhere_and_a_programme_of_long_ago_say_nothing(valley: Known) -> None:
    valley.order(in_s=-3_000)
    valley.storm(VILLAGES[3])
    assert valley.lose_mains().open == [(Cause.SITE_POWER_LOSS.value, HORN)]


def test_a_volume_that_is_turned_by_hand_and_stays_is_a_ticket_whoever_ordered_it(valley: Known) -> None:
    valley.says[HORN] = {"volume": 80, "volume_actual": 15}
    assert valley.run(36 * MINUTE).open == [(Cause.VOLUME_TAMPERED.value, HORN)]


def put_back(valley: Known) -> list[str]:
    """Whose volume was to be ordered again, since it was last asked."""
    assert valley.repairing is not None
    return [each.endpoint for each in valley.repairing.to_put_back()]


def turn(valley: Known) -> list[str]:
    """Somebody turns the volume down for three minutes."""
    valley.says[HORN] = {"volume": 80, "volume_actual": 15}
    valley.run(3 * MINUTE)
    asked = put_back(valley)
    valley.says[HORN] = {"volume": 80, "volume_actual": 80}
    valley.run(2 * MINUTE)
    return asked


def test_a_volume_is_put_back_three_times_though_the_controller_is_killed_in_between(valley: Known) -> None:
    for _ in range(3):
        assert turn(valley) == [HORN]
        valley.kill().start()
    assert turn(valley) == []
    assert valley.open == [(Cause.VOLUME_TAMPERED.value, HORN)]


def test_a_kill_while_the_volume_is_turned_does_not_count_the_same_hand_twice(valley: Known) -> None:
    valley.says[HORN] = {"volume": 80, "volume_actual": 15}
    valley.run(3 * MINUTE)
    assert put_back(valley) == [HORN]
    for _ in range(3):
        valley.kill().start().run(3 * MINUTE)
        assert put_back(valley) == []
    assert valley.open == []


def test_whoever_does_announced_work_may_turn_the_volume(valley: Known) -> None:
    valley.plan_work(HORN, hours=1).run(MINUTE)
    assert turn(valley) == []
    valley.run(HOUR)
    assert turn(valley) == [HORN]


def test_heat_that_the_neighbours_share_is_the_weather(valley: Known) -> None:
    valley.says = {name: {"temperature": 74} for name in valley.on}
    assert valley.run(22 * MINUTE).open == []
    valley.says |= {name: {"temperature": 45} for name in valley.on if name != HORN}
    assert valley.run(23 * MINUTE).open == [(Cause.OVERTEMPERATURE.value, HORN)]


def test_starts_that_a_feeder_shares_are_dips_and_one_that_starts_alone_has_a_fault(valley: Known) -> None:
    valley.says = {name: {"reset": Reset.POWER_ON} for name in valley.on}
    for _ in range(5):
        valley.restore(valley.feeder(1)).run(150)
    assert valley.run(12 * MINUTE).open == []
    for _ in range(5):
        valley.restore(["f2-02"]).run(150)
    assert valley.run(12 * MINUTE).open == [(Cause.REBOOT_LOOP.value, "f2-02")]


def put(valley: Known, change: Change) -> None:
    with transaction(valley.engine) as session:
        save(session, change, valley.wall + timedelta(days=1))


@pytest.mark.parametrize("is_visited", [False, True])
def test_what_comes_back_after_a_visit_did_not_come_back_alone(valley: Known, is_visited: bool) -> None:
    (ticket,) = valley.lose_mains().tickets
    if is_visited:
        put(valley, orders.arrive(ticket, "wang", valley.wall))
    valley.run(10).restore([HORN])
    valley.run(2 * MINUTE)
    with snapshot(valley.engine) as session:
        evidence = incident_of(session.get_one(IncidentRow, ticket.key)).evidence
    assert any("without a visit" in each.message for each in evidence) is not is_visited


def test_what_people_on_site_say_corrects_the_ticket(valley: Known) -> None:
    valley.storm(VILLAGES[1])
    (ticket,) = valley.lose_mains().tickets
    assert ticket.cause is Cause.SITE_POWER_FAULT
    put(valley, orders.hear(ticket, "wang", Answer.SWITCHED_OFF, valley.wall))
    assert valley.run(10).tickets[0].cause is Cause.SWITCHED_OFF
    valley.kill().start().run(MINUTE)
    assert [t.cause for t in valley.tickets] == [Cause.SWITCHED_OFF]
