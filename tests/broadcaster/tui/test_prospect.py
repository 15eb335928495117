"""The prospect: when audio is at the endpoints of slow lines, in words."""

from datetime import timedelta

import pytest

from broadcaster.desk.attempts import Attempted
from broadcaster.promise import Arrival, Promise
from broadcaster.tui.widgets.editing.prospect import words
from tests.broadcaster.tui.county import NOW, ZONE


def told(*verdicts: Arrival) -> str:
    promised = tuple(
        Promise(
            endpoint=f"li-{number}",
            line="east",
            arrives=None if verdict is Arrival.UNKNOWN else NOW + timedelta(minutes=number),
            verdict=verdict,
        )
        for number, verdict in enumerate(verdicts, 1)
    )
    found = Attempted(
        day=NOW.date(),
        ordered=0,
        planned=0,
        slots=(),
        absences=(),
        conflicts=(),
        burden=None,
        promised=promised,
    )
    return words(found, [], ZONE).plain


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        ((Arrival.IN_TIME, Arrival.IN_TIME), "✓ slow lines: at all 2 endpoints by 11-23 10:02"),
        ((Arrival.IN_TIME, Arrival.LATE), "✗ slow lines: at 1 of 2 endpoints too late"),
        ((Arrival.IN_TIME, Arrival.UNKNOWN), "? slow lines: of 1 of 2 endpoints nobody knows"),
    ],
)
def test_it_tells_when_audio_arrives_over_slow_lines(verdicts, sentence) -> None:
    assert sentence in told(*verdicts)


def test_without_slow_lines_it_says_nothing_of_them() -> None:
    assert "slow lines" not in told()
