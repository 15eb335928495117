"""`broadcaster indices`: figures as a table with bars, and as a spreadsheet."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from broadcaster.cli.share import BAR_CELLS, bar
from broadcaster.registry import sheets

if TYPE_CHECKING:
    from tests.broadcaster.cli.conftest import Call
    from tests.broadcaster.cli.county import County


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_month_becomes_a_spreadsheet_of_numbers(
    county: "County", call: "Call", tmp_path: Path, form: str
) -> None:
    file = tmp_path / f"month.{form}"
    assert call("indices", "--to", str(file))[0] == 0
    head, first, *_ = sheets.read(file.name, file.read_bytes())
    assert head.cells[:4] == ("Code", "Place", "Endpoints", "People")
    shown = json.loads(call("indices", "--json")[1])[0]
    assert first.cells[0] == shown["place"]
    assert float(first.cells[2]) == shown["figures"]["endpoints"]
    assert call("indices", "--to", str(file))[0] == 1  # it is there already


def test_a_bar_compares_with_the_worst() -> None:
    assert bar(0.2, 0.2) == "⣿" * BAR_CELLS
    assert bar(0.1, 0.2) == "⣿" * (BAR_CELLS // 2)
    assert bar(0.2 / 24, 0.2) == "⡇"
    assert bar(0.0, 0.0) == ""


def test_shares_of_a_month_have_their_own_words_in_chinese(county: "County", call: "Call") -> None:
    head = call("--language", "zh_CN", "indices")[1].splitlines()[0].split()
    assert {"停播", "计划检修", "未观测"} <= set(head)
