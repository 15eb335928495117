"""Sparklines: the course of a value in a row of braille."""

from rich.cells import cell_len

from broadcaster.tui.sparkline import sparkline


def test_it_rises_from_one_dot_to_four_and_leaves_out_what_is_not_known() -> None:
    assert sparkline([1, 2, 3, 4]) == "⣠⣾"
    assert sparkline([None, 4, None, None, 1]) == "⢸⠀⡀"


def test_a_value_that_never_changes_is_a_line_in_the_middle() -> None:
    assert sparkline([7, 7, 7, 7]) == "⣤⣤"
    assert sparkline([]) == ""


def test_two_readings_are_one_cell() -> None:
    assert cell_len(sparkline([*range(96)])) == 48
