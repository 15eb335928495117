"""Comparing: what another version of a playlist changes."""

from broadcaster.tui.comparing import compared, rearranged

A, B, C, D = (("a", "Letter"), ("b", "Fire"), ("c", "Tax"), ("d", "Flood"))


def marks(before, after) -> list[str]:
    return [line.strip() for line in rearranged(before, after).plain.splitlines()]


def test_items_are_added_removed_and_moved() -> None:
    assert marks([A, B, C], [A, C, D]) == ["1. Letter", "2. Tax", "+ 3. Flood", "- 2. Fire"]
    assert marks([A, B, C], [C, A, B]) == ["> 1. Tax  was 3", "2. Letter", "3. Fire"]


def test_an_item_that_sounds_twice_is_two_items() -> None:
    assert marks([A, B], [A, B, A]) == ["1. Letter", "2. Fire", "+ 3. Letter"]
    assert marks([A, A, B], [A, B]) == ["1. Letter", "2. Fire", "- 1. Letter"]


def test_fields_stand_with_what_they_were() -> None:
    text = compared({"Plays": "6"}, {"Plays": "4"}).plain
    assert text.split() == ["Plays:", "-", "6", "+", "4"]
