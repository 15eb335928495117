"""Precedence: who may sound when two want to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schedules.places import Level
from schedules.precedence import BroadcastClass, Precedence, Severity

SENT = datetime(2026, 10, 12, tzinfo=UTC)
DAILY = Precedence(
    klass=BroadcastClass.DAILY, level=Level.VILLAGE, severity=Severity.UNKNOWN, sent=SENT, id="b"
)
precedences = st.builds(
    Precedence,
    klass=st.sampled_from(BroadcastClass),
    level=st.sampled_from(Level),
    severity=st.sampled_from(Severity),
    sent=st.integers(0, 3).map(lambda hours: SENT + timedelta(hours=hours)),
    id=st.sampled_from("abc"),
)


def test_a_village_emergency_outranks_a_national_programme() -> None:
    emergency = replace(DAILY, klass=BroadcastClass.EMERGENCY, severity=Severity.BLUE)
    assert emergency.outranks(replace(DAILY, level=Level.NATIONAL, severity=Severity.RED))


def test_within_a_class_the_higher_level_outranks_and_only_then_the_severity() -> None:
    town, red = replace(DAILY, level=Level.TOWN), replace(DAILY, severity=Severity.RED)
    assert town.outranks(red)
    assert red.outranks(replace(DAILY, severity=Severity.YELLOW))
    assert not replace(DAILY, severity=Severity.TEST).outranks(DAILY)


def test_equals_wait_their_turn_in_order_of_arrival() -> None:
    later = replace(DAILY, sent=SENT + timedelta(minutes=1), id="a")
    assert not DAILY.outranks(later)
    assert not later.outranks(DAILY)
    assert sorted([later, DAILY], key=lambda one: one.rank) == [DAILY, later]


@given(precedences, precedences)
def test_two_are_equal_or_exactly_one_goes_first(one: Precedence, other: Precedence) -> None:
    assert (one.rank == other.rank) == (one == other)
    assert not (one.outranks(other) and other.outranks(one))
    if one.outranks(other):
        assert one.rank < other.rank
