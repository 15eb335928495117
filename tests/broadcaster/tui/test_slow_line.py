"""The terminal over a bad line to a real API: what is typed is kept, the wait is told, an order is done once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from broadcaster.api.app import create_app
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import HouseDoor
from broadcaster.desk.remote import RemoteDoor
from broadcaster.house import CountyHouse
from tests.broadcaster.api.loopback import served
from tests.broadcaster.tui.county import NOW, desk
from tests.broadcaster.tui.seeing import app_on, opened, press, said_by, settle, text_of
from tests.broadcaster.tui.slow_line import SlowLine, slow_line


@pytest.fixture
def line(own_house: CountyHouse) -> Iterator[SlowLine]:
    app = create_app(CountyDesk, lambda token, _: HouseDoor(own_house, token, clock=lambda: NOW))
    with served(app) as url, slow_line(url) as line:
        yield line


def terminal(line: SlowLine, drafts: Path | None = None):
    return app_on(CountyDesk(RemoteDoor(line.url, "li")), drafts=drafts)


async def hit(pilot, *keys):
    """Keys while nothing is answered."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause(0)


async def until(pilot, is_so):
    """What comes from the other threads comes when it comes."""
    while not is_so():
        await pilot.pause(0.01)


async def test_keys_typed_while_an_answer_is_awaited_are_neither_lost_nor_doubled(line):
    async with opened(terminal(line)) as pilot:
        await press(pilot, "3", "n", "tab")
        line.hold()
        await hit(pilot, *"Fire", "tab", "tab", "tab", *"water")
        assert "waiting" in text_of(pilot.app)
        line.release()
        await settle(pilot)
        assert (pilot.app.screen.sheet.title, pilot.app.screen.sheet.text) == ("Fire", "water")
        assert "waiting" not in text_of(pilot.app)


async def test_an_order_whose_key_is_pressed_again_and_again_is_given_once(line, own_house):
    async with opened(terminal(line)) as pilot:
        await press(pilot, "3", "n", "tab", *"Fire")
        line.hold()
        await hit(pilot, "ctrl+s", "ctrl+s", "ctrl+t")
        assert "Not again" in said_by(pilot.app)
        line.release()
        await settle(pilot)
        assert "Saved as draft" in said_by(pilot.app)
    assert titles(own_house).count("Fire") == 1


async def test_what_is_written_while_it_is_being_saved_is_kept(line):
    async with opened(terminal(line)) as pilot:
        await press(pilot, "3", "n", "tab", *"Fire")
        line.hold()
        await hit(pilot, "ctrl+s", *"wood")
        line.release()
        await settle(pilot)
        screen = pilot.app.screen
        assert screen.sheet.title == "Firewood"
        assert pilot.app.drafts.kept(screen.name_on_disk).title == "Firewood"


async def test_an_order_whose_answer_was_lost_is_not_done_a_second_time(line, own_house):
    async with opened(terminal(line)) as pilot:
        await press(pilot, "3", "n", "tab", *"Fire")
        line.loses_answers = True
        await press(pilot, "ctrl+s")
        assert "Not saved" in said_by(pilot.app)
        assert "Fire" in titles(own_house)
        line.mend()
        await press(pilot, "ctrl+s")
        assert "Saved as draft" in said_by(pilot.app)
    assert titles(own_house).count("Fire") == 1


async def test_a_terminal_that_ended_after_a_lost_answer_and_is_begun_again_saves_the_same_draft(
    line, own_house, tmp_path
):
    async with opened(terminal(line, tmp_path)) as pilot:
        await press(pilot, "3", "n", "tab", *"Fire")
        line.loses_answers = True
        await press(pilot, "ctrl+s")
        assert "Fire" in titles(own_house)
    line.mend()
    later = terminal(line, tmp_path)
    later.clock = lambda: NOW + timedelta(minutes=20)
    async with opened(later) as pilot:
        await press(pilot, "3", "n", "tab", "end", *"wood", "ctrl+s")
        assert "Saved as draft" in said_by(pilot.app)
    assert [title for title in titles(own_house) if "Fire" in title] == ["Firewood"]


async def test_an_answer_that_comes_later_than_another_minute_does_not_make_another_draft(line, own_house):
    async with opened(terminal(line)) as pilot:
        await press(pilot, "3", "n", "tab", *"Fire")
        line.loses_answers = True
        await press(pilot, "ctrl+s")
        line.mend()
        pilot.app.clock = lambda: NOW + timedelta(minutes=1)
        await press(pilot, "ctrl+s")
    assert titles(own_house).count("Fire") == 1


async def test_what_was_saved_and_taken_back_by_a_step_is_still_the_same_draft(line, own_house):
    async with opened(terminal(line)) as pilot:
        before = len(titles(own_house))
        await press(pilot, "3", "n", "tab", *"Fire", "ctrl+s", "ctrl+z", "ctrl+s")
    assert len(titles(own_house)) == before + 1


async def test_a_line_that_is_cut_in_the_middle_of_writing_loses_nothing_and_is_told(line, own_house):
    async with opened(terminal(line)) as pilot:
        await press(pilot, "3", "n", "tab", *"Fi")
        line.cut()
        await press(pilot, *"re", "ctrl+s")
        assert "BLIND since 10:00" in text_of(pilot.app)
        line.mend()
        await press(pilot, "ctrl+s")
        assert "BLIND" not in text_of(pilot.app)
    assert titles(own_house).count("Fire") == 1


def titles(house: CountyHouse) -> list[str]:
    return [notice.title for notice in desk(house, "li").notices.list()]
