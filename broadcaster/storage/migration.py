"""Migration: a database is brought forward, step by step, to the schema of the program; never backward.

Each start does it. An SQLite file is copied beside itself first, and the whole way is one transaction: what fails
half-way leaves the old database as it was.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DBAPIError

from broadcaster.language import N_

SCRIPTS = Path(__file__).parent / "migrations"
_MOST_TOLD = 3


class StorageError(Exception):
    """The database cannot be used as it is.

    StorageError
    ├── CannotOpen         it is not there, not ours to read, or no database
    ├── DatabaseTooNew     a newer program wrote it: install that one
    └── MigrationFailed    it is as it was: make room, or report the error

    `message` is an English msgid with {fields}; `facts` fill them, after translation if need be.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message.format(**facts))
        self.message = message
        self.facts = facts


class CannotOpen(StorageError):
    """Nothing can be read from it."""


class DatabaseTooNew(StorageError):
    """Its schema is none that this program knows."""


class MigrationFailed(StorageError):
    """A step forward did not get through."""


def bring_forward(engine: Engine, *, scripts: Path = SCRIPTS) -> None:
    """Up to the newest schema of `scripts`; nothing happens where it stands there. Raises StorageError."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    directory = ScriptDirectory.from_config(config)
    stands, newest = _schema(engine), directory.get_current_head()
    if stands == newest:
        return
    if stands is not None:
        _check_known(directory, stands, engine)
    else:
        _check_empty(engine)
    try:
        if stands is not None:
            _copy(engine, stands)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except Exception as error:
        message = N_(
            "the database {database} could not be brought from schema {stands} to {newest} and is as it was before: {reason}"
        )
        raise MigrationFailed(
            message, database=_name(engine), stands=stands or "none", newest=newest, reason=error
        ) from error


def is_current(engine: Engine, *, scripts: Path = SCRIPTS) -> bool:
    """Whether the database stands at the newest schema; nothing is changed. Raises CannotOpen."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    return _schema(engine) == ScriptDirectory.from_config(config).get_current_head()


def _schema(engine: Engine) -> str | None:
    """The schema that stands in the database; None for an empty one."""
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        message = N_(
            "the database {database} cannot be opened: {reason}. See that its disk has room, that it is a database of this "
            "program, and that it may be read and written by you; `broadcaster doctor` looks."
        )
        raise CannotOpen(message, database=_name(engine), reason=error.orig) from error


def _check_empty(engine: Engine) -> None:
    """A file in which somebody else's tables stand is not taken over; on a server others may have some beside ours."""
    tables = inspect(engine).get_table_names() if engine.dialect.name == "sqlite" else []
    if tables:
        message = N_("the database {database} is another program's ({tables}): name another data directory")
        raise CannotOpen(message, database=_name(engine), tables=", ".join(tables[:_MOST_TOLD]))


def _check_known(directory: ScriptDirectory, stands: str, engine: Engine) -> None:
    try:
        directory.get_revision(stands)
    except CommandError:
        message = N_(
            "the database {database} has schema {stands}, and this program knows only up to {newest}: a newer version wrote "
            "it. Install that version, or restore a copy from before it ran."
        )
        raise DatabaseTooNew(
            message, database=_name(engine), stands=stands, newest=directory.get_current_head()
        ) from None


def _copy(engine: Engine, stands: str) -> None:
    """Beside the file, as `county.db.before-0001`."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or file in (None, "", ":memory:"):
        return
    copy = Path(f"{file}.before-{stands}")
    copy.unlink(missing_ok=True)
    raw = engine.raw_connection()
    try:
        raw.driver_connection.execute("VACUUM INTO ?", (str(copy),))  # type: ignore[union-attr]
    finally:
        raw.close()


def _name(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
