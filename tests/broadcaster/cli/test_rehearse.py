"""`broadcaster rehearse` for people and for programs."""

import json

import pytest
from rich.cells import cell_len

from broadcaster.rehearsal import rehearse as rehearsal
from broadcaster.rehearsal import repairs
from broadcaster.rehearsal.repairs import Repaired
from broadcaster.rehearsal.score import score
from broadcaster.rehearsal.troubles import Mishap, Trouble
from broadcaster.rehearsal.truth import Ears
from tests.broadcaster.cli.county import LOOP

SMALL = ("rehearse", "--days", "0.3", "--endpoints", "2")


def test_json_is_one_object_with_what_programs_look_for(call):
    code, out, _err = call(*SMALL, "--json", "--seed", "5")
    found = json.loads(out)
    assert code == 0
    assert (found["seed"], found["violations"], found["tickets"]) == (5, [], [])
    assert len(found["digest"]) == 64
    assert "skew_ms_p99" in found
    parts = ("counted", "made_up", "missed", "partial", "withdrawn", "unknown")
    assert found["ledger"]["ordered"] == sum(found["ledger"][part] for part in parts) > 0
    assert sum(found["ledger"]["missed_by_reason"].values()) == found["ledger"]["missed"]


def test_json_has_each_village_day_by_day(call):
    _code, out, _err = call("rehearse", "--days", "1.2", "--endpoints", "2", "--json")
    for village in json.loads(out)["villages"]:
        assert list(village["days"]) == ["2026-03-02", "2026-03-03"][: len(village["days"])]
        assert all(0 not in day.values() for day in village["days"].values())
        for part in ("ordered", "counted", "made_up", "missed", "partial", "withdrawn", "unknown"):
            assert village[part] == sum(day.get(part, 0) for day in village["days"].values())


def test_tickets_are_those_of_the_county_not_of_the_scored_grid(call, monkeypatch):
    grids = Repaired(score=score((), {}, {}), tickets=())
    monkeypatch.setattr(repairs, "ordinary_weeks", lambda *_asked: grids)
    ticket = Mishap(at_s=3 * 3600, trouble=Trouble.SWITCHED_OFF, subject="horn-0000", lasts_s=4 * 3600)
    monkeypatch.setattr(rehearsal, "mishaps", lambda *_drawn, **_among: (ticket,))
    found = json.loads(call("rehearse", "--days", "0.5", "--endpoints", "2", "--json")[1])
    assert [each["root"] for each in found["tickets"]] == ["horn-0000"]
    assert (found["scored_tickets"], found["score"]["tickets"]) == ([], 0)


def test_many_seeds_are_one_json_object_a_line(call):
    code, out, _err = call(*SMALL, "--climate", "rough", "--seeds", "1..2", "--json")
    assert code == 0
    assert [json.loads(line)["seed"] for line in out.splitlines()] == [1, 2]


def test_a_broken_law_is_told_and_is_the_exit_code(call, monkeypatch):
    monkeypatch.setattr(Ears, "hear", lambda _ears, _heard: None)
    code, out, _err = call(*SMALL)
    assert code == 1
    assert "an alert was not heard" in out


@pytest.mark.parametrize("seeds", ["x", "1..", "..3", "5..1"])
def test_what_is_no_range_of_seeds_is_refused(call, seeds):
    code, _out, err = call(*SMALL, "--seeds", seeds)
    assert code == 2
    assert "1..200" in err


@pytest.fixture
def planned(county, monkeypatch):
    """The sample county with a notice, on a terminal of 80 columns."""
    county.approved("关于简办婚丧嫁娶等活动的倡议书", *LOOP, to="云岭乡")
    monkeypatch.setenv("COLUMNS", "80")
    return county


PLAN = ("rehearse", "--plan", "--from", "tomorrowT16:00", "--days", "0.1", "--climate", "calm")


def test_a_plan_is_rehearsed_notice_by_notice_and_village_by_village(planned):
    found = planned.told(*PLAN)
    assert (found["endpoints"], found["violations"]) == (24, [])
    (notice,) = found["notices"]
    assert notice["title"] == "关于简办婚丧嫁娶等活动的倡议书"
    assert notice["ordered"] == found["ledger"]["ordered"] == sum(v["ordered"] for v in found["villages"])
    assert set(found["too_little"]) <= {village["village"] for village in found["villages"]}


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("By notice", "Villages that would")), ("zh_CN", ("按通知", "听得太少的村"))],
)
def test_a_rehearsed_plan_is_told_in_80_columns(planned, language, said):
    out = planned.done("--language", language, *PLAN)
    assert all(words in out for words in said)
    assert max(map(cell_len, out.splitlines())) <= 80
    assert "no_endpoint" not in out


@pytest.mark.parametrize("wrong", [("--from", "tomorrow"), ("--plan", "--endpoints", "3")])
def test_options_that_do_not_go_together_are_refused(call, wrong):
    assert call("rehearse", *wrong)[0] == 2


def test_a_plan_is_not_rehearsed_from_a_day_that_is_past(call):
    code, _out, err = call("rehearse", "--plan", "--from", "2020-01-01")
    assert code == 2
    assert "2020-01-01" in err


def test_where_there_is_no_county_no_plan_is_rehearsed_and_none_is_made(call, tmp_path):
    code, _out, err = call("rehearse", "--plan")
    assert code == 1
    assert str(tmp_path) in err
    assert list(tmp_path.iterdir()) == []
