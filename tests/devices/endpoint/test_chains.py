"""Receipts: what they let an endpoint forget, and when it links what is left into a new chain."""

import random

import pytest

from devices.documents import Receipt
from devices.endpoint.store import EndpointStore
from devices.reports import EventKind
from tests.devices.endpoint.board import Board, FailingStore, ready
from tests.devices.endpoint.village import at, cue, slot

STRANGE = Receipt(chain="f" * 16, seq=3, hash="0" * 64)  # of a controller that lost what it knew
BOTH = [(slot("08:00"), "counted"), (slot("09:00"), "counted")]


def one_receipted_one_to_send() -> Board:
    """A board without a link whose first record is receipted and forgotten."""
    board = ready(cue("08:00"), cue("09:00"), store=FailingStore.open(None, random.Random(1)))
    return board.run_until(at("08:05")).disconnect().run_until(at("09:05"))


def test_for_a_controller_that_lost_its_chain_what_is_left_begins_a_new_one():
    board = one_receipted_one_to_send()
    before = board.store.chain
    board.tell(STRANGE, area=None)
    board.connect().run_for(minutes=1)
    assert (board.tip.chain, board.tip.seq, board.outcomes) == (board.store.chain, 1, BOTH)
    assert board.store.chain != before


def test_who_has_forgotten_nothing_goes_on_with_its_chain():
    board = ready(cue("08:00"), store=FailingStore.open(None, random.Random(1)))
    board.disconnect().run_until(at("08:05"))
    before = board.store.chain
    board.tell(STRANGE, area=None)
    board.connect().run_for(minutes=1)
    assert (board.tip.chain, board.outcomes) == (before, BOTH[:1])


@pytest.mark.parametrize("full_from", ["08:30", "09:04"])
def test_where_no_new_chain_can_be_written_the_old_one_goes_on(full_from: str):
    """With a record that waits for room, and with all of them written."""
    board = ready(cue("08:00"), cue("09:00"), store=FailingStore.open(None, random.Random(1)))
    board.run_until(at("08:05")).disconnect().run_until(at(full_from))
    board.store.full, before = True, board.store.chain
    board.run_until(at("09:05")).tell(STRANGE, area=None)
    board.store.full = False
    board.connect().run_for(minutes=2)
    assert (board.tip.chain, board.store.chain, board.outcomes) == (before, before, BOTH)


def test_no_new_chain_leaves_behind_a_record_that_waits_for_room():
    board = ready(cue("08:00"), cue("09:00"), store=FailingStore.open(None, random.Random(1)))
    board.run_until(at("08:05")).disconnect().run_until(at("08:30"))
    board.store.full = True
    board.run_until(at("09:05"))
    board.store.full, board.store.failing = False, 2  # the receipt's revision, and then the record
    board.tell(STRANGE, area=None)
    board.connect().run_for(minutes=2)
    assert (board.tip.chain, board.outcomes) == (board.store.chain, BOTH)


def test_a_receipt_that_cannot_be_written_down_is_said_and_costs_no_second_record():
    board = one_receipted_one_to_send()
    board.store.full = True
    board.connect().run_for(minutes=1)
    assert (board.outcomes, board.endpoint._recorder.unreceipted) == (BOTH, 0)
    assert board.events(EventKind.STORAGE_FAULT) == ["database or disk is full"]
    board.store.full = False
    board.kill().boot().run_for(minutes=1)
    assert (board.outcomes, board.store.records(0, 9)) == (BOTH, ())


def rusted(table: str, body: str) -> Board:
    """A board without a link that was dark after three plays, and in the middle of a fourth."""
    store = EndpointStore.open(None, random.Random(1))
    board = ready(cue("08:00"), cue("09:00"), cue("10:00"), cue("11:00", "11:01:30"), store=store)
    board.disconnect().run_until(at("11:00:30")).kill()
    which = "WHERE seq = 2" if table == "records" else ""
    store._database.execute(f"UPDATE {table} SET body = {body} {which}")
    return board.run_quiet(1).boot()


@pytest.mark.parametrize(
    "body",
    [
        "replace(body, 'counted', 'cOunted')",
        "replace(body, '60000', '60001')",
        "substr(body, 2)",
        "CAST(x'7bff' AS TEXT)",
        "'7'",
    ],
)
def test_a_record_that_the_disk_damaged_is_left_out_and_the_others_are_proved(body: str):
    board = rusted("records", body)
    assert "1 of 3 records" in board.connect().run_for(minutes=2).events(EventKind.STORAGE_FAULT)[0]
    proved = [(slot("08:00"), "counted"), (slot("10:00"), "counted"), (slot("11:00"), "partial")]
    assert board.outcomes == proved


@pytest.mark.parametrize("body", ["substr(body, 2)", "CAST(x'7bff' AS TEXT)", "'7'"])
def test_a_note_that_the_disk_damaged_ends_nothing(body: str):
    board = rusted("unfinished", body).connect().run_for(minutes=2)
    assert board.outcomes == [(slot(f"{hour}:00"), "counted") for hour in ("08", "09", "10")] + [
        (slot("11:00"), "missed")
    ]
