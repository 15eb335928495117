import io
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, text
from sqlmodel import select

from broadcaster.people import audit
from broadcaster.storage.engine import connect, open_database, snapshot, transaction, upsert
from broadcaster.storage.migration import (
    SCRIPTS,
    CannotOpen,
    DatabaseTooNew,
    MigrationFailed,
    bring_forward,
)
from broadcaster.storage.tables import AlertRow, AreaRow, EndpointRow, PlayedRow, Row
from schedules.precedence import Severity
from schedules.records import Result
from tests.broadcaster.storage.values import NOON

NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{head}"
def upgrade():
    op.add_column("area", sa.Column("nickname", sa.String))
    op.execute("UPDATE area SET nickname = name || '!'")
    {then}
"""


def program_with(step: str, tmp_path: Path) -> Path:
    """The migrations of a later program, one step ahead of ours."""
    scripts = tmp_path / "later"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    head = max(path.name[:4] for path in scripts.glob("versions/*.py"))
    (scripts / "versions/9999_next.py").write_text(NEXT.format(head=head, then=step))
    return scripts


TABLES = tuple((table.__tablename__, table) for table in Row.__subclasses__())
EMPTY_AT_FIRST = {
    "absence",
    "alive",
    "attachment",
    "calendar_day",
    "contact",
    "deed",
    "draft",
    "crew",
    "crew_leave",
    "duty",
    "flip",
    "gate_move",
    "incident",
    "letter",
    "maintenance",
    "service_terms",
    "line",
    "playlist",
    "published",
    "repairs_memory",
    "series",
    "setting",
    "span",
    "storm",
    "telemetry",
    "ticket",
    "ticket_entry",
    "token",
}


def schema(engine: Engine) -> set[tuple[str, ...]]:
    """Every column, index and trigger."""
    with engine.connect() as connection:
        made = connection.execute(text("SELECT type, name FROM sqlite_schema"))
        columns = connection.execute(
            text(
                'SELECT m.name, c.name, c.type, c."notnull" FROM sqlite_schema m, pragma_table_info(m.name) c '
                "WHERE m.type = 'table'"
            )
        )
        return {tuple(row) for row in made} | {tuple(row) for row in columns}


@pytest.fixture
def filled(tmp_path: Path) -> Engine:
    engine = open_database(f"sqlite:///{tmp_path}/county.db")
    with transaction(engine) as session:
        upsert(session, AreaRow, [{"code": "341523000000", "name": "临水县"}])
    return engine


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A county's file as the first schema left it."""
    file = tmp_path / "county.db"
    connection = sqlite3.connect(file)
    connection.executescript(Path(__file__).with_name("county_0001.sql").read_text("utf-8"))
    connection.close()
    return file


def areas(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM area"))]


def test_migrations_and_tables_agree() -> None:
    with open_database("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []


def test_a_file_of_the_first_schema_is_brought_forward_with_all_that_is_in_it(first: Path) -> None:
    with snapshot(open_database(f"sqlite:///{first}")) as session:
        counts = {name: session.exec(select(func.count()).select_from(table)).one() for name, table in TABLES}
        filled = {name for name, count in counts.items() if count}
        assert {name for name, _ in TABLES} - filled == EMPTY_AT_FIRST
        assert session.get_one(PlayedRow, ("shiqiao-01", "0" * 16, 1)).result is Result.COUNTED
        assert session.get_one(AlertRow, "al-1").severity is Severity.RED
        assert session.get_one(EndpointRow, "shiqiao-01").provisioned_at == NOON
        assert audit.verify(session).rows == 2


def test_after_its_migration_an_old_file_is_like_a_new_one(first: Path) -> None:
    old, new = open_database(f"sqlite:///{first}"), open_database("sqlite://")
    assert schema(old) == schema(new)


def test_an_older_file_is_brought_forward_with_its_rows_and_a_copy_of_it_stays(
    filled: Engine, tmp_path: Path
) -> None:
    before = areas(filled)
    bring_forward(filled, scripts=program_with("", tmp_path))
    assert areas(filled) == [(*before[0], "临水县!")]
    (copy,) = tmp_path.glob("county.db.before-*")
    assert areas(connect(f"sqlite:///{copy}")) == before


def test_a_migration_that_fails_half_way_leaves_the_old_file_usable(filled: Engine, tmp_path: Path) -> None:
    before = areas(filled)
    broken = program_with("op.execute('INSERT INTO nowhere VALUES (1)')", tmp_path)
    with pytest.raises(MigrationFailed, match=r"as it was before: .*nowhere"):
        bring_forward(filled, scripts=broken)
    assert areas(filled) == before
    with snapshot(open_database(str(filled.url))) as session:
        assert session.get_one(AreaRow, "341523000000").name == "临水县"


def test_a_failed_migration_can_be_tried_again(filled: Engine, tmp_path: Path) -> None:
    broken = program_with("op.execute('INSERT INTO nowhere VALUES (1)')", tmp_path)
    with pytest.raises(MigrationFailed):
        bring_forward(filled, scripts=broken)
    (broken / "versions/9999_next.py").unlink()
    shutil.rmtree(broken)
    bring_forward(filled, scripts=program_with("", tmp_path))
    assert areas(filled)[0][-1] == "临水县!"


def test_a_database_of_a_newer_program_is_refused_and_says_what_to_do(filled: Engine, tmp_path: Path) -> None:
    bring_forward(filled, scripts=program_with("", tmp_path))
    with pytest.raises(DatabaseTooNew, match=r"county\.db has schema 9999.*Install that version"):
        open_database(str(filled.url))


def test_opening_again_changes_nothing(filled: Engine, tmp_path: Path) -> None:
    open_database(str(filled.url))
    assert not list(tmp_path.glob("*before*"))


@pytest.mark.parametrize("content", [b"this is no database, but a text that is long enough", None])
def test_what_is_no_database_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "sub" / "county.db"
    if content:
        file.parent.mkdir()
        file.write_bytes(content * 100)
    with pytest.raises(CannotOpen, match=r"county\.db cannot be opened: .*See that its disk has room"):
        open_database(f"sqlite:///{file}")


def test_a_database_of_another_program_is_not_taken_over(tmp_path: Path) -> None:
    file = tmp_path / "county.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE songs (title)")
    with pytest.raises(CannotOpen, match=r"is another program's \(songs\)"):
        open_database(f"sqlite:///{file}")
    with sqlite3.connect(file) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]


@pytest.mark.parametrize(
    "url", ["mysql+none://li:secret@host/county", "sqlite://li:secret@/x.db", "li secret"]
)
def test_a_url_that_leads_nowhere_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(CannotOpen, match="Expected sqlite:///path") as caught:
        connect(url)
    assert "secret" not in str(caught.value)


def test_the_schema_can_be_told_to_postgresql() -> None:
    told = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": told}
    )
    scripts = ScriptDirectory(SCRIPTS)
    with Operations.context(context):
        for script in reversed(list(scripts.walk_revisions())):
            script.module.upgrade()
    assert "payload BYTEA NOT NULL" in told.getvalue()
    assert "issued TIMESTAMP WITH TIME ZONE" in told.getvalue()
    assert "BEFORE UPDATE OR DELETE OR TRUNCATE ON audit" in told.getvalue()
