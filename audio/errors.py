"""What can go wrong with sound, by what the caller can do about it.

AudioError
├── UnusableAudio          the source is at fault: ask for another file
│   ├── UnreadableAudio    no audio that we can decode
│   ├── SilentAudio        decodes, but nothing can be heard
│   ├── TooShort           less sound than a listener can notice
│   └── TooLong            more than the limit that the caller set
├── SpeechFailed           the voice did not speak: try another voice, or a recording
└── LibraryError           our own store is at fault
    ├── MissingRecording   not in the library: prepare or fetch it again
    ├── CorruptRecording   the bytes are not what their name says: prepare or fetch them again
    └── DiskFull           make room, then try again; nothing half was left behind
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AudioError(Exception):
    """`message` is an English msgid with {fields}; `facts` fill them, after translation if need be."""

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message.format(**facts) if facts else message)
        self.message = message
        self.facts = facts


class UnusableAudio(AudioError):
    """The source is at fault; another file would do."""


class UnreadableAudio(UnusableAudio):
    """The source holds no audio that can be decoded."""


class SilentAudio(UnusableAudio):
    """The source decodes to nothing that can be heard."""


class TooShort(UnusableAudio):
    """The source holds less sound than a listener can notice."""


class TooLong(UnusableAudio):
    """The source is longer than the limit."""


class SpeechFailed(AudioError):
    """A voice did not turn the text into sound."""


class LibraryError(AudioError):
    """The store of recordings is at fault."""


class MissingRecording(LibraryError):
    """The library does not hold the recording."""


class CorruptRecording(LibraryError):
    """Bytes do not have the SHA-256 that they are named by."""


class DiskFull(LibraryError):
    """There is no room left to write."""


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def full_disk_told(directory: Path) -> Iterator[None]:
    """Turns 'no space', 'over quota' and 'file too large' into DiskFull; other errors pass unchanged."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise DiskFull(
            "There is no room left in {directory} ({reason}). "
            "Free some space or discard unused recordings, then try again.",
            directory=directory,
            reason=error.strerror,
        ) from error
