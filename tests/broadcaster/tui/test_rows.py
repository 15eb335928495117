"""The rows: no table is wider than its place, and what gives way is never a figure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text
from textual.app import App, ComposeResult

from broadcaster.tui.widgets.rows import Rows, narrowed
from tests.broadcaster.tui.seeing import settle, text_of

TITLE = "A letter to all villagers on fire in the woods, on ditches, and on what to do about both"


class Table(App[None]):
    def compose(self) -> ComposeResult:
        yield Rows("What", "Ordered", "Heard")


def table(app: Table) -> list[str]:
    return [line.strip() for line in text_of(app).splitlines()[:2]]


@pytest.fixture
async def pilot():
    async with Table().run_test(size=(40, 5)) as pilot:
        rows = pilot.app.query_one(Rows)
        rows.show([("n-1", (Text(TITLE), Text("1234", justify="right"), Text("5", justify="right")))])
        await settle(pilot)
        yield pilot


async def test_a_long_title_gives_way_to_the_figures(pilot):
    heading, row = table(pilot.app)
    assert heading.endswith("Heard")
    assert "…" in row
    assert row.split()[-2:] == ["1234", "5"]


async def test_in_a_wider_window_more_of_it_is_seen_and_the_cursor_stays(pilot):
    rows = pilot.app.query_one(Rows)
    rows.show((f"n-{n}", (Text(TITLE), Text("1"), Text("2"))) for n in range(3))
    rows.move_cursor(row=2)
    await pilot.resize_terminal(140, 5)
    await settle(pilot)
    assert TITLE in table(pilot.app)[1]
    assert rows.chosen == "n-2"


@given(st.lists(st.integers(0, 90), min_size=1), st.integers(0, 200))
def test_only_the_widest_give_way_and_only_as_far_as_they_must(widths, room):
    found = narrowed(widths, room)
    assert sum(found) <= max(room, len(widths))
    cut = [width for width, left in zip(widths, found, strict=True) if left < width]
    assert all(left == max(found) for width, left in zip(widths, found, strict=True) if left < width)
    if cut:
        assert sum(min(width, max(found) + 1) for width in widths) > room
