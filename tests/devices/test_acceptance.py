"""Which genuine documents are acted on."""

from datetime import datetime, timedelta

import pytest

from devices import topics
from devices.acceptance import TOLERANCE, Verdict, accept
from devices.documents import Alerts, Body, Plan, Receipt, Settings, TimeBeacon
from devices.topics import DocumentKind
from tests.devices import samples
from tests.devices.samples import COUNTY, NOW, document

HORN = "horn-01"
RECORDING = samples.name(1, 64)
HERE = topics.area_document(COUNTY, DocumentKind.ALERTS)


NO_ALERTS = Alerts()


def verdict(
    body: Body = NO_ALERTS,
    target: str = COUNTY,
    topic: str = HERE,
    *,
    revision: int = 5,
    held: int | None = 4,
    now: datetime | None = NOW,
    newest: datetime | None = None,
) -> Verdict:
    """Of a document issued at NOW for a week."""
    issued = document(body, target=target, revision=revision)
    return accept(issued, topic=topic, held_revision=held, now=now, newest_issued=newest)


@pytest.mark.parametrize(
    ("body", "target", "topic"),
    [
        (Alerts(), COUNTY, HERE),
        (Alerts(), HORN, topics.endpoint_document(HORN, DocumentKind.ALERTS)),
        (Plan(), COUNTY, topics.area_document(COUNTY, DocumentKind.PLAN)),
        (Settings(), HORN, topics.endpoint_document(HORN, DocumentKind.SETTINGS)),
        (
            Receipt(chain="0" * 16, seq=0, hash="0" * 64),
            HORN,
            topics.endpoint_document(HORN, DocumentKind.RECEIPT),
        ),
        (samples.manifest(), RECORDING, topics.manifest(RECORDING)),
        (TimeBeacon(), "time", topics.TIME),
    ],
)
def test_a_new_document_on_its_own_topic_is_accepted(body: Body, target: str, topic: str) -> None:
    assert verdict(body, target, topic) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    "topic",
    [
        topics.area_document("341523100000", DocumentKind.ALERTS),
        topics.area_document(COUNTY, DocumentKind.PLAN),
        topics.manifest(RECORDING),
        topics.TIME,
    ],
)
def test_a_document_replayed_on_another_topic_is_not(topic: str) -> None:
    assert verdict(topic=topic) is Verdict.WRONG_TOPIC


def test_a_manifest_says_nothing_of_another_recording() -> None:
    other = topics.manifest(samples.name(2, 64))
    assert verdict(samples.manifest(), RECORDING, other) is Verdict.WRONG_TOPIC


def test_the_first_document_of_a_topic_is_accepted() -> None:
    assert verdict(held=None) is Verdict.ACCEPTED


def test_an_older_revision_is_stale_and_the_same_one_a_duplicate() -> None:
    assert verdict(revision=5, held=6) is Verdict.STALE
    assert verdict(revision=5, held=5) is Verdict.DUPLICATE


def test_a_document_has_expired_at_its_expiry() -> None:
    assert verdict(now=NOW + timedelta(days=7)) is Verdict.EXPIRED
    assert verdict(now=NOW + timedelta(days=7, milliseconds=-1)) is Verdict.ACCEPTED


def test_a_document_from_beyond_the_tolerance_is_not_believed_yet() -> None:
    assert verdict(now=NOW - TOLERANCE) is Verdict.ACCEPTED
    assert verdict(now=NOW - TOLERANCE - timedelta(milliseconds=1)) is Verdict.NOT_YET


def test_without_a_trusted_clock_the_revision_alone_decides() -> None:
    assert verdict(now=None) is Verdict.ACCEPTED
    assert verdict(now=None, revision=3) is Verdict.STALE


def test_a_beacon_must_be_newer_than_everything_known() -> None:
    beacon = {"body": TimeBeacon(), "target": "time", "topic": topics.TIME, "now": None}
    assert verdict(**beacon, newest=NOW - timedelta(milliseconds=1)) is Verdict.ACCEPTED  # type: ignore[arg-type]
    assert verdict(**beacon, newest=NOW) is Verdict.STALE  # type: ignore[arg-type]


def test_documents_other_than_beacons_may_be_older_than_the_newest() -> None:
    assert verdict(newest=NOW + timedelta(hours=1)) is Verdict.ACCEPTED
