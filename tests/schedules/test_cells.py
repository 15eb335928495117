"""Cells: sets of times as integers do what sets would do."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schedules.cells import (
    Grid,
    cells_for,
    edges_of,
    latest,
    nearest,
    nth_cell,
    run,
    runs_of,
    starts_inside,
    starts_touching,
)
from schedules.slots import Span
from tests.schedules.county import at

some_cells = st.sets(st.integers(0, 40))
lengths = st.integers(1, 9)


def _bits(cells: set[int]) -> int:
    return sum(1 << cell for cell in cells)


def _set(cells: int) -> set[int]:
    return {cell for cell in range(cells.bit_length()) if cells >> cell & 1}


@given(st.integers(-5, 20), st.integers(-5, 20))
def test_a_run_is_what_of_it_lies_on_the_grid(start: int, end: int) -> None:
    assert _set(run(start, end)) == set(range(max(0, start), end))


@given(some_cells, lengths)
def test_starts_touching_are_those_whose_run_meets_a_cell(cells: set[int], length: int) -> None:
    expected = {start for start in range(41) if cells & set(range(start, start + length))}
    assert _set(starts_touching(_bits(cells), length)) == expected


@given(some_cells, lengths)
def test_starts_inside_are_those_whose_whole_run_is_there(cells: set[int], length: int) -> None:
    expected = {start for start in range(41) if set(range(start, start + length)) <= cells}
    assert _set(starts_inside(_bits(cells), length)) == expected


@given(some_cells)
def test_runs_their_edges_and_their_cells_agree(cells: set[int]) -> None:
    runs = runs_of(_bits(cells))
    assert [cell for start, end in runs for cell in range(start, end)] == sorted(cells)
    assert _set(edges_of(_bits(cells))) == {edge for start, end in runs for edge in (start, end - 1)}
    assert [nth_cell(runs, n) for n in range(len(cells))] == sorted(cells)


@given(st.sets(st.integers(0, 40), min_size=1), st.integers(0, 60), st.data())
def test_the_nearest_cell_is_nearest_and_the_earlier_of_two(
    cells: set[int], wanted: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, max(cells)))
    last = data.draw(st.integers(min(cell for cell in cells if cell >= first), 60))
    allowed = sorted(cell for cell in cells if first <= cell <= last)
    pivot = min(max(wanted, first), last)
    assert nearest(_bits(cells), wanted, first, last) == min(allowed, key=lambda cell: abs(cell - pivot))


def _most(starts: list[int], stride: int) -> int:
    """The largest number of starts `stride` apart, by trying everything."""
    if not starts:
        return 0
    rest = [start for start in starts if start >= starts[0] + stride]
    return max(1 + _most(rest, stride), _most(starts[1:], stride))


@given(st.sets(st.integers(0, 25), max_size=10), st.integers(1, 8), st.integers(0, 12))
def test_the_latest_starts_are_as_many_as_any_choice_could_give(
    cells: set[int], stride: int, count: int
) -> None:
    found = latest(_bits(cells), count, stride)
    assert set(found) <= cells
    assert all(after - before >= stride for before, after in pairwise(found))
    assert len(found) == min(count, _most(sorted(cells), stride))


def test_a_play_takes_whole_cells_and_at_least_one() -> None:
    assert [cells_for(ms) for ms in (0, 1, 5_000, 5_001, 60_000)] == [1, 1, 1, 2, 12]


def test_only_cells_that_lie_wholly_in_a_span_are_inside_it() -> None:
    grid = Grid(at("00:00"))
    odd = Span(start=at("00:00:03"), end=at("00:00:22"))
    assert _set(grid.inside([odd])) == {1, 2, 3}
    assert grid.begin_of(1) == at("00:00") + timedelta(seconds=5)
    assert (grid.cell_before(at("00:00:03")), grid.cell_after(at("00:00:03"))) == (0, 1)
