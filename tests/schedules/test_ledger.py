"""One outcome per slot and endpoint, whatever way the records come."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.ledger import Progress, Proof, Settled, Violation, merge, settle
from schedules.outcomes import Outcome
from schedules.records import ClockQuality, MissedBecause, Result
from tests.schedules.playing import clock
from tests.schedules.proofs import missed, played, proof, slot

EVENING = clock("21:00")


def test_a_play_as_planned_is_counted():
    settled = settle(slot(), [played(slot())], EVENING)
    assert settled == Settled(outcome=Outcome.COUNTED, started=clock("08:00"), heard_ms=100_000)


@pytest.mark.parametrize(("late_s", "outcome"), [(60, Outcome.COUNTED), (61, Outcome.MADE_UP)])
def test_a_play_more_than_a_minute_late_is_made_up(late_s: int, outcome: Outcome):
    record = played(slot(), when=clock("08:00") + timedelta(seconds=late_s))
    assert settle(slot(), [record], EVENING).outcome is outcome


@pytest.mark.parametrize(
    ("seconds", "outcome"),
    [(1, Outcome.PARTIAL), (50, Outcome.PARTIAL), (89, Outcome.PARTIAL), (90, Outcome.COUNTED)],
)
def test_case_8_a_cut_play_counts_from_the_rule_on(seconds: int, outcome: Outcome):
    record = played(slot(), seconds=seconds, because=MissedBecause.INTERRUPTED)
    assert settle(slot(), [record], EVENING).outcome is outcome


def test_counted_wins_over_partial_over_missed():
    part = played(slot(), 2, seconds=40, because=MissedBecause.INTERRUPTED)
    none = missed(slot(), MissedBecause.FAULT, 1)
    full = played(slot(), 3)
    assert settle(slot(), [none, part, full], EVENING).outcome is Outcome.COUNTED
    partial = settle(slot(), [none, part], EVENING)
    assert (partial.outcome, partial.because) == (Outcome.PARTIAL, MissedBecause.INTERRUPTED)
    assert settle(slot(), [none], EVENING).because is MissedBecause.FAULT


@pytest.mark.parametrize(
    ("progress", "outcome"),
    [
        (Progress(), Outcome.PLANNED),
        (Progress(held=True), Outcome.HELD),
        (Progress(held=True, staged=True), Outcome.STAGED),
        (Progress(held=True, staged=True, sounding=True), Outcome.SOUNDING),
    ],
)
def test_before_its_latest_a_slot_without_a_record_stands_where_it_has_come(progress, outcome):
    assert settle(slot(), [], clock("19:59"), progress).outcome is outcome
    assert settle(slot(), [], clock("20:00"), progress).outcome is Outcome.UNKNOWN


def test_of_two_attempts_that_end_alike_the_one_heard_longest_is_told():
    for order in ((1, 2), (2, 1)):
        told = settle(slot(), [played(slot(), seq, seconds=20 * seq) for seq in order], EVENING)
        assert (told.outcome, told.heard_ms) == (Outcome.PARTIAL, 40_000)


def test_players_may_report_their_end_a_second_late_and_no_more():
    for late_ms, violations in ((1_000, frozenset()), (1_001, {Violation.OUTSIDE_WINDOW})):
        begun = slot().latest - timedelta(seconds=100, milliseconds=-late_ms)
        assert settle(slot(), [played(slot(), when=begun)], EVENING).violations == violations


def test_what_was_taken_back_unheard_is_withdrawn_by_whatever_clock():
    record = played(slot(), seconds=0, result=Result.WITHDRAWN, quality=ClockQuality.NONE)
    assert settle(slot(), [record], EVENING).outcome is Outcome.WITHDRAWN


def test_an_unknown_slot_becomes_what_its_late_records_prove():
    much_later = clock("12:00", 31)
    assert settle(slot(), [], much_later).outcome is Outcome.UNKNOWN
    dark = settle(slot(), [missed(slot(), MissedBecause.NO_POWER)], much_later)
    assert (dark.outcome, dark.because) == (Outcome.MISSED, MissedBecause.NO_POWER)


@pytest.mark.parametrize(("minutes", "outcome"), [(4, Outcome.UNKNOWN), (6, Outcome.MISSED)])
def test_what_an_endpoint_that_has_told_everything_does_not_know_never_reached_it(minutes, outcome):
    told = Progress(told_until=slot().latest + timedelta(minutes=minutes))
    settled = settle(slot(), [], slot().latest + timedelta(days=1), told)
    assert settled.outcome is outcome
    assert settled.because is (MissedBecause.NO_LINK if outcome is Outcome.MISSED else None)


def test_a_clock_that_knows_nothing_proves_no_play():
    record = played(slot(), quality=ClockQuality.NONE)
    settled = settle(slot(), [record], EVENING)
    assert settled == Settled(outcome=Outcome.MISSED, because=MissedBecause.CLOCK_UNKNOWN, heard_ms=100_000)


def test_a_notice_withdrawn_in_time_leaves_nothing_owed():
    partial = played(slot(), seconds=30, because=MissedBecause.INTERRUPTED)
    early, late = Progress(withdrawn=clock("15:00")), Progress(withdrawn=clock("20:00"))
    assert settle(slot(), [partial], EVENING, early).outcome is Outcome.WITHDRAWN
    assert settle(slot(), [played(slot())], EVENING, early).outcome is Outcome.COUNTED
    assert settle(slot(), [], EVENING, late).outcome is Outcome.UNKNOWN
    stopped = played(slot(), seconds=30, result=Result.WITHDRAWN)
    assert settle(slot(), [stopped], EVENING).outcome is Outcome.WITHDRAWN


def test_two_counted_records_of_one_slot_are_one_play_and_a_violation():
    settled = settle(slot(), [played(slot(), 1), played(slot(), 2)], EVENING)
    assert settled.outcome is Outcome.COUNTED
    assert settled.violations == {Violation.COUNTED_TWICE}


@pytest.mark.parametrize(
    ("when", "violations"),
    [
        ("05:59:59", {Violation.OUTSIDE_WINDOW}),
        ("06:00:00", set()),
        ("19:58:20", set()),
        ("19:58:22", {Violation.OUTSIDE_WINDOW}),
    ],
)
def test_a_play_outside_its_window_is_a_violation(when: str, violations: set[Violation]):
    assert settle(slot(), [played(slot(), when=clock(when))], EVENING).violations == violations


def test_case_14_and_21_a_record_that_comes_again_is_no_second_play():
    record = proof(played(slot()))
    merged = merge([record, record, record])
    assert merged == {(slot().id, "horn-1"): (record.record,)}
    assert settle(slot(), merged[slot().id, "horn-1"], EVENING).violations == frozenset()


def test_case_4_an_endpoint_killed_during_a_play_is_partial_until_it_makes_the_play_up():
    before = played(slot(), 1, seconds=40, because=MissedBecause.NO_POWER)
    assert settle(slot(), [before], EVENING).outcome is Outcome.PARTIAL
    again = played(slot(), 2, when=clock("10:00"))
    assert settle(slot(), [before, again], EVENING).outcome is Outcome.MADE_UP


def test_case_15_thirty_days_of_records_at_once_settle_each_slot_once():
    slots = [slot(n, notice=f"letter-{day}") for day in range(30) for n in range(8)]
    proofs = [proof(played(one, seq)) for seq, one in enumerate(slots, 1)]
    merged = merge(reversed(proofs * 2))
    assert len(merged) == len(slots)
    assert {settle(one, merged[one.id, "horn-1"], clock("12:00", 31)).outcome for one in slots} == {
        Outcome.COUNTED
    }


RANK = [
    {Outcome.UNKNOWN},
    {Outcome.MISSED},
    {Outcome.PARTIAL},
    {Outcome.WITHDRAWN},
    {Outcome.COUNTED, Outcome.MADE_UP},
]


def rank(outcome: Outcome) -> int:
    return next(n for n, outcomes in enumerate(RANK) if outcome in outcomes)


@st.composite
def proofs(draw: st.DrawFn) -> list[Proof]:
    """What three endpoints recorded of four slots, each with its own chain of numbers."""
    drawn = []
    for endpoint in ("a", "b", "c"):
        for seq in range(1, draw(st.integers(0, 6)) + 1):
            seconds = draw(st.sampled_from([0, 40, 95, 100]))
            record = played(
                slot(draw(st.integers(0, 3))),
                seq,
                seconds=seconds,
                when=clock("12:00") + timedelta(minutes=draw(st.integers(0, 300))),
                result=draw(st.none() | st.just(Result.WITHDRAWN)) if seconds < 90 else None,
                quality=draw(st.sampled_from(ClockQuality)),
            )
            drawn.append(proof(record, endpoint, chain=f"chain-{endpoint}"))
    return drawn


def ledger(found: list[Proof]) -> dict[tuple[str, str], Settled]:
    merged = merge(found)
    return {
        (one.id, endpoint): settle(one, merged.get((one.id, endpoint), ()), EVENING)
        for one in map(slot, range(4))
        for endpoint in ("a", "b", "c")
    }


@settings(max_examples=100, deadline=None)
@given(proofs(), st.randoms(use_true_random=False), st.integers(1, 3))
def test_doubling_and_reordering_change_nothing(found, chance, times):
    shuffled = found * times
    chance.shuffle(shuffled)
    assert ledger(shuffled) == ledger(found)
    assert merge(shuffled) == merge(found)


@settings(max_examples=100, deadline=None)
@given(proofs(), st.data())
def test_loss_never_raises_an_outcome_and_of_nothing_left_it_is_unknown(found, data):
    kept = [one for one in found if data.draw(st.booleans())]
    whole, rest = ledger(found), ledger(kept)
    assert all(rank(rest[atom].outcome) <= rank(whole[atom].outcome) for atom in whole)
    for atom in whole.keys() - merge(kept).keys():
        assert rest[atom].outcome is Outcome.UNKNOWN
