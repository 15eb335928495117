"""How the controller that runs on a data directory is found: `running.json`, locked as long as it lives.

The lock goes with the process, also after kill -9, so a file that nobody locks is a leftover.
"""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from broadcaster.desk.errors import Conflict, Unavailable
from broadcaster.language import N_

FILE = "running.json"
_TRIES, _PAUSE_S = 20, 0.05  # whoever only looks holds the lock for an instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where a controller answers, and the token of who owns the data directory."""

    url: str
    token: str


class Claim:
    """The one controller of a data directory."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def announce(self, url: str) -> Running:
        """Lets this machine's command line find the controller at `url`, with a token made for this run."""
        running = Running(url=url, token=secrets.token_urlsafe(32))
        json.dump(asdict(running) | {"pid": os.getpid()}, self._file)
        self._file.flush()
        return running


@contextmanager
def claim(directory: Path) -> Iterator[Claim]:
    """Holds `directory` for this controller alone. Conflict where another one runs on it."""
    path = directory / FILE
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file:
        if not any(_locks(file, fcntl.LOCK_EX, pause_s=_PAUSE_S) for _ in range(_TRIES)):
            raise Conflict(N_("Another controller runs on {directory}. Stop it first."), directory=directory)
        file.truncate(0)
        try:
            yield Claim(file)
        finally:
            path.unlink(missing_ok=True)


def find(directory: Path) -> Running | None:
    """The controller that runs on `directory`, or None. Unavailable while it starts."""
    try:
        file = (directory / FILE).open(encoding="utf-8")
    except FileNotFoundError:
        return None
    with file:
        if _locks(file, fcntl.LOCK_SH):
            return None
        said = file.read()
    if not said:
        raise Unavailable(N_("The controller of {directory} is starting. Try again."), directory=directory)
    found = json.loads(said)
    return Running(url=found["url"], token=found["token"])


def _locks(file: IO[str], kind: int, *, pause_s: float = 0) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(pause_s)
        return False
    return True
