"""The mosaic of a rehearsal: villages beside each other, a mark a day."""

from datetime import date, timedelta

import pytest
from rich.cells import cell_len

from broadcaster.cli.mosaic import MOST, mosaic
from broadcaster.rehearsal.judgement import Sum
from schedules.tally import Tally

MONDAY = date(2026, 3, 2)


def village(number: int, *heard: int, name: str = "第一村", withdrawn: int = 0) -> Sum:
    """Of ten plays a day so many are heard, beside those that were withdrawn."""
    days = {
        MONDAY + timedelta(days=n): Tally(counted=count, unknown=10 - count, withdrawn=withdrawn)
        for n, count in enumerate(heard)
    }
    return Sum(of=f"3415231002{number:02}", name=name, tally=sum(days.values(), Tally()), days=days)


def drawn(*villages: Sum) -> list[str]:
    return [line.plain for line in mosaic(villages)]


def test_each_day_is_a_mark_of_what_was_heard_of_it():
    assert drawn(village(1, 10, 9, 8, 6, 1, 0)) == ["第一村 ⣿⣶⣶⣤⣀-"]


def test_what_was_withdrawn_is_not_asked_for_and_a_day_without_an_order_is_a_dot():
    quiet = Sum(of="341523100209", name="第二村", tally=Tally(), days={MONDAY: Tally(withdrawn=3)})
    assert drawn(village(1, 10, withdrawn=5), quiet) == ["第一村 ⣿", "第二村 ."]


def test_a_county_stands_in_columns_from_top_to_bottom_within_80_cells():
    lines = drawn(*(village(n, *[10] * 7, name=f"第{n:02}村") for n in range(40)))
    assert len(lines) == 12
    assert max(map(cell_len, lines)) <= 80
    assert lines[0].startswith("第00村 ⣿⣿⣿⣿⣿⣿⣿  第12村")
    assert lines[1].startswith("第01村")


def test_of_very_many_villages_those_that_hear_least_are_shown():
    deaf = village(99, 0, name="远村")
    lines = drawn(*(village(n, 10) for n in range(MOST + 5)), deaf)
    assert sum(line.count("⣿") for line in lines) == MOST - 1
    assert any(line.endswith("远村   -") for line in lines)


@pytest.mark.parametrize("days", [57, 400])
def test_days_without_room_share_a_mark(days):
    (line,) = drawn(village(1, *[10] * days, name="一个名字很长很长很长的村"))
    assert cell_len(line) <= 80
    assert set(line.split()[-1]) == {"⣿"}


def test_without_a_village_there_is_nothing_to_show():
    assert drawn() == []


@pytest.mark.parametrize("room", [40, 60])
def test_a_narrow_terminal_has_fewer_villages_beside_each_other_and_fewer_marks(room):
    week = mosaic([village(n, *[10] * 7, name=f"第{n:02}村") for n in range(40)], room)
    (year,) = mosaic([village(1, *[10] * 365)], room)
    assert room - 16 <= max(line.cell_len for line in (*week, year)) <= room
