"""The chain: whatever happens to batches on their way, nothing wrong is ever appended."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from devices.chain import (
    ChainVerdict,
    Checked,
    Linked,
    Tip,
    batch,
    canonical,
    check,
    genesis,
    link,
    link_text,
    record_from_json,
    record_to_text,
)
from devices.codec import decode, encode
from devices.errors import BadReport
from devices.topics import ReportKind
from schedules.records import AsPlayed, ClockQuality, MissedBecause, Result
from tests.devices.samples import NOW, name

CHAIN, OTHER = "00000000000000aa", "00000000000000bb"
KEY = bytes(range(32))


def record(seq: int, heard_ms: int = 60_000) -> AsPlayed:
    """A play of the morning notice."""
    return AsPlayed(
        seq=seq,
        slot=name(seq, 32),
        notice="open-letter",
        version=1,
        recording=name(7, 64),
        started=NOW,
        ended=NOW + timedelta(milliseconds=heard_ms),
        heard_ms=heard_ms,
        full_ms=60_000,
        result=Result.COUNTED,
        volume=80,
        clock=ClockQuality.SYNCED,
        boot="0a1b2c3d",
    )


def linked(count: int, chain: str = CHAIN, heard_ms: int = 60_000) -> list[Linked]:
    """The first `count` records of a chain."""
    found: list[Linked] = []
    for seq in range(1, count + 1):
        found.append(link(record(seq, heard_ms), str(found[-1]["hash"]) if found else genesis(chain)))
    return found


RECORDS = linked(12)


def tip_at(seq: int) -> Tip:
    """The tip of the sample chain after `seq` records."""
    return Tip(chain=CHAIN, seq=seq, hash=str(RECORDS[seq - 1]["hash"]) if seq else genesis(CHAIN))


def after(tip: Tip | None, first: int, last: int) -> Checked:
    """Records `first` to `last` of the sample chain, against `tip`."""
    return check(batch(CHAIN, RECORDS[first - 1 : last], KEY), tip, KEY)


def test_records_are_the_same_in_and_out() -> None:
    missed = AsPlayed(
        seq=3,
        alert="flood",
        notice="n",
        version=2,
        recording=None,
        started=None,
        ended=None,
        heard_ms=0,
        full_ms=0,
        result=Result.MISSED,
        because=MissedBecause.NO_POWER,
        clock=ClockQuality.NONE,
        boot="0a1b2c3d",
    )
    for original in (missed, record(1)):
        assert record_from_json(json.loads(record_to_text(original))) == original


def test_the_text_of_a_record_is_its_canonical_form_alone_and_in_its_chain() -> None:
    for original in (
        record(1),
        structs.replace(record(2), slot=None, alert="flood", started=None, ended=None),
    ):
        linked = link(original, genesis(CHAIN))
        assert canonical(json.loads(record_to_text(original))).decode() == record_to_text(original)
        assert link_text(original, genesis(CHAIN)) == (linked["hash"], canonical(linked).decode())


def test_what_the_text_of_a_record_cannot_hold_is_refused() -> None:
    with pytest.raises(BadReport):
        record_to_text(structs.replace(record(1), notice="通知"))


def test_a_record_has_one_canonical_form() -> None:
    members: Linked = {"seq": 2, "boot": "0a1b2c3d", "notice": "n"}
    assert canonical(members) == b'{"boot":"0a1b2c3d","notice":"n","seq":2}'


@pytest.mark.parametrize("value", ["通知", 1.0, True, None, [], {}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(BadReport):
        canonical({"notice": value})


def test_a_first_batch_begins_the_chain() -> None:
    checked = after(None, 1, 5)
    assert checked.verdict is ChainVerdict.NEW_CHAIN
    assert checked.new == tuple(record(seq) for seq in range(1, 6))
    assert checked.tip == tip_at(5)


def test_a_next_batch_is_appended() -> None:
    checked = after(tip_at(5), 6, 8)
    assert (checked.verdict, len(checked.new), checked.tip) == (ChainVerdict.APPENDED, 3, tip_at(8))


def test_of_a_batch_that_overlaps_only_the_rest_is_new() -> None:
    checked = after(tip_at(5), 3, 8)
    assert [each.seq for each in checked.new] == [6, 7, 8]
    assert checked.verdict is ChainVerdict.APPENDED


@pytest.mark.parametrize(("first", "last"), [(1, 2), (3, 5), (5, 5)])
def test_a_batch_that_came_before_is_already_known(first: int, last: int) -> None:
    checked = after(tip_at(5), first, last)
    assert (checked.verdict, checked.new, checked.tip) == (ChainVerdict.ALREADY_KNOWN, (), tip_at(5))


def test_a_batch_after_a_lost_one_is_a_gap_that_the_receipt_tells() -> None:
    checked = after(tip_at(5), 7, 8)
    assert (checked.verdict, checked.new, checked.tip) == (ChainVerdict.GAP, (), tip_at(5))
    assert checked.detail == f"chain {CHAIN}: records 6 to 6 have not arrived"


def test_a_controller_that_knows_nothing_says_so_in_its_receipt() -> None:
    checked = after(None, 7, 8)
    assert (checked.verdict, checked.tip) == (ChainVerdict.GAP, tip_at(0))


def test_a_chain_that_continues_another_past_is_a_fork() -> None:
    elsewhere = linked(8, heard_ms=59_999)
    for first, last in ((1, 8), (5, 8), (6, 8)):
        checked = check(batch(CHAIN, elsewhere[first - 1 : last], KEY), tip_at(5), KEY)
        assert (checked.verdict, checked.new, checked.tip) == (ChainVerdict.FORK, (), tip_at(5))


def test_a_new_chain_follows_an_old_one() -> None:
    checked = check(batch(OTHER, linked(2, OTHER), KEY), tip_at(5), KEY)
    assert checked.verdict is ChainVerdict.NEW_CHAIN
    assert checked.tip is not None
    assert (checked.tip.chain, checked.tip.seq, len(checked.new)) == (OTHER, 2, 2)


def test_a_new_chain_must_come_from_its_beginning() -> None:
    checked = check(batch(OTHER, linked(3, OTHER)[1:], KEY), tip_at(5), KEY)
    assert (checked.verdict, checked.tip) == (ChainVerdict.GAP, tip_at(5))


def test_a_chain_that_was_given_up_does_not_come_back() -> None:
    new = Tip(chain=OTHER, seq=2, hash=name(1, 64))
    checked = check(batch(CHAIN, RECORDS[:3], KEY), new, KEY, abandoned=[CHAIN])
    assert (checked.verdict, checked.new, checked.tip) == (ChainVerdict.FORK, (), new)


def test_records_of_one_chain_do_not_begin_another() -> None:
    checked = check(batch(OTHER, RECORDS[:3], KEY), None, KEY)
    assert (checked.verdict, checked.new) == (ChainVerdict.FORK, ())


def test_a_record_that_was_changed_breaks_the_chain() -> None:
    changed = [RECORDS[0], {**RECORDS[1], "heard_ms": 1}, RECORDS[2]]
    checked = check(batch(CHAIN, changed, KEY), None, KEY)
    assert checked.verdict is ChainVerdict.BAD_HASH
    assert "record 2" in checked.detail


def test_a_batch_with_a_record_left_out_is_no_chain() -> None:
    checked = check(batch(CHAIN, [RECORDS[0], RECORDS[2]], KEY), None, KEY)
    assert (checked.verdict, checked.new) == (ChainVerdict.BAD_HASH, ())


def test_another_endpoint_s_key_is_a_bad_mac() -> None:
    assert check(batch(CHAIN, RECORDS[:3], bytes(32)), None, KEY).verdict is ChainVerdict.BAD_MAC


@pytest.mark.parametrize("seq", [1, 3])
def test_a_record_of_another_number_is_no_next_one_although_it_hashes(seq: int) -> None:
    """Only the endpoint itself could make it so; a hole in its numbers would be proof of nothing."""
    odd = link(record(seq), str(RECORDS[0]["hash"]))
    checked = check(batch(CHAIN, [RECORDS[0], odd], KEY), None, KEY)
    assert (checked.verdict, checked.new) == (ChainVerdict.BAD_HASH, ())


def test_a_batch_moved_to_another_chain_has_a_bad_mac() -> None:
    moved = replace(batch(CHAIN, RECORDS[:3], KEY), chain=OTHER)
    assert check(moved, None, KEY).verdict is ChainVerdict.BAD_MAC


@pytest.mark.parametrize(
    "change",
    [{"seq": "1"}, {"slot": "x"}, {"alert": "both"}, {"clock": "?"}, {"extra": 1.5}, {"extra": "通知"}],
)
def test_a_record_with_a_bad_member_is_refused(change: Linked) -> None:
    odd = {**RECORDS[1], **change}
    checked = check(batch(CHAIN, [RECORDS[0], odd], KEY), None, KEY)
    assert checked.verdict in (ChainVerdict.BAD_RECORD, ChainVerdict.BAD_HASH)
    assert checked.new == ()


def test_a_member_that_is_not_known_is_hashed_and_passed_over() -> None:
    members = {**json.loads(record_to_text(record(1))), "humidity": 60}
    digest = link(record(1), genesis(CHAIN))["hash"]
    assert check(batch(CHAIN, [{**members, "hash": digest}], KEY), None, KEY).verdict is ChainVerdict.FORK


def test_a_batch_survives_the_wire() -> None:
    sent = batch(CHAIN, RECORDS, KEY)
    arrived = decode(ReportKind.PLAYED, encode(sent))
    assert arrived == sent


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)).map(sorted), max_size=25))
def test_lost_doubled_and_reordered_batches_append_each_record_once_and_in_order(
    deliveries: list[list[int]],
) -> None:
    tip: Tip | None = None
    stored: list[AsPlayed] = []
    for first, last in deliveries:
        checked = after(tip, first, last)
        stored += checked.new
        tip = checked.tip
        assert [each.seq for each in stored] == list(range(1, len(stored) + 1))
        assert checked.verdict in (
            ChainVerdict.APPENDED,
            ChainVerdict.NEW_CHAIN,
            ChainVerdict.ALREADY_KNOWN,
            ChainVerdict.GAP,
        )
        assert tip == tip_at(len(stored))


@pytest.mark.parametrize("bare", [0, 1])
def test_a_record_without_its_hash_makes_a_batch_no_chain(bare: int) -> None:
    sent = batch(CHAIN, RECORDS[:3], KEY)
    records = tuple(
        {k: v for k, v in r.items() if k != "hash" or n != bare} for n, r in enumerate(sent.records)
    )
    assert check(replace(sent, records=records), None, KEY).new == ()
    assert check(replace(sent, records=records), tip_at(1 + bare), KEY).new == ()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from([*RECORDS[0], "x"]), _json, max_size=4), min_size=1, max_size=3)
)
def test_no_batch_makes_the_check_raise(changes: list[Linked]) -> None:
    odd = tuple({**RECORDS[n], **change} for n, change in enumerate(changes))
    last = str(odd[-1]["hash"])
    try:
        sent = batch(CHAIN, odd, KEY)
    except ValueError:  # its last hash is none
        sent = replace(batch(CHAIN, RECORDS[:1], KEY), records=odd)
    checked = check(sent, tip_at(5), KEY)
    assert checked.new == () or last == RECORDS[len(odd) - 1]["hash"]
