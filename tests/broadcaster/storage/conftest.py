"""A PostgreSQL server, for the modules that ask for one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broadcaster.storage.server import Server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Skips where PostgreSQL is not installed."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as directory:
        server = Server(Path(directory))
        yield server
        server.stop()


@pytest.fixture
def url(server: Server) -> str:
    """An empty database on it."""
    return server.county()
