"""Alerts on the command line: shown, confirmed, sent, listed, ended; and said where nobody can learn of them."""

import io

import pytest

from tests.broadcaster.cli.county import County

NO_CONTROLLER = "! No controller runs: no endpoint learns of it before one does.\n"


@pytest.fixture
def flood(county: County) -> str:
    """The id of a saved emergency for one village."""
    named = ("--kind", "emergency", "--title", "暴雨红色预警", "--recording", "hum", "--severity", "red")
    return str(county.told("--as", "li", "notice", "draft", *named, "--to", "石桥村")["id"])


def sent(county: County, notice: str) -> str:
    return str(county.told("--as", "li", "alert", "send", notice, "--yes")["id"])


def test_what_will_sound_where_and_for_whom_is_shown_before_it_is_sent(county: County, flood: str) -> None:
    code, out, err = county.call("--as", "li", "alert", "send", "暴雨", "--minutes", "5", "--yes")
    assert (code, err) == (0, NO_CONTROLLER)
    for words in ("暴雨红色预警", "石桥村", "People", "emergency", "in force"):
        assert words in out


def test_without_a_yes_nothing_is_sent(county: County, flood: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, _out, err = county.call("--as", "li", "alert", "send", flood)
    assert (code, err.endswith("Send it now? [y/N]: Nothing was done.\n")) == (1, True)
    assert county.told("alert", "list") == []


def test_a_yes_in_chinese_is_a_yes(county: County, flood: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("是\n"))
    assert county.call("--language", "zh_CN", "--as", "li", "alert", "send", flood)[0] == 0
    assert len(county.told("alert", "list")) == 1


def test_that_nobody_can_learn_of_it_is_said_in_chinese_too(county: County, flood: str) -> None:
    alert = sent(county, flood)
    _code, _out, err = county.call("--language", "zh_CN", "alert", "show", alert)
    assert err.startswith("! 控制器没有运行：启动控制器之前，终端收不到。\n")


def test_who_did_not_answer_is_told_and_the_end_is_shown(county: County, flood: str) -> None:
    alert = sent(county, flood)
    assert "no answer" in county.done("alert", "show", alert)
    ended = county.told("--as", "li", "alert", "cancel", alert, "--yes")
    assert (ended["state"], ended["cancelled_by"], ended["linked"]) == ("cancelled", "li", None)


def test_an_alert_is_ended_by_its_title_and_of_several_in_force_by_its_id(county: County, flood: str) -> None:
    over = sent(county, flood)
    assert county.call("--as", "li", "alert", "cancel", "暴雨", "--yes")[0] == 0
    assert county.told("alert", "show", "暴雨")["alert"]["id"] == over
    first, second = sent(county, flood), sent(county, flood)
    code, _out, err = county.call("--as", "li", "alert", "cancel", "暴雨", "--yes")
    assert (code, first in err, second in err, over in err) == (1, True, True, False)


def test_an_unknown_alert_is_said_to_be_unknown_before_anything_is_asked(county: County) -> None:
    code, out, err = county.call("--as", "li", "alert", "cancel", "nosuch")
    assert (code, out) == (1, "")
    assert "nosuch" in err
    assert "[y/N]" not in err


def test_who_may_not_send_is_told_so(county: County, flood: str) -> None:
    code, _out, err = county.call("--as", "wang", "alert", "send", flood, "--yes")
    assert (code, "wang has no right to send alerts" in err) == (1, True)
