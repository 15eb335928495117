"""A tap's link without a head that asks: it says so, and where to look."""

import pytest

from devices import topics
from devices.links import Message
from devices.serial import parcels
from devices.serial.bodies import Poll
from devices.serial.events import Joined, Received
from devices.serial.frames import Frame
from devices.serial.shelf import MemoryShelf
from devices.serial.tap_link import SILENT_S, TapLink
from devices.topics import ReportKind
from tests.devices.serial.parties import FAST, Party

FOR_ANOTHER = Frame(address=9, epoch=1, sequence=1, body=Poll()).to_bytes()


def link(lost: list[str]) -> TapLink:
    return TapLink(
        endpoint="horn-01",
        address=1,
        line=FAST,
        shelf=MemoryShelf(),
        nonce=lambda: 5,
        later=lambda deed: deed(),
        on_message=lambda message: None,
        on_disconnected=lost.append,
    )


@pytest.mark.parametrize(
    ("heard", "look_at"),
    [(FOR_ANOTHER, "the address"), (b"\x07\x33\x91\x55\x00", "the speed"), (b"", "the cable")],
)
def test_an_endpoint_that_is_never_asked_says_where_to_look(
    heard: bytes, look_at: str, caplog: pytest.LogCaptureFixture
) -> None:
    tap_link = link([])
    tap_link.watch(0.0)
    tap_link.tap.receive(heard, 1.0)
    tap_link.watch(SILENT_S)
    assert caplog.records == []
    for later_s in (1.0, 500.0):
        tap_link.watch(SILENT_S + later_s)
    (record,) = caplog.records
    assert record.look_at.startswith(look_at)  # type: ignore[attr-defined]


def test_a_head_that_asks_no_more_is_a_link_that_is_down() -> None:
    tap_link = link(lost := [])
    tap_link.take(Joined(1))
    tap_link.watch(0.0)
    tap_link.watch(SILENT_S)
    assert tap_link.connected
    tap_link.watch(SILENT_S + 1.0)
    assert (tap_link.connected, len(lost)) == (False, 1)


def queued(*messages: Message) -> list[tuple[str, bytes]]:
    """What goes up, in this order, when a tap is asked after all of them were said."""
    party, tap_link = Party(FAST), link([])
    for message in messages:
        tap_link.publish(message)
    party.wire.replace(1, tap_link.tap)
    party.for_s(3)
    received = [event for _, _, event in party.wire.events if isinstance(event, Received)]
    found = [parcels.from_bytes(event.content, "horn-01") for event in received]
    return [(message.topic.rpartition("/")[2], message.payload) for message in found]


def said(kind: ReportKind, payload: bytes, qos: int) -> Message:
    return Message(topics.report("horn-01", kind), payload, qos)


def test_events_and_heartbeats_out_of_turn_go_before_records() -> None:
    assert queued(
        said(ReportKind.PLAYED, b"records", 1),
        said(ReportKind.EVENT, b"gasp", 1),
        said(ReportKind.HEARTBEAT, b"at once", 1),
    ) == [("event", b"gasp"), ("heartbeat", b"at once"), ("played", b"records")]


def test_of_periodic_heartbeats_that_wait_the_newest_goes_and_of_records_all() -> None:
    assert queued(
        *(said(ReportKind.HEARTBEAT, beat, 0) for beat in (b"one", b"two")),
        *(said(ReportKind.PLAYED, batch, 1) for batch in (b"first", b"second")),
    ) == [("heartbeat", b"two"), ("played", b"first"), ("played", b"second")]


def test_an_endpoint_that_is_asked_again_and_then_no_more_says_so_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tap_link = link([])
    tap_link.watch(0.0)
    tap_link.watch(SILENT_S + 1.0)
    tap_link.tap.questions += 1
    tap_link.watch(1_000.0)
    tap_link.watch(1_001.0 + SILENT_S)
    assert len(caplog.records) == 2
