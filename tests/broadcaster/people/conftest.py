from collections.abc import Iterator

import pytest
from sqlmodel import Session

from broadcaster.people import users
from broadcaster.storage.engine import open_database, transaction
from tests.broadcaster.storage.values import NOON


@pytest.fixture
def session() -> Iterator[Session]:
    """A county in which Li works."""
    with transaction(open_database("sqlite://")) as session:
        users.add(session, name="li", full_name="李秀兰", password="a boat on the river", now=NOON)
        yield session
