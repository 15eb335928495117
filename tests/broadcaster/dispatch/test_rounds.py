from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.dispatch.road import length, shortest
from broadcaster.dispatch.rounds import Group, Job, Truck, Unserved, plan

EIGHT = datetime(2026, 3, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIFT = frozenset({"lift"})
TRUCK = Truck(crew="one", latitude=31.5, longitude=116.3, begins=EIGHT, ends=EIGHT + 9 * HOUR, skills=LIFT)


def job(ticket: int, north: float = 0.0, east: float = 0.0, **changes: object) -> Job:
    found = Job(
        ticket=ticket, latitude=31.5 + north, longitude=116.3 + east, minutes=30, prize=1.0, skills=LIFT
    )
    return replace(found, **changes)  # type: ignore[arg-type]


JOBS = st.builds(
    job,
    st.integers(1, 10_000),
    st.floats(-0.3, 0.3),
    st.floats(-0.3, 0.3),
    minutes=st.sampled_from([15.0, 60.0, 90.0]),
    prize=st.floats(0.1, 10),
    skills=st.sampled_from([frozenset[str](), LIFT, frozenset({"radio"})]),
    along=st.booleans(),
    closes=st.none() | st.integers(1, 12).map(lambda hours: EIGHT + hours * HOUR),
    sounding=st.lists(
        st.integers(0, 100).map(lambda n: (EIGHT + n * HOUR / 10, EIGHT + (n + 3) * HOUR / 10)), max_size=4
    ).map(tuple),
)
MANY = st.lists(JOBS, max_size=20, unique_by=lambda each: each.ticket)


@given(MANY, st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_every_job_is_in_one_round_in_its_window_or_left_out_with_a_reason(
    jobs: list[Job], crews: int
) -> None:
    trucks = [replace(TRUCK, crew=f"c{n}") for n in range(crews)]
    made = plan(jobs, trucks)
    served = [ticket for each in made.rounds for stop in each.stops for ticket in stop.jobs]
    assert sorted([*served, *(left.ticket for left in made.left_out)]) == sorted(j.ticket for j in jobs)
    closes = {each.ticket: each.closes for each in jobs}
    sounding = {each.ticket: each.sounding for each in jobs}
    for each in made.rounds:
        assert each.back <= TRUCK.ends
        for stop in each.stops:
            assert all((end := closes[ticket]) is None or stop.leaves <= end for ticket in stop.jobs)
            for begin, end in (span for ticket in stop.jobs for span in sounding[ticket]):
                assert stop.leaves <= begin or end <= stop.arrives


def test_six_stops_are_driven_by_the_shortest_round() -> None:
    stops = [Group(31.5 + (n * 37 % 11) / 50, 116.3 + (n * 53 % 13) / 50) for n in range(6)]
    best = min(length(TRUCK, order) for order in permutations(stops))
    assert length(TRUCK, shortest(TRUCK, stops)) <= best * 1.01


def test_jobs_at_one_pole_are_one_stop() -> None:
    (only,) = plan([job(1, 0.1), job(2, 0.1005)], [TRUCK]).rounds
    assert [stop.jobs for stop in only.stops] == [(1, 2)]


def test_what_the_day_has_no_time_for_says_by_how_much_and_the_least_valuable_waits() -> None:
    made = plan([job(n, n / 100, prize=float(n), minutes=120) for n in range(1, 6)], [TRUCK])
    assert [left.ticket for left in made.left_out] == [1]
    assert {left.because for left in made.left_out} == {Unserved.TOO_LATE}
    assert 60 < made.left_out[0].late_minutes < 120


def test_each_reason_is_told() -> None:
    jobs = [
        job(1, skills=frozenset({"radio"})),
        job(2, latitude=None),
        job(3, 0.2, closes=EIGHT + HOUR / 2),
    ]
    reasons = {left.ticket: left.because for left in plan(jobs, [TRUCK]).left_out}
    assert reasons == {1: Unserved.NO_SKILL, 2: Unserved.NO_POSITION, 3: Unserved.WINDOW_CLOSED}


def test_two_crews_share_the_work() -> None:
    jobs = [job(n, 0.05 * n, minutes=60) for n in range(8)]
    made = plan(jobs, [TRUCK, replace(TRUCK, crew="two", latitude=31.9)])
    assert [len(each.stops) for each in made.rounds] == [4, 4]
    assert made.left_out == ()


def test_without_a_crew_nobody_goes_and_that_is_said() -> None:
    assert [left.because for left in plan([job(1)], []).left_out] == [Unserved.NO_SKILL]


def test_nobody_works_on_a_horn_while_it_is_to_sound() -> None:
    noon = (EIGHT + 0.5 * HOUR, EIGHT + 2 * HOUR)
    (made,) = plan([job(1, north=0.05, minutes=60, sounding=(noon,))], [TRUCK]).rounds
    assert made.stops[0].arrives == noon[1]


def test_a_horn_that_sounds_all_day_says_so() -> None:
    hourly = tuple((EIGHT + n * HOUR, EIGHT + (n + 0.5) * HOUR) for n in range(12))
    (left,) = plan([job(1, minutes=60, sounding=hourly)], [TRUCK]).left_out
    assert left.because is Unserved.BROADCASTS
    assert plan([job(1, minutes=20, sounding=hourly)], [TRUCK]).left_out == ()


def test_what_can_wait_is_taken_along_within_ten_minutes_of_a_round_and_never_driven_out_for() -> None:
    """At 30 km/h ten minutes are 5 km of road."""
    near, far = job(2, 0.1, 0.015, along=True, prize=0.1), job(3, 0.1, 0.15, along=True, prize=9.0)
    made = plan([job(1, 0.2), near, far], [TRUCK])
    assert [stop.jobs for stop in made.rounds[0].stops] in ([(1,), (2,)], [(2,), (1,)])
    assert [(left.ticket, left.because) for left in made.left_out] == [(3, Unserved.NO_ROUND_NEAR)]
    assert plan([far], [TRUCK]).rounds[0].stops == ()


def test_what_can_wait_pushes_nothing_out_of_the_day() -> None:
    jobs = [job(n, n / 100, minutes=170) for n in range(1, 4)]
    made = plan([*jobs, job(9, 0.02, 0.01, minutes=20, along=True, prize=99.0)], [TRUCK])
    assert [left.ticket for left in made.left_out] == [9]


def test_at_one_pole_it_is_one_stop_whether_or_not_it_could_wait() -> None:
    made = plan([job(1, 0.1), job(2, 0.1005, along=True)], [TRUCK])
    assert [stop.jobs for stop in made.rounds[0].stops] == [(1, 2)]
