from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from broadcaster.people import users
from broadcaster.storage.engine import open_database
from tests.broadcaster.storage.values import NOON


@pytest.fixture(scope="session")
def nobodys() -> Engine:
    """A county in which nobody works."""
    return open_database("sqlite://")


@pytest.fixture
def session(nobodys: Engine) -> Iterator[Session]:
    """A county in which Li works, undone at the end."""
    with Session(nobodys) as session:
        users.add(session, name="li", full_name="李秀兰", now=NOON)
        yield session
