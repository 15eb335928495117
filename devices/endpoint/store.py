"""Store: what an endpoint must still know after its power was cut, in one SQLite file.

Every method is one transaction, so a kill at any instant leaves either all of a decision or nothing of it. The file is
in WAL mode with full synchronisation: what a method has written survives a power cut once it has returned.
"""

import contextlib
import logging
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, Self

from msgspec import Struct

log = logging.getLogger(__name__)

FORMAT = 2  # PRAGMA user_version; a file of another format is moved aside

_TABLES = """
CREATE TABLE chain (id TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, floor_ms INTEGER NOT NULL);
CREATE TABLE documents (topic TEXT PRIMARY KEY, revision INTEGER NOT NULL, payload BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE records (seq INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE slots (slot TEXT PRIMARY KEY, notice TEXT NOT NULL, settled INTEGER NOT NULL, ended_ms INTEGER,
                    forget_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE alerts (key TEXT PRIMARY KEY, times INTEGER NOT NULL, forget_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE unfinished (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE boots (boot TEXT PRIMARY KEY, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL) WITHOUT ROWID;
"""

_DAMAGED = (None, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)  # None: found by ourselves
# Of 4 KiB: then it is used again from its beginning, also where there is no room any more
JOURNAL_PAGES = 100
JOINED_MS = 120_000  # boots so close to each other are told as one: a board that dies every minute must not fill the store


class StoreFault(Exception):
    """The store could not be written: a full or dying disk. What it held before is unharmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDocument:
    """A document as it arrived; an empty payload keeps only the revision."""

    topic: str
    revision: int
    payload: bytes


class SlotMark(Struct, frozen=True, kw_only=True, gc=False):
    """What is known of a slot after an attempt. Not settled: it is still owed, its last play ended at `ended`."""

    slot: str
    notice: str
    settled: bool
    ended: datetime | None
    forget: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMark:
    """How often an alert has sounded so far."""

    key: str
    times: int
    forget: datetime


class Unfinished(Struct, frozen=True, kw_only=True, gc=False):
    """A play under way, interrupted or sounding: `body` is its as-played record if the power went now."""

    key: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """When an earlier boot lived, in true time."""

    first: datetime
    last: datetime


class Change(Struct, frozen=True, kw_only=True, gc=False):
    """All that one decision writes. `records` are (seq, canonical JSON), `tip` the chain's last (seq, hash)."""

    records: tuple[tuple[int, str], ...] = ()
    tip: tuple[int, str] | None = None
    slots: tuple[SlotMark, ...] = ()
    alerts: tuple[AlertMark, ...] = ()
    unfinished: tuple[Unfinished, ...] | None = None  # replaces all that there was; None leaves it


class Store(Protocol):
    """What an endpoint asks of its store; every call is one transaction. `EndpointStore` says what each promises."""

    chain: str  # 16 hex digits, drawn at creation
    trouble: str

    @property
    def floor(self) -> datetime | None: ...
    @property
    def tip(self) -> tuple[int, str]: ...
    def documents(self) -> tuple[HeldDocument, ...]: ...
    def keep_document(self, document: HeldDocument, issued: datetime) -> None: ...
    def write(self, change: Change) -> None: ...
    def unfinished(self) -> tuple[Unfinished, ...]: ...
    def records(self, after: int, limit: int) -> tuple[tuple[int, str], ...]: ...
    def forget_records(self, up_to: int) -> None: ...
    def begin_chain(self, chain: str, records: Sequence[tuple[int, str]], tip: tuple[int, str]) -> None: ...
    def slots(self) -> tuple[SlotMark, ...]: ...
    def alert_times(self) -> Mapping[str, int]: ...
    def note_alive(self, boot: str, now: datetime, since: datetime, floor: datetime) -> None: ...
    def boots(self) -> tuple[Boot, ...]: ...
    def forget(self, slots: Iterable[str], now: datetime, boots_before: datetime) -> None: ...
    def close(self) -> None: ...


class StoreInUse(Exception):
    """Another program works with the store: two endpoints in one directory would sound everything twice."""


class EndpointStore:
    """Open with `open`. Keeps `Store` in a file, or in memory.

    `trouble` says what was wrong with the file at this opening; empty on a good day.
    """

    def __init__(self, database: sqlite3.Connection, trouble: str = "") -> None:
        self._database = database
        self.trouble = trouble
        (self.chain,) = database.execute("SELECT id FROM chain").fetchone()

    @classmethod
    def open(cls, path: Path | None, chance: random.Random) -> Self:
        """The store at `path` (None: in memory). Raises StoreInUse.

        A damaged file is moved aside and a new chain begun. What is on a disk that takes no writes is carried on in memory:
        villagers must be warned also by a board whose disk is dying.
        """
        if path is None:
            return cls(_connect(":memory:", chance))
        trouble = ""
        try:
            return cls(_connect(str(path), chance))
        except sqlite3.DatabaseError as error:
            if _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StoreInUse(f"{path} is in use by another program") from error
            log.error("the store cannot be used", extra={"path": str(path), "error": str(error)})
            if _code(error) not in _DAMAGED:
                return cls(
                    _in_memory(path, chance), f"the disk takes no writes, it goes on in memory: {error}"
                )
            trouble = f"the store was damaged and begun anew: {error}"
        try:
            _move_aside(path)
            return cls(_connect(str(path), chance), trouble)
        except (sqlite3.DatabaseError, OSError):
            log.exception("a new store cannot be begun")
            return cls(_connect(":memory:", chance), trouble)

    def close(self) -> None:
        self._database.close()

    # Documents

    def documents(self) -> tuple[HeldDocument, ...]:
        """Every document held."""
        rows = self._database.execute("SELECT topic, revision, payload FROM documents ORDER BY topic")
        return tuple(HeldDocument(topic=t, revision=r, payload=p) for t, r, p in rows)

    def keep_document(self, document: HeldDocument, issued: datetime) -> None:
        """Remember a verified document before it is acted on; `issued` may raise the floor. Raises StoreFault."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?)",
                (document.topic, document.revision, document.payload),
            )
            database.execute("UPDATE chain SET floor_ms = max(floor_ms, ?)", (_ms(issued),))

    @property
    def floor(self) -> datetime | None:
        """The newest issue time of a verified document, whether or not it is still held."""
        floor_ms: int = self._database.execute("SELECT floor_ms FROM chain").fetchone()[0]
        return _at(floor_ms) if floor_ms else None

    # Proof

    @property
    def tip(self) -> tuple[int, str]:
        """Number and hash of the chain's last record; (0, "") of an empty chain."""
        seq, digest = self._database.execute("SELECT seq, hash FROM chain").fetchone()
        return seq, digest

    def write(self, change: Change) -> None:
        """All of a decision, or nothing. Raises StoreFault."""
        with self._transaction() as database:
            if change.records:
                database.executemany("INSERT INTO records VALUES (?, ?)", change.records)
            if change.tip is not None:
                database.execute("UPDATE chain SET seq = ?, hash = ?", change.tip)
            for slot in change.slots:
                ended = None if slot.ended is None else _ms(slot.ended)
                row = (slot.slot, slot.notice, slot.settled, ended, _ms(slot.forget))
                database.execute("INSERT OR REPLACE INTO slots VALUES (?, ?, ?, ?, ?)", row)
            for alert in change.alerts:
                times = (alert.key, alert.times, _ms(alert.forget))
                database.execute("INSERT OR REPLACE INTO alerts VALUES (?, ?, ?)", times)
            if change.unfinished is not None:
                database.execute("DELETE FROM unfinished")
                rows = [(play.key, play.body) for play in change.unfinished]
                database.executemany("INSERT INTO unfinished VALUES (?, ?)", rows)

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Plays that were under way when the endpoint last died."""
        rows = self._database.execute("SELECT key, body FROM unfinished ORDER BY key")
        return tuple(Unfinished(key=k, body=b) for k, b in rows)

    def records(self, after: int, limit: int) -> tuple[tuple[int, str], ...]:
        """The next records of the chain that no receipt covers."""
        rows = self._database.execute(
            "SELECT seq, body FROM records WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
        )
        return tuple(rows)

    def forget_records(self, up_to: int) -> None:
        """Records that a receipt covers. Raises StoreFault."""
        with self._transaction() as database:
            database.execute("DELETE FROM records WHERE seq <= ?", (up_to,))

    def begin_chain(self, chain: str, records: Sequence[tuple[int, str]], tip: tuple[int, str]) -> None:
        """A new chain, with all records that are still to be sent linked anew. Raises StoreFault."""
        with self._transaction() as database:
            database.execute("DELETE FROM records")
            database.executemany("INSERT INTO records VALUES (?, ?)", records)
            database.execute("UPDATE chain SET id = ?, seq = ?, hash = ?", (chain, *tip))
        self.chain = chain

    def slots(self) -> tuple[SlotMark, ...]:
        """Every slot that was attempted or settled lately."""
        rows = self._database.execute("SELECT slot, notice, settled, ended_ms, forget_ms FROM slots")
        return tuple(
            SlotMark(
                slot=s, notice=n, settled=bool(x), ended=_at(e) if e is not None else None, forget=_at(f)
            )
            for s, n, x, e, f in rows
        )

    def alert_times(self) -> Mapping[str, int]:
        """How often each alert has sounded."""
        return dict(self._database.execute("SELECT key, times FROM alerts").fetchall())

    # Life

    def note_alive(self, boot: str, now: datetime, since: datetime, floor: datetime) -> None:
        """This boot, begun at `since`, lives by true time; documents issued at `floor` were seen. Raises StoreFault."""
        with self._transaction() as database:
            if not database.execute("UPDATE boots SET last_ms = ? WHERE boot = ?", (_ms(now), boot)).rowcount:
                self._begin_boot(boot, _ms(now), _ms(since))
            database.execute("UPDATE chain SET floor_ms = max(floor_ms, ?)", (_ms(floor),))

    def boots(self) -> tuple[Boot, ...]:
        """When earlier boots lived, oldest first."""
        rows = self._database.execute("SELECT first_ms, last_ms FROM boots ORDER BY first_ms")
        return tuple(Boot(first=_at(first), last=_at(last)) for first, last in rows)

    def forget(self, slots: Iterable[str], now: datetime, boots_before: datetime) -> None:
        """Marks of slots that are needed no more, of alerts whose time is over, and old boots. Raises StoreFault."""
        with self._transaction() as database:
            database.executemany("DELETE FROM slots WHERE slot = ?", [(slot,) for slot in slots])
            database.execute("DELETE FROM alerts WHERE forget_ms < ?", (_ms(now),))
            database.execute("DELETE FROM boots WHERE last_ms < ?", (_ms(boots_before),))

    def _begin_boot(self, boot: str, now_ms: int, since_ms: int) -> None:
        before = self._database.execute(
            "SELECT boot FROM boots WHERE last_ms >= ? ORDER BY last_ms DESC LIMIT 1", (since_ms - JOINED_MS,)
        ).fetchone()
        if before is None:
            self._database.execute("INSERT INTO boots VALUES (?, ?, ?)", (boot, since_ms, now_ms))
        else:
            renamed = (boot, now_ms, before[0])
            self._database.execute("UPDATE boots SET boot = ?, last_ms = ? WHERE boot = ?", renamed)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._database.execute("BEGIN IMMEDIATE")
            yield self._database
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise StoreFault(str(error)) from error


def _connect(path: str, chance: random.Random) -> sqlite3.Connection:
    """Raises sqlite3.DatabaseError for a file that is no store of ours, or cannot be used."""
    database = sqlite3.connect(path, isolation_level=None, cached_statements=64, timeout=1.0)
    database.text_factory = lambda text: text.decode(errors="replace")  # who reads it sees what was damaged
    try:
        database.execute(
            "PRAGMA locking_mode = EXCLUSIVE"
        )  # one program a store; and no file of shared memory
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute(f"PRAGMA wal_autocheckpoint = {JOURNAL_PAGES}")
        found = database.execute("PRAGMA user_version").fetchone()[0]
        if found == 0:
            chain = f"{chance.getrandbits(64):016x}"
            database.executescript(
                f"BEGIN IMMEDIATE;{_TABLES}INSERT INTO chain VALUES ('{chain}', 0, '', 0);"
                f"PRAGMA user_version = {FORMAT};COMMIT"
            )
        elif found != FORMAT:
            raise sqlite3.DatabaseError(f"the store has format {found}, this program writes format {FORMAT}")
        if (verdict := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(str(verdict))
    except BaseException:
        database.close()
        raise
    return database


def _in_memory(path: Path, chance: random.Random) -> sqlite3.Connection:
    """What the file holds, as far as it can be read: its journal is taken up on another disk, where there is room."""
    try:
        with tempfile.TemporaryDirectory() as directory:
            for name in (path.name, f"{path.name}-wal"):
                if (found := path.with_name(name)).exists():
                    shutil.copyfile(found, Path(directory) / name)
            copy = _connect(str(Path(directory) / path.name), chance)
            database = sqlite3.connect(":memory:", isolation_level=None)
            with contextlib.closing(copy):
                copy.backup(database)
            return database
    except (sqlite3.DatabaseError, OSError):
        log.exception("the store cannot be read either")
        return _connect(":memory:", chance)


def _move_aside(path: Path) -> None:
    path.replace(path.with_name(f"{path.name}.damaged"))
    for journal in ("-wal", "-shm"):
        path.with_name(path.name + journal).unlink(missing_ok=True)


def _code(error: sqlite3.Error) -> int | None:
    """The primary result code; None for what SQLite did not say itself."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _ms(when: datetime) -> int:
    return round(when.timestamp() * 1000)


def _at(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(unix_ms / 1000, UTC)
