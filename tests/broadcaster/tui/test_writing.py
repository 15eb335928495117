"""Writing notices and playlists, by keys alone. The numbers of keys stand in the operators' manual."""

import os
import sys
from dataclasses import replace
from threading import Event
from types import SimpleNamespace

import pytest

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.files import Download
from broadcaster.desk.playlists import PlaylistDraft
from broadcaster.tui.demo import tone
from broadcaster.tui.drafts import Drafts
from broadcaster.tui.editing import Sheet
from broadcaster.tui.player import Player
from broadcaster.tui.screens.notice import NoticeScreen
from broadcaster.tui.screens.playlist import PlaylistScreen
from broadcaster.tui.widgets.editing.items import Items
from schedules.notices import NoticeState
from schedules.rules import LoopRule
from tests.broadcaster.tui.county import COUNTY, LETTER, MORNING, PROPOSAL, desk
from tests.broadcaster.tui.seeing import app_on, opened, press, said_by, settle, text_of
from tests.broadcaster.tui.test_today import DeadLine


async def test_a_looped_notice_from_a_file_is_submitted_in_four_keys(own_house, tmp_path):
    path = tmp_path / "通告.wav"
    path.write_bytes(tone(4, 400))
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        keys = await press(pilot, "3", "n")
        pilot.app.screen.query_one("#file").value = str(path)  # typed
        keys += await press(pilot, "enter", "ctrl+t")
        assert keys == 4
        assert "Submitted" in said_by(pilot.app)
    newest = county.notices.list()[0]
    assert (newest.title, newest.state) == ("通告", NoticeState.SUBMITTED)
    assert newest.rule.plays == 6


async def test_a_file_that_was_named_and_not_imported_yet_is_imported_before_the_notice_is_submitted(
    own_house, tmp_path
):
    path = tmp_path / "通告.wav"
    county = desk(own_house, "li")
    before = len(county.notices.list())
    async with opened(app_on(county)) as pilot:
        await press(pilot, "3", "n")
        pilot.app.screen.query_one("#text").text = "通告"
        pilot.app.screen.query_one("#file").value = str(path)
        await press(pilot, "ctrl+t")
        assert "no such file" in said_by(pilot.app).lower()
        assert len(county.notices.list()) == before
        path.write_bytes(tone(4, 400))
        await press(pilot, "ctrl+t")
    assert county.notices.list()[0].asset is not None


class Slow:
    """A door behind which a file is taken in only when it may be."""

    def __init__(self, desk):
        self._door, self.may = desk.today._door, Event()

    def carry(self, entry, arguments):
        if entry.name == "recordings.take_in":
            self.may.wait(60)
        return self._door.carry(entry, arguments)


@pytest.mark.parametrize("is_audio", [True, False])
async def test_a_notice_is_submitted_when_its_file_has_come_in_and_not_at_all_without_it(
    own_house, tmp_path, is_audio
):
    path = tmp_path / "通告.wav"
    path.write_bytes(tone(4, 400) if is_audio else b"no audio")
    county = desk(own_house, "li")
    before = len(county.notices.list())
    slow = Slow(county)
    async with opened(app_on(CountyDesk(slow))) as pilot:
        await press(pilot, "3", "n")
        pilot.app.screen.query_one("#text").text = "通告"
        pilot.app.screen.query_one("#file").value = str(path)
        await pilot.press("enter", "ctrl+t")
        assert len(county.notices.list()) == before
        slow.may.set()
        await settle(pilot)
        assert ("Submitted" in said_by(pilot.app)) is is_audio
    written = county.notices.list()[: len(county.notices.list()) - before]
    assert [bool(one.asset) for one in written] == [True] * is_audio


async def test_who_types_faster_than_the_screen_listens_finds_every_letter_in_its_place(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "3", "n", "tab")
        screen = pilot.app.screen
        title, text = screen.query_one("#title"), screen.query_one("#text")
        for letter in "秋收防火":  # as an input method hands a word over
            title.insert_text_at_cursor(letter)
            text.insert(letter)
        screen.post_message(screen.AreasKnown(await pilot.app.visit.ask(lambda desk: desk.areas.list())))
        await settle(pilot)
        assert (title.value, title.cursor_position, text.text) == ("秋收防火", 4, "秋收防火")
        assert (screen.sheet.title, screen.sheet.text) == ("秋收防火", "秋收防火")
        await press(pilot, "ctrl+z", "ctrl+z")
        assert (title.value, text.text) == ("", "")


async def test_the_day_of_a_draft_is_shown_before_it_is_saved(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "3", "n")
        pilot.app.screen.query_one("#text").text = "请各户于11月30日前缴费，电话12345。"
        await settle(pilot)
        text = text_of(pilot.app)
        assert "all 6 plays fit" in text
        assert "min apart" in text
        assert "of 120 min" in text
        assert "十一月三十日" in text  # as it will be read aloud


async def test_a_rule_that_cannot_be_read_says_what_is_expected(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "3", "n")
        pilot.app.screen.query_one("#text").text = "通告"
        pilot.app.screen.query_one("#when").value = "soon"
        await settle(pilot)
        assert "expected 1 to 288 plays" in " ".join(text_of(pilot.app).split())


async def test_what_was_not_saved_is_there_again_after_the_line_broke(own_house, tmp_path):
    line = DeadLine(desk(own_house, "li"))
    county, drafts = CountyDesk(line), tmp_path / "drafts"
    async with opened(app_on(county, drafts=drafts)) as pilot:
        await press(pilot, "3", "n", "tab", *"Fire")
        line.is_broken = True
        await press(pilot, "ctrl+s")
        assert "Not saved" in said_by(pilot.app)
    line.is_broken = False
    async with opened(app_on(county, drafts=drafts)) as pilot:
        await press(pilot, "3", "n")
        assert pilot.app.screen.sheet.title == "Fire"
        await press(pilot, "ctrl+s")
    assert county.notices.list()[0].title == "Fire"
    assert Drafts(drafts).kept("notices-new") is None


async def test_a_playlist_is_put_together_ordered_and_submitted_in_eleven_keys(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        keys = await press(pilot, "2", "n", "plus", "down", "down", "enter", "plus", "down", "enter", "K")
        assert isinstance(pilot.app.screen, PlaylistScreen)
        before = pilot.app.screen.sheet.items
        keys += await press(pilot, "ctrl+t")
        assert keys == 11
    made = county.playlists.list()[0]
    assert made.state is NoticeState.SUBMITTED
    assert tuple(item.id for item in made.items) == before
    assert len(before) == 2


async def test_items_move_by_mouse_and_every_step_can_be_undone(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        await pilot.app.push_screen(PlaylistScreen(playlist_sheet(LETTER, PROPOSAL)))
        await settle(pilot)
        screen = pilot.app.screen
        await pilot.mouse_down(Items, offset=(5, 1))
        await pilot.mouse_up(Items, offset=(5, 2))
        await settle(pilot)
        assert screen.sheet.items == (PROPOSAL, LETTER)
        await press(pilot, "x", "ctrl+z", "ctrl+z")
        assert screen.sheet.items == (LETTER, PROPOSAL)
        await press(pilot, "ctrl+y")
        assert screen.sheet.items == (PROPOSAL, LETTER)


async def test_the_item_under_the_cursor_is_seen_and_measured(county):
    async with opened(app_on(county), (120, 40)) as pilot:
        await pilot.app.push_screen(PlaylistScreen(playlist_sheet(LETTER, PROPOSAL)))
        await settle(pilot)
        text = text_of(pilot.app)
        assert "-16.2 LUFS" in text
        assert "⣿" in text
        assert "2 items, 2:37 in all" in text


async def test_a_second_person_sees_what_changes_listens_and_approves_in_five_keys(own_house, tmp_path):
    county = desk(own_house, "wang")
    app = app_on(county, who="wang")
    app.downloads = tmp_path / "heard"
    async with opened(app) as pilot:
        keys = await press(pilot, "3", "down", "l", "a")
        assert "Approve 关于医保缴费的公告?" in text_of(app)
        assert "not listened" not in text_of(app)
        keys += await press(pilot, "y")
        assert keys == 5
    states = {one.title: one.state for one in county.notices.list()}
    assert states["关于医保缴费的公告"] is NoticeState.APPROVED
    assert [name.endswith(".mp3") for name in os.listdir(tmp_path / "heard")] == [True]


async def test_it_is_given_back_with_a_reason_in_four_keys_and_never_without_one(own_house):
    county = desk(own_house, "wang")
    async with opened(app_on(county, who="wang")) as pilot:
        keys = await press(pilot, "3", "down", "x")
        await press(pilot, *"typo")
        assert keys + await press(pilot, "enter") == 4
        await press(pilot, "x", "enter")
    (notice,) = (one for one in county.notices.list() if "关于医保" in one.title)
    assert [step.comment for step in county.notices.show(notice=notice.id).steps][-1] == "typo"
    assert notice.state is NoticeState.DRAFT


async def test_what_is_on_the_air_is_withdrawn_in_two_keys(own_house):
    county = desk(own_house, "wang")
    async with opened(app_on(county, who="wang")) as pilot:
        await press(pilot, "3", "down", "down", "down")
        assert await press(pilot, "w", "y") == 2
    assert county.notices.show(notice=LETTER).notice.state is NoticeState.WITHDRAWN


async def test_a_playlist_is_approved_after_its_items_are_compared_with_those_on_the_air(own_house):
    li, wang = desk(own_house, "li"), desk(own_house, "wang")
    rule = LoopRule(plays=3, windows=(MORNING,), minimum_gap_s=3600)
    draft = PlaylistDraft(title="早间", items=(LETTER, PROPOSAL), rule=rule, targets=(COUNTY,))
    made = li.playlists.create(draft=draft).id
    li.playlists.submit(playlist=made)
    wang.playlists.approve(playlist=made)
    changed = replace(draft, items=(PROPOSAL, LETTER, LETTER), rule=replace(rule, plays=2))
    li.playlists.edit(playlist=made, draft=changed)
    li.playlists.submit(playlist=made)
    async with opened(app_on(wang, who="wang"), (120, 40)) as pilot:
        keys = await press(pilot, "2", "a")
        shown = text_of(pilot.app)
        keys += await press(pilot, "y")
        assert keys == 3
    assert "- 3 plays, 7:51 in all" in shown
    assert "+ 2 plays, 8:24 in all" in shown
    assert "was 2" in shown
    assert "+ 3. 致广大村民朋友的一封信 1:35" in shown
    assert wang.playlists.show(playlist=made).playlist.state is NoticeState.APPROVED


async def test_audio_sounds_at_the_operators_machine_and_stops_with_the_same_key(county, tmp_path):
    app = app_on(county)
    app.downloads = tmp_path
    app.player = Player((sys.executable, "-c", "import time; time.sleep(600)"), at_once_s=0.0)
    async with opened(app) as pilot:
        await press(pilot, "3", "down", "l")
        assert "It sounds here" in said_by(app)
        await press(pilot, "l")
        assert "Stopped." in said_by(app)
    assert not list(tmp_path.iterdir())


async def test_a_file_that_was_handed_over_is_not_said_to_be_ready(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "3", "n")
        for share, told in ((0.4, "40%"), (1.0, "--%")):
            pilot.app.screen.post_message(NoticeScreen.Progressed(share))
            await settle(pilot)
            assert told in text_of(pilot.app)


async def test_a_text_is_heard_before_it_is_handed_in_and_the_voice_is_asked_once(county, tmp_path):
    asked = []

    class Voice:
        def list(self):
            return ()

        def speak(self, *, text, title):
            asked.append((text, title))
            return SimpleNamespace(id="a-spoken")

        def listen(self, *, asset):
            return Download(name=f"{asset}.mp3", media_type="audio/mpeg", content=b"sound")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(county), "recordings", Voice(), raising=False)
        app = app_on(county)
        app.downloads = tmp_path
        async with opened(app) as pilot:
            keys = await press(pilot, "3", "n")
            app.screen.query_one("#text").text = "请关好门窗。"  # typed
            assert keys + await press(pilot, "ctrl+r") == 3
            assert "To listen to" in said_by(app)
    assert asked == [("请关好门窗。", "Without a title")]
    assert (tmp_path / "a-spoken.mp3").read_bytes() == b"sound"


async def test_whoever_did_not_listen_is_told_so_and_the_maker_cannot_approve(own_house):
    async with opened(app_on(desk(own_house, "li"))) as pilot:
        await press(pilot, "3", "down", "a")
        assert "You have not listened" in text_of(pilot.app)
        await press(pilot, "y")
        assert "li has no right to approve" in said_by(pilot.app)


async def test_a_notice_is_found_by_initials_of_its_title_and_states_filter(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "3", "slash", *"slfh")
        assert "1 of 4" in text_of(pilot.app)
        await press(pilot, "escape", "f")
        assert "1 of 4  draft" in text_of(pilot.app)


async def test_an_approved_notice_is_changed_as_its_next_version(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        await press(pilot, "3", "down", "down", "down", "enter")
        assert isinstance(pilot.app.screen, NoticeScreen)
        await press(pilot, "tab", *"2", "ctrl+s")
    assert county.notices.show(notice=LETTER).versions == (1, 2)


def playlist_sheet(*items):
    return Sheet(title="早间", items=items, targets=("341523000000",))
