"""What a hub must still know after its power was cut, in one SQLite file.

Every method is one transaction that survives a power cut once it has returned: a tap is told that its report has arrived only
after that.
"""

import sqlite3
from pathlib import Path
from typing import NamedTuple, Self

from devices.links import Message

MOST_WAITING = (
    20_000  # reports on their way up; then the oldest give way: as-played records are repeated by endpoints
)

_TABLES = """
CREATE TABLE IF NOT EXISTS documents (topic TEXT PRIMARY KEY, revision INTEGER NOT NULL, payload BLOB NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reached (endpoint TEXT, topic TEXT, revision INTEGER NOT NULL, PRIMARY KEY (endpoint, topic))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS held (endpoint TEXT, recording TEXT, PRIMARY KEY (endpoint, recording)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL,
    retain INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS epochs (line TEXT PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID;
"""


class StoreInUse(Exception):
    """Another program works with the store: two hubs in one directory would end each other's sessions without end."""


class KeptDocument(NamedTuple):
    """A document as it arrived."""

    topic: str
    revision: int
    payload: bytes


class HubStore:
    """Open with `open`. Raises sqlite3.Error where the disk fails."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """The store at `path`, or in memory. Raises StoreInUse.

        One that is damaged is begun anew: all of it can be fetched again but for the reports that waited, which endpoints
        repeat until they are receipted.
        """
        name = str(path) if path is not None else ":memory:"
        try:
            return cls(_connect(name))
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", None)  # none where the check found it
            if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StoreInUse(f"{path} is in use by another program") from error
            damaged = code is None or code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
            if path is None or not damaged:
                raise
            path.replace(path.with_name(f"{path.name}.damaged"))
            for journal in ("-wal", "-shm"):
                path.with_name(path.name + journal).unlink(missing_ok=True)
            return cls(_connect(name))

    def close(self) -> None:
        """The end."""
        self._database.close()

    # documents and where they are

    def documents(self) -> list[KeptDocument]:
        """All that are kept."""
        rows = self._database.execute("SELECT topic, revision, payload FROM documents ORDER BY topic")
        return [KeptDocument(*row) for row in rows]

    def keep(self, document: KeptDocument) -> None:
        """In the place of an older revision."""
        self._database.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", document)

    def forget(self, topic: str) -> None:
        """A document that nobody needs any more."""
        self._database.execute("DELETE FROM documents WHERE topic = ?", (topic,))
        self._database.execute("DELETE FROM reached WHERE topic = ?", (topic,))

    def reached(self) -> dict[tuple[str, str], int]:
        """(endpoint, topic) → the revision that is there."""
        rows = self._database.execute("SELECT endpoint, topic, revision FROM reached")
        return {(endpoint, topic): revision for endpoint, topic, revision in rows}

    def reach(self, endpoint: str, topic: str, revision: int) -> None:
        """An endpoint has this revision; 0: it has none."""
        self._database.execute("INSERT OR REPLACE INTO reached VALUES (?, ?, ?)", (endpoint, topic, revision))

    # recordings and where they are

    def held(self) -> set[tuple[str, str]]:
        """(endpoint, recording) of all that is known to be there."""
        return set(self._database.execute("SELECT endpoint, recording FROM held"))

    def hold(self, endpoint: str, recording: str, *, held: bool) -> None:
        """An endpoint has a recording, or has it no longer."""
        verb = (
            "INSERT OR IGNORE INTO held VALUES (?, ?)"
            if held
            else "DELETE FROM held WHERE endpoint = ? AND recording = ?"
        )
        self._database.execute(verb, (endpoint, recording))

    # reports on their way up

    def put(self, message: Message) -> None:
        """A report that must reach the broker; one that waits already is not put twice."""
        row = (message.topic, message.payload, message.retain)
        self._database.execute(
            "INSERT INTO waiting (topic, payload, retain) SELECT ?1, ?2, ?3 "
            "WHERE NOT EXISTS (SELECT 1 FROM waiting WHERE topic = ?1 AND payload = ?2)",
            row,
        )
        self._database.execute(
            "DELETE FROM waiting WHERE number <= (SELECT max(number) FROM waiting) - ?", (MOST_WAITING,)
        )

    def waiting(self, limit: int) -> list[tuple[int, Message]]:
        """The first that wait, by number."""
        rows = self._database.execute(
            "SELECT number, topic, payload, retain FROM waiting ORDER BY number LIMIT ?", (limit,)
        )
        return [(number, Message(topic, payload, 1, bool(retain))) for number, topic, payload, retain in rows]

    def arrived(self, up_to: int) -> None:
        """The broker has all up to this number."""
        self._database.execute("DELETE FROM waiting WHERE number <= ?", (up_to,))

    # lines

    def next_epoch(self, line: str, *, first: int) -> int:
        """An epoch that this line has not used lately; where none is known, `first`, 16 bits that were drawn.

        A board that takes another's place must not begin as that began: taps pass over what repeats their epoch.
        """
        row = self._database.execute(
            "INSERT INTO epochs VALUES (?, ?) "
            "ON CONFLICT (line) DO UPDATE SET epoch = (epoch + 1) & 65535 RETURNING epoch",
            (line, first),
        ).fetchone()
        return int(row[0])


def _connect(name: str) -> sqlite3.Connection:
    # Whoever opens it may hand it to the thread that its hub runs in
    database = sqlite3.connect(name, isolation_level=None, timeout=0.5, check_same_thread=False)
    try:
        # One program a store; and no file of shared memory
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(_TABLES)
        database.execute("CREATE INDEX IF NOT EXISTS waiting_topic ON waiting (topic)")
        if (verdict := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(str(verdict))
    except BaseException:
        database.close()
        raise
    return database
