"""Lives: when an endpoint ran, was dark, or nobody knows."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.proof.lives import Life, Turn, lives
from devices.reports import Reset
from devices.supervision import State

DAWN = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = st.integers(0, 24 * 60).map(lambda minutes: DAWN + timedelta(minutes=minutes))


def at(hour: float) -> datetime:
    return DAWN + timedelta(hours=hour)


def turn(hour: float, before: State, after: State, up_s: int | None = None, reset: str = "") -> Turn:
    return Turn(onset=at(hour), detected=at(hour), before=before, after=after, up_s=up_s, reset=reset)


def told(*turns: Turn, unseen: tuple[tuple[datetime, datetime], ...] = ()) -> list[tuple[Life, float]]:
    """Each life of the day with the hour at which it ends."""
    found = lives(turns, DAWN, DAWN + DAY, unseen)
    return [(one.life, (one.end - DAWN) / timedelta(hours=1)) for one in found]


def test_a_last_gasp_is_dark_until_the_endpoint_says_that_it_started() -> None:
    gasped = turn(8, State.OK, State.MAINS_LOST)
    back = turn(9, State.MAINS_LOST, State.RETURNING, up_s=600, reset=Reset.POWER_ON)
    assert told(gasped, back)[:3] == [(Life.RAN, 8), (Life.DARK, 9 - 1 / 6), (Life.RAN, 9)]
    assert told(gasped) == [(Life.RAN, 8), (Life.DARK, 24)]


def test_a_silence_is_unknown_until_the_return_settles_what_it_was() -> None:
    silent = turn(8, State.OK, State.SILENT)
    assert told(silent)[1] == (Life.UNKNOWN, 24)
    ran_on = turn(10, State.SILENT, State.RETURNING, up_s=90_000)
    assert {life for life, _ in told(silent, ran_on)} == {Life.RAN}
    began = turn(10, State.SILENT, State.RETURNING, up_s=1800, reset=Reset.POWER_ON)
    assert told(silent, began)[1] == (Life.DARK, 9.5)
    crashed = turn(10, State.SILENT, State.RETURNING, up_s=1800, reset=Reset.WATCHDOG)
    assert told(silent, crashed)[1] == (Life.UNKNOWN, 9.5)


def test_on_battery_it_runs() -> None:
    assert told(turn(8, State.OK, State.ON_BATTERY)) == [(Life.RAN, 8), (Life.RAN, 24)]


def test_what_nobody_watched_is_unknown_but_dark_stays_dark() -> None:
    back = turn(6, State.MAINS_LOST, State.RETURNING)
    assert told(back, unseen=((at(5), at(7)),))[:3] == [(Life.DARK, 6), (Life.UNKNOWN, 7), (Life.RAN, 24)]


def test_of_whom_nothing_was_ever_stored_nothing_is_known() -> None:
    assert told() == [(Life.UNKNOWN, 24)]


@given(
    st.lists(
        st.tuples(
            MOMENTS, st.sampled_from(State), st.sampled_from(State), st.none() | st.integers(0, 90_000)
        ),
        max_size=6,
    ),
    st.lists(st.tuples(MOMENTS, MOMENTS), max_size=3),
)
def test_a_day_has_no_gaps_and_no_overlaps(rows, unseen) -> None:
    turns = [
        Turn(onset=when, detected=when, before=before, after=after, up_s=up_s)
        for when, before, after, up_s in sorted(rows, key=lambda row: row[0])
    ]
    found = lives(turns, DAWN, DAWN + DAY, [(min(pair), max(pair)) for pair in unseen])
    assert (found[0].start, found[-1].end) == (DAWN, DAWN + DAY)
    assert all(one.end == after.start for one, after in pairwise(found))
    assert all(one.start < one.end for one in found)
