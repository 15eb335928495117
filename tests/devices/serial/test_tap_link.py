"""A tap's link without a head that asks: it says so, and where to look."""

import pytest

from devices.serial.bodies import Poll
from devices.serial.frames import Frame
from devices.serial.shelf import MemoryShelf
from devices.serial.tap_link import SILENT_S, TapLink
from tests.devices.serial.parties import FAST

FOR_ANOTHER = Frame(address=9, epoch=1, sequence=1, body=Poll()).to_bytes()


def link(lost: list[str]) -> TapLink:
    return TapLink(
        endpoint="horn-01",
        address=7,
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
