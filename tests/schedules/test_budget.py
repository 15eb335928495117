"""The nuisance budget: what the least of the villages inside has left."""

from hypothesis import given
from hypothesis import strategies as st

from schedules.budget import Budget
from schedules.ground import UNLIMITED_MS, PlaceRules, ground
from schedules.places import Place, covers
from tests.schedules.county import (
    COUNTY,
    DAY,
    FERRY,
    HILLS,
    HORNS,
    LIJIA,
    MILL,
    PLACES,
    RIVER,
    SCHOOL,
    SHANGHAI,
)

MINUTE = 60_000
LIMITS = {
    COUNTY: PlaceRules(budget_minutes=30),
    LIJIA: PlaceRules(budget_minutes=10),
    RIVER: PlaceRules(budget_minutes=20),
}
GROUND = ground(PLACES | LIMITS, DAY, SHANGHAI)
WHERE = (COUNTY, HILLS, RIVER, LIJIA, FERRY, MILL, SCHOOL)
ENDPOINTS = (*HORNS, SCHOOL)


def _limit(endpoint: Place) -> int:
    return next(LIMITS[place].budget_minutes or 0 for place in GROUND.chain(endpoint) if place in LIMITS)


@given(st.lists(st.tuples(st.sampled_from(WHERE), st.integers(1, 4)), max_size=8))
def test_a_place_has_left_what_the_worst_off_endpoint_inside_has_left(plays: list[tuple[Place, int]]) -> None:
    budget = Budget(GROUND)
    for where, minutes in plays:
        budget.spend(where, minutes * MINUTE)
    for place in WHERE:
        left = [
            _limit(endpoint) - sum(minutes for where, minutes in plays if covers(where, endpoint))
            for endpoint in ENDPOINTS
            if covers(place, endpoint)
        ]
        assert budget.left_ms(place) == min(left) * MINUTE


def test_what_is_given_back_is_there_again() -> None:
    budget = Budget(GROUND)
    budget.spend(LIJIA, 4 * MINUTE)
    budget.spend(LIJIA, -4 * MINUTE)
    assert budget.left_ms(COUNTY) == 10 * MINUTE


def test_without_a_budget_anything_goes() -> None:
    budget = Budget(ground(PLACES, DAY, SHANGHAI))
    budget.spend(COUNTY, 600 * MINUTE)
    assert budget.left_ms(LIJIA) > UNLIMITED_MS // 2
