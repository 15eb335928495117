"""Obstacles: what the operating system refuses, as a sentence that says what to try."""

import errno
from collections.abc import Mapping

from broadcaster.language import N_, _

_SENTENCES: Mapping[int | None, str] = {
    errno.ENOENT: N_("there is no such file or directory"),
    errno.EACCES: N_("you may not do that there: ask for the right, or take another place"),
    errno.EPERM: N_("you may not do that there: ask for the right, or take another place"),
    errno.ENOSPC: N_("the disk is full: make room, then do it again"),
    errno.EDQUOT: N_("the disk is full: make room, then do it again"),
    errno.EROFS: N_("the disk takes no writes: mount it writable, or take another place"),
    errno.EISDIR: N_("expected a file, got a directory"),
    errno.ENOTDIR: N_("expected a directory, got a file"),
    errno.EEXIST: N_("it is there already"),
    errno.EIO: N_("the disk fails: look at it soon, and at the last backup"),
    errno.EADDRINUSE: N_("the port is in use by another program"),
    errno.ECONNREFUSED: N_("nobody answers there"),
}


def obstacle(error: OSError) -> str:
    """Why it did not work, in the language in use; what we have no words for, as the system says it."""
    sentence = _SENTENCES.get(error.errno)
    return _(sentence) if sentence else error.strerror or str(error)
