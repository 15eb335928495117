"""Backup: a county in one file, made while the controller runs, and the same county again on another machine.

A plain TAR: the database as it stood at one instant, the other files of the data directory, and last `SHA256SUMS`, so
that a file that is torn or altered is known. Whoever holds it holds the county's signing key.
"""

import hashlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from broadcaster.api.running import FILE as RUNNING
from broadcaster.config import Settings
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Problem, Unavailable
from broadcaster.language import N_

DATABASE, SUMS = "county.db", "SHA256SUMS"
LEFT_OUT = frozenset({RUNNING, "loudspeakers", "incoming", "controller-is-down", "lock"})  # made anew
_BLOCK = 1 << 20

Report = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup holds."""

    files: int
    size: int  # bytes


def back_up(settings: Settings, file: Path, *, report: Report = lambda share: None) -> Contents:
    """Writes `file`, whole or not at all. NotFound without a county, or a directory to write to; Invalid for a database
    that is not a file of ours, or what is there and is no file, such as a device; Unavailable where it cannot be copied."""
    if settings.database.url:
        raise Invalid(
            N_(
                "The database is not in the data directory: make a copy with its own tools, then one of {directory}."
            ),
            directory=settings.directory,
        )
    if not (settings.directory / DATABASE).is_file():
        raise NotFound(N_("There is no county in {directory}."), directory=settings.directory)
    if file.absolute().is_relative_to(settings.directory):
        raise Invalid(
            N_(
                "A backup inside {directory} would be lost with it. Write it elsewhere, best on another disk."
            ),
            directory=settings.directory,
        )
    if not file.absolute().parent.is_dir():
        raise NotFound(
            N_("There is no directory {directory}. Is the disk mounted? Nothing was backed up."),
            directory=file.absolute().parent,
        )
    if file.exists() and not file.is_file():
        raise Invalid(N_("{file} is not an ordinary file. Nothing was backed up."), file=file)
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as scratch:
            part = Path(scratch) / "part"
            contents = _write(settings.directory, Path(scratch) / DATABASE, part, report)
            os.replace(part, file)
        _settle(file.parent)
    except sqlite3.Error as error:
        message = N_(
            "The database could not be copied beside {file}: {reason}. See that there is room. Nothing was backed up."
        )
        raise Unavailable(message, file=file, reason=error) from error
    return contents


def restore(file: Path, directory: Path, *, report: Report = lambda share: None) -> Contents:
    """A county from a backup, into a directory that is new or empty. Conflict where something is in it; Invalid for a
    file that is no backup, torn or altered: nothing is left behind then."""
    if directory.exists() and any(directory.iterdir()):
        raise Conflict(
            N_("{directory} is not empty. Restore into a new directory; nothing is overwritten."),
            directory=directory,
        )
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}.") as scratch:
        county = Path(scratch) / "county"
        county.mkdir()
        contents = _unpack(file, county, report)
        if not (county / DATABASE).is_file() or not _is_sound(county / DATABASE):
            raise _damaged(file, DATABASE)
        if directory.exists():
            directory.rmdir()
        os.replace(county, directory)
        _settle(directory.parent)
    return contents


def _write(directory: Path, copy: Path, part: Path, report: Report) -> Contents:
    """The database is copied first: what it names is in the library then, and stays there."""
    with closing(sqlite3.connect(directory / DATABASE)) as database:
        database.execute("VACUUM INTO ?", (str(copy),))
    found = [(DATABASE, copy), *((str(path.relative_to(directory)), path) for path in _files(directory))]
    whole = sum(_size(path) for _, path in found)
    sums, size = [], 0
    with open(part, "xb", opener=_private) as raw, tarfile.open(fileobj=raw, mode="w") as tar:
        for name, path in found:
            try:
                digest = _add(tar, name, path)
            except FileNotFoundError:
                continue  # thrown away meanwhile: nothing needs it
            sums.append(f"{digest}  {name}\n")
            size += _size(path)
            report(min(size / max(whole, 1), 1.0))
        with tempfile.TemporaryFile() as listed:
            listed.write("".join(sums).encode())
            _add_open(tar, SUMS, listed)
        tar.close()
        raw.flush()
        os.fsync(raw.fileno())
    return Contents(files=len(sums), size=size)


def _size(path: Path) -> int:
    """0 for what was thrown away meanwhile."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _files(directory: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(directory):
        folders[:] = sorted(set(folders) - LEFT_OUT)
        for name in sorted(set(names) - LEFT_OUT):
            path = Path(where) / name
            of_database = path.parent == directory and name.startswith(DATABASE)
            if path.is_file() and not path.is_symlink() and not of_database:
                yield path


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as content:
        return _add_open(tar, name, content)


def _add_open(tar: tarfile.TarFile, name: str, content: IO[bytes]) -> str:
    """Of exactly the size that it has now; a file that grows meanwhile is cut there."""
    member = tarfile.TarInfo(name)
    member.size = content.seek(0, os.SEEK_END)
    content.seek(0)
    member.mtime = int(os.fstat(content.fileno()).st_mtime)
    member.mode = 0o600
    reader = _Hashing(content)
    tar.addfile(member, reader)
    return reader.digest.hexdigest()


class _Hashing:
    """Reads, and remembers the digest of what was read."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        block = self._content.read(size)
        self.digest.update(block)
        return block


def _unpack(file: Path, county: Path, report: Report) -> Contents:
    """Regular files under relative names, each once; then every sum must agree."""
    found: dict[str, str] = {}
    listed, size, whole = "", 0, max(file.stat().st_size, 1)
    try:
        with tarfile.open(file, mode="r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() else None
                if content is None or not _is_inside(member.name) or member.name in found:
                    raise _damaged(file, member.name)
                if member.name == SUMS:
                    listed = content.read().decode()
                    continue
                found[member.name] = _extract(content, county / member.name)
                size += member.size
                report(size / whole)
    except (tarfile.TarError, UnicodeDecodeError, EOFError) as error:
        raise Invalid(
            N_("{file} is no backup of a county, or torn: {reason}"), file=file, reason=error
        ) from None
    if not listed:
        raise Invalid(N_("{file} is torn: its end is missing. Nothing was restored."), file=file)
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in listed.splitlines())}
    for name in sorted(sums.keys() | found.keys()):
        if sums.get(name) != found.get(name):
            raise _damaged(file, name)
    return Contents(files=len(found), size=size)


def _extract(content: IO[bytes], place: Path) -> str:
    place.parent.mkdir(parents=True, exist_ok=True)
    reader = _Hashing(content)
    with open(place, "xb", opener=_private) as target:
        shutil.copyfileobj(reader, target, _BLOCK)
        target.flush()
        os.fsync(target.fileno())
    return reader.digest.hexdigest()


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts)


def _is_sound(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(database)) as opened:
            return bool(opened.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def _damaged(file: Path, name: str) -> Invalid:
    problem = Problem(where=name, message=N_("it is not what was backed up"))
    return Invalid(N_("{file} is damaged. Nothing was restored; take an older backup."), problem, file=file)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _settle(directory: Path) -> None:
    """Makes a rename last through a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
