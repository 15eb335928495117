"""Secrets: the database with its keys, tokens and passwords is for its owner alone."""

import stat
from dataclasses import dataclass
from pathlib import Path

from broadcaster.config import Settings
from broadcaster.doctor.finding import Finding, Level
from broadcaster.language import N_

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFacts:
    """`exposed`: the files of the data directory that others on this machine may read."""

    directory: Path
    exposed: tuple[str, ...]


def measure(settings: Settings) -> SecretFacts:
    """The data directory; where others may not enter it, its files are safe whatever their own modes."""
    directory = settings.directory
    if not directory.exists() or not directory.stat().st_mode & _OTHERS:
        return SecretFacts(directory=directory, exposed=())
    files = [path for path in sorted(directory.iterdir()) if path.is_file() and path.stat().st_mode & _OTHERS]
    return SecretFacts(directory=directory, exposed=tuple(path.name for path in files))


def judge(secrets: SecretFacts) -> Finding:
    """Nobody else reads them."""
    facts = {"directory": str(secrets.directory), "files": ", ".join(secrets.exposed)}
    if secrets.exposed:
        says = N_("Others on this machine may read keys and passwords in {directory}: {files}")
        do = N_("Close it to them: chmod -R go= {directory}")
        return Finding(check="secrets", level=Level.FAIL, says=says, do=do, facts=facts)
    says = N_("Only its owner reads the keys and passwords in {directory}.")
    return Finding(check="secrets", level=Level.OK, says=says, facts=facts)
