from collections.abc import Iterator

import pytest
from sqlmodel import Session

from broadcaster.registry import lists, sample
from broadcaster.storage.engine import open_database, transaction
from tests.broadcaster.storage.values import NOON


@pytest.fixture
def session() -> Iterator[Session]:
    """An empty county."""
    with transaction(open_database("sqlite://")) as session:
        yield session


@pytest.fixture
def county(session: Session) -> Session:
    """The sample county."""
    lists.import_areas(session, "areas.csv", sample.AREAS.read_bytes())
    lists.import_endpoints(session, "endpoints.csv", sample.ENDPOINTS.read_bytes(), now=NOON)
    return session
