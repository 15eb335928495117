"""Deeds of phones: each is done once however often it is sent, and the same rights and states hold as at the station."""

import base64

import pytest
from sqlmodel import select

from broadcaster.desk.deeds import Deed
from broadcaster.desk.errors import Conflict, Invalid, Refused
from broadcaster.repairs.causes import Cause
from broadcaster.storage.tables import AttachmentRow, AuditRow
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.states import TicketState
from tests.broadcaster.county import FERRY
from tests.broadcaster.desk.people import Station
from tests.broadcaster.desk.test_tickets import broken

KEY, OTHER = "a" * 32, "b" * 32
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 a pole").decode()


def test_a_deed_sent_three_times_is_done_once(station: Station) -> None:
    number, deeds = broken(station), station.desk("town").deeds
    sent = [deeds.do(ticket=number, key=KEY, deed=Deed.ACCEPT) for _ in range(3)]
    assert [each.repeated for each in sent] == [False, True, True]
    assert sent[2].ticket.state is TicketState.ACCEPTED
    assert len(station.desk("town").tickets.show(ticket=number).history) == 2


def test_a_deed_that_was_refused_leaves_its_key_free(station: Station) -> None:
    number, deeds = broken(station), station.desk("town").deeds
    with pytest.raises(Conflict):
        deeds.do(ticket=number, key=KEY, deed=Deed.RESUME)
    assert not deeds.do(ticket=number, key=KEY, deed=Deed.ACCEPT).repeated


def test_a_key_is_good_for_its_own_deed_only(station: Station) -> None:
    number, deeds = broken(station), station.desk("town").deeds
    deeds.do(ticket=number, key=KEY, deed=Deed.ACCEPT)
    with pytest.raises(Invalid, match="another deed"):
        deeds.do(ticket=number, key=KEY, deed=Deed.ARRIVE)
    with pytest.raises(Invalid, match="another deed"):
        station.desk("li").deeds.do(ticket=number, key=KEY, deed=Deed.ACCEPT)


def test_a_whole_visit_arrives_late_and_in_order(station: Station) -> None:
    number, deeds = broken(station), station.desk("town").deeds
    for n, deed in enumerate((Deed.ACCEPT, Deed.ARRIVE, Deed.ASK_HELP, Deed.DONE)):
        found = deeds.do(ticket=number, key=f"{n:032}", deed=deed, comment="new fuse", waited_s=900)
    assert found.ticket.state is TicketState.DONE_CLAIMED
    waits = deeds.do(ticket=number, key=KEY, deed=Deed.NOTE, comment="the pole leans")
    assert waits.ticket.state is TicketState.DONE_CLAIMED


def test_to_wait_takes_a_reason_and_stops_the_clock(station: Station) -> None:
    number, deeds = broken(station), station.desk("town").deeds
    deeds.do(ticket=number, key=KEY, deed=Deed.ACCEPT)
    with pytest.raises(Invalid, match="reason"):
        deeds.do(ticket=number, key=OTHER, deed=Deed.WAIT, why=WaitReason.OPERATOR)
    found = deeds.do(ticket=number, key=OTHER, deed=Deed.WAIT, why=WaitReason.OPERATOR, comment="calls")
    assert (found.ticket.waiting, found.ticket.due_at) == (WaitReason.OPERATOR, None)


def test_a_photo_is_kept_once_and_stays_out_of_the_audit_trail(station: Station) -> None:
    number, deeds = broken(station), station.desk("town").deeds
    for _ in range(2):
        deeds.do(ticket=number, key=KEY, deed=Deed.PHOTO, photo=JPEG, name="pole.jpg")
    with station.house.snapshot() as session:
        (row,) = session.exec(select(AttachmentRow)).all()
        trail = [each.parameters for each in session.exec(select(AuditRow))]
    assert (row.name, row.by) == ("pole.jpg", "town")
    assert JPEG not in str(trail)
    with pytest.raises(Invalid, match="MB"):
        deeds.do(ticket=number, key=OTHER, deed=Deed.PHOTO, photo="no Base64!")


def test_one_sees_and_touches_the_tickets_of_the_own_place(station: Station) -> None:
    mine, other = broken(station), broken(station, "ferry-1", Cause.CLOCK, FERRY)
    urgent = broken(station, "li-2", Cause.OPERATOR)
    assert [each.number for each in station.desk("town").deeds.mine()] == [urgent, mine]
    assert len(station.desk("li").deeds.mine()) == 3
    with pytest.raises(Refused):
        station.desk("town").deeds.do(ticket=other, key=KEY, deed=Deed.ACCEPT)
    with pytest.raises(Refused):
        station.desk("wang").deeds.mine()
