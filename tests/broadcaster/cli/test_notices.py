"""Notices on the command line, from the draft to the air and off it."""

from pathlib import Path

import pytest

from tests.broadcaster.cli.county import LOOP, County


def test_a_draft_takes_everything_that_a_notice_has(county: County) -> None:
    made = county.told(
        *(
            "--as",
            "li",
            "notice",
            "draft",
            "--kind",
            "announcement",
            "--title",
            "医保缴费",
            "--text",
            "请缴费。",
        ),
        *(
            "--recording",
            "hum",
            "--to",
            "石桥村",
            "--to",
            "nanwan-01",
            "--series",
            "公告",
            "--class",
            "drill",
        ),
        *(
            "--severity",
            "blue",
            "--level",
            "town",
            "--volume",
            "70",
            "--policy",
            "drop",
            "--until",
            "2099-12-31",
        ),
        *LOOP,
        *("--weekday", "mon", "--weekday", "fri", "--workdays", "--market", "1", "--except", "2099-10-01"),
    )
    assert (made["issue"], made["klass"], made["severity"], made["level"]) == (1, "drill", 4, 4)
    assert made["places"] == ["石桥村", "南湾村/nanwan-01"]
    assert (made["volume"], made["policy"]) == (70, "drop")
    assert made["valid_until"] == "2099-12-31T16:00:00Z"
    rule = made["rule"]
    assert (rule["plays"], rule["minimum_gap_s"], len(rule["windows"])) == (3, 3600, 2)
    assert sorted(rule["days"]["weekdays"]) == ["fri", "mon"]
    assert (rule["days"]["workdays"], rule["days"]["market_digits"]) == (True, [1])


def test_a_draft_from_a_file_has_the_same_names_and_options_win(county: County, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("大家好。", "utf-8")
    file = tmp_path / "draft.toml"
    file.write_text(
        'kind = "proposal"\ntitle = "节约用水"\ntext_file = "words.txt"\nrecording = "hum"\nto = ["石桥村"]\n'
        "plays = 3\nwindow = ['07:00-11:30']\nuntil = 2099-12-31\n",
        "utf-8",
    )
    made = county.told("--as", "li", "notice", "draft", "--file", str(file), "--plays", "5")
    assert (made["title"], made["text"], made["places"]) == ("节约用水", "大家好。", ["石桥村"])
    assert made["rule"]["plays"] == 5


def test_a_file_with_unknown_or_wrong_keys_names_them(county: County, tmp_path: Path) -> None:
    file = tmp_path / "draft.toml"
    file.write_text("titel = 'x'\n", "utf-8")
    code, _out, err = county.call("notice", "draft", "--file", str(file))
    assert (code, "draft.toml, titel" in err, "title" in err) == (1, True, True)
    file.write_text("plays = 'many'\n", "utf-8")
    code, _out, err = county.call("notice", "draft", "--file", str(file))
    assert (code, "plays" in err, "many" in err) == (1, True, True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--title", "x", "--to", "石桥村"), "--kind"),
        (("--kind", "relay", "--title", "x"), "--to"),
        (("--kind", "relay", "--title", "x", "--to", "石桥村", "--plays", "3"), "--window"),
        (("--kind", "relay", "--title", "x", "--to", "石桥村", "--at", "7", "--plays", "3"), "--at"),
        (("--kind", "relay", "--title", "x", "--to", "石桥村", "--at", "25:00"), "25:00"),
        (("--kind", "relay", "--title", "x", "--to", "石桥村", "--until", "someday"), "someday"),
        (("--kind", "relay", "--title", "x", "--text", "y", "--text-file", "z"), "--text-file"),
    ],
)
def test_what_is_missing_or_cannot_be_is_a_mistake_of_the_command_line(
    county: County, options: tuple[str, ...], says: str
) -> None:
    code, out, err = county.call("notice", "draft", *options)
    assert (code, out) == (2, "")
    assert says in err


def test_the_whole_way_to_the_air_stands_in_the_history(county: County) -> None:
    notice = county.drafted("节约用水", *LOOP)
    county.done("--as", "li", "notice", "submit", "节约用水")
    county.done("--as", "wang", "notice", "reject", notice, "--comment", "标题太短")
    county.done("--as", "li", "notice", "edit", notice, "--title", "关于节约用水的倡议书")
    county.done("--as", "li", "notice", "submit", notice)
    county.done("--as", "wang", "notice", "approve", notice, "--comment", "同意")
    steps = county.told("notice", "show", notice)["steps"]
    assert [(step["who"], step["event"]) for step in steps] == [
        *[("li", None), ("li", "submit"), ("wang", "reject")],
        *[("li", None), ("li", "submit"), ("wang", "approve")],
    ]
    shown = county.done("notice", "show", notice)
    assert "reject" in shown
    assert "标题太短" in shown


def test_an_approved_notice_is_edited_as_a_new_version_that_keeps_the_rest(county: County) -> None:
    notice = county.approved("节约用水", *LOOP, "--volume", "60")
    made = county.told("--as", "li", "notice", "edit", notice, "--gap", "90", "--to", "石桥村")
    assert (made["version"], made["state"], made["volume"], made["title"]) == (2, "draft", 60, "节约用水")
    assert (made["rule"]["minimum_gap_s"], made["rule"]["plays"]) == (5400, 3)
    assert made["places"] == ["石桥村"]
    assert county.told("notice", "show", notice, "--version", "1")["notice"]["state"] == "approved"


def test_a_second_person_has_to_approve(county: County) -> None:
    county.done("user", "grant", "li", "--role", "operator@341523000000", "--role", "approver@341523000000")
    notice = county.drafted("节约用水", *LOOP)
    county.done("--as", "li", "notice", "submit", notice)
    code, _out, err = county.call("--as", "li", "notice", "approve", notice)
    assert (code, "second person" in err) == (1, True)


def test_a_step_out_of_turn_says_what_is_possible_in_words(county: County) -> None:
    notice = county.drafted("节约用水", *LOOP)
    code, _out, err = county.call("--as", "wang", "notice", "approve", notice)
    assert (code, err) == (
        1,
        f"{notice} is draft: nobody can approve it now. Possible: submit, withdraw.\n",
    )
    _code, _out, chinese = county.call("--language", "zh_CN", "--as", "wang", "notice", "approve", notice)
    assert chinese == f"{notice} 的状态是“草稿”，现在不能批准。可以：提交, 撤销。\n"


def test_lists_are_narrowed(county: County) -> None:
    county.approved("节约用水", to="石桥村")
    county.drafted("植树造林", to="竹溪村")
    titles = [
        [each["title"] for each in county.told("notice", "list", *options)]
        for options in (
            ("--state", "draft"),
            ("--place", "shiqiao-01"),
            ("--search", "造林"),
            ("--kind", "relay"),
        )
    ]
    assert titles == [["植树造林"], ["节约用水"], ["植树造林"], []]


def test_a_title_of_several_notices_asks_which(county: County) -> None:
    county.drafted("节约用水")
    county.drafted("节约用电")
    code, _out, err = county.call("notice", "show", "节约")
    assert (code, "节约用水" in err, "节约用电" in err) == (1, True, True)


def test_the_audio_of_a_notice_is_written_to_listen_to(county: County, tmp_path: Path) -> None:
    county.drafted("节约用水")
    county.done("notice", "listen", "节约用水", str(tmp_path / "water.mp3"))
    assert (tmp_path / "water.mp3").stat().st_size > 1000


def test_a_card_is_in_words_in_both_languages(county: County) -> None:
    county.drafted("节约用水", *LOOP)
    english = county.done("notice", "show", "节约用水")
    assert "3 plays a day in 07:00-11:30 14:30-18:30; at least 60 min apart" in english
    chinese = county.done("--language", "zh_CN", "notice", "show", "节约用水")
    assert "每天 3 次，时段 07:00-11:30 14:30-18:30" in chinese
    assert "倡议书" in chinese
    assert "draft" not in chinese
