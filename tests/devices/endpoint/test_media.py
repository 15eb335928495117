"""Media: whole recordings are what their name says, on the disk and in memory alike."""

import errno
import os
from pathlib import Path

import pytest

from devices.endpoint.media import DiskMedia, MediaFull, MemoryMedia
from tests.devices.endpoint.village import sha256, sound_bytes


@pytest.fixture(params=["disk", "memory"])
def media(request, tmp_path):
    return DiskMedia(tmp_path, reserve_kb=0) if request.param == "disk" else MemoryMedia()


def written(media, name: str = "letter", chunks: int = 2) -> str:
    """A part with all of its bytes, written backwards."""
    content, digest = sound_bytes(name, chunks), sha256(name, chunks)
    for offset in reversed(range(0, len(content), 10_000)):
        media.write(digest, offset, content[offset : offset + 10_000])
    return digest


def test_a_part_becomes_whole_only_when_its_bytes_are_right(media):
    digest = written(media)
    assert (media.whole(), media.parts(), media.sound(digest)) == ((), {digest}, None)
    assert media.finish(digest, len(sound_bytes("letter", 2)))
    assert (media.whole(), media.parts()) == ((digest,), frozenset())
    assert media.sound(digest) is not None


def test_a_part_with_wrong_bytes_is_thrown_away(media):
    digest = written(media)
    media.write(digest, 5, b"?")
    assert not media.finish(digest, len(sound_bytes("letter", 2)))
    assert (media.whole(), media.parts()) == ((), frozenset())


def test_what_was_written_of_a_part_can_be_read(media):
    digest = written(media)
    assert media.read(digest, 100, 50) == sound_bytes("letter", 2)[100:150]
    assert media.read("0" * 64, 0, 10) == b""


def test_what_is_discarded_is_gone(media):
    digest = written(media)
    media.finish(digest, len(sound_bytes("letter", 2)))
    media.discard(digest)
    media.discard(digest)
    assert (media.whole(), media.sound(digest)) == ((), None)


def test_a_recording_is_verified_again_before_each_play_whatever_its_file_looks_like(tmp_path):
    media = DiskMedia(tmp_path, reserve_kb=0)
    digest = written(media)
    media.finish(digest, len(sound_bytes("letter", 2)))
    path = media.sound(digest)
    content, looks = path.read_bytes(), path.stat()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(path, ns=(looks.st_atime_ns, looks.st_mtime_ns))
    assert (media.holds(digest), media.sound(digest)) == (True, None)
    path.write_bytes(content)
    assert media.sound(digest) == path


def test_a_recording_damaged_while_the_power_was_off_is_found_at_the_first_use(tmp_path):
    digest = written(DiskMedia(tmp_path, reserve_kb=0))
    DiskMedia(tmp_path, reserve_kb=0).finish(digest, len(sound_bytes("letter", 2)))
    (tmp_path / digest).write_bytes(b"rust")
    assert DiskMedia(tmp_path).sound(digest) is None


def test_a_directory_that_cannot_be_made_or_read_holds_nothing(tmp_path):
    (tmp_path / "file").touch()
    media = DiskMedia(tmp_path / "file" / "media", reserve_kb=0)
    assert (media.whole(), media.parts(), media.sound(sha256("letter"))) == ((), frozenset(), None)
    with pytest.raises(MediaFull):
        media.write(sha256("letter"), 0, b"x")


def test_audio_never_takes_the_room_that_records_need(tmp_path):
    media = DiskMedia(tmp_path, reserve_kb=10**12)
    with pytest.raises(MediaFull, match="free"):
        media.write(sha256("letter"), 0, b"x")
    assert media.parts() == frozenset()


def test_a_disk_that_fails_is_told(tmp_path, monkeypatch):
    media = DiskMedia(tmp_path, reserve_kb=0)

    def failing(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(MediaFull, match="Input/output error"):
        media.write(sha256("letter"), 0, b"x")


@pytest.mark.parametrize("failing", ["truncate", "fsync"])
def test_what_a_failing_disk_does_not_keep_is_not_whole(tmp_path, monkeypatch, failing):
    media = DiskMedia(tmp_path, reserve_kb=0)
    digest = written(media)

    def fails(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, failing, fails)
    assert not media.finish(digest, len(sound_bytes("letter", 2)))
    assert (media.whole(), media.parts()) == ((), frozenset())


def test_a_disk_that_takes_no_deleting_either_ends_nothing(tmp_path, monkeypatch):
    media = DiskMedia(tmp_path, reserve_kb=0)
    digest = written(media)

    def fails(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "fsync", fails)
    monkeypatch.setattr(Path, "unlink", fails)
    assert not media.finish(digest, len(sound_bytes("letter", 2)))
    assert media.whole() == ()


def test_what_a_failing_disk_cannot_tell_is_not_held(tmp_path, monkeypatch):
    media = DiskMedia(tmp_path)

    def fails(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "stat", fails)
    assert not media.holds(sha256("letter"))


def test_the_oldest_recording_is_named_first(tmp_path):
    media = DiskMedia(tmp_path, reserve_kb=0)
    digests = [written(media, name) for name in ("one", "two", "three")]
    for age, digest in enumerate(digests):
        media.finish(digest, len(sound_bytes("one", 2)))
        os.utime(tmp_path / digest, (1000 - age, 1000 - age))
    assert media.whole() == tuple(reversed(digests))
