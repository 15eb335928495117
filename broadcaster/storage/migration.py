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
from sqlalchemy import Connection, Engine, text

SCRIPTS = Path(__file__).parent / "migrations"


class StorageError(Exception):
    """The database cannot be used as it is.

    StorageError
    ├── DatabaseTooNew     a newer program wrote it: install that one
    └── MigrationFailed    it is as it was: restore space or rights, or report the error
    """


class DatabaseTooNew(StorageError):
    """The schema is none that this program knows."""


class MigrationFailed(StorageError):
    """A migration did not get through."""


def bring_forward(engine: Engine, *, scripts: Path = SCRIPTS) -> None:
    """Up to the newest schema of `scripts`; nothing happens where it stands there."""
    config = Config()
    config.set_main_option("script_location", str(scripts))
    directory = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        stands = MigrationContext.configure(connection).get_current_revision()
    newest = directory.get_current_head()
    if stands == newest:
        return
    if stands is not None:
        _check_known(directory, stands, engine)
        _copy(engine, stands)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except Exception as error:
        raise MigrationFailed(
            f"the database {_name(engine)} could not be brought from schema {stands or 'empty'} to {newest} and is "
            f"as it was before: {error}"
        ) from error


def revision(connection: Connection) -> str | None:
    """The schema that stands in a database; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def _check_known(directory: ScriptDirectory, stands: str, engine: Engine) -> None:
    try:
        directory.get_revision(stands)
    except CommandError:
        raise DatabaseTooNew(
            f"the database {_name(engine)} has schema {stands}, which this program does not know (it knows up to "
            f"{directory.get_current_head()}): a newer program wrote it. Install that version, or restore a copy "
            f"that was made before it ran"
        ) from None


def _copy(engine: Engine, stands: str) -> None:
    if engine.dialect.name != "sqlite" or not engine.url.database or engine.url.database == ":memory:":
        return
    copy = Path(f"{engine.url.database}.before-{stands}")
    copy.unlink(missing_ok=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM INTO :copy"), {"copy": str(copy)})


def _name(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
