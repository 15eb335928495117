from collections.abc import Sequence
from dataclasses import replace

from broadcaster.dispatch.callout import Absent, planned
from broadcaster.dispatch.rounds import Job, LeftOut, Rounds, Truck, Unserved
from tests.broadcaster.dispatch.test_rounds import EIGHT, HOUR, LIFT, TRUCK, job

OFF = replace(TRUCK, crew="off")
AWAY = Absent(crew="away", skills=LIFT | {"radio"}, back=EIGHT + 30 * HOUR)
USUAL, URGENT = job(1, 0.01), job(2, 0.1)


def made(
    jobs: Sequence[Job], on_shift: Sequence[Truck] = (), off: Sequence[Truck] = (), *absent: Absent
) -> Rounds:
    return planned(jobs, {URGENT.ticket}, on_shift, off, absent)


def served(found: Rounds) -> dict[str, list[int]]:
    return {each.crew: [ticket for stop in each.stops for ticket in stop.jobs] for each in found.rounds}


def test_whose_day_off_it_is_goes_only_to_what_is_urgent() -> None:
    found = made([USUAL, URGENT], (), (OFF,))
    assert served(found) == {"off": [2]}
    assert found.left_out == (LeftOut(ticket=1, because=Unserved.DAY_OFF),)


def test_nobody_is_called_out_for_what_a_crew_on_shift_can_do() -> None:
    assert served(made([USUAL, URGENT], (TRUCK,), (OFF,))) == {"one": [1, 2], "off": []}


def test_what_is_urgent_and_too_much_for_those_on_shift_calls_the_others_out() -> None:
    busy = replace(TRUCK, ends=TRUCK.begins + HOUR)
    assert served(made([replace(URGENT, minutes=120)], (busy,), (OFF,)))["off"] == [2]


def test_what_only_crews_that_are_away_can_do_says_who_is_back_first() -> None:
    later = replace(AWAY, crew="later", back=AWAY.back + HOUR)
    (left,) = made([USUAL], (), (), later, AWAY).left_out
    assert (left.because, left.crew, left.back) == (Unserved.CREW_AWAY, "away", AWAY.back)


def test_what_nobody_can_do_whoever_is_back_stays_so() -> None:
    (left,) = made([job(3, skills=frozenset({"electrician"}))], (TRUCK,), (OFF,), AWAY).left_out
    assert left.because is Unserved.NO_SKILL


def test_being_late_is_told_before_being_away() -> None:
    long = replace(USUAL, minutes=900)
    (left,) = made([long], (TRUCK,), (), AWAY).left_out
    assert left.because is Unserved.TOO_LATE
