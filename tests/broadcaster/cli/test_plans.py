"""The plan on the command line: a day of a place, why it is so, what is in the way, what does not fit."""

import pytest

from broadcaster.cli.output import use_zone
from tests.broadcaster.cli.county import LOOP, County


def test_a_day_of_a_village_is_a_strip_and_a_table(county: County) -> None:
    county.approved("节约用水", *LOOP)
    shown = county.done("plan", "show", "石桥村", "tomorrow")
    assert "石桥村, " in shown
    assert "3 plays" in shown
    assert "Asia/Shanghai, UTC+08:00" in shown
    assert shown.count("节约用水") == 3
    assert "spread evenly" in shown
    assert "⠤ quiet hours" in shown


def test_absences_stand_below_with_their_reasons(county: County) -> None:
    county.approved("深夜", "--at", "23:00")
    shown = county.done("plan", "show", "石桥村", "tomorrow")
    assert "Not planned" in shown
    assert "quiet hours" in shown


def test_a_day_without_anything_says_so(county: County) -> None:
    county.done("area", "edit", "临水县", "--quiet", "none")
    assert "Nothing is planned." in county.done("plan", "show", "石桥村", "tomorrow")


def test_why_a_village_hears_a_notice_is_told_with_names_and_the_wall_clock(county: County) -> None:
    county.approved("节约用水", "--at", "08:00")
    told = county.done("plan", "explain", "节约用水", "石桥村", "tomorrow")
    assert told.startswith("石桥村 hears play 1 of 1 of order “节约用水” at ")
    assert " 08:00:00, its fixed time." in told
    chinese = county.done("--language", "zh_CN", "plan", "explain", "节约用水", "石桥村", "明天")
    assert "《节约用水》" in chinese
    assert "定时播出" in chinese


def test_why_a_village_does_not_hear_a_notice_is_told(county: County) -> None:
    county.approved("节约用水", *LOOP, to="竹溪村")
    told = county.done("plan", "explain", "节约用水", "石桥村", "tomorrow")
    assert told == "石桥村 is not among the targets of order “节约用水”.\n"
    county.drafted("植树造林", *LOOP)
    told = county.done("--language", "zh_CN", "plan", "explain", "植树造林", "石桥村")
    assert "《植树造林》的状态是“草稿”" in told


def test_conflicts_come_with_a_move(county: County) -> None:
    county.approved("节约用水", "--at", "08:00")
    county.approved("植树造林", "--at", "08:00")
    (conflict,) = county.told("plan", "conflicts", "tomorrow")
    assert {conflict["title"], conflict["other_title"]} == {"节约用水", "植树造林"}
    shown = county.done("plan", "conflicts", "tomorrow")
    assert "Could move to" in shown
    assert "08:00:00" in shown
    assert county.done("plan", "conflicts", "yesterday") == "No fixed times are in each other's way.\n"


def test_what_the_next_days_cannot_hold_is_said_before(county: County) -> None:
    county.approved("节约用水", "--plays", "9", "--window", "07:00-08:00", "--gap", "30")
    code, out, _err = county.call("plan", "check", "--days", "2")
    assert (code, "节约用水" in out, "minimum gap" in out) == (1, True, True)
    county.done("--as", "li", "notice", "withdraw", "节约用水")
    assert county.done("plan", "check") == "All plays of these days have their place.\n"


def test_what_a_draft_would_get_is_known_before_it_is_approved(county: County) -> None:
    county.drafted("节约用水", *LOOP, "--since", "tomorrow")
    (preview,) = county.told("plan", "check", "节约用水", "--days", "1")
    assert (preview["ordered"], preview["planned"]) == (3, 3)


def test_a_draft_playlist_is_checked_and_shown_before_it_is_approved(county: County) -> None:
    county.approved("节约用水", "--at", "08:00")
    made = ("--as", "li", "playlist", "create", "--title", "早间节目", "--to", "临水县")
    county.done(*made, "--item", "节约用水", "--at", "08:00")
    code, out, _err = county.call("plan", "check", "早间节目", "--days", "2")  # today's may be over
    assert (code, "In the way of each other" in out) == (1, True)
    assert "Could move to" in out
    told = county.done("plan", "explain", "早间节目", "石桥村", "tomorrow")
    assert told.startswith("“早间节目” is draft: it goes on air only once a second person has approved it.")
    assert "If it were approved as it is" in told
    shown = county.done("plan", "show", "石桥村", "tomorrow", "--with", "早间节目")
    assert "Not planned" in shown


def test_a_draft_without_audio_is_told_and_fails_the_check(county: County) -> None:
    named = ("--kind", "proposal", "--title", "无声", "--text", "节约用水", "--to", "临水县")
    county.done("--as", "li", "notice", "draft", *named, *LOOP)
    code, out, _err = county.call("plan", "check", "无声")
    assert (code, "“无声” cannot be planned: it has no audio yet, or has ended." in out) == (1, True)


@pytest.fixture(autouse=True)
def _no_zone() -> None:
    """Each command line finds its county's zone by itself."""
    from datetime import UTC

    use_zone(UTC)
