"""Receipts: what they let an endpoint forget, and when it links what is left into a new chain."""

import random

import pytest

from devices.documents import Receipt
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
