"""Bulk: many rows for SQLite in one statement, which runs while the interpreter does other work.

Row by row, preparing the parameters takes longer than the database does, and the interpreter is asked for between two
rows, so that a thread which stores would crawl beside one which receives. A piece has one of few sizes, so that the
driver has its statement prepared already.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Dialect, Table

SIZES = (500, 50, 10)  # rows of a piece; fewer are not worth it
_MOST_PARAMETERS = 32_000  # SQLite's own limit is 32,766


def pieces(
    statement: Any, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]], dialect: Dialect
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """An INSERT of one row of `table` as SQL of many, with parameters; the last rows, fewer than a piece, are left out.

    The rows are values in the order of `names`.
    """
    constants = _constants(table, names)
    all_names = names + tuple(constants)
    processors = [_processor(table, name, dialect) for name in all_names]
    begin = 0
    for size in _sizes(len(all_names)):
        sql = _sql(statement, all_names, size, dialect)
        defaults = [(value,) * size for value in constants.values()]
        while len(rows) - begin >= size:
            columns = [*zip(*rows[begin : begin + size], strict=True), *defaults]
            values = map(_converted, columns, processors)
            yield sql, tuple(chain.from_iterable(zip(*values, strict=True)))
            begin += size


def left_over(table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """The rows that `pieces` leaves out."""
    count = len(rows)
    for size in _sizes(len(names) + len(_constants(table, names))):
        count %= size
    return rows[len(rows) - count :]


def fits(table: Table, names: tuple[str, ...]) -> bool:
    """Whether what is not named is constant: then it is known here."""
    columns = [column for column in table.columns if column.name not in names]
    return all(column.default is None or column.default.is_scalar for column in columns)


def _sizes(width: int) -> Iterator[int]:
    return (size for size in SIZES if size * width <= _MOST_PARAMETERS)


def _constants(table: Table, names: tuple[str, ...]) -> dict[str, Any]:
    """The defaults of columns that are not named."""
    columns = (column for column in table.columns if column.name not in names and column.default is not None)
    return {column.name: getattr(column.default, "arg", None) for column in columns}


def _converted(column: Sequence[Any], process: Callable[[Any], Any] | None) -> Sequence[Any]:
    """Rows of one batch have many values in common: what is the same object as above is not converted again."""
    if process is None:
        return column
    above, latest, found = column[0], process(column[0]), []
    for value in column:
        if value is not above:
            above, latest = value, process(value)
        found.append(latest)
    return found


@lru_cache(maxsize=1024)
def _processor(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    column_type = table.columns[name].type.dialect_impl(dialect)
    processor: Callable[[Any], Any] | None = column_type.bind_processor(dialect)
    return processor


@lru_cache(maxsize=256)
def _sql(statement: Any, names: tuple[str, ...], size: int, dialect: Dialect) -> str:
    """The statement with its one row of parameters repeated, in the order of `names`."""
    compiled = str(statement.compile(dialect=dialect, column_keys=list(names)))
    head, conflict = compiled[: compiled.index(" (")], compiled[compiled.index(" ON CONFLICT") :]
    columns = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
    row = f"({', '.join('?' * len(names))})"
    return f"{head} ({columns}) VALUES {', '.join([row] * size)}{conflict}"
