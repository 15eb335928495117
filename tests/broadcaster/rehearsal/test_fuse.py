"""A fuse kills before a deed or after it, and a transaction is then done or not."""

import random
from datetime import UTC, datetime

import pytest

from broadcaster.rehearsal.fuse import Fuse, FusedStore, Killed
from devices.endpoint.store import Change


def test_a_fuse_that_is_not_lit_burns_nobody():
    fuse = Fuse()
    for _ in range(1000):
        fuse.burn()


@pytest.mark.parametrize(("steps", "written"), [(1, ()), (2, ((1, "{}"),))])
def test_a_kill_in_a_transaction_leaves_all_of_it_or_nothing(steps, written):
    store = FusedStore(random.Random(1))
    store.fuse = Fuse()
    store.fuse.light(steps)
    with pytest.raises(Killed):
        store.write(Change(records=((1, "{}"),), tip=(1, "aa")))
    assert store.records(0, -1) == written
    assert store.tip == ((1, "aa") if written else (0, ""))


def test_it_burns_once():
    store = FusedStore(random.Random(1))
    store.fuse = Fuse()
    store.fuse.light(1)
    with pytest.raises(Killed):
        store.forget_records(1)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    store.note_alive("boot", now, now, now)
    assert len(store.boots()) == 1
