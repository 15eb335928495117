"""Places: codes, levels, and what lies inside what."""

import pytest

from schedules.places import Level, Place, chain_of, covers, endpoint_place, level_of, place, prefix_of
from tests.schedules.county import COUNTY, HILLS, LIJIA, RIVER, SCHOOL


@pytest.mark.parametrize(
    ("code", "level", "prefix"),
    [
        ("000000000000", Level.NATIONAL, ""),
        ("340000000000", Level.PROVINCE, "34"),
        ("341500000000", Level.PREFECTURE, "3415"),
        ("341523000000", Level.COUNTY, "341523"),
        ("341523100000", Level.TOWN, "341523100"),
        ("341523100200", Level.VILLAGE, "341523100200"),
        ("341523100200/horn-01", Level.ENDPOINT, "341523100200/horn-01"),
    ],
)
def test_the_trailing_zeros_of_a_code_tell_its_level(code: str, level: Level, prefix: str) -> None:
    assert level_of(place(code)) is level
    assert prefix_of(place(code)) == prefix


@pytest.mark.parametrize(
    "text",
    [
        "34152310020",
        "3415231002000",
        "34152310020a",
        "３４１５２３１００２００",
        "341523100200/",
        "341523100200/A",
    ],
)
def test_a_text_that_is_no_place_is_named_in_the_error(text: str) -> None:
    with pytest.raises(ValueError, match="12-digit area code") as caught:
        place(text)
    assert repr(text) in str(caught.value)


def test_an_area_covers_itself_and_what_lies_inside_but_not_its_neighbour() -> None:
    assert covers(COUNTY, COUNTY)
    assert covers(COUNTY, SCHOOL)
    assert covers(HILLS, LIJIA)
    assert not covers(HILLS, RIVER)
    assert not covers(LIJIA, HILLS)


def test_an_endpoint_does_not_cover_one_whose_name_begins_alike() -> None:
    assert not covers(endpoint_place(LIJIA, "horn"), endpoint_place(LIJIA, "horn-1"))
    assert not covers(endpoint_place(LIJIA, "horn"), LIJIA)


def test_the_chain_of_an_endpoint_is_its_four_places() -> None:
    assert chain_of(SCHOOL) == (SCHOOL, LIJIA, HILLS, COUNTY)
    assert chain_of(COUNTY) == (COUNTY,)
    assert chain_of(Place("341523000200")) == (Place("341523000200"), COUNTY)  # a village without a town


def test_what_is_longer_than_a_code_has_no_level() -> None:
    with pytest.raises(ValueError, match="expected an area code of 12 digits"):
        level_of(Place("feeder:10 kV-9"))
