"""Messages shrink for the line and come back as they were."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import topics
from devices.links import Message
from devices.serial import parcels
from devices.serial.parcels import BadParcel
from devices.topics import DocumentKind, ReportKind

SHA256 = "ab" * 32
OWNER = "horn-01"
TOPICS = [
    topics.TIME,
    topics.area_document("341523000000", DocumentKind.ALERTS),
    topics.endpoint_document(OWNER, DocumentKind.RECEIPT),
    topics.endpoint_document("another", DocumentKind.PLAN),
    *(topics.report(OWNER, kind) for kind in ReportKind),
    topics.manifest(SHA256),
    topics.chunk(SHA256, 65_535),
    topics.chunk(SHA256, 65_536),
    topics.chunk_for(OWNER, SHA256, 0),
    topics.chunk_for("another", SHA256, 7),
    f"{topics.MEDIA}/{SHA256}/7",
    f"{topics.ROOT}/area/341523000000/else",
    "天气",
]


@given(
    topic=st.sampled_from(TOPICS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    payload=st.binary(max_size=400) | st.text(max_size=200).map(str.encode),
    qos=st.integers(0, 2),
    retain=st.booleans(),
    owner=st.sampled_from([OWNER, None]),
)
def test_a_message_comes_back_as_it_went(
    topic: str, payload: bytes, qos: int, retain: bool, owner: str | None
) -> None:
    message = Message(topic, payload, qos, retain)
    assert parcels.from_bytes(parcels.to_bytes(message, owner), owner) == message


@pytest.mark.parametrize(("topic", "length"), [*zip(TOPICS[:4], (0, 7, 1, 29), strict=True)])
def test_topics_that_are_known_take_a_few_bytes(topic: str, length: int) -> None:
    assert len(parcels.to_bytes(Message(topic, b"\1\2"), OWNER)) == 1 + length + 2


def test_a_heartbeat_is_less_than_half_on_the_line() -> None:
    vectors = json.loads(Path("docs/vectors/reports.json").read_text("utf-8"))
    texts = [json.dumps(each, separators=(",", ":")) for each in _heartbeats(vectors)]
    assert texts
    for text in texts:
        parcel = parcels.to_bytes(
            Message(topics.report(OWNER, ReportKind.HEARTBEAT), text.encode(), 0), OWNER
        )
        assert len(parcel) < len(text) / 2


def _heartbeats(value: object) -> list[object]:
    """Everything in the vectors that looks like a heartbeat in full."""
    if isinstance(value, dict):
        if {"boot", "up_s", "held", "software"} <= value.keys():
            return [value]
        value = list(value.values())
    if isinstance(value, list):
        return [found for each in value for found in _heartbeats(each)]
    if isinstance(value, str) and value.startswith("{"):
        return _heartbeats(json.loads(value))
    return []


@given(soup=st.binary(max_size=300), owner=st.sampled_from([OWNER, None]))
def test_soup_is_a_message_or_refused(soup: bytes, owner: str | None) -> None:
    with contextlib.suppress(BadParcel):
        assert len(parcels.from_bytes(soup, owner).payload) <= 262_144


def test_a_bomb_is_not_blown_up() -> None:
    bomb = parcels.to_bytes(Message(topics.TIME, bytes(4_000_000)))
    assert len(bomb) < 8_000
    with pytest.raises(BadParcel, match="at most"):
        parcels.from_bytes(bomb)
