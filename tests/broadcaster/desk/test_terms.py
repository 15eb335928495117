"""Service times at the desk: set by who may settle the whole county, for what comes and for what runs."""

import pytest
from sqlmodel import select

from broadcaster.desk.errors import Invalid, Refused
from broadcaster.repairs.causes import Cause, Priority
from broadcaster.storage.tables import AuditRow
from broadcaster.tickets.states import TicketStep
from tests.broadcaster.desk.people import Station
from tests.broadcaster.desk.test_tickets import broken


def test_by_default_each_cause_has_its_own(station: Station) -> None:
    found = station.desk("wang").terms.list()
    assert [each.priority for each in found] == [*Priority]
    assert all(each.by_default and each.repair_h is None for each in found)
    assert (found[0].shortest_h, found[0].longest_h) == (1, 4)


def test_what_runs_goes_by_the_new_times_and_says_so(station: Station) -> None:
    number, desk = broken(station, cause=Cause.AMPLIFIER), station.desk("li")
    set_ = desk.terms.set(priority=Priority.P3, respond_h=2, repair_h=10, escalation=(40, 70, 100, 200))
    assert (set_.tickets, set_.by_default) == (1, False)
    story = desk.tickets.show(ticket=number)
    assert story.history[-1].step is TicketStep.CORRECT
    assert story.history[-1].facts == {"hours": 10.0}
    assert story.ticket.respond_by is not None
    assert story.ticket.respond_by < story.ticket.due_at
    desk.terms.clear(priority=Priority.P3)
    assert desk.tickets.show(ticket=number).ticket.respond_by is None


def test_a_town_does_not_set_the_countys_times(station: Station) -> None:
    with pytest.raises(Refused):
        station.desk("town").terms.set(priority=Priority.P1, repair_h=1)
    assert station.desk("li").terms.list()[0].by_default


@pytest.mark.parametrize(
    "wrong",
    [
        {"respond_h": 5, "repair_h": 2},
        {"escalation": (50, 80)},
        {"escalation": (80, 50, 100, 150)},
        {"repair_h": -1},
    ],
)
def test_times_that_cannot_be_kept_are_refused(station: Station, wrong: dict) -> None:
    with pytest.raises(Invalid):
        station.desk("li").terms.set(priority=Priority.P2, **wrong)


def test_who_set_them_stands_in_the_audit_trail(station: Station) -> None:
    station.desk("li").terms.set(priority=Priority.P2, repair_h=6)
    with station.house.snapshot() as session:
        rows = session.exec(select(AuditRow).where(AuditRow.what == "terms.set")).all()
    assert [row.who for row in rows] == ["li"]
