"""The texts of a rule, and the steps of writing."""

from dataclasses import replace
from datetime import time

import pytest

from broadcaster.desk.errors import Invalid
from broadcaster.tui.drafts import Drafts, directory_for
from broadcaster.tui.editing import History, RuleText, Sheet, moved, rule_of, rule_text
from schedules.notices import NoticeKind
from schedules.rules import DaySelection, LoopRule, Weekday, Window


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            RuleText(plays="4", when="7:00-11:30", gap="30", days="1-3,7"),
            LoopRule(
                plays=4,
                windows=(Window(start=time(7), end=time(11, 30)),),
                minimum_gap_s=1800,
                days=DaySelection(weekdays=frozenset({Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.SUN})),
            ),
        ),
        (
            RuleText(plays="9", when="6:30，12：00", days="w"),
            LoopRule(fixed_times=(time(6, 30), time(12)), days=DaySelection(workdays=True)),
        ),
    ],
)
def test_a_rule_is_read_as_people_type_it(text, rule):
    assert rule_of(text) == rule
    assert rule_of(rule_text(rule)) == rule


@pytest.mark.parametrize(
    "wrong", [{"plays": "many"}, {"when": "soon"}, {"gap": "-1"}, {"days": "8"}, {"when": ""}, {"plays": "0"}]
)
def test_what_cannot_be_read_is_said(wrong):
    with pytest.raises(Invalid, match="cannot be read"):
        rule_of(replace(RuleText(), **wrong))


def test_letters_typed_into_one_field_are_one_step_back():
    history = History("")
    for text in ("F", "Fi", "Fir"):
        history.change(text, what="title")
    history.change("Fir!", what="text")
    assert history.undo()
    assert history.now == "Fir"
    assert history.undo()
    assert (history.now, history.undo()) == ("", False)
    assert history.redo()
    assert history.now == "Fir"


def test_a_change_forgets_what_was_undone():
    history = History(1)
    history.change(2)
    history.undo()
    history.change(3)
    assert not history.redo()
    assert history.now == 3


def test_an_item_moves_inside_its_list():
    assert moved(("a", "b", "c"), 0, 1) == ("b", "a", "c")
    assert moved(("a", "b", "c"), 2, 0) == ("c", "a", "b")
    assert moved(("a", "b", "c"), 0, 9) == ("b", "c", "a")


def test_a_draft_comes_back_from_the_disk_as_it_was_and_a_torn_one_is_none(tmp_path):
    drafts = Drafts(tmp_path / "mine")
    sheet = Sheet(title="通告", kind=NoticeKind.RELAY, items=("n-1",), targets=("341523000000",))
    drafts.keep("notices-new", sheet)
    assert drafts.kept("notices-new") == sheet
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o700
    (tmp_path / "mine" / "notices-new.json").write_text('{"title"')
    assert drafts.kept("notices-new") is None
    drafts.forget("notices-new")
    drafts.forget("notices-new")


def test_drafts_of_two_people_do_not_meet(monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert directory_for("http://a:1", "li") != directory_for("http://a:1", "wang")
    assert directory_for("../../etc", "li").parent.name == "broadcaster"
