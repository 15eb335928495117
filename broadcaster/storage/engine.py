"""The engine: opens a database, gives transactions, and writes many rows at once.

SQLite runs in WAL mode with full synchronisation: what was committed survives a power cut, not only kill -9. Writers take
their lock when they begin (BEGIN IMMEDIATE), so that two of them wait for each other instead of failing half-way.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel, create_engine

_BUSY_MS = 10_000


def connect(url: str) -> Engine:
    """An engine for `url`; `sqlite://` is one shared database in memory. Migrations are `migrate`'s business."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    memory = url in ("sqlite://", "sqlite:///:memory:")
    pool: dict[str, Any] = {"poolclass": StaticPool} if memory else {}
    engine = create_engine(url, connect_args={"check_same_thread": False}, **pool)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by us, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One decision: committed when the block ends, undone when it raises."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


Rows = Sequence[Mapping[str, object]]


def upsert(session: Session, table: type[SQLModel], rows: Rows) -> None:
    """Insert the rows; where the primary key is there already, take over the columns that they give. All rows alike."""
    if not rows:
        return
    statement, target = _insert(session, table)
    keys = [column.name for column in target.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))


def insert_new(session: Session, table: type[SQLModel], rows: Rows) -> None:
    """Insert the rows whose primary key is not there yet."""
    if rows:
        session.execute(_insert(session, table)[0].on_conflict_do_nothing(), list(rows))


def _insert(session: Session, table: type[SQLModel]) -> tuple[Any, Table]:
    target: Table = table.__table__  # type: ignore[attr-defined]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(target), target
