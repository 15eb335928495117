"""Rows: what is left of one where others have taken cells."""

import pytest

from schedules.cells import CELL_MS, run
from schedules.rows import Play, joined, row
from schedules.slots import PlannedBecause
from tests.schedules.county import LIJIA


def play(ordinal: int, first: int, cells: int = 4) -> Play:
    return Play(LIJIA, ordinal, first * CELL_MS, (first + cells) * CELL_MS, PlannedBecause.SPREAD)


def test_plays_that_touch_nothing_taken_are_left() -> None:
    left = row([play(0, 10), play(1, 20), play(2, 30)]).besides(run(21, 22))
    wanted = row([play(0, 10), play(2, 30)])
    assert left is not None
    assert (left.plays, left.ordinals) == (wanted.plays, wanted.ordinals)
    assert (left.cells, left.guarded, left.duration_ms) == (wanted.cells, wanted.guarded, wanted.duration_ms)


def test_the_silence_behind_a_play_counts_too() -> None:
    stood = row([play(0, 10), play(1, 20)])
    left = stood.besides(run(14, 15))
    assert left is not None
    assert left.plays == (play(1, 20),)


def test_where_everything_is_taken_nothing_is_left() -> None:
    assert row([play(0, 10), play(1, 20)]).besides(run(0, 30)) is None


def test_rows_that_are_joined_are_the_row_of_all_their_plays() -> None:
    plays = [play(2, 30), play(0, 10), play(3, 34), play(1, 20)]
    assert joined([row(plays[:1]), row(plays[1:3]), row(plays[3:])]) == row(plays)


@pytest.mark.parametrize("begun_plays", [0, 1, 2, 3])
def test_what_began_and_the_rest_make_up_the_row(begun_plays: int) -> None:
    plays = [play(n, 10 * n) for n in range(3)]
    stood, now_ms = row(plays), (10 * begun_plays - 5) * CELL_MS
    begun = stood.begun_before(now_ms)
    rest = stood.after(begun)
    halves = [row(half) if half else None for half in (plays[:begun_plays], plays[begun_plays:])]
    for part, half in zip((begun, rest), halves, strict=True):
        assert part == ((len(half.plays), half.guarded, half.duration_ms) if half else (0, 0, 0))
    assert [half and half.plays for half in stood.split(begun)] == [half and half.plays for half in halves]
