"""The list of what is written, its steps, and how they are found: in the footer, in the palette, by the mouse."""

import pytest
from rich.text import Text

from broadcaster.config import load
from broadcaster.desk.house import OWNER
from broadcaster.house import CountyHouse
from broadcaster.tui.screens.confirm import ConfirmScreen
from broadcaster.tui.screens.playlist import PlaylistScreen
from broadcaster.tui.widgets.frame.keys import KeyLine
from tests.broadcaster.tui.county import LETTER, PROPOSAL, desk
from tests.broadcaster.tui.seeing import app_on, opened, press, settle, text_of
from tests.broadcaster.tui.test_writing import playlist_sheet


def footer(app) -> str:
    return text_of(app).splitlines()[-1]


async def test_only_a_step_that_the_state_allows_has_a_key(county):
    async with opened(app_on(county, who="wang"), (120, 40)) as pilot:
        await press(pilot, "3", "down")
        assert "a Approve" in footer(pilot.app)
        assert "s Submit" not in footer(pilot.app)
        await press(pilot, "down", "down")
        assert pilot.app.screen.chosen.id == LETTER
        assert "a Approve" not in footer(pilot.app)
        assert "w Withdraw" in footer(pilot.app)
        await press(pilot, "a")
        assert not isinstance(pilot.app.screen, ConfirmScreen)


async def test_a_county_without_areas_says_so_and_how_to_begin(tmp_path):
    house = CountyHouse(load(tmp_path, environ={}))
    async with opened(app_on(desk(house, OWNER))) as pilot:
        assert "! no endpoints yet" in text_of(pilot.app)
        assert "all 0 connected" not in text_of(pilot.app)
        await press(pilot, "4")
        assert "broadcaster area import FILE" in text_of(pilot.app)


async def test_where_nothing_is_written_yet_the_list_says_how_to_begin(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "2")
        pilot.app.screen.show_written(())
        await settle(pilot)
        assert "Nothing yet: n writes the first." in text_of(pilot.app)


@pytest.mark.parametrize("rows", [16, 24, 40])
async def test_the_keys_of_a_confirmation_are_seen_however_long_it_is(county, rows):
    lines = Text("\n".join(f"line {number}" for number in range(60)))
    async with opened(app_on(county), (80, rows)) as pilot:
        await pilot.app.push_screen(ConfirmScreen("Approve?", lines))
        await settle(pilot)
        assert "y yes   n no" in text_of(pilot.app)
        await press(pilot, "end")
        assert "line 59" in text_of(pilot.app)
        assert "y yes   n no" in text_of(pilot.app)


async def order_of_two(pilot):
    await pilot.app.push_screen(PlaylistScreen(playlist_sheet(LETTER, PROPOSAL)))
    await settle(pilot)
    return lambda: pilot.app.screen.sheet.items


async def test_what_a_part_of_a_screen_can_do_is_done_from_the_palette_too(county):
    async with opened(app_on(county)) as pilot:
        items = await order_of_two(pilot)
        await press(pilot, "ctrl+p", *"Down", "down", "enter")
        assert items() == (PROPOSAL, LETTER)


async def test_what_a_part_of_a_screen_can_do_is_done_by_a_click_on_its_key(county):
    async with opened(app_on(county)) as pilot:
        items = await order_of_two(pilot)
        await pilot.click(KeyLine, offset=(footer(pilot.app).index("J Down"), 0))
        await settle(pilot)
        assert items() == (PROPOSAL, LETTER)
