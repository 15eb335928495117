"""Occupancy: what is held in an area, around it and inside it."""

from hypothesis import given
from hypothesis import strategies as st

from schedules.ground import ground
from schedules.occupancy import Occupancy
from schedules.places import Place, covers
from tests.schedules.county import (
    COUNTY,
    DAY,
    FERRY,
    HILLS,
    LIJIA,
    PLACES,
    RIVER,
    SCHOOL,
    SHANGHAI,
    WANGZHUANG,
)

GROUND = ground(PLACES, DAY, SHANGHAI)
WHERE = (COUNTY, HILLS, RIVER, LIJIA, WANGZHUANG, FERRY, SCHOOL)
held = st.lists(st.tuples(st.sampled_from(WHERE), st.sampled_from("abc"), st.integers(0, 255)), max_size=6)


def _share(one: Place, other: Place) -> bool:
    return covers(one, other) or covers(other, one)


def _filled(seats: list[tuple[Place, str, int]]) -> Occupancy:
    occupancy = Occupancy(GROUND)
    for where, order, cells in seats:
        occupancy.seat(where, order, cells)
    return occupancy


@given(held)
def test_a_place_is_taken_by_everything_that_shares_an_endpoint_with_it(
    seats: list[tuple[Place, str, int]],
) -> None:
    occupancy = _filled(seats)
    for place in WHERE:
        expected = 0
        for where, _, cells in seats:
            expected |= cells if _share(place, where) else 0
        assert occupancy.taken(place) == expected


@given(held, st.integers(1, 255))
def test_the_holders_of_cells_are_the_orders_that_share_an_endpoint_and_a_cell(
    seats: list[tuple[Place, str, int]], asked: int
) -> None:
    occupancy = _filled(seats)
    for place in WHERE:
        expected = {order for where, order, cells in seats if _share(place, where) and cells & asked}
        assert set(occupancy.holders(place, asked)) == expected


@given(held, st.sampled_from(WHERE))
def test_what_is_vacated_leaves_no_trace(seats: list[tuple[Place, str, int]], where: Place) -> None:
    occupancy = _filled(seats)
    occupancy.seat(where, "other", 0b1010)
    occupancy.vacate(where, "other", 0b1010)
    assert [occupancy.taken(place) for place in WHERE] == [_filled(seats).taken(place) for place in WHERE]


def test_a_holder_is_named_with_the_widest_place_where_it_holds() -> None:
    occupancy = _filled([(LIJIA, "a", 1), (HILLS, "a", 1), (SCHOOL, "b", 1)])
    assert occupancy.holders(LIJIA, 1) == {"a": HILLS, "b": SCHOOL}


def test_the_crowd_at_a_place_are_the_other_orders_there_and_around_it() -> None:
    occupancy = _filled([(COUNTY, "a", 1), (HILLS, "b", 2), (LIJIA, "c", 4), (FERRY, "d", 8)])
    assert occupancy.crowd(LIJIA, besides="a") == 2
    assert occupancy.crowd(RIVER, besides="z") == 1
