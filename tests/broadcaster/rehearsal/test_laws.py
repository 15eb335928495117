"""The laws on made-up evidence: what no run can be made to do, they still see."""

from datetime import UTC, date, datetime, timedelta

import pytest

from broadcaster.rehearsal import laws
from broadcaster.rehearsal.laws import Chain, Law
from broadcaster.rehearsal.truth import Heard
from broadcaster.rehearsal.witness import Order
from schedules.outcomes import Outcome
from schedules.places import Place
from schedules.slots import PlannedBecause, Slot, SlotId, Span
from schedules.tally import Atom

SEVEN = datetime(2026, 3, 2, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
VILLAGE = Place("341523100200")


def slot(name: str = "a", planned: datetime = SEVEN) -> Slot:
    """One minute of the morning letter, between six and nine."""
    return Slot(
        id=SlotId(name),
        order="letter",
        notice="letter",
        version=1,
        place=VILLAGE,
        day=date(2026, 3, 2),
        ordinal=0,
        item=0,
        earliest=SEVEN - 60 * MINUTE,
        planned=planned,
        latest=SEVEN + 120 * MINUTE,
        duration_ms=60_000,
        because=PlannedBecause.SPREAD,
    )


def heard(name: str = "a", after: timedelta = timedelta(0), seconds: float = 60, start_ms: int = 0) -> Heard:
    started = SEVEN + after
    return Heard(
        endpoint="horn",
        key=name,
        start_ms=start_ms,
        started=started,
        ended=started + timedelta(seconds=seconds),
        heard_ms=round(seconds * 1000),
    )


class Documents:
    """Orders that hold from one time on and until another."""

    def __init__(self, since: datetime, until: datetime, says: Order) -> None:
        self._since, self._until, self._says = since, until, says

    def orders(self, endpoint, key, at):
        if self._since <= at < self._until:
            yield self._says

    def ever_ordered(self, endpoint, key):
        return key != "forged"


ALWAYS = Documents(SEVEN - 60 * MINUTE, SEVEN + 999 * MINUTE, Order(SEVEN + 300 * MINUTE, 600, False))


def broken(violations) -> list[Law]:
    return [violation.invariant for violation in violations]


def test_one_play_in_its_window_breaks_nothing():
    once, slots = [heard()], {"a": slot()}
    assert broken(laws.heard_rightly(once, slots, {})) == []
    assert broken(laws.ordered_rightly(once, ALWAYS)) == []
    assert broken(laws.spread_rightly(once, slots, ALWAYS)) == []


def test_two_sounds_at_one_instant_are_seen():
    together = [heard("a"), heard("b", MINUTE / 2)]
    assert broken(laws.heard_rightly(together, {}, {})) == [Law.TWO_AT_ONCE]


@pytest.mark.parametrize(
    ("seconds", "start_ms", "verdict"),
    [(60, 0, [Law.HEARD_TWICE]), (54.1, 0, [Law.HEARD_TWICE]), (53.9, 0, []), (60, 30_000, [])],
)
def test_a_second_play_breaks_the_law_where_it_would_count(seconds, start_ms, verdict):
    twice = [heard(), heard("a", 5 * MINUTE, seconds, start_ms)]
    assert broken(laws.heard_rightly(twice, {"a": slot()}, {})) == verdict


@pytest.mark.parametrize(
    ("after", "seen"), [(-61 * MINUTE, True), (119 * MINUTE, False), (120 * MINUTE, True)]
)
def test_what_sounds_outside_its_window_is_seen(after, seen):
    assert (Law.OUTSIDE_WINDOW in broken(laws.heard_rightly([heard("a", after)], {"a": slot()}, {}))) == seen


def test_quiet_hours_bind_what_was_planned_and_not_an_alert():
    quiet = {"horn": (Span(start=SEVEN, end=SEVEN + 10 * MINUTE),)}
    both = [heard("a"), heard("alert", 2 * MINUTE)]
    assert broken(laws.heard_rightly(both, {"a": slot()}, quiet)) == [Law.QUIET_HOURS]


def test_a_burst_is_seen_and_the_gap_of_a_notice_is_not_one():
    slots = {"a": slot("a", SEVEN - 60 * MINUTE), "b": slot("b", SEVEN - 30 * MINUTE)}
    assert broken(laws.spread_rightly([heard("a"), heard("b", 2 * MINUTE)], slots, ALWAYS)) == [Law.BURST]
    assert broken(laws.spread_rightly([heard("a"), heard("b", 11 * MINUTE)], slots, ALWAYS)) == []


def test_plays_at_their_planned_times_are_no_burst():
    slots = {"a": slot("a"), "b": slot("b", SEVEN + 2 * MINUTE)}
    assert broken(laws.spread_rightly([heard("a"), heard("b", 2 * MINUTE)], slots, ALWAYS)) == []


@pytest.mark.parametrize(
    ("name", "until", "expires", "verdict"),
    [
        ("forged", 9, 9, [Law.FORGERY_OBEYED]),
        ("a", 0.5, 9, [Law.WITHDRAWN_SOUNDED]),
        ("a", 9, 0.5, [Law.AFTER_LEASE]),
        ("a", 9, 9, []),
    ],
)
def test_what_sounds_is_ordered_from_its_beginning_to_its_end(name, until, expires, verdict):
    orders = Documents(SEVEN, SEVEN + until * MINUTE, Order(SEVEN + expires * MINUTE))
    assert broken(laws.ordered_rightly([heard(name)], orders)) == verdict


def test_what_ended_too_late_to_be_proved_is_not_missed():
    missed = laws.claimed_rightly([], [heard(seconds=60)], {"a": slot()}, SEVEN + MINUTE)
    assert broken(missed) == [Law.HEARD_UNPROVED]
    assert broken(laws.claimed_rightly([], [heard(seconds=61)], {"a": slot()}, SEVEN + MINUTE)) == []


def test_a_record_that_is_not_stored_is_missed():
    chains = [Chain(endpoint="horn", chain="c", last=3)]
    assert broken(laws.proved_rightly(chains, {("horn", "c"): {1, 3}}, SEVEN)) == [Law.PROOF_LOST]
    assert broken(laws.proved_rightly(chains, {("horn", "c"): {1, 2, 3}}, SEVEN)) == []


@pytest.mark.parametrize(
    ("held", "verdict"),
    [({"plan": 3}, []), ({"plan": 4}, []), ({"plan": 2}, [Law.LAGGING]), ({}, [Law.LAGGING])],
)
def test_an_endpoint_with_an_old_document_or_none_lags(held, verdict):
    assert broken(laws.converged({"horn": held}, {"horn": {"plan": 3}}, SEVEN)) == verdict


def test_a_slot_with_two_outcomes_is_seen():
    atom = Atom(
        slot=SlotId("a"),
        notice="letter",
        village=VILLAGE,
        day=SEVEN.date(),
        endpoint="horn",
        outcome=Outcome.COUNTED,
    )
    assert broken(laws.settled_rightly([atom], SEVEN)) == []
    assert broken(laws.settled_rightly([atom, atom], SEVEN)) == [Law.NO_OUTCOME]
