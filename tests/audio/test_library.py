"""The library keeps what it was given, whole, under its name, and lets go only of what nobody needs."""

import errno
import hashlib
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO, FileIO
from pathlib import Path
from threading import Thread
from typing import BinaryIO, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audio.errors import CorruptRecording, DiskFull, MissingRecording, UnreadableAudio
from audio.label import Label
from audio.library import Condition, Fate, Library
from audio.prepare import Recipe, prepare
from audio.recording import Profile, Recording
from tests.audio.conftest import NOW
from tests.audio.sounds import tone, written

DAY = timedelta(days=1)


def name_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def added(library: Library, content: bytes, now: datetime = NOW) -> str:
    library.add(BytesIO(content), sha256=name_of(content), now=now)
    return name_of(content)


def files_in(library: Library) -> set[str]:
    return {str(path.relative_to(library.root)) for path in library.root.rglob("*") if path.is_file()} - {
        "lock"
    }


@pytest.fixture
def recording(tmp_path: Path, library: Library) -> Recording:
    source = written(tmp_path / "notice.wav", tone(1_000))
    recipe = Recipe(profiles=(Profile.LOW_RATE,))
    return prepare(source, library, now=NOW, title="公告", recipe=recipe).recordings[Profile.LOW_RATE]


def test_what_was_added_is_read_back(library: Library) -> None:
    sha256 = added(library, b"sound")
    with library.open(sha256) as file:
        assert file.read() == b"sound"
    assert library.path(sha256) == library.root / sha256[:2] / sha256
    assert list(library) == [sha256]
    assert sha256 in library


@pytest.mark.parametrize("name", [name_of(b"other"), "", "../../../etc/passwd", "AB" * 32])
def test_what_is_not_there_is_said_to_be_missing(library: Library, name: str) -> None:
    added(library, b"sound")
    assert name not in library
    assert library.verify(name) is Condition.MISSING
    with pytest.raises(MissingRecording, match="Prepare or fetch it again"):
        library.open(name)


def test_bytes_that_are_not_what_their_name_says_are_refused(library: Library) -> None:
    with pytest.raises(CorruptRecording, match=name_of(b"sound")):
        library.add(BytesIO(b"noise"), sha256=name_of(b"sound"), now=NOW)
    assert files_in(library) == set()


def test_a_flipped_bit_is_found_before_a_byte_is_handed_out(library: Library) -> None:
    sha256 = added(library, b"sound")
    library.path(sha256).write_bytes(b"sounD")
    assert library.verify(sha256) is Condition.CORRUPT
    with pytest.raises(CorruptRecording):
        library.open(sha256)


def test_adding_again_mends_what_was_corrupt(library: Library) -> None:
    sha256 = added(library, b"sound")
    library.path(sha256).write_bytes(b"sounD")
    added(library, b"sound")
    assert library.verify(sha256) is Condition.SOUND


def test_many_threads_may_add_the_same_and_different_things(library: Library) -> None:
    contents = [bytes([number % 3]) * 100_000 for number in range(12)]
    threads = [Thread(target=added, args=(library, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(library) == {name_of(content) for content in contents}
    assert all(library.verify(sha256) is Condition.SOUND for sha256 in library)


def test_a_torn_label_is_written_anew_from_the_bytes(library: Library, recording: Recording) -> None:
    place = library.path(recording.sha256).with_suffix(".json")
    place.write_bytes(place.read_bytes()[:50])
    label = library.label(recording.sha256)
    assert label == Label(recording=recording, added_at=NOW)
    assert Label.from_json(place.read_bytes()) == label


def test_a_lost_or_mistaken_label_is_written_anew(library: Library, recording: Recording) -> None:
    place = library.path(recording.sha256).with_suffix(".json")
    another = Label(recording=replace(recording, sha256=name_of(b"another")), added_at=NOW).to_json()
    for wrong in (None, b"{}", b"[]", b"null", b"\xff\xfe", another):
        place.unlink(missing_ok=True)
        if wrong is not None:
            place.write_bytes(wrong)
        assert library.label(recording.sha256).recording == recording


def test_what_is_no_recording_gets_no_label(library: Library) -> None:
    with pytest.raises(UnreadableAudio):
        library.label(added(library, b"not audio at all"))


def full_after(size: int) -> Callable[[Path], BinaryIO]:
    """A disk that takes `size` bytes for each file and then has no room."""

    class Full(FileIO):
        def write(self, content: bytes) -> int:  # type: ignore[override]
            if self.tell() + len(content) > size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(content)

    return lambda path: cast(BinaryIO, Full(path, "xb"))


def test_a_full_disk_is_told_and_leaves_nothing_half(tmp_path: Path) -> None:
    library = Library(tmp_path / "library", create=full_after(300_000))
    with pytest.raises(DiskFull, match="Free some space"):
        added(library, bytes(1_000_000))
    assert files_in(library) == set()


def test_a_disk_that_fills_up_does_not_harm_what_is_there(tmp_path: Path) -> None:
    sha256 = added(Library(tmp_path / "library"), b"sound")
    library = Library(tmp_path / "library", create=full_after(10))
    with pytest.raises(DiskFull):
        added(library, bytes(1_000))
    assert library.verify(sha256) is Condition.SOUND
    assert list(library) == [sha256]


def test_a_really_full_file_system_stops_preparing_in_words(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk], capture_output=True
    ).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        library = Library(disk / "library")
        with pytest.raises(DiskFull, match="No space left on device"):
            prepare(written(tmp_path / "long.wav", tone(10_000)), library, now=NOW)
        assert files_in(library) == set()
    finally:
        subprocess.run(["umount", disk], check=True)


class Killed(BaseException):
    """The process ends here."""


def test_a_writer_killed_midway_leaves_no_name_and_its_leftover_is_discarded(tmp_path: Path) -> None:
    class Dying(FileIO):
        def write(self, content: bytes) -> int:  # type: ignore[override]
            super().write(content[: len(content) // 2])
            os.link(self.name, f"{self.name}-as-the-kill-left-it")
            raise Killed

    library = Library(tmp_path / "library", create=lambda path: cast(BinaryIO, Dying(path, "xb")))
    with pytest.raises(Killed):
        added(library, b"sound")
    assert list(library) == []
    (leftover,) = Library(library.root).discard((), now=NOW, grace=DAY)
    assert leftover.fate is Fate.DISCARDED_LEFTOVER
    assert files_in(library) == set()


def test_only_what_is_old_and_unused_is_discarded(library: Library) -> None:
    used, old, young = (
        added(library, content, NOW - age)
        for content, age in ((b"used", 9 * DAY), (b"old", 2 * DAY), (b"young", DAY / 2))
    )
    report = library.discard({used}, now=NOW, grace=DAY)
    assert {each.path.name: each.fate for each in report} == {
        used: Fate.KEPT_IN_USE,
        old: Fate.DISCARDED_UNUSED,
        young: Fate.KEPT_YOUNG,
    }
    assert set(library) == {used, young}
    assert sum(each.bytes for each in report if each.is_gone) == len(b"old")


def test_a_label_goes_with_its_recording(library: Library, recording: Recording) -> None:
    report = library.discard((), now=NOW + 2 * DAY, grace=DAY)
    assert [each.fate for each in report] == [Fate.DISCARDED_UNUSED] * 2
    assert files_in(library) == set()


def test_a_dry_run_says_what_would_happen_and_does_nothing(library: Library) -> None:
    sha256 = added(library, b"old", NOW - 2 * DAY)
    (entry,) = library.discard((), now=NOW, grace=DAY, dry_run=True)
    assert entry.is_gone
    assert library.verify(sha256) is Condition.SOUND


def test_adding_again_makes_young_again(library: Library) -> None:
    added(library, b"sound", NOW - 9 * DAY)
    sha256 = added(library, b"sound", NOW)
    library.discard((), now=NOW, grace=DAY)
    assert sha256 in library


def test_a_clock_that_went_back_discards_nothing(library: Library) -> None:
    sha256 = added(library, b"sound", NOW)
    library.discard((), now=datetime(1970, 1, 1, tzinfo=UTC), grace=DAY)
    assert sha256 in library


def test_a_label_without_its_recording_is_a_leftover(library: Library, recording: Recording) -> None:
    library.path(recording.sha256).unlink()
    (entry,) = library.discard({recording.sha256}, now=NOW, grace=DAY)
    assert entry.fate is Fate.DISCARDED_LEFTOVER
    assert files_in(library) == set()


def test_work_that_was_cut_off_goes_and_work_that_goes_on_stays(library: Library) -> None:
    for name, age in (("cut-off", 2 * DAY), ("goes-on", DAY / 2)):
        work = library.incoming / name
        work.mkdir()
        (work / "source.wav").write_bytes(b"sound")
        os.utime(work, times=((NOW - age).timestamp(),) * 2)
    report = library.discard((), now=NOW, grace=DAY)
    assert {each.path.name: each.fate for each in report} == {
        "cut-off": Fate.DISCARDED_LEFTOVER,
        "goes-on": Fate.KEPT_YOUNG,
    }
    assert [path.name for path in library.incoming.iterdir()] == ["goes-on"]


def test_strangers_files_are_left_alone(library: Library) -> None:
    (library.root / "ab").mkdir()
    (library.root / "ab" / "notes.txt").write_text("mine")
    assert library.discard((), now=NOW, grace=DAY) == ()
    assert (library.root / "ab" / "notes.txt").exists()


@given(
    ages=st.dictionaries(st.binary(max_size=4), st.integers(-5, 30), max_size=6),
    data=st.data(),
    grace=st.integers(0, 10),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_discarding_never_touches_what_is_kept_or_young(
    tmp_path_factory: pytest.TempPathFactory, ages: dict[bytes, int], data: st.DataObject, grace: int
) -> None:
    library = Library(tmp_path_factory.mktemp("library"))
    names = {added(library, content, NOW - age * DAY): age for content, age in ages.items()}
    keep = data.draw(st.sets(st.sampled_from(sorted(names)))) if names else set()
    library.discard(keep, now=NOW, grace=grace * DAY)
    assert set(library) == {name for name, age in names.items() if name in keep or age < grace}
