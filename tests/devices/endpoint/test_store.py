"""The store: all of a decision or nothing, also after a kill, and never more than is needed."""

import random
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.endpoint.memory_store import MemoryStore
from devices.endpoint.store import (
    AlertMark,
    Boot,
    Change,
    EndpointStore,
    HeldDocument,
    SlotMark,
    Store,
    StoreFault,
    StoreInUse,
    Unfinished,
)
from tests.devices.endpoint.village import DAWN

HOUR = timedelta(hours=1)
MARK = SlotMark(slot="s", notice="n", settled=True, ended=DAWN, forget=DAWN + HOUR)


def opened(path=None, seed: int = 1) -> EndpointStore:
    return EndpointStore.open(path, random.Random(seed))


@pytest.fixture(params=[lambda: opened(), lambda: MemoryStore(random.Random(1))], ids=["sqlite", "memory"])
def store(request) -> Store:
    """What every store promises, whatever it is made of."""
    return request.param()


def copied(path: Path) -> Path:
    """The files as a kill would leave them."""
    directory = path.with_name("copy")
    directory.mkdir()
    for file in path.parent.glob(f"{path.name}*"):
        shutil.copy(file, directory)
    return directory / path.name


def test_everything_comes_back_when_it_is_opened_again(tmp_path):
    store = opened(tmp_path / "db")
    document = HeldDocument(topic="t", revision=7, payload=b"x")
    store.keep_document(document, DAWN)
    change = Change(
        records=((1, "{}"), (2, "{}")),
        tip=(2, "aa"),
        slots=(MARK,),
        alerts=(AlertMark(key="a#1", times=3, forget=DAWN),),
        unfinished=(Unfinished(key="s2", body="{}"),),
    )
    store.write(change)
    store.close()
    again = opened(tmp_path / "db", seed=2)
    assert (again.chain, again.trouble, again.tip) == (store.chain, "", (2, "aa"))
    assert (again.documents(), again.floor) == ((document,), DAWN)
    assert (again.slots(), again.alert_times()) == ((MARK,), {"a#1": 3})
    assert again.unfinished() == (Unfinished(key="s2", body="{}"),)
    assert again.records(0, 10) == ((1, "{}"), (2, "{}"))


def test_a_change_that_fails_in_the_middle_leaves_nothing(store):
    store.write(Change(records=((1, "{}"),), tip=(1, "aa")))
    with pytest.raises(StoreFault):
        store.write(Change(records=((2, "{}"), (1, "twice")), tip=(2, "bb"), slots=(MARK,)))
    assert (store.records(0, 10), store.tip, store.slots()) == (((1, "{}"),), (1, "aa"), ())
    store.write(Change(records=((2, "{}"),), tip=(2, "bb")))


def test_what_was_written_is_on_the_disk_when_the_call_returns(tmp_path):
    store = opened(tmp_path / "db")
    store.write(Change(records=((1, "{}"),), tip=(1, "aa")))
    assert opened(copied(tmp_path / "db")).records(0, 10) == ((1, "{}"),)
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
    assert store.trouble
    assert path.with_name("db.damaged").read_bytes() == content
    store.write(Change(slots=(MARK,)))


def test_a_store_that_another_program_uses_is_left_alone(tmp_path):
    store = opened(tmp_path / "db")
    with pytest.raises(StoreInUse, match="in use"):
        opened(tmp_path / "db")
    store.write(Change(slots=(MARK,)))
    assert not list(tmp_path.glob("*.damaged"))


def test_what_lies_on_a_disk_that_takes_no_writes_is_carried_on_in_memory(tmp_path, monkeypatch):
    store = opened(tmp_path / "db")
    store.write(Change(records=((1, "{}"),), tip=(1, "aa"), slots=(MARK,)))
    path = copied(tmp_path / "db")  # with a journal that was not taken up
    connect = sqlite3.connect

    def failing(name, **settings):
        if name == str(path):
            name = f"file:{name}?mode=ro"
            return connect(name, uri=True, **settings)
        return connect(name, **settings)

    monkeypatch.setattr(sqlite3, "connect", failing)
    again = opened(path)
    assert "no writes" in again.trouble
    assert (again.chain, again.tip, again.slots()) == (store.chain, (1, "aa"), (MARK,))
    again.write(Change(records=((2, "{}"),), tip=(2, "bb")))
    assert not list(path.parent.glob("*.damaged"))


def test_a_store_that_cannot_even_be_read_gives_way_to_one_in_memory(tmp_path):
    store = opened(tmp_path / "no such directory" / "db")
    assert "no writes" in store.trouble
    store.write(Change(slots=(MARK,)))


def test_a_damaged_store_that_cannot_be_moved_aside_gives_way_to_one_in_memory(tmp_path, monkeypatch):
    path = tmp_path / "store"
    path.write_bytes(b"not a database" * 1000)
    path.with_name("store.damaged").mkdir()
    store = EndpointStore.open(path, random.Random(1))
    store.write(Change(records=((1, "one"),), tip=(1, "aa")))
    assert (store.records(0, 9), "damaged" in store.trouble) == (((1, "one"),), True)
    assert path.exists()


def test_a_file_of_another_format_is_moved_aside(tmp_path):
    path = tmp_path / "db"
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.execute("CREATE TABLE x (y)")
    other.close()
    assert "format 99" in opened(path).trouble


def test_a_new_chain_takes_the_unreceipted_records_along(store):
    store.write(Change(records=((5, "old"), (6, "old")), tip=(6, "aa")))
    store.begin_chain("ff" * 8, [(1, "new"), (2, "new")], (2, "bb"))
    assert (store.chain, store.tip, store.records(0, 10)) == ("ff" * 8, (2, "bb"), ((1, "new"), (2, "new")))


def test_the_floor_only_rises(store):
    assert store.floor is None
    store.keep_document(HeldDocument(topic="a", revision=1, payload=b""), DAWN)
    store.keep_document(HeldDocument(topic="b", revision=1, payload=b""), DAWN - HOUR)
    assert store.floor == DAWN
    store.note_alive("b1", DAWN + HOUR, DAWN, DAWN + HOUR)
    assert store.floor == DAWN + HOUR


def test_boots_that_follow_each_other_closely_are_one(store):
    for n in range(100):
        since = DAWN + timedelta(seconds=30 * n)
        store.note_alive(f"boot{n}", since + timedelta(seconds=20), since, DAWN)
    store.note_alive("late", DAWN + 3 * HOUR, DAWN + 2 * HOUR, DAWN)
    assert store.boots() == (
        Boot(first=DAWN, last=DAWN + timedelta(seconds=30 * 99 + 20)),
        Boot(first=DAWN + 2 * HOUR, last=DAWN + 3 * HOUR),
    )


def test_what_is_long_past_is_forgotten(store):
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


_TEXT = st.sampled_from(["a", "b", "c"])
_WHEN = st.integers(0, 10**7).map(lambda us: DAWN + timedelta(microseconds=us))
_MARKS = st.builds(
    SlotMark, slot=_TEXT, notice=_TEXT, settled=st.booleans(), ended=st.none() | _WHEN, forget=_WHEN
)
_ALERTS = st.builds(AlertMark, key=_TEXT, times=st.integers(0, 9), forget=_WHEN)
_PLAYS = st.lists(
    st.builds(Unfinished, key=_TEXT, body=_TEXT),
    max_size=2,
    unique_by=lambda p: p.key,
)
_CHANGES = st.builds(
    Change,
    records=st.lists(st.tuples(st.integers(1, 9), _TEXT), max_size=3).map(tuple),
    tip=st.none() | st.tuples(st.integers(1, 9), _TEXT),
    slots=st.lists(_MARKS, max_size=2).map(tuple),
    alerts=st.lists(_ALERTS, max_size=2).map(tuple),
    unfinished=st.none() | _PLAYS.map(tuple),
)
_DEEDS = st.one_of(
    st.tuples(st.just("write"), _CHANGES),
    st.tuples(
        st.just("keep_document"),
        st.builds(HeldDocument, topic=_TEXT, revision=st.integers(0, 9), payload=st.just(b"x")),
        _WHEN,
    ),
    st.tuples(st.just("forget_records"), st.integers(0, 9)),
    st.tuples(st.just("begin_chain"), _TEXT, st.just([(1, "n"), (2, "n")]), st.just((2, "h"))),
    st.tuples(st.just("note_alive"), _TEXT, _WHEN, _WHEN, _WHEN),
    st.tuples(st.just("forget"), st.lists(_TEXT), _WHEN, _WHEN),
)


def told(store: Store) -> tuple:
    """Everything that can be asked of a store."""
    kept = (store.chain, store.tip, store.floor, store.documents(), store.unfinished(), store.slots())
    records = (store.records(0, -1), store.records(2, 3), store.records(0, 1))
    return (*kept, *records, dict(store.alert_times()), store.boots(), store.trouble)


@given(st.lists(_DEEDS, max_size=10))
def test_a_store_in_memory_tells_what_the_real_one_tells(deeds):
    stores = (opened(), MemoryStore(random.Random(1)))
    for deed, *told_what in deeds:
        faults = []
        for store in stores:
            try:
                getattr(store, deed)(*told_what)
                faults.append(False)
            except StoreFault:
                faults.append(True)
        assert faults[0] == faults[1]
        assert told(stores[0]) == told(stores[1])
