"""What a hub keeps across power cuts."""

from contextlib import closing
from pathlib import Path

import pytest

from devices.hub.postbox import BATCH, Postbox
from devices.hub.store import HubStore, KeptDocument, StoreInUse
from devices.links import Message
from tests.devices.endpoint.board import ScriptedLink

GASP = Message("ccx/1/endpoint/horn-01/event", b"gasp", 1, False)


def test_what_is_kept_is_there_after_the_power_was_cut(tmp_path: Path) -> None:
    store = HubStore.open(tmp_path / "hub.db")
    store.keep(KeptDocument("t", 5, b"five"))
    store.reach("horn-01", "t", 5)
    store.hold("horn-01", "ab" * 32, held=True)
    store.put(GASP)
    store.close()
    again = HubStore.open(tmp_path / "hub.db")
    assert again.documents() == [KeptDocument("t", 5, b"five")]
    assert again.reached() == {("horn-01", "t"): 5}
    assert again.held() == {("horn-01", "ab" * 32)}
    assert again.waiting(9) == [(1, GASP)]


def test_a_damaged_store_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_bytes(b"this is no database at all" * 100)
    assert HubStore.open(tmp_path / "hub.db").documents() == []
    assert (tmp_path / "hub.db.damaged").exists()


def test_a_store_of_which_a_page_in_the_middle_is_damaged_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    with closing(HubStore.open(path)) as store:
        for number in range(50):
            store.keep(KeptDocument(f"t{number}", number, bytes(1_000)))
    written = path.read_bytes()
    half = len(written) // 2 & ~4095
    path.write_bytes(written[:half] + bytes(range(256)) * 16 + written[half + 4096 :])
    with closing(HubStore.open(path)) as store:
        assert store.documents() == []


def test_a_store_that_another_program_uses_is_left_alone(tmp_path: Path) -> None:
    store = HubStore.open(tmp_path / "hub.db")
    with pytest.raises(StoreInUse, match="in use"):
        HubStore.open(tmp_path / "hub.db")
    store.close()
    HubStore.open(tmp_path / "hub.db")


def test_an_epoch_is_not_used_twice(tmp_path: Path) -> None:
    epochs = []
    for _ in range(3):
        with closing(HubStore.open(tmp_path / "hub.db")) as store:
            epochs.append(store.next_epoch("east", first=0xFFFE))
    assert epochs == [0xFFFE, 0xFFFF, 0]


def test_a_report_that_waits_is_not_put_twice() -> None:
    store = HubStore.open(None)
    store.put(GASP)
    store.put(GASP)
    assert len(store.waiting(9)) == 1


def test_reports_wait_for_the_uplink_and_are_forgotten_only_once_the_broker_has_them() -> None:
    store, link = HubStore.open(None), ScriptedLink()
    box = Postbox(store, link)
    box.put(GASP)
    box.post()
    assert link.sent == []
    box.connected()
    box.post()
    assert link.sent == [GASP]
    assert len(store.waiting(9)) == 1
    box.posted()
    assert store.waiting(9) == []


def test_a_hub_that_dies_before_the_broker_has_a_report_says_it_again() -> None:
    store, link = HubStore.open(None), ScriptedLink()
    for _ in range(2):
        box = Postbox(store, link)
        box.put(GASP)
        box.connected()
        box.post()
    assert link.sent == [GASP, GASP]


def test_reports_go_up_in_order_a_batch_at_a_time() -> None:
    store, link = HubStore.open(None), ScriptedLink()
    box = Postbox(store, link)
    reports = [Message("t", str(number).encode(), 1) for number in range(BATCH + 6)]
    for report in reports:
        box.put(report)
    box.connected()
    box.post()
    box.post()
    assert link.sent == reports[:BATCH]
    box.posted()
    box.post()
    assert link.sent == reports
