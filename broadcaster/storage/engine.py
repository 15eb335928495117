"""The engine: opens the database of a county, and gives out transactions that are kept once they are acknowledged.

SQLite writes its log through to the disk at each commit (synchronous=FULL): what was receipted to an endpoint, or
shown as done to a person, also survives a power cut. Writers queue at BEGIN IMMEDIATE, or at a lock of PostgreSQL,
instead of failing half-way.
"""

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import Any, cast
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlmodel import Session

from broadcaster.language import N_
from broadcaster.storage import bulk
from broadcaster.storage.migration import CannotOpen, bring_forward
from broadcaster.storage.tables import Row

BUSY_TIMEOUT_MS = 10_000
_READS_ONLY = "broadcaster_reads_only"
_TURN = 0x63637831  # "ccx1": the lock of whoever writes to a county


def open_database(url: str, *, migrate: bool = True) -> Engine:
    """The database at `url`, brought forward to this program's schema. Raises DatabaseTooNew, MigrationFailed.

    `sqlite://` is a database in memory, for one transaction at a time.
    """
    engine = connect(url)
    if migrate:
        bring_forward(engine)
    return engine


def connect(url: str) -> Engine:
    """An engine with our settings, whatever stands in the database. Raises CannotOpen for a URL that leads nowhere."""
    try:
        where = make_url(url)
        if where.get_backend_name() != "sqlite":
            return _server(where)
        return _sqlite(where)
    except (ArgumentError, ImportError) as error:
        message = N_(
            "the database cannot be opened: {reason}. Expected sqlite:///path/to/county.db or, with the extra "
            "`postgres` installed, postgresql+psycopg://user:password@host/county"
        )
        raise CannotOpen(message, reason=error) from error


def _server(where: URL) -> Engine:
    """PostgreSQL: another program may write, too, so that writers take turns at a lock of the database's, as in SQLite."""
    gives_up = {name: value for name, value in _GIVES_UP.items() if name not in where.query}
    engine = create_engine(where, json_serializer=_to_json, pool_pre_ping=True, connect_args=gives_up)
    event.listen(engine, "begin", _begin_at_server)
    return engine


def _sqlite(where: URL) -> Engine:
    in_memory = where.database in (None, "", ":memory:")
    engine = create_engine(
        where,
        json_serializer=_to_json,
        poolclass=QueuePool,
        pool_size=1 if in_memory else 5,
        max_overflow=0 if in_memory else 20,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin)
    return engine


_GIVES_UP = {  # a server whose machine lost its power says nothing: without these it is waited for by the quarter of an hour
    "connect_timeout": "10",  # seconds
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",  # milliseconds
}


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One unit of work that writes: committed when its block ends, undone when it raises.

    Writers of one process take turns before the database sees them: it would have them look again ever more seldom.
    """
    with _turns(engine), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


_TURNS: WeakKeyDictionary[Engine, RLock] = WeakKeyDictionary()


def _turns(engine: Engine) -> RLock:
    return _TURNS.setdefault(engine, RLock())


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """One consistent view for questions, which waits for no writer; nothing done in it is kept."""
    with Session(engine.execution_options(**{_READS_ONLY: True}), expire_on_commit=False) as session:
        yield session


def upsert(session: Session, into: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts `rows`, or changes the columns that they name where the key is known. All rows name the same columns."""
    if rows:
        names = tuple(rows[0])
        upsert_values(session, into, names, [tuple(map(row.__getitem__, names)) for row in rows])


def upsert_values(
    session: Session, into: type[Row], names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    """`upsert` of rows that are values in the order of `names`: for what is stored by the thousand."""
    if rows:
        statement = _upserting(into, names, session.get_bind().dialect.name)
        _execute(session, statement, _table(into), names, rows)


def insert_new(session: Session, into: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts those of `rows` that break no unique key; the others stand there already."""
    if rows:
        names = tuple(rows[0])
        insert_new_values(session, into, names, [tuple(map(row.__getitem__, names)) for row in rows])


def insert_new_values(
    session: Session, into: type[Row], names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    """`insert_new` of rows that are values in the order of `names`: for what is stored by the thousand."""
    if rows:
        statement = _inserting(into, session.get_bind().dialect.name)
        _execute(session, statement, _table(into), names, rows)


def among(session: Session, wanted: tuple[Any, ...], column: Any, values: Collection[str]) -> Any:
    """Rows of `wanted` (columns, or a table) where `column` is one of `values`, however many.

    On SQLite they are one parameter, not thousands, and the statement is built but once.
    """
    if session.get_bind().dialect.name == "sqlite":
        return session.execute(_selecting(wanted, column), {"values": _to_json(list(values))})
    return session.execute(select(*wanted).where(column.in_(list(values))))


@cache
def _selecting(wanted: tuple[Any, ...], column: Any) -> Any:
    """Building it, and finding it among those that were compiled, costs more than running it."""
    values = func.json_each(bindparam("values", type_=String)).table_valued("value")
    return select(*wanted).where(column.in_(select(values.c.value)))


def _execute(
    session: Session, statement: Any, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    connection = session.connection()
    if connection.dialect.name == "sqlite" and bulk.fits(table, names):
        for sql, parameters in bulk.pieces(statement, table, names, rows, connection.dialect):
            connection.exec_driver_sql(sql, parameters)
        rows = bulk.left_over(table, names, rows)
    if rows:
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


@cache
def _inserting(into: type[Row], dialect: str) -> Any:
    return _insert(_table(into), dialect).on_conflict_do_nothing()


@cache
def _upserting(into: type[Row], columns: tuple[str, ...], dialect: str) -> Any:
    """Building it costs more than running it on one row, so each is built once."""
    table = _table(into)
    keys = [column.name for column in table.primary_key]
    statement = _insert(table, dialect)
    changes = {name: statement.excluded[name] for name in columns if name not in keys}
    if changes:
        return statement.on_conflict_do_update(index_elements=keys, set_=changes)
    return statement.on_conflict_do_nothing()


def _table(of: type[Row]) -> Table:
    return cast(Table, of.__table__)  # type: ignore[attr-defined]


def _insert(table: Table, dialect: str) -> Any:
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table)


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _settle(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin` does
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get(_READS_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _begin_at_server(connection: Connection) -> None:
    if connection.get_execution_options().get(_READS_ONLY, False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    else:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
