"""Today: what its person sees when all is well, when it is not, and when nobody answers."""

from dataclasses import replace

import pytest

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.door import Entry
from broadcaster.desk.errors import Unavailable
from broadcaster.tui import marks
from broadcaster.tui.screens.endpoints import EndpointsScreen
from broadcaster.tui.screens.today import TodayScreen
from schedules.outcomes import Outcome
from tests.broadcaster.tui.seeing import app_on, opened, press, settle, text_of


class DeadLine:
    """A door whose line breaks and comes back."""

    def __init__(self, desk):
        self._door = desk.today._door
        self.is_broken = False

    def carry(self, entry: Entry, arguments):
        if self.is_broken:
            raise Unavailable(
                "The controller at {url} does not answer ({error}). Is it running?", url="", error=""
            )
        return self._door.carry(entry, arguments)


async def test_a_dead_line_is_told_with_its_time_and_what_was_seen_stays(county):
    line = DeadLine(county)
    async with opened(app_on(CountyDesk(line))) as pilot:
        line.is_broken = True
        await press(pilot, "r")
        blind = text_of(pilot.app)
        line.is_broken = False
        await press(pilot, "r")
        assert "BLIND since 10:00" in blind
        assert "青石镇" in blind
        assert "BLIND" not in text_of(pilot.app)


async def test_the_banner_is_also_on_the_screen_that_is_opened_while_blind(county):
    line = DeadLine(county)
    async with opened(app_on(CountyDesk(line))) as pilot:
        line.is_broken = True
        await press(pilot, "r", "4")
        assert "BLIND since 10:00" in text_of(pilot.app)


async def test_the_language_changes_at_once_on_every_screen(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "4", "1", "ctrl+l")
        assert "今日" in text_of(pilot.app)
        await press(pilot, "4")
        assert "查找" in text_of(pilot.app)
        await press(pilot, "ctrl+l")
        assert "Search" in text_of(pilot.app)


async def test_another_language_leaves_what_is_written_and_where_one_is(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "3", "n", "tab", *"Fire", "ctrl+l", *"wood")
        assert "标题" in text_of(pilot.app)
        assert "Firewood" in text_of(pilot.app)
        assert pilot.app.screen.sheet.title == "Firewood"


async def test_a_county_where_all_is_well_says_so(county):
    async with opened(app_on(county)) as pilot:
        screen = pilot.app.screen
        view = screen.view
        well = replace(view.endpoints, connected=24, silent=0, never=0)
        screen.post_message(
            TodayScreen.Seen(replace(view, linked=True, endpoints=well, shortfalls=(), submitted=0))
        )
        await settle(pilot)
        assert "✓ all 24 connected  ▸ 2 sounding  ✓ nothing missed" in text_of(pilot.app)


async def test_enter_on_a_town_opens_its_endpoints_in_two_keys(county):
    async with opened(app_on(county)) as pilot:
        assert await press(pilot, "down", "enter") == 2
        assert isinstance(pilot.app.screen, EndpointsScreen)
        assert "莲塘村  3/3" in text_of(pilot.app)


async def test_why_something_was_not_heard_is_two_keys_away(county):
    async with opened(app_on(county)) as pilot:
        assert await press(pilot, "tab", "enter") == 2
        assert "青石镇 hears play 3 of 3" in text_of(pilot.app)


@pytest.mark.parametrize(
    ("outcomes", "mark"),
    [
        ({Outcome.COUNTED: 9}, marks.HEARD_ALL),
        ({Outcome.COUNTED: 9, Outcome.MADE_UP: 1}, marks.MADE_UP),
        ({Outcome.COUNTED: 9, Outcome.MISSED: 1}, marks.SOME),
        ({Outcome.MISSED: 3, Outcome.PARTIAL: 1}, marks.NONE),
        ({Outcome.UNKNOWN: 3}, marks.UNKNOWN),
        ({Outcome.STAGED: 3, Outcome.HELD: 1}, marks.PLANNED),
        ({Outcome.STAGED: 3, Outcome.MISSED: 1}, marks.PLANNED),
        ({Outcome.SOUNDING: 1, Outcome.MISSED: 9}, marks.SOUNDING),
        ({Outcome.WITHDRAWN: 2}, marks.WITHDRAWN),
    ],
)
def test_a_play_has_the_mark_of_what_became_of_it(outcomes, mark):
    assert marks.of_play(outcomes) is mark


async def test_the_glance_tells_of_tickets_that_nobody_took_up(county):
    async with opened(app_on(county)) as pilot:
        assert "! 1 of 3 tickets nobody took up" in text_of(pilot.app)
