"""The database: readable, whole, and of a schema that we know."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from broadcaster.config import Settings
from broadcaster.doctor.finding import Finding, Level
from broadcaster.language import N_

if TYPE_CHECKING:
    from sqlalchemy import URL

_RESTORE = N_("Stop the controller, keep a copy of the file, and restore the newest backup that is whole.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """`schema` None: nothing is there yet. `integrity` and `journal` as SQLite says them; `ok` and `wal` are good."""

    name: str
    schema: str | None
    known_schemas: tuple[str, ...]  # oldest first
    unreadable: str = ""  # why nothing of it can be read
    integrity: str = "ok"
    journal: str = "wal"
    signing_keys: int = 1


def measure(settings: Settings) -> DatabaseFacts:
    """Looks into the database without bringing it forward; a missing one stays missing."""
    from alembic.script import ScriptDirectory
    from sqlalchemy import make_url
    from sqlalchemy.exc import DBAPIError

    from broadcaster.storage.migration import SCRIPTS

    url = make_url(settings.database_url)
    known = tuple(script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions())[::-1]
    is_sqlite = url.get_backend_name() == "sqlite"
    name = str(url.database) if is_sqlite else url.render_as_string(hide_password=True)
    if is_missing(url):
        return DatabaseFacts(name=name, schema=None, known_schemas=known)
    try:
        return _measure_open(settings.database_url, name, known)
    except DBAPIError as error:
        return DatabaseFacts(name=name, schema=None, known_schemas=known, unreadable=str(error.orig))


def is_missing(url: "URL") -> bool:
    """Whether it is a file that is not there."""
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def _measure_open(url: str, name: str, known: tuple[str, ...]) -> DatabaseFacts:
    from alembic.runtime.migration import MigrationContext

    from broadcaster.storage.engine import connect

    with connect(url).connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        schema = MigrationContext.configure(connection).get_current_revision()
        keys = (
            connection.exec_driver_sql("SELECT count(*) FROM signing_key WHERE retired_at IS NULL")
            if schema
            else None
        )
        return DatabaseFacts(
            name=name,
            schema=schema,
            known_schemas=known,
            signing_keys=keys.scalar_one() if keys else 0,
            integrity=connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
            if is_sqlite
            else "ok",
            journal=connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() if is_sqlite else "wal",
        )


def judge(database: DatabaseFacts) -> Finding:
    """There, whole, ours."""
    facts = {"name": database.name, "schema": database.schema, "integrity": database.integrity}
    facts |= {"reason": database.unreadable}
    level, says, do = Level.OK, N_("{name} is whole and has schema {schema}."), ""
    if database.unreadable:
        level, says = Level.FAIL, N_("{name} cannot be read: {reason}")
        do = N_(
            "See that its disk has room, that it is of this program, and that you may read it; else restore the newest backup."
        )
    elif database.schema is None:
        says = N_("{name} is empty; the first start fills it.")
    elif database.integrity != "ok":
        level, says, do = Level.FAIL, N_("{name} is damaged: {integrity}"), _RESTORE
    elif database.schema not in database.known_schemas:
        level, says = Level.FAIL, N_("{name} has schema {schema}, which a newer program made.")
        do = N_("Install that newer program, or restore the backup made before it ran.")
    elif database.schema != database.known_schemas[-1]:
        says = N_("{name} has the older schema {schema}; the next start brings it forward.")
    elif database.journal != "wal":
        level, says = Level.WARN, N_("{name} cannot be read while it is written (no write-ahead log).")
        do = N_("Put the data directory on a local disk, not on a network share.")
    elif not database.signing_keys:
        level, says = Level.FAIL, N_("{name} has no signing key: endpoints would obey nothing.")
        do = N_(
            "Restore the backup that has the key; with a new key every endpoint must be provisioned again."
        )
    return Finding(check="database", level=level, says=says, do=do, facts=facts)
