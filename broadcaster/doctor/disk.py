"""The disk that holds the county."""

import os
from dataclasses import dataclass
from pathlib import Path

from broadcaster.config import Settings
from broadcaster.doctor.finding import Finding, Level
from broadcaster.language import N_

_LEAST_MB, _COMFORTABLE_MB = 200, 2_000
_LEAST_FILES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFacts:
    """`free_files`: how many more files fit; None where there is no limit."""

    directory: Path
    writable: bool
    free_mb: int
    free_files: int | None


def measure(settings: Settings) -> DiskFacts:
    """The disk of the data directory, or of the folder where it will be made."""
    existing = next(path for path in (settings.directory, *settings.directory.parents) if path.exists())
    volume = os.statvfs(existing)
    return DiskFacts(
        directory=settings.directory,
        writable=os.access(existing, os.W_OK | os.X_OK),
        free_mb=volume.f_bavail * volume.f_frsize // 1_000_000,
        free_files=volume.f_favail if volume.f_files else None,
    )


def judge(disk: DiskFacts) -> Finding:
    """Writable, with room for a day and for the weeks to come."""
    facts = {"directory": str(disk.directory), "free_mb": disk.free_mb, "least_mb": _LEAST_MB}
    level, says, do = Level.OK, N_("{directory} has {free_mb} MB free."), ""
    if not disk.writable:
        level, says = Level.FAIL, N_("{directory} cannot be written to.")
        do = N_("Give the user who runs the controller the right to write there, or take another --county.")
    elif disk.free_mb < _LEAST_MB:
        level, says = (
            Level.FAIL,
            N_("{directory} has only {free_mb} MB free; {least_mb} MB are needed at least."),
        )
        do = N_("Free some space: old backups, unused recordings, other programs' files.")
    elif disk.free_files is not None and disk.free_files < _LEAST_FILES:
        level, says = Level.FAIL, N_("The disk of {directory} has hardly a file entry left.")
        do = N_("Delete what has very many small files on that disk: df -i shows the use.")
    elif disk.free_mb < _COMFORTABLE_MB:
        level, says = Level.WARN, N_("{directory} has {free_mb} MB free: enough for some days.")
        do = N_("Plan for more space.")
    return Finding(check="disk", level=level, says=says, do=do, facts=facts)
