"""The calendar on the command line."""

import json

from tests.broadcaster.cli.conftest import Call

AUTUMN = ("--since", "2026-09-20", "--until", "2026-10-10")


def test_holidays_and_makeup_workdays_are_listed(call: Call) -> None:
    days = {day["day"]: day for day in json.loads(call("calendar", "list", *AUTUMN, "--json")[1])}
    assert (days["2026-10-01"]["kind"], days["2026-10-01"]["name"]) == ("holiday", "国庆节")
    assert days["2026-10-10"]["kind"] == "makeup_workday"
    assert "2026-09-22" not in days


def test_a_correction_stands_until_it_is_removed(call: Call) -> None:
    assert call("calendar", "add", "2026-09-26", "workday", "--name", "秋收")[0] == 0
    assert "秋收" in call("calendar", "list", *AUTUMN)[1]
    assert call("calendar", "remove", "2026-09-26")[0] == 0
    assert "秋收" not in call("calendar", "list", *AUTUMN)[1]
    code, _out, err = call("calendar", "remove", "2026-09-26")
    assert (code, "2026-09-26" in err) == (1, True)


def test_market_days_are_counted_in_the_lunar_month(call: Call) -> None:
    _code, out, _err = call("calendar", "list", *AUTUMN, "--market", "1", "--market", "6", "--json")
    market = [(day["lunar_month"], day["lunar_day"]) for day in json.loads(out) if day["market"]]
    assert market == [(8, 11), (8, 16), (8, 21), (8, 26), (9, 1)]


def test_lunar_dates_are_written_in_chinese_for_chinese_readers(call: Call) -> None:
    out = call("--language", "zh_CN", "calendar", "list", *AUTUMN, "--market", "1", "--market", "5")[1]
    assert "八月十五" in out
    assert "八月廿一" in out
    assert "调休上班日" in out


def test_a_day_that_cannot_be_is_a_mistake_of_the_command_line(call: Call) -> None:
    code, _out, err = call("calendar", "add", "2026-13-01", "off")
    assert (code, "2026-13-01" in err) == (2, True)
