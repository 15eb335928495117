"""Slots: their names, and spans of time."""

from datetime import datetime

import pytest

from schedules.slots import Span, slot_id
from tests.schedules.county import DAY, LIJIA, WANGZHUANG, at

NAMED = {"order": "o", "notice": "n", "version": 1, "place": LIJIA, "day": DAY, "ordinal": 0}


def test_the_name_of_a_slot_never_changes() -> None:
    assert slot_id(**NAMED) == "3e94b08067c988b54038a0b47ebf7fdb"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [{"order": "p"}, {"notice": "m"}, {"version": 2}, {"place": WANGZHUANG}, {"ordinal": 1}, {"repeat": 1}],
)
def test_slots_that_differ_in_anything_have_different_names(other: dict[str, object]) -> None:
    assert slot_id(**NAMED | other) != slot_id(**NAMED)  # type: ignore[arg-type]


def test_a_span_needs_aware_times_in_order() -> None:
    with pytest.raises(ValueError, match="aware start < end"):
        Span(start=at("06:30"), end=at("06:30"))
    with pytest.raises(ValueError, match="aware start < end"):
        Span(start=datetime(2026, 10, 12, 6, 30), end=at("07:30"))  # noqa: DTZ001
