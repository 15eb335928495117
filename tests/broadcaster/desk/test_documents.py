"""What stands on the broker, made legible."""

from datetime import timedelta

import pytest

from broadcaster.controller.publishing import Desired, converge
from broadcaster.desk.errors import NotFound
from broadcaster.house import CountyHouse
from devices.documents import Settings
from devices.topics import DocumentKind, area_document
from tests.broadcaster.desk.conftest import COUNTY, NOW, CountyDeskOf

TOPIC = area_document(COUNTY, DocumentKind.SETTINGS)


@pytest.fixture
def published(county_house: CountyHouse) -> None:
    quiet = Settings(volume=60)
    desired = Desired(kind=DocumentKind.SETTINGS, target=COUNTY, body=quiet, holds=timedelta(days=1))
    with county_house.transaction() as session:
        converge(session, {TOPIC: desired}, [DocumentKind.SETTINGS], county_house.signer, NOW)


@pytest.mark.usefixtures("published")
def test_documents_are_listed_by_kind_and_target(county_desk_of: CountyDeskOf) -> None:
    documents = county_desk_of("qian").documents
    (listed,) = documents.list()
    assert (listed.topic, listed.kind, listed.issued) == (TOPIC, DocumentKind.SETTINGS, NOW)
    assert listed.size_bytes > 100
    assert documents.list(kind=DocumentKind.SETTINGS, target=COUNTY) == (listed,)
    assert documents.list(kind=DocumentKind.PLAN) == documents.list(target="elsewhere") == ()


@pytest.mark.usefixtures("published")
def test_a_document_is_shown_as_json(county_desk_of: CountyDeskOf) -> None:
    shown = county_desk_of("qian").documents.show(topic=TOPIC)
    assert shown["header"]["target"] == COUNTY
    assert shown["body"]["volume"] == 60


def test_a_topic_without_a_document_is_named(county_desk_of: CountyDeskOf) -> None:
    with pytest.raises(NotFound, match="There is no document on ccx/1/time"):
        county_desk_of("qian").documents.show(topic="ccx/1/time")
