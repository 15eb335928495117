"""The ledger and the coverage on the command line."""

import pytest

from broadcaster.cli import ledger
from broadcaster.cli.share import percent
from broadcaster.desk.ledger import CoverageView, StepView
from tests.broadcaster.cli.county import LOOP, County


def test_a_county_that_ordered_nothing_says_so(county: County) -> None:
    assert county.done("ledger").startswith("No play is ordered. Plays are ordered when the controller draws")
    assert county.told("ledger", "--since", "yesterday") == []


def test_the_ledger_of_days_to_come_is_asked_by_their_first(county: County) -> None:
    assert county.told("ledger", "--since", "tomorrow", "--place", "石桥村", "--sum")["ordered"] == 0


def test_coverage_takes_a_title(county: County) -> None:
    notice = county.approved("节约用水", *LOOP)
    assert county.told("coverage", "节约用水")["notice"] == notice


def test_what_was_never_on_its_way_has_no_coverage(county: County) -> None:
    county.drafted("节约用水", *LOOP)
    assert county.done("coverage", "节约用水").startswith("No play is ordered.")


@pytest.mark.parametrize(
    ("reached", "said"),
    [(0, "0 %"), (67, "⣿⣿⣿⣿ 33 %"), (199, f"{'⣿' * 12} 99 %"), (200, f"{'⣿' * 12} 100 %")],
)
def test_only_what_is_complete_is_a_hundred_percent(reached: int, said: str) -> None:
    assert percent(reached, 200) == said


def test_days_out_of_order_are_refused_with_what_was_got(county: County) -> None:
    code, _out, err = county.call("ledger", "--since", "2026-11-24", "--until", "2026-11-20")
    assert (code, "got 2026-11-24 to 2026-11-20" in err) == (1, True)


def _staged(endpoints: int) -> CoverageView:
    reached = {"villages": 1, "endpoints": endpoints, "village_percent": 0, "endpoint_percent": 0}
    step = StepView(step="staged", **reached, missing=())
    return CoverageView(notice="n-1", known_at=None, villages=1, endpoints=3, steps=(step,))


def test_a_notice_is_followed_until_its_audio_lies_at_every_endpoint() -> None:
    answers, pauses = iter([_staged(0), _staged(2), _staged(3), _staged(3)]), list[float]()
    found = ledger.followed(lambda: next(answers), pauses.append)
    assert (found.steps[0].endpoints, len(pauses)) == (3, 2)


def test_nobody_waits_for_a_notice_that_is_ordered_nowhere(county: County) -> None:
    county.drafted("节约用水", *LOOP)
    assert county.told("coverage", "节约用水", "--follow")["endpoints"] == 0
