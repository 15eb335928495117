"""Columns: which headings a list may have, in both languages, and what its lines say below them."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broadcaster.desk.errors import Fact, Problem
from broadcaster.language import N_
from broadcaster.registry.cells import BadCell
from broadcaster.registry.sheets import Cell, Line

_MOST_TOLD = 60  # characters
_HEADING_WITHIN = 10  # lines: office lists begin with a title or two


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `name` is its heading in English and the field that it fills. Of an optional one cells may be empty."""

    name: str
    chinese: str
    also: tuple[str, ...] = ()
    read: Callable[[str], Any]
    show: Callable[[Any], Cell] = lambda value: value
    optional: bool = True
    empty: Any = None

    @property
    def headings(self) -> frozenset[str]:
        """Every heading that means this column, as compared."""
        return frozenset(map(_compared, (self.name, self.chinese, *self.also)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one line says: a field for each column that the file has."""

    where: str  # file and line
    fields: Mapping[str, Any]
    titles: Mapping[str, str]  # field → its heading in the file

    def problem(self, field: str, message: str, **facts: Fact) -> Problem:
        """What is wrong with one of its cells."""
        return Problem(where=f"{self.where} {self.titles[field]}", message=message, facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A list as it was read; `ignored` are headings that mean nothing here."""

    records: tuple[Record, ...] = ()
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()


def records(name: str, lines: Sequence[Line], columns: Sequence[Column]) -> Reading:
    """What the lines of the file `name` say; `columns[0]` is the one by which the heading is known."""
    headings = (index for index, line in enumerate(lines[:_HEADING_WITHIN]) if _has(line, columns[0]))
    below = next(headings, None)
    if below is None:
        expected = ", ".join(f"{column.chinese} ({column.name})" for column in columns if not column.optional)
        message = N_(
            "no heading: expected the columns {expected} in one of the first lines, of a workbook on its first sheet; got “{got}”"
        )
        got = ", ".join(filter(None, lines[0].cells))[:_MOST_TOLD] if lines else ""
        problem = Problem(where=name, message=message, facts={"expected": expected, "got": got})
        return Reading(problems=(problem,))
    known = {text: column for column in columns for text in column.headings}
    heading = _Heading(name, lines[below], [known.get(_compared(cell)) for cell in lines[below].cells])
    problems = list(heading.problems(columns))
    found = [] if problems else [heading.record(line, problems) for line in lines[below + 1 :]]
    return Reading(records=tuple(filter(None, found)), problems=tuple(problems), ignored=heading.ignored)


@dataclass(frozen=True, slots=True)
class _Heading:
    """The line that names the columns, and which of ours each cell means."""

    name: str
    line: Line
    meant: Sequence[Column | None]

    @property
    def titles(self) -> dict[str, str]:
        """Field → its heading."""
        pairs = zip(self.meant, self.line.cells, strict=True)
        return {column.name: cell for column, cell in pairs if column}

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headings that mean nothing here."""
        pairs = zip(self.line.cells, self.meant, strict=True)
        return tuple(cell for cell, column in pairs if cell and column is None)

    def problems(self, columns: Sequence[Column]) -> Iterator[Problem]:
        """Columns that are missing, or there twice."""
        where = f"{self.name}:{self.line.number}"
        for column in columns:
            facts = {"column": f"{column.chinese} ({column.name})"}
            if column not in self.meant and not column.optional:
                yield Problem(where=where, message=N_("the column {column} is missing"), facts=facts)
            if self.meant.count(column) > 1:
                yield Problem(where=where, message=N_("the column {column} is there twice"), facts=facts)

    def record(self, line: Line, problems: list[Problem]) -> Record | None:
        """What a line says; None, and more `problems`, where it cannot be understood."""
        where = f"{self.name}:{line.number}"
        wrong = list(self._uneven(where, line))
        fields = {} if wrong else dict(self._fields(where, line, wrong))
        problems += wrong
        return None if wrong else Record(where=where, fields=fields, titles=self.titles)

    def _uneven(self, where: str, line: Line) -> Iterator[Problem]:
        got, expected = len(line.cells), len(self.line.cells)
        if got < expected:
            message = N_("{got} cells below a heading of {expected}: the line was cut off, or lacks a comma")
        elif any(line.cells[expected:]):
            message = N_("{got} cells below a heading of {expected}: a text with a comma in it needs quotes")
        else:
            return
        yield Problem(where=where, message=message, facts={"got": got, "expected": expected})

    def _fields(self, where: str, line: Line, wrong: list[Problem]) -> Iterator[tuple[str, Any]]:
        for column, cell, title in zip(self.meant, line.cells, self.line.cells, strict=False):
            if column is None:
                continue
            try:
                yield column.name, _value(column, cell)
            except BadCell as bad:
                facts = {**bad.facts, "got": repr(cell[:60])}
                wrong.append(Problem(where=f"{where} {title}", message=bad.message, facts=facts))


def _has(line: Line, column: Column) -> bool:
    return not column.headings.isdisjoint(map(_compared, line.cells))


def _value(column: Column, cell: str) -> Any:
    if cell:
        return column.read(cell)
    if not column.optional:
        raise BadCell(N_("this cell must not be empty"))
    return column.empty


def _compared(heading: str) -> str:
    """A heading without what people add to it: "人口（人）*" is "人口", "Quiet hours" is "quiethours"."""
    narrow = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"\(.*?\)|[\s_*:]+", "", narrow)
