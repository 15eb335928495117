"""What commands print for people and for programs."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import typer
from rich.cells import cell_len

from broadcaster.cli.output import Columns, card, confirm, length, listing, say, text, use_zone


class State(StrEnum):
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: str
    title: str
    at: datetime
    state: State = State.DRAFT
    tags: tuple[str, ...] = ()
    issue: int | None = None


ROWS = (
    Row(id="n-1", title="致广大村民朋友的一封信", at=datetime(2026, 11, 23, 4, tzinfo=UTC), tags=("a", "b")),
    Row(id="n-2", title="[bold]not markup[/bold]", at=datetime(2026, 11, 23, 5, tzinfo=UTC), issue=7),
)
COLUMNS = {"Title": "title", "State": "state", "Issue": lambda row: row.issue}


def test_columns_line_up_under_wide_characters(capsys: pytest.CaptureFixture[str]) -> None:
    listing(ROWS, COLUMNS, as_json=False, empty="Nothing.")
    lines = capsys.readouterr().out.splitlines()
    starts = {cell_len(line[: line.index("draft")]) for line in lines if "draft" in line}
    assert len(starts) == 1
    assert cell_len(lines[0][: lines[0].index("State")]) in starts


def test_titles_are_not_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    listing(ROWS, COLUMNS, as_json=False, empty="Nothing.")
    assert "[bold]not markup[/bold]" in capsys.readouterr().out


def test_an_empty_list_says_so_to_people_and_is_empty_for_programs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listing((), COLUMNS, as_json=False, empty="Nothing.")
    listing((), COLUMNS, as_json=True, empty="Nothing.")
    assert capsys.readouterr().out == "Nothing.\n[]\n"


def test_json_holds_all_that_a_row_holds(capsys: pytest.CaptureFixture[str]) -> None:
    listing(ROWS[:1], COLUMNS, as_json=True, empty="")
    assert json.loads(capsys.readouterr().out) == [
        {
            "id": "n-1",
            "title": "致广大村民朋友的一封信",
            "at": "2026-11-23T04:00:00Z",
            "state": "draft",
            "tags": ["a", "b"],
            "issue": None,
        }
    ]


def test_a_card_has_a_line_for_each_label(capsys: pytest.CaptureFixture[str]) -> None:
    card(ROWS[0], {"Id": "id", "Tags": "tags"}, as_json=False)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["Id", "n-1"],
        ["Tags", "a,", "b"],
    ]


def test_columns_in_which_nothing_stands_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    listing(ROWS[:1], COLUMNS, as_json=False, empty="Nothing.")
    assert "Issue" not in capsys.readouterr().out


def test_the_zone_of_moments_stands_below_them(capsys: pytest.CaptureFixture[str]) -> None:
    use_zone(ZoneInfo("Asia/Shanghai"))
    listing(ROWS, {"Title": "title", "At": "at"}, as_json=False, empty="Nothing.")
    card(ROWS[0], {"Title": "title"}, as_json=False)
    out = capsys.readouterr().out
    assert "2026-11-23 12:00:00" in out
    assert out.count("Times: Asia/Shanghai, UTC+08:00") == 1


def test_lengths_are_minutes_and_seconds() -> None:
    assert [length(None), length(400), length(61_000), length(3_600_000)] == ["", "0:00", "1:01", "60:00"]


def test_values_read_well() -> None:
    assert [text(None), text(True), text(7), text(State.DRAFT)] == ["", "yes", "7", "draft"]


def test_without_an_answer_nothing_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(typer.Abort):
        confirm("Really?", yes=False)
    confirm("Really?", yes=True)


def test_a_sentence_is_broken_only_where_a_row_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = "致广大村民朋友的一封信。" * 9
    say(sentence)
    monkeypatch.setenv("COLUMNS", "40")
    say(sentence)
    first, *others = capsys.readouterr().out.splitlines()
    assert (first, "".join(others)) == (sentence, sentence)
    assert max(map(cell_len, others)) <= 40


def test_where_a_column_would_be_lost_each_row_is_a_card(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = Row(id="n-1", title="", at=datetime(2026, 11, 23, 4, tzinfo=UTC))
    shown = {f"{n} title": lambda _row, n=n: str(n) * 18 for n in range(6)}
    listing((row, row), shown, as_json=False, empty="")
    out = capsys.readouterr().out
    assert [out.count(str(n) * 18) for n in range(6)] == [2] * 6
    assert max(map(cell_len, out.splitlines())) <= 40


@pytest.mark.parametrize("columns", [4, 6, 7])
def test_no_column_is_lost_where_they_do_not_fit_unbroken(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    row = Row(id="n-1", title="", at=datetime(2026, 11, 23, 4, tzinfo=UTC))
    shown = {f"{n} title": lambda _row, n=n: str(n) * 18 for n in range(columns)}
    listing((row,), shown, as_json=False, empty="")
    out = capsys.readouterr().out
    assert [out.count(str(n)) for n in range(columns)] == [19] * columns
    assert max(map(cell_len, out.splitlines())) <= 80


DAYS: Columns = {"Day": "day", "Title": "title", "Village": "village", "Ordered": "ordered"}


def heard(day: int, village: str) -> SimpleNamespace:
    return SimpleNamespace(
        day=date(2026, 11, day), title="致广大村民朋友的一封信", village=village, ordered=3
    )


def test_what_rows_have_in_common_stands_above_them_where_the_table_is_too_wide(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    listing(
        [heard(26, "李家村"), heard(26, "王村"), heard(27, "王村")], DAYS, as_json=False, empty="", above=2
    )
    first, second = capsys.readouterr().out.strip().split("\n\n")
    assert first.splitlines()[0].split() == ["2026-11-26", "致广大村民朋友的一封信"]
    assert [line.split()[0] for line in first.splitlines()[3:]] == ["李家村", "王村"]
    assert second.splitlines()[1] == first.splitlines()[1]  # columns stand under each other


def test_a_table_that_fits_says_everything_in_each_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listing([heard(26, "李家村"), heard(26, "王村")], DAYS, as_json=False, empty="", above=2)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:]] == ["2026-11-26"] * 2
