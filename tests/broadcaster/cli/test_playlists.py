"""Playlists on the command line."""

import pytest

from tests.broadcaster.cli.county import LOOP, County


@pytest.fixture
def block(county: County) -> str:
    """The id of a playlist of two approved notices."""
    county.approved("节约用水")
    county.approved("植树造林")
    made = county.told(
        *("--as", "li", "playlist", "create", "--title", "早间节目", "--to", "临水县", *LOOP),
        *("--item", "节约用水", "--item", "植树造林"),
    )
    return str(made["id"])


def titles(county: County) -> list[str]:
    return [item["title"] for item in county.told("playlist", "show", "早间节目")["playlist"]["items"]]


def test_a_playlist_has_its_notices_in_order(county: County, block: str) -> None:
    assert titles(county) == ["节约用水", "植树造林"]
    shown = county.done("playlist", "show", block)
    assert shown.index("节约用水") < shown.index("植树造林")


def test_a_notice_is_moved_to_another_position(county: County, block: str) -> None:
    county.done("--as", "li", "playlist", "move", block, "植树造林", "1")
    assert titles(county) == ["植树造林", "节约用水"]
    county.drafted("别的")
    code, _out, err = county.call("--as", "li", "playlist", "move", block, "别的", "1")
    assert (code, "is not in playlist" in err) == (1, True)


def test_an_edit_keeps_what_is_not_said(county: County, block: str) -> None:
    made = county.told("--as", "li", "playlist", "edit", block, "--plays", "2", "--title", "早间节目二")
    assert (made["rule"]["plays"], made["rule"]["minimum_gap_s"], len(made["items"])) == (2, 3600, 2)


def test_an_approved_playlist_is_planned_and_withdrawn(county: County, block: str) -> None:
    county.done("--as", "li", "playlist", "submit", block)
    county.done("--as", "wang", "playlist", "approve", block)
    assert len(county.told("plan", "show", "石桥村", "tomorrow")["slots"]) == 6
    county.done("--as", "li", "playlist", "withdraw", block)
    assert county.told("plan", "show", "石桥村", "tomorrow")["slots"] == []
    assert county.told("playlist", "list", "--state", "draft") == []


def test_a_rejected_playlist_is_a_draft_again(county: County, block: str) -> None:
    county.done("--as", "li", "playlist", "submit", block)
    county.done("--as", "wang", "playlist", "reject", block, "--comment", "再议")
    assert county.told("playlist", "show", block)["playlist"]["state"] == "draft"
