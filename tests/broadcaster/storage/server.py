"""A PostgreSQL server of the tests' own, on loopback, in a directory that goes with it."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

_PLACES = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/bin"))
_QUICK = "-c fsync=off"  # what was committed bears the server's end, not the machine's


class Server:
    """Started anew by `start`; each county gets a database of its own."""

    def __init__(self, directory: Path) -> None:
        self._programs = next((place for place in _PLACES if (place / "initdb").exists()), None)
        if self._programs is None or shutil.which("setpriv") is None:
            pytest.skip("PostgreSQL is not installed")
        pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
        self._directory, self._counties = directory, 0
        if os.geteuid() == 0:  # which PostgreSQL does not run as
            shutil.chown(directory, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        """The same data on the same port."""
        listening = f"-p {self._port} -c listen_addresses=127.0.0.1 -k '' {_QUICK}"
        self._run("pg_ctl", "-w", "-t", "120", "-l", str(self._directory / "log"), "-o", listening, "start")

    def stop(self) -> None:
        """At once, whoever is connected."""
        self._run("pg_ctl", "-w", "-t", "120", "-m", "immediate", "stop")

    def county(self) -> str:
        """The URL of an empty database."""
        self._counties += 1
        name = f"county{self._counties}"
        url = make_url(f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/postgres")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return url.set(database=name).render_as_string()

    def _run(self, program: str, *arguments: str) -> None:
        assert self._programs is not None
        command = [str(self._programs / program), "-D", str(self._directory / "data"), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._directory)
