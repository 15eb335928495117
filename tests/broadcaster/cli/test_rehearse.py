"""`broadcaster rehearse` for people and for programs."""

import json

import pytest

from broadcaster.rehearsal.truth import Ears

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


def test_many_seeds_are_one_json_object_a_line(call):
    code, out, _err = call(*SMALL, "--climate", "rough", "--seeds", "1..3", "--json")
    assert code == 0
    assert [json.loads(line)["seed"] for line in out.splitlines()] == [1, 2, 3]


def test_a_broken_law_is_told_and_is_the_exit_code(call, monkeypatch):
    monkeypatch.setattr(Ears, "hear", lambda _ears, _heard: None)
    code, out, _err = call(*SMALL)
    assert code == 1
    assert "an alert was not heard" in out


@pytest.mark.parametrize("seeds", ["x", "1..", "..3"])
def test_what_is_no_range_of_seeds_is_refused(call, seeds):
    code, _out, err = call(*SMALL, "--seeds", seeds)
    assert code == 2
    assert "1..200" in err
