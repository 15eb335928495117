"""Tallies: nothing that was ordered is ever left out of the sum."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.ledger import Progress, merge
from schedules.outcomes import Outcome
from schedules.places import Place
from schedules.records import MissedBecause
from schedules.slots import Absence, AbsentBecause, DayPlan
from schedules.tally import Atom, Tally, atoms, by_notice, by_village, lines, total
from tests.schedules.playing import clock
from tests.schedules.proofs import DAY, LIJIA, WANGZHUANG, missed, played, proof, slot

EVENING = clock("21:00")
TOWN = Place("341523100000")
ROSTER = {LIJIA: ("horn-1", "horn-2"), WANGZHUANG: ()}


def absence(place: Place, because: AbsentBecause = AbsentBecause.BUDGET, ordinal: int = 7) -> Absence:
    return Absence(
        order="o", notice="letter", version=1, place=place, day=DAY, ordinal=ordinal, because=because
    )


def test_a_slot_of_a_town_stands_once_for_each_endpoint_and_once_for_a_village_without_any():
    town = slot(place=TOWN)
    records = merge([proof(played(town), "horn-1"), proof(missed(town, MissedBecause.FAULT), "horn-2")])
    found = list(atoms(DayPlan(day=DAY, slots=(town,)), ROSTER, records, EVENING))
    assert [(a.village, a.endpoint, a.outcome, a.because) for a in found] == [
        (LIJIA, "horn-1", Outcome.COUNTED, None),
        (LIJIA, "horn-2", Outcome.MISSED, MissedBecause.FAULT),
        (WANGZHUANG, None, Outcome.MISSED, MissedBecause.NO_ENDPOINT),
    ]


def test_a_slot_of_one_endpoint_stands_for_it_alone():
    one = slot(place=Place(f"{LIJIA}/horn-2"))
    found = list(atoms(DayPlan(day=DAY, slots=(one,)), ROSTER, {}, EVENING))
    assert [(a.village, a.endpoint, a.outcome) for a in found] == [(LIJIA, "horn-2", Outcome.UNKNOWN)]


def test_a_place_that_nobody_knows_is_missed_and_not_forgotten():
    nowhere = Place("341523100299")
    found = list(atoms(DayPlan(day=DAY, slots=(slot(place=nowhere),)), ROSTER, {}, EVENING))
    assert [(a.village, a.because) for a in found] == [(nowhere, MissedBecause.NO_ENDPOINT)]


def test_an_absence_is_ordered_and_missed_with_its_reason():
    tally = total(atoms(DayPlan(day=DAY, absences=(absence(TOWN),)), ROSTER, {}, EVENING))
    assert (tally.ordered, tally.missed) == (3, 3)
    assert tally.missed_by == {"budget": 3}


def test_what_is_still_to_come_is_pending():
    plan = DayPlan(day=DAY, slots=(slot(),))
    found = total(atoms(plan, ROSTER, {}, clock("10:00"), lambda _slot, _endpoint: Progress(held=True)))
    assert (found.pending, found.ordered) == (2, 2)


def test_a_line_says_how_many_plays_were_heard_by_all_some_and_none():
    slots = tuple(slot(n) for n in range(3))
    heard = [(0, "horn-1"), (0, "horn-2"), (1, "horn-2")]
    records = merge(proof(played(slots[n], seq), endpoint) for seq, (n, endpoint) in enumerate(heard, 1))
    (line,) = lines(atoms(DayPlan(day=DAY, slots=slots), ROSTER, records, EVENING))
    assert (line.heard_by_all, line.heard_by_some, line.heard_by_none) == (1, 1, 1)
    assert (line.tally.counted, line.tally.unknown, line.tally.ordered) == (3, 3, 6)


def test_a_miss_needs_a_reason():
    with pytest.raises(ValueError, match="each of 2 misses needs one reason"):
        Tally(missed=2, missed_by={"fault": 1})


def test_a_withdrawn_slot_is_not_missed():
    gone = Progress(withdrawn=clock("07:00"))
    plan = DayPlan(day=DAY, slots=(slot(),))
    found = total(atoms(plan, ROSTER, {}, EVENING, lambda _slot, _endpoint: gone))
    assert (found.withdrawn, found.missed, found.ordered) == (2, 0, 2)


reasons = st.sampled_from([*MissedBecause, *AbsentBecause])


@st.composite
def counted_atoms(draw: st.DrawFn) -> list[Atom]:
    outcomes = draw(st.lists(st.sampled_from(Outcome), max_size=40))
    return [
        Atom(
            slot=slot(draw(st.integers(0, 2))).id,
            notice=draw(st.sampled_from(["letter", "proposal"])),
            village=draw(st.sampled_from([LIJIA, WANGZHUANG])),
            day=DAY + timedelta(days=draw(st.integers(0, 1))),
            endpoint="horn-1",
            outcome=outcome,
            because=draw(reasons) if outcome is Outcome.MISSED else None,
        )
        for outcome in outcomes
    ]


@settings(max_examples=100, deadline=None)
@given(counted_atoms(), st.integers(0, 40))
def test_tallies_add_up_however_they_are_cut(found, cut):
    whole = total(found)
    assert whole.ordered == len(found)
    assert total(found[:cut]) + total(found[cut:]) == whole
    ledger = lines(found)
    assert sum((line.tally for line in ledger), Tally()) == whole
    assert sum(by_notice(ledger).values(), Tally()) == whole
    assert sum(by_village(ledger).values(), Tally()) == whole
    assert all(
        line.heard_by_all + line.heard_by_some + line.heard_by_none
        == len(
            {a.slot for a in found if (a.notice, a.village, a.day) == (line.notice, line.village, line.day)}
        )
        for line in ledger
    )
