"""The ground: areas, their quiet hours and budgets, inherited or their own."""

import pytest

from schedules.ground import UNLIMITED_MS, Ground, PlaceRules, ground
from schedules.places import Place
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
    VILLAGES,
    WANGZHUANG,
    quiet,
    windows,
)

NOON, NIGHT = windows("12:00-14:00", "21:00-06:00")


def _ground(rules: dict[Place, PlaceRules]) -> Ground:
    return ground(PLACES | rules, DAY, SHANGHAI)


def test_a_place_has_the_quiet_hours_of_the_nearest_place_around_it_that_names_any() -> None:
    found = _ground({COUNTY: quiet("21:00-06:00"), LIJIA: quiet("12:00-14:00"), FERRY: PlaceRules(quiet=())})
    assert found.quiet(WANGZHUANG) == {NIGHT}
    assert found.quiet(LIJIA) == {NOON}
    assert found.quiet(FERRY) == frozenset()
    assert found.quiet(HORNS[0]) == {NOON}


def test_a_play_for_an_area_must_avoid_the_quiet_hours_of_everything_inside() -> None:
    found = _ground({COUNTY: quiet("21:00-06:00"), LIJIA: quiet("12:00-14:00")})
    assert found.quiet(COUNTY) == found.quiet(HILLS) == {NIGHT, NOON}
    assert found.quiet(RIVER) == {NIGHT}


def test_the_quiet_hours_of_one_endpoint_bind_its_village_but_not_its_neighbour() -> None:
    found = _ground({SCHOOL: quiet("12:00-14:00")})
    assert found.quiet(LIJIA) == found.quiet(SCHOOL) == {NOON}
    assert found.quiet(HORNS[0]) == frozenset()


def test_a_budget_is_inherited_and_an_area_has_the_least_of_its_villages() -> None:
    found = _ground({HILLS: PlaceRules(budget_minutes=30), LIJIA: PlaceRules(budget_minutes=10)})
    assert found.budget_ms[WANGZHUANG] == 30 * 60_000
    assert found.budget_ms[COUNTY] == found.budget_ms[HILLS] == 10 * 60_000
    assert found.budget_ms[RIVER] == UNLIMITED_MS


def test_towns_and_counties_that_nobody_named_are_there_because_villages_lie_in_them() -> None:
    found = ground({HORNS[0]: PlaceRules()}, DAY, SHANGHAI)
    assert found.leaves(COUNTY) == (LIJIA,)
    assert found.served == {COUNTY, HILLS, LIJIA, HORNS[0]}


def test_a_target_inside_another_is_dropped() -> None:
    assert _ground({}).targets((LIJIA, HILLS, SCHOOL, FERRY)) == (HILLS, FERRY)


@pytest.mark.parametrize("above", ["000000000000", "340000000000", "341500000000"])
def test_a_target_above_the_county_is_the_counties_in_it(above: str) -> None:
    assert _ground({}).targets((Place(above),)) == (COUNTY,)


def test_another_provinces_target_is_no_county_of_ours() -> None:
    assert _ground({}).targets((Place("350000000000"),)) == (Place("350000000000"),)


def test_the_leaves_of_an_area_are_its_villages() -> None:
    found = _ground({})
    assert found.leaves(COUNTY) == VILLAGES
    assert found.leaves(RIVER) == (FERRY, MILL)
    assert found.leaves(SCHOOL) == (SCHOOL,)


def test_a_negative_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="got -1"):
        PlaceRules(budget_minutes=-1)
