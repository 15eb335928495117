from dataclasses import replace
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.tickets.crews import Crew, Leave, told_for
from broadcaster.tickets.parts import Skill
from schedules.calendar import Calendar, Correction
from schedules.rules import Weekday
from tests.broadcaster.tickets.workshop import DAY, HOUR, MONDAY

SATURDAY = date(2026, 3, 7)
ONE = Crew(name="one", place="town", skills=frozenset({Skill.LIFT, Skill.RADIO}), stand_in="far")
TWO, FAR = replace(ONE, name="two", stand_in=""), Crew(name="far", place="other")
WINDOW = (MONDAY, MONDAY + 9 * HOUR)


def leave(begin: float, end: float, skill: Skill | None = None) -> Leave:
    return Leave(begins=MONDAY + begin * HOUR, ends=MONDAY + end * HOUR, skill=skill)


def away(crew: Crew, *leaves: Leave) -> Crew:
    return replace(crew, leaves=leaves or (leave(-1, 24),))


def told(*crews: Crew, at: datetime = MONDAY) -> str:
    return told_for("one", {crew.name: crew for crew in crews}, at)


def test_a_crew_without_days_of_its_own_goes_by_the_county_s_calendar() -> None:
    corrected = Calendar(corrections={SATURDAY: Correction.WORKDAY})
    assert not ONE.is_on_shift(SATURDAY, Calendar())
    assert ONE.is_on_shift(SATURDAY, corrected)


def test_days_of_its_own_count_whatever_the_calendar_says() -> None:
    weekend = replace(ONE, days=frozenset({Weekday.SAT, Weekday.SUN}))
    off = Calendar(corrections={SATURDAY: Correction.OFF})
    assert weekend.is_on_shift(SATURDAY, off)
    assert not weekend.is_on_shift(MONDAY.date(), off)


def test_a_crew_is_away_until_the_last_of_the_leaves_that_follow_on_each_other() -> None:
    crew = away(ONE, leave(24, 30), leave(-1, 5), leave(5, 8))
    assert crew.away_until(MONDAY) == MONDAY + 8 * HOUR
    assert crew.away_until(MONDAY + 8 * HOUR) is None


def test_a_crew_whose_truck_is_in_the_workshop_is_there_but_does_not_go_out() -> None:
    crew = away(ONE, leave(-1, 24, Skill.LIFT))
    assert crew.away_until(MONDAY) is None
    assert crew.outing(WINDOW) is None
    assert crew.able(WINDOW) == {Skill.RADIO}


def test_who_is_back_at_eleven_goes_out_from_then_on() -> None:
    assert away(ONE, leave(-1, 3)).outing(WINDOW) == (MONDAY + 3 * HOUR, WINDOW[1])
    assert away(ONE, leave(5, 6)).outing(WINDOW) == (MONDAY, MONDAY + 5 * HOUR)


def test_what_is_lacking_for_a_part_of_the_time_cannot_be_done_in_it() -> None:
    crew = away(ONE, leave(1, 2, Skill.RADIO))
    assert crew.outing(WINDOW) == WINDOW
    assert crew.able(WINDOW) == {Skill.LIFT}


HOURS = st.integers(-12, 24)
LEAVES = st.lists(
    st.builds(
        lambda begin, lasts, skill: leave(begin, begin + lasts, skill),
        HOURS,
        st.integers(1, 12),
        st.sampled_from([None, *Skill]),
    ),
    max_size=5,
)


@given(LEAVES)
def test_nobody_is_sent_out_while_they_are_away(leaves: list[Leave]) -> None:
    crew = replace(ONE, leaves=tuple(leaves))
    out = crew.outing(WINDOW)
    hours = [MONDAY + (n + 0.5) * HOUR for n in range(9)]
    free = [
        at
        for at in hours
        if all(
            le.skill is Skill.RADIO or le.skill is Skill.ELECTRICIAN or not le.begins <= at < le.ends
            for le in leaves
        )
    ]
    assert (out is None) == (not free)
    if out is not None:
        assert {at for at in hours if out[0] <= at < out[1]} <= set(free)
        assert WINDOW[0] <= out[0] < out[1] <= WINDOW[1]


def test_a_crew_that_is_there_is_told_itself() -> None:
    assert told(ONE, TWO, FAR) == "one"
    assert told(away(ONE), TWO, FAR, at=MONDAY + 2 * DAY) == "one"
    assert told() == "one"


def test_for_a_crew_that_is_away_its_stand_in_is_told_then_the_other_of_its_town_then_nobody() -> None:
    assert told(away(ONE), TWO, FAR) == "far"
    assert told(away(ONE), TWO, away(FAR)) == "two"
    assert told(away(ONE), TWO) == "two"
    assert told(away(ONE), away(TWO), away(FAR)) == ""


def test_a_stand_in_of_whom_nobody_can_be_told_is_passed_over() -> None:
    assert told(away(ONE), TWO, replace(FAR, is_told=False)) == "two"
    assert told(away(ONE), replace(TWO, is_told=False)) == ""
