from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.tickets.indices import Down, figures

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPAN = (BEGIN, BEGIN + 100 * HOUR)
PEOPLE = {"a": 300, "b": 100}


def down(name: str, begin: float, end: float | None, *, planned: bool = False) -> Down:
    return Down(
        endpoint=name,
        begun=BEGIN + begin * HOUR,
        detected=BEGIN + begin * HOUR + timedelta(minutes=3),
        ended=None if end is None else BEGIN + end * HOUR,
        planned=planned,
    )


DOWNS = st.builds(
    lambda name, begin, length, planned: down(name, begin, begin + length, planned=planned),
    st.sampled_from("ab"),
    st.floats(-50, 150),
    st.floats(0, 60),
    st.booleans(),
)


def test_down_planned_and_unobserved_are_told_apart() -> None:
    found = figures(
        [down("a", 0, 10), down("b", 20, 40, planned=True)],
        [(BEGIN + 5 * HOUR, BEGIN + 10 * HOUR)],
        PEOPLE,
        SPAN,
    )
    assert (found.down_share, found.planned_share, found.unobserved_share) == (5 / 200, 20 / 200, 5 / 100)
    assert found.availability == 1 - 5 / (200 - 10 - 20)


def test_people_weigh_minutes_and_interruptions() -> None:
    found = figures([down("a", 0, 2), down("b", 0, 1), down("b", 5, 5.05)], [], PEOPLE, SPAN)
    assert round(found.minutes_without, 3) == round((120 * 300 + 63 * 100) / 400, 3)
    assert (found.interruptions, found.momentary) == (1.0, 0.25)
    assert found.minutes_to_detect == 3.0


def test_what_still_is_down_counts_up_to_the_end_and_what_began_before_is_no_new_interruption() -> None:
    found = figures([down("a", -10, None)], [], PEOPLE, SPAN, [HOUR, 3 * HOUR])
    assert (found.down_share, found.interruptions, found.minutes_to_repair) == (0.5, 0.0, 120.0)


def test_where_nothing_was_seen_nothing_is_claimed() -> None:
    found = figures([down("a", 0, 100)], [SPAN], PEOPLE, SPAN)
    assert (found.availability, found.down_share) == (None, 0.0)
    assert figures([], [], {}, SPAN).availability is None


@given(st.lists(DOWNS, max_size=1), st.lists(st.tuples(st.floats(-10, 110), st.floats(0, 20)), max_size=6))
def test_shares_are_shares(downs: list[Down], blind: list[tuple[float, float]]) -> None:
    spans = [(BEGIN + a * HOUR, BEGIN + (a + length) * HOUR) for a, length in blind]
    found = figures(downs, spans, PEOPLE, SPAN)
    shares = (found.down_share, found.planned_share, found.unobserved_share, found.availability or 0.0)
    assert all(-1e-9 <= share <= 1 + 1e-9 for share in shares)
