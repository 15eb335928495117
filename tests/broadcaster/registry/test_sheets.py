import io
import zipfile
from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from broadcaster.desk.errors import Invalid
from broadcaster.registry.sheets import Cell, Line, read, to_csv, to_xlsx

texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("=+-@'\n\"\t,;"),
    max_size=12,
).map(str.strip)
grids = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(texts, min_size=width, max_size=width), min_size=1, max_size=5)
)


def workbook(*rows: list[object]) -> bytes:
    """As a spreadsheet program saves it."""
    book = Workbook()
    assert book.active
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [line.cells for line in read("list", content)]


def shown(grid: list[list[str]]) -> list[tuple[str, ...]]:
    return [tuple(row) for row in grid if any(row)]


@settings(deadline=None)
@given(grids)
def test_what_goes_out_as_csv_comes_back_as_it_was(grid: list[list[str]]) -> None:
    comma = [["heading,", *row] for row in grid]  # the first line tells what separates the cells
    assert cells(to_csv(comma)) == shown(comma)


@settings(max_examples=30, deadline=None)
@given(grids)
def test_what_goes_out_as_xlsx_comes_back_as_it_was(grid: list[list[str]]) -> None:
    assert cells(to_xlsx("list", grid)) == shown(grid)


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-x", "@cmd", "\tx", "'=1+1"])
def test_nothing_that_goes_out_as_csv_is_run_by_a_spreadsheet(cell: str) -> None:
    assert to_csv([[cell]]).decode("utf-8-sig").lstrip('"').startswith("'")


def test_a_row_that_was_formatted_to_its_end_makes_no_other_longer() -> None:
    book = Workbook()
    assert book.active
    book.active.append(["id", "name"])
    book.active.append(["li-1", "horn"])
    book.active.cell(1, 16_384).number_format = "@"
    out = io.BytesIO()
    book.save(out)
    assert {len(line) for line in cells(out.getvalue())} == {100}


def test_numbers_go_out_as_numbers() -> None:
    line: list[Cell] = [-31.5, 7, None, "x"]
    assert to_csv([line]).decode("utf-8-sig") == "-31.5,7,,x\r\n"
    assert cells(to_xlsx("list", [line])) == [("-31.5", "7", "", "x")]


@pytest.mark.parametrize("cell", ["63415231002000314010401", "=1+1", "#N/A", "TRUE"])
def test_what_looks_like_something_else_goes_out_in_a_workbook_as_text(cell: str) -> None:
    assert cells(to_xlsx("list", [[cell]])) == [(cell,)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_text_file_is_read_in_whatever_form_it_was_saved(encoding: str, separator: str) -> None:
    text = separator.join(("名称", "人口")) + "\r\n" + separator.join(("石桥村", "1846"))
    assert cells(text.encode(encoding)) == [("名称", "人口"), ("石桥村", "1846")]


def test_a_quoted_cell_may_hold_anything_and_lines_keep_their_numbers() -> None:
    content = 'a,b\n"two\nlines, ""quoted"" 🙂",‮right\n\n\nx,y\n'
    assert read("list", content.encode()) == [
        Line(1, ("a", "b")),
        Line(2, ('two\nlines, "quoted" 🙂', "‮right")),
        Line(6, ("x", "y")),
    ]


@pytest.mark.parametrize(
    ("content", "where", "says"),
    [
        (b'a,b\nc,"d\n', "list:2", "the quotes do not match, or the file was cut off"),
        ("a,b\nc,石桥".encode()[:-1], "list", "in the middle of a character"),
        ("a,b".encode("utf-16")[:-1], "list", "in the middle of a character"),
        (b"a,\xff\xff\x00", "list", "neither UTF-8 nor GB18030"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 500, "list", "save it as .xlsx"),
        (workbook(["a"])[:-100], "list", "cannot be read, or was cut off"),
        (b"PK\x05\x06" + b"\0" * 18, "list", "cannot be read, or was cut off"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, where: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        read("list", content)
    (problem,) = caught.value.problems
    assert problem.where == where
    assert says in str(problem)


def test_numbers_of_a_workbook_look_as_they_do_on_the_screen() -> None:
    row = [341523100200.0, 31.5, 7, 4.34152310020003e22, time(22, 0)]
    assert cells(workbook(row)) == [("341523100200", "31.5", "7", "4.34152310020003e+22", "22:00")]


def test_a_formula_that_was_never_computed_is_no_empty_cell() -> None:
    with pytest.raises(Invalid) as refused:
        read("list.xlsx", workbook(["code", "people"], ["341523100200", "=1000+958"]))
    (problem,) = refused.value.problems
    assert (problem.where, problem.facts["formula"]) == ("list.xlsx:2", "=1000+958")


def test_a_formula_stands_for_what_it_came_to() -> None:
    """The value that a spreadsheet program keeps beside the formula is put there by hand."""
    written = workbook(["people"], ["=1000+958"])
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    computed = io.BytesIO()
    with zipfile.ZipFile(computed, "w") as archive:
        for name, content in members.items():
            archive.writestr(
                name, content.replace(b"<v></v>", b"<v>1958</v>").replace(b"<v />", b"<v>1958</v>")
            )
    assert cells(computed.getvalue()) == [("people",), ("1958",)]


def test_short_rows_of_a_workbook_are_as_wide_as_the_widest() -> None:
    assert cells(workbook(["a", "b", "c"], [], ["d"])) == [("a", "b", "c"), ("d", "", "")]
