"""How each screen looks, in both languages, in a small and in a large terminal."""

import unicodedata

import pytest
from rich.cells import cell_len

from broadcaster import language
from broadcaster.tui import marks
from tests.broadcaster.tui.seeing import app_on, opened, press, text_of
from tests.broadcaster.tui.snapshots import check

WAYS = (
    ("today", ()),
    ("help", ("question_mark",)),
    ("palette", ("escape", "ctrl+p")),
    ("endpoints", ("escape", "4", "down", "enter", "down", "enter")),
    ("endpoint", ("down", "down", "enter")),
    ("notices", ("3",)),
    ("notice", ("n",)),
    ("playlists", ("escape", "2")),
    ("playlist", ("n", "plus", "down", "enter")),
    ("send", ("escape", "5")),
    ("confirm", ("enter",)),
    ("ledger", ("escape", "6")),
    ("coverage", ("enter",)),
    ("tickets", ("escape", "7")),
    ("ticket", ("down", "down", "enter")),
)
SIZES = {"small": (80, 24), "large": (120, 40)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tongue", language.LANGUAGES)
async def test_every_screen_looks_as_it_did(county, tongue, size):
    language.use(tongue)
    async with opened(app_on(county), SIZES[size]) as pilot:
        for screen, keys in WAYS:
            await press(pilot, *keys)
            text = text_of(pilot.app)
            check(f"{screen}.{tongue}.{size}", text)
            assert all(cell_len(line) <= SIZES[size][0] for line in text.splitlines())


def test_every_mark_is_one_cell_wide_in_every_terminal_and_differs_without_colour():
    for family in (marks.PLAY_MARKS, marks.AREA_MARKS, tuple(marks.MINUTES.values())):
        glyphs = [mark.glyph for mark in family]
        assert len(set(glyphs)) == len(glyphs)
        assert all(unicodedata.east_asian_width(glyph) in ("N", "Na") for glyph in glyphs)
