from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from broadcaster.registry import lists, sample
from broadcaster.storage.engine import open_database
from tests.broadcaster.storage.values import NOON


@pytest.fixture(scope="session")
def empty() -> Engine:
    """An empty county that is never filled for good."""
    return open_database("sqlite://")


@pytest.fixture
def session(empty: Engine) -> Iterator[Session]:
    """A visit to the empty county, undone at its end."""
    with Session(empty) as session:
        yield session


@pytest.fixture
def county(session: Session) -> Session:
    """The sample county."""
    lists.import_areas(session, "areas.csv", sample.AREAS.read_bytes())
    lists.import_endpoints(session, "endpoints.csv", sample.ENDPOINTS.read_bytes(), now=NOON)
    return session
