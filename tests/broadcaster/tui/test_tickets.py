"""Tickets: hidden until the desk has some."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.broadcaster.tui.county import NOW
from tests.broadcaster.tui.seeing import app_on, opened, press, text_of


@dataclass
class Broken:
    id: str = "t-1"
    state: str = "open"
    town: str = "青石镇"
    evidence: str = "10 kV line 3 has no power since 08:20: 4 endpoints said good-bye within 2 s."
    opened_at: datetime = NOW - timedelta(minutes=30)
    due_at: datetime | None = NOW - timedelta(minutes=5)


class Board:
    def list(self):
        return (Broken(),)


async def test_without_tickets_at_the_desk_there_is_no_such_screen(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "7")
        assert "Tickets" not in text_of(pilot.app)


async def test_tickets_of_the_desk_stand_on_a_board_with_their_evidence(county, monkeypatch):
    monkeypatch.setattr(county, "tickets", Board(), raising=False)
    async with opened(app_on(county)) as pilot:
        await press(pilot, "7")
        assert "30 min ago" in text_of(pilot.app)
        assert "said good-bye" in text_of(pilot.app)
