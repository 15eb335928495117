"""Library: recordings in a directory, each named by the SHA-256 of its bytes.

root/ab/ab12…ef        the bytes
root/ab/ab12…ef.json   their label; rebuilt from the bytes when it is torn or lost
root/incoming/         what is being written; a name in `ab/` is always a whole, synced file
root/lock              held shared by writers, exclusively by `discard`, also between processes
"""

import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from audio.errors import CorruptRecording, MissingRecording, full_disk_told
from audio.label import Label
from audio.probe import probed
from audio.recording import SHA256_PATTERN, sha256_of

_COPY_BYTES = 256 * 1024


class Condition(StrEnum):
    """What `verify` finds."""

    SOUND = "sound"
    CORRUPT = "corrupt"
    MISSING = "missing"


class Fate(StrEnum):
    """What `discard` does with a file, and why."""

    KEPT_IN_USE = "kept_in_use"
    KEPT_YOUNG = "kept_young"  # a plan that names it may not be stored yet
    DISCARDED_UNUSED = "discarded_unused"
    DISCARDED_LEFTOVER = "discarded_leftover"  # of a write or a discard that was cut off


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    """One file that `discard` looked at; `path` is relative to the root."""

    path: Path
    bytes: int
    fate: Fate

    @property
    def is_gone(self) -> bool:
        return self.fate in (Fate.DISCARDED_UNUSED, Fate.DISCARDED_LEFTOVER)


def create_new(path: Path) -> BinaryIO:
    """Opens a file that must not exist yet."""
    return path.open("xb")


class Library:
    """For several threads and processes at once; every write is whole or absent, also after a power cut."""

    def __init__(self, root: Path, *, create: Callable[[Path], BinaryIO] = create_new) -> None:
        self.root, self._create = root, create
        self.incoming.mkdir(parents=True, exist_ok=True)

    @property
    def incoming(self) -> Path:
        """Where work in progress may be put: on the same disk, and cleared by `discard`."""
        return self.root / "incoming"

    def __contains__(self, sha256: str) -> bool:
        return bool(SHA256_PATTERN.fullmatch(sha256)) and self._place(sha256).exists()

    def __iter__(self) -> Iterator[str]:
        """The names of all recordings, in order."""
        return (path.name for path in sorted(self.root.glob("??/*")) if SHA256_PATTERN.fullmatch(path.name))

    def add(self, source: BinaryIO, *, sha256: str, now: datetime, label: Label | None = None) -> Path:
        """Copies `source`. Adding again is cheap, restarts its age for `discard`, replaces corrupt bytes.

        Raises CorruptRecording if `source` is not what `sha256` names, DiskFull if there is no room; nothing
        is left behind then.
        """
        place = self._place(sha256)
        with self._locked(fcntl.LOCK_SH):
            if label:
                self._write(place.with_suffix(".json"), [label.to_json()])
            if self.verify(sha256) is not Condition.SOUND:
                source.seek(0)
                self._write(place, _chunks_checked(source, sha256))
            os.utime(place, times=(now.timestamp(), now.timestamp()))
        return place

    def path(self, sha256: str) -> Path:
        """Where the bytes are, unverified. Raises MissingRecording."""
        if sha256 not in self:
            raise MissingRecording(
                "The library in {root} has no recording {sha256}. Prepare or fetch it again.",
                root=self.root,
                sha256=sha256,
            )
        return self._place(sha256)

    def open(self, sha256: str) -> BinaryIO:
        """The bytes, verified before the first is handed out. Raises MissingRecording, CorruptRecording."""
        file = self.path(sha256).open("rb")
        if (found := sha256_of(file)) != sha256:
            file.close()
            raise _corrupt(sha256, found)
        return file

    def verify(self, sha256: str) -> Condition:
        try:
            self.open(sha256).close()
        except MissingRecording:
            return Condition.MISSING
        except CorruptRecording:
            return Condition.CORRUPT
        return Condition.SOUND

    def label(self, sha256: str) -> Label:
        """What stands on the label; where it is torn or missing, it is made from the bytes and stored.

        Raises MissingRecording, CorruptRecording, or UnreadableAudio if the bytes are no recording of ours.
        """
        place = self.path(sha256).with_suffix(".json")
        try:
            label = Label.from_json(place.read_bytes())
            if label.recording.sha256 == sha256:
                return label
        except (FileNotFoundError, ValueError):
            pass
        with self.open(sha256) as file:
            added_at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
            label = Label(recording=probed(file), added_at=added_at)
        with self._locked(fcntl.LOCK_SH):
            self._write(place, [label.to_json()])
        return label

    def discard(
        self, keep: Collection[str], *, now: datetime, grace: timedelta, dry_run: bool = False
    ) -> tuple[Discarded, ...]:
        """Deletes leftovers and what is neither in `keep` nor added within `grace`; says what it did and why.

        The caller computes `keep`: what plans name and what records not yet proved need. A negative age (a
        clock went back) counts as young.
        """
        with self._locked(fcntl.LOCK_EX):
            judged = tuple(self._judged(frozenset(keep), (now - grace).timestamp()))
            for each in () if dry_run else judged:
                if each.is_gone:
                    _remove(self.root / each.path)
        return judged

    def _judged(self, keep: frozenset[str], oldest_young: float) -> Iterator[Discarded]:
        """Bytes before their label: a discard that is cut off leaves a label, never nameless bytes."""
        fates: dict[str, Fate] = {}
        for path in sorted(self.root.glob("??/*")):
            if not SHA256_PATTERN.fullmatch(path.stem):
                continue
            facts = path.stat()
            if path.suffix == ".json":
                fate = fates.get(path.stem, Fate.DISCARDED_LEFTOVER)
            else:
                fate = fates[path.name] = _fate(path.name in keep, facts.st_mtime > oldest_young)
            yield Discarded(path=path.relative_to(self.root), bytes=facts.st_size, fate=fate)
        for path in sorted(self.incoming.iterdir()):
            try:
                facts = path.stat()
            except FileNotFoundError:  # the work is done
                continue
            # A directory is somebody's work, who holds no lock while it lasts
            is_work = path.is_dir() and facts.st_mtime > oldest_young
            fate = Fate.KEPT_YOUNG if is_work else Fate.DISCARDED_LEFTOVER
            yield Discarded(path=path.relative_to(self.root), bytes=facts.st_size, fate=fate)

    def _place(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with (self.root / "lock").open("a") as lock:
            fcntl.flock(lock, how)
            yield

    def _write(self, place: Path, chunks: Iterable[bytes]) -> None:
        """Whole and on the disk, or not at all: written aside, synced, renamed, and the directory synced."""
        aside = self.incoming / secrets.token_hex(8)
        with full_disk_told(self.root):
            try:
                with self._create(aside) as file:
                    for chunk in chunks:
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                place.parent.mkdir(exist_ok=True)
                aside.replace(place)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
            _sync_directory(place.parent)
            _sync_directory(self.root)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _fate(in_use: bool, young: bool) -> Fate:
    if in_use:
        return Fate.KEPT_IN_USE
    return Fate.KEPT_YOUNG if young else Fate.DISCARDED_UNUSED


def _chunks_checked(source: BinaryIO, sha256: str) -> Iterator[bytes]:
    """The bytes of `source`; raises CorruptRecording after the last if they are not what they are called."""
    digest = hashlib.sha256()
    while chunk := source.read(_COPY_BYTES):
        digest.update(chunk)
        yield chunk
    if (found := digest.hexdigest()) != sha256:
        raise _corrupt(sha256, found)


def _corrupt(expected: str, found: str) -> CorruptRecording:
    return CorruptRecording(
        "Recording {expected} is damaged: its bytes have the SHA-256 {found}. Prepare or fetch it again.",
        expected=expected,
        found=found,
    )


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
