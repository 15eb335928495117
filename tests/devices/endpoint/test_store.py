"""The store: all of a decision or nothing, also after a kill, and never more than is needed."""

import random
import sqlite3
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.endpoint.store import (
    AlertMark,
    Boot,
    Change,
    EndpointStore,
    HeldDocument,
    SlotMark,
    StoreFault,
    Unfinished,
)
from tests.devices.endpoint.village import DAWN

HOUR = timedelta(hours=1)
MARK = SlotMark(slot="s", notice="n", settled=True, ended=DAWN, forget=DAWN + HOUR)


def opened(path=None, seed: int = 1) -> EndpointStore:
    return EndpointStore.open(path, random.Random(seed))


def test_everything_comes_back_when_it_is_opened_again(tmp_path):
    store = opened(tmp_path / "db")
    document = HeldDocument(topic="t", revision=7, payload=b"x")
    store.keep_document(document, DAWN)
    change = Change(
        records=((1, "{}"), (2, "{}")),
        tip=(2, "aa"),
        slots=(MARK,),
        alerts=(AlertMark(key="a#1", times=3, forget=DAWN),),
        unfinished=(Unfinished(key="s2", body="{}", heard_ms=0),),
    )
    store.write(change)
    store.note_heard("s2", 1234)
    store.close()
    again = opened(tmp_path / "db", seed=2)
    assert (again.chain, again.replaced, again.tip) == (store.chain, "", (2, "aa"))
    assert (again.documents(), again.floor) == ((document,), DAWN)
    assert (again.slots(), again.alert_times()) == ((MARK,), {"a#1": 3})
    assert again.unfinished() == (Unfinished(key="s2", body="{}", heard_ms=1234),)
    assert again.records(0, 10) == ((1, "{}"), (2, "{}"))


def test_a_change_that_fails_in_the_middle_leaves_nothing():
    store = opened()
    store.write(Change(records=((1, "{}"),), tip=(1, "aa")))
    with pytest.raises(StoreFault):
        store.write(Change(records=((2, "{}"), (1, "twice")), tip=(2, "bb"), slots=(MARK,)))
    assert (store.records(0, 10), store.tip, store.slots()) == (((1, "{}"),), (1, "aa"), ())
    store.write(Change(records=((2, "{}"),), tip=(2, "bb")))


def test_what_was_written_is_on_the_disk_when_the_call_returns(tmp_path):
    store = opened(tmp_path / "db")
    store.write(Change(records=((1, "{}"),), tip=(1, "aa")))
    assert EndpointStore.open(tmp_path / "db", random.Random(2)).records(0, 10) == ((1, "{}"),)
    assert store._database.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_full_disk_is_a_store_fault_and_harms_nothing(tmp_path):
    store = opened(tmp_path / "db")
    store.write(Change(slots=(MARK,)))
    store._database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreFault, match="full"):
        store.keep_document(HeldDocument(topic="t", revision=1, payload=bytes(1_000_000)), DAWN)
    assert (store.documents(), store.slots()) == ((), (MARK,))


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\x00" + bytes(5000)])
def test_a_damaged_file_is_moved_aside(tmp_path, content):
    path = tmp_path / "db"
    path.write_bytes(content)
    store = opened(path)
    assert store.replaced
    assert path.with_name("db.damaged").read_bytes() == content
    store.write(Change(slots=(MARK,)))


def test_a_file_of_another_format_is_moved_aside(tmp_path):
    path = tmp_path / "db"
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.execute("CREATE TABLE x (y)")
    other.close()
    assert "format 99" in opened(path).replaced


def test_a_new_chain_takes_the_unreceipted_records_along():
    store = opened()
    store.write(Change(records=((5, "old"), (6, "old")), tip=(6, "aa")))
    store.begin_chain("ff" * 8, [(1, "new"), (2, "new")], (2, "bb"))
    assert (store.chain, store.tip, store.records(0, 10)) == ("ff" * 8, (2, "bb"), ((1, "new"), (2, "new")))


def test_the_floor_only_rises():
    store = opened()
    assert store.floor is None
    store.keep_document(HeldDocument(topic="a", revision=1, payload=b""), DAWN)
    store.keep_document(HeldDocument(topic="b", revision=1, payload=b""), DAWN - HOUR)
    assert store.floor == DAWN
    store.note_alive("b1", DAWN + HOUR, DAWN, DAWN + HOUR)
    assert store.floor == DAWN + HOUR


def test_boots_that_follow_each_other_closely_are_one():
    store = opened()
    for n in range(100):
        since = DAWN + timedelta(seconds=30 * n)
        store.note_alive(f"boot{n}", since + timedelta(seconds=20), since, DAWN)
    store.note_alive("late", DAWN + 3 * HOUR, DAWN + 2 * HOUR, DAWN)
    assert store.boots() == (
        Boot(first=DAWN, last=DAWN + timedelta(seconds=30 * 99 + 20)),
        Boot(first=DAWN + 2 * HOUR, last=DAWN + 3 * HOUR),
    )


def test_what_is_long_past_is_forgotten():
    store = opened()
    store.write(Change(slots=(MARK,), alerts=(AlertMark(key="a", times=1, forget=DAWN),)))
    store.note_alive("b1", DAWN, DAWN, DAWN)
    store.forget(["s"], DAWN + HOUR, DAWN + HOUR)
    assert (store.slots(), store.alert_times(), store.boots()) == ((), {}, ())


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5)), max_size=12))
def test_marks_are_the_last_ones_written(marks):
    store = opened()
    expected = {}
    for slot, minutes in marks:
        expected[slot] = SlotMark(
            slot=slot,
            notice="n",
            settled=bool(minutes % 2),
            ended=DAWN + timedelta(minutes=minutes) if minutes else None,
            forget=DAWN,
        )
        store.write(Change(slots=(expected[slot],)))
    assert {mark.slot: mark for mark in store.slots()} == expected
