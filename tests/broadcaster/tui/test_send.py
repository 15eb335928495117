"""Sending at once: nothing without a yes to what was shown, and a test that looks like one."""

from dataclasses import replace

from broadcaster.tui.screens.confirm import ConfirmScreen
from broadcaster.tui.screens.send import consequences, headline
from schedules.precedence import BroadcastClass, Severity
from tests.broadcaster.tui.county import COUNTY, STORM, desk
from tests.broadcaster.tui.seeing import app_on, opened, press, text_of


async def test_an_emergency_is_sent_in_three_keys_after_all_was_shown(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        keys = await press(pilot, "5", "enter")
        shown = text_of(pilot.app)
        assert "LIVE EMERGENCY: send 暴雨红色预警 now?" in shown
        assert "24 endpoints in 12 villages, about" in shown
        assert "It interrupts: 致广大村民朋友的一封信" in shown
        assert "No endpoint in: 高坪村" in shown
        assert county.alerts.list() == ()
        keys += await press(pilot, "y")
        assert keys == 3
        assert "In force" in text_of(pilot.app)
    (alert,) = county.alerts.list(in_force=True)
    assert (alert.notice, alert.places) == (STORM, (COUNTY,))


async def test_a_no_sends_nothing(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        await press(pilot, "5", "enter", "escape", "enter", "n")
    assert county.alerts.list() == ()


async def test_it_is_sent_to_a_town_and_ended_again(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        keys = await press(pilot, "5", "p", *"qsz", "enter", "y")
        assert keys == 7
        assert county.alerts.list()[0].place_names == ("青石镇",)
        keys = await press(pilot, "c")
        assert "End 暴雨红色预警?" in text_of(pilot.app)
        assert keys + await press(pilot, "y") == 2
    assert county.alerts.list(in_force=True) == ()


async def test_a_test_looks_like_a_test(county):
    preview = county.alerts.preview(notice=STORM)
    drill = replace(preview, severity=Severity.TEST, klass=BroadcastClass.DRILL)
    assert headline(preview)[1] == "live"
    assert headline(drill) == ("TEST: send 暴雨红色预警 as a test?", "test")
    async with opened(app_on(county)) as pilot:
        live = await frame_colour(pilot, preview)
        assert live != await frame_colour(pilot, drill)


async def frame_colour(pilot, preview):
    question, look = headline(preview)
    await pilot.app.push_screen(ConfirmScreen(question, consequences(preview), look=look))
    await pilot.pause()
    colour = pilot.app.screen.query_one("#confirm-title").styles.background
    await press(pilot, "escape")
    return colour
