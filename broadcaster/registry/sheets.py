"""Sheets: CSV and XLSX files as lines of text, with the line numbers that a person finds again, and back.

A list comes from whatever office program: UTF-8 or GB18030, commas, semicolons or tabs, codes that a spreadsheet has
turned into numbers. A file that ends in the middle of a quote, a character or an archive was cut off, and is refused.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from broadcaster.desk.errors import Invalid, Problem
from broadcaster.language import N_

Cell = str | int | float | None

XLSX_UNPACKED_LIMIT = 200 * 1024 * 1024  # bytes; a county's list is a thousandth of it
_FAR_OUT = 100  # columns; no list has so many
_EXACT = 10**15  # a spreadsheet keeps 15 digits of a number
_FORMULA = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet would run, or what was guarded against that


@dataclass(frozen=True, slots=True)
class Line:
    """One record; `number` is the first line of the file that it stands on, from 1."""

    number: int
    cells: tuple[str, ...]


def read(name: str, content: bytes) -> list[Line]:
    """The lines that are not blank. Invalid says where the file cannot be read."""
    if content.startswith(b"PK"):
        lines = _xlsx(name, content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unreadable(name, N_("this is an old Excel file (.xls): save it as .xlsx or .csv"))
    else:
        lines = _csv(name, _text(name, content))
    return [Line(number, cells) for number, cells in lines if any(cells)]


def to_csv(lines: Iterable[Sequence[Cell]]) -> bytes:
    """As CSV that spreadsheets open with the right characters and without running anything; `read` undoes it."""
    out = io.StringIO()
    csv.writer(out).writerows([_guarded(cell) for cell in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(title: str, lines: Iterable[Sequence[Cell]]) -> bytes:
    """As a workbook of one sheet; texts stay texts, also those that look like numbers or formulas."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    for line in lines:
        cells = [WriteOnlyCell(sheet, value=cell) for cell in line]
        for cell, value in zip(cells, line, strict=True):
            if isinstance(value, str):
                cell.data_type, cell.number_format = "s", "@"
        sheet.append(cells)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _text(name: str, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-16" or error.reason == "unexpected end of data":
            raise _unreadable(
                name, N_("the file ends in the middle of a character: it was cut off")
            ) from None
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError:
        raise _unreadable(name, N_("the text is neither UTF-8 nor GB18030: save it as CSV UTF-8")) from None


def _csv(name: str, text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, tuple(_unguarded(cell.strip()) for cell in cells)
            number = reader.line_num + 1
    except csv.Error as error:
        message = N_("the quotes do not match, or the file was cut off: {error}")
        raise _unreadable(f"{name}:{number}", message, error=str(error)) from None


def _delimiter(text: str) -> str:
    heading = text.lstrip().partition("\n")[0]
    return max(",;\t", key=heading.count)


def _xlsx(name: str, content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > XLSX_UNPACKED_LIMIT:
                raise _unreadable(name, N_("the workbook unpacks to more than any list needs"))
        values = _values(content, computed=False)
        if any(isinstance(value, str) and value.startswith("=") for row in values for value in row):
            values = _computed(name, values, _values(content, computed=True))
        rows = [_cut([_plain(value) for value in row]) for row in values]
    except Invalid:
        raise
    except Exception as error:  # openpyxl lets through whatever its XML and ZIP libraries raise
        message = N_("the workbook cannot be read, or was cut off: {error}")
        raise _unreadable(name, message, error=str(error)) from None
    width = max(map(len, rows), default=0)
    for number, row in enumerate(rows, 1):
        yield number, tuple(row + [""] * (width - len(row)))


def _values(content: bytes, *, computed: bool) -> list[tuple[Any, ...]]:
    """The cells of the first sheet; of one with a formula that, or what it came to when a spreadsheet computed it last."""
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=computed).worksheets[0]
    sheet.reset_dimensions()
    return list(sheet.iter_rows(values_only=True))


def _computed(
    name: str, written: list[tuple[Any, ...]], computed: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """The computed cells; Invalid where a formula never was, which would be taken for an empty cell."""
    for number, (formulas, values) in enumerate(zip(written, computed, strict=True), 1):
        for column, (formula, value) in enumerate(zip(formulas, values, strict=True)):
            if value is None and formula is not None:
                message = N_(
                    "the formula {formula} in column {column} was never computed: save the list in a spreadsheet program"
                )
                raise _unreadable(f"{name}:{number}", message, column=str(column + 1), formula=str(formula))
    return computed


def _cut(cells: list[str]) -> list[str]:
    """Without blank cells far out: a row that was formatted as a whole has 16,384 of them."""
    while len(cells) > _FAR_OUT and not cells[-1]:
        cells.pop()
    return cells


def _plain(value: Any) -> str:
    """A cell as the person sees it; a number that lost digits keeps the look by which a code is refused."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, time):
        return value.isoformat("minutes")
    return str(value).strip()


def _guarded(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _unreadable(where: str, message: str, **facts: str) -> Invalid:
    return Invalid(N_("The file cannot be read."), Problem(where=where, message=message, facts=facts))
