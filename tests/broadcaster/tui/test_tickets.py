"""Tickets: a board of what is broken."""

from datetime import timedelta

from broadcaster.desk.tickets import TicketView
from broadcaster.repairs.causes import Cause, Owner, Priority
from broadcaster.tickets.states import TicketState
from tests.broadcaster.tui.county import NOW
from tests.broadcaster.tui.seeing import app_on, opened, press, text_of

BROKEN = TicketView(
    number=7,
    state=TicketState.OPEN,
    cause=Cause.GRID_OUTAGE,
    root="feeder:10 kV-3",
    place="341523100000",
    place_name="青石镇",
    owner=Owner.POWER_COMPANY,
    crew="",
    accepted_by="",
    priority=Priority.P2,
    truck=False,
    members=4,
    affected=3,
    population=900,
    confidence=0.9,
    onset=NOW - timedelta(minutes=35),
    opened=NOW - timedelta(minutes=30),
    closed_at=None,
    due_at=NOW - timedelta(minutes=5),
    used=1.1,
    waiting=None,
    help_asked=False,
    reopens=0,
    flapping=False,
)


class Board:
    def list(self):
        return (BROKEN,)


async def test_tickets_of_the_desk_stand_on_a_board_with_what_they_explain(county, monkeypatch):
    monkeypatch.setattr(county, "tickets", Board(), raising=False)
    async with opened(app_on(county)) as pilot:
        await press(pilot, "7")
        assert "30 min ago" in text_of(pilot.app)
        assert "3 of 4 endpoints" in text_of(pilot.app)
