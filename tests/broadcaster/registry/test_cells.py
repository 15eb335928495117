from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from broadcaster.registry import cells
from broadcaster.registry.cells import BadCell
from schedules.rules import Window

NIGHT = Window(start=time(22), end=time(6))
NOON = Window(start=time(12, 30), end=time(14))


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (cells.digits(12), "341523100200", "341523100200"),
        (cells.digits(12), "341523100200.0", "341523100200"),
        (cells.digits(12), "３４１５２３１００２００", "341523100200"),
        (cells.resource_code, "63415231002000314010401", "63415231002000314010401"),
        (cells.whole(0, 10_000), "1,846", 1846),
        (cells.whole(0, 10_000), "1846.0", 1846),
        (cells.whole(0, 10_000), "１８", 18),
        (cells.degrees(90), "-31.5", -31.5),
        (cells.hours, "22:00-06:00", (NIGHT,)),
        (cells.hours, "22：00—6：00；12:30至14:00", (NIGHT, NOON)),
        (cells.hours, "22:00-24:00", (Window(start=time(22), end=time(0)),)),
        (cells.hours, "无", ()),
        (cells.yes, "是", True),
        (cells.yes, "No", False),
        (cells.link, "serial:line-1:7", "serial:line-1:7"),
        (cells.words(9), "a\r\nb\rc", "a\nb\nc"),
    ],
)
def test_a_cell_means(read: Callable[[str], Any], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (cells.digits(12), "3.41523E+11", "a spreadsheet has shortened"),
        (cells.resource_code, "6.34152310020003e+22", "a spreadsheet has shortened"),
        (cells.digits(12), "34152310020", "expected {count} digits"),
        (cells.digits(12), "341523100200.5", "expected {count} digits"),
        (cells.digits(3), "٣٤١", "expected {count} digits"),
        (cells.resource_code, "03415231002000314010401", "begins with its level"),
        (cells.area_code, "340000000000", "county, town or village"),
        (cells.village_code, "341523100000", "code of a village"),
        (cells.whole(0, 100), "101", "from {least} to {most}"),
        (cells.whole(0, 100), "1,0", "from {least} to {most}"),
        (cells.whole(0, 100), "9" * 5000, "from {least} to {most}"),
        (cells.degrees(90), "91", "expected degrees"),
        (cells.degrees(90), "31°24'", "expected degrees"),
        (cells.hours, "22:00", "expected hours"),
        (cells.hours, "25:00-06:00", "expected hours"),
        (cells.yes, "maybe", "expected yes or no"),
        (cells.link, "serial:line-1", "expected mqtt, or serial"),
        (cells.link, "serial:line-1:0", "expected mqtt, or serial"),
        (cells.words(3), "four", "expected at most"),
        (cells.words(9), "a\x07b", "without control characters"),
        (cells.endpoint_id, "Horn", "expected 1 to 47"),
        (cells.endpoint_id, "controller", "expected 1 to 47"),
        (cells.endpoint_id, "hub-1", "expected 1 to 47"),
        (cells.endpoint_id, "a/b", "expected 1 to 47"),
    ],
)
def test_a_cell_that_means_nothing_says_what_was_expected(
    read: Callable[[str], Any], text: str, says: str
) -> None:
    with pytest.raises(BadCell, match=says.replace("{", r"\{")) as caught:
        read(text)
    caught.value.message.format_map({**caught.value.facts, "got": text})  # every field is filled
