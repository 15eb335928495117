"""Where a line is cut."""

from dataclasses import replace

from devices.hub.cut import Cut, cut_of
from devices.reports import TapReport


def taps(pattern: str) -> list[TapReport]:
    """`+` is there, `-` is silent, `?` was never heard; in the order of the cable."""
    return [
        TapReport(
            endpoint=f"horn-{number}", address=number, position=number, there=sign == "+", answers=sign != "?"
        )
        for number, sign in enumerate(pattern, 1)
    ]


def test_all_silent_from_somewhere_on_is_a_cut_before_the_first_of_them() -> None:
    assert cut_of(taps("++--")) == Cut("horn-2", "horn-3")


def test_all_silent_is_a_cut_at_the_hub() -> None:
    assert cut_of(taps("---")) == Cut(None, "horn-1")


def test_one_alone_at_the_end_is_no_cut() -> None:
    assert cut_of(taps("+++-")) is None


def test_silent_ones_between_others_are_no_cut() -> None:
    assert cut_of(taps("+-+--")) is None
    assert cut_of(taps("+++")) is None


def test_who_was_never_heard_says_nothing() -> None:
    assert cut_of(taps("+?--?")) == Cut("horn-1", "horn-3")
    assert cut_of(taps("++??")) is None


def test_a_cut_is_sought_along_the_cable_not_by_addresses() -> None:
    """The first two were renumbered when they were moved to its end."""
    silent, moved = taps("--++"), (3, 4, 1, 2)
    along = [replace(tap, position=position) for tap, position in zip(silent, moved, strict=True)]
    assert cut_of(along) == Cut("horn-4", "horn-1")
