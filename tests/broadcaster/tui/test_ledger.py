"""The ledger on the screen and as a file."""

from broadcaster.registry.sheets import read
from broadcaster.tui.screens.ledger import By, added_up
from tests.broadcaster.tui.county import LETTER
from tests.broadcaster.tui.seeing import app_on, opened, press, said_by, text_of


async def test_sums_by_notice_then_by_village_with_the_reasons(county):
    async with opened(app_on(county), (120, 40)) as pilot:
        await press(pilot, "6")
        assert "no power" in text_of(pilot.app) or "no endpoint" in text_of(pilot.app)
        await press(pilot, "b")
        assert "by village" in text_of(pilot.app)
        assert "高坪村" in text_of(pilot.app)


async def test_in_a_small_terminal_every_figure_is_seen(county):
    async with opened(app_on(county), (80, 24)) as pilot:
        await press(pilot, "6")
        heading, *_rest = (line for line in text_of(pilot.app).splitlines() if "Ordered" in line)
        assert heading.endswith("Pending")


async def test_the_coverage_of_a_notice_is_two_keys_away(county):
    async with opened(app_on(county), (120, 40)) as pilot:
        keys = await press(pilot, "6", "enter")
        assert keys == 2
        text = text_of(pilot.app)
        assert "Coverage of" in text
        assert "高坪村" in text


async def test_the_shown_lines_are_written_as_csv_and_xlsx(county, tmp_path):
    app = app_on(county)
    app.downloads = tmp_path
    async with opened(app) as pilot:
        await press(pilot, "6", "slash", *"slfh", "enter", "e", "E")
        assert "lines written" in said_by(app)
    for name in ("ledger-20261123-20261123.csv", "ledger-20261123-20261123.xlsx"):
        lines = read(name, (tmp_path / name).read_bytes())
        assert lines[0].cells[:3] == ("Day", "Notice", "Village")
        assert {line.cells[1] for line in lines[1:]} == {"森林防火倡议书"}


async def test_a_search_is_still_seen_in_another_language(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "6", "slash", *"slfh", "enter", "ctrl+l")
        assert text_of(pilot.app).splitlines()[1].strip() == "slfh"


async def test_the_ledger_as_a_file_is_two_keys_away(county, tmp_path):
    app = app_on(county)
    app.downloads = tmp_path
    async with opened(app) as pilot:
        assert await press(pilot, "6", "e") == 2
    assert [file.name for file in tmp_path.iterdir()] == ["ledger-20261123-20261123.csv"]


async def test_days_go_back_and_widen_but_never_into_the_future(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "6", "left_square_bracket")
        assert "11-22 Sun" in text_of(pilot.app)
        await press(pilot, "right_square_bracket", "right_square_bracket", "d")
        assert "11-17 Tue – 11-23 Mon" in text_of(pilot.app)


def test_sums_lose_no_play(county):
    lines = county.ledger.lines()
    ordered = sum(line.plays.ordered for line in lines)
    for by in By:
        assert sum(plays.ordered for _name, plays in added_up(lines, by).values()) == ordered
    assert added_up(lines, By.NOTICE)[LETTER][0] == "致广大村民朋友的一封信"
