"""A command line that is not understood: which command, what was expected, what was got, where help is."""

import re

import pytest

from broadcaster import language
from broadcaster.cli.app import commands
from tests.broadcaster.cli.conftest import Call


@pytest.mark.parametrize(
    ("line", "english", "chinese"),
    [
        ("sing", "there is no command sing", "没有命令 sing"),
        ("notic list", "there is no command notic; did you mean notice?", "没有命令 notic；是不是 notice？"),
        ("notce plan", "there is no command notce; did you mean notice?", "没有命令 notce；是不是 notice？"),
        ("--as plan notce list", "no command notce; did you mean notice?", "没有命令 notce；是不是 notice？"),
        ("plan check --bogus", "there is no option --bogus", "没有选项 --bogus"),
        (
            "plan check --day 3",
            "there is no option --day; did you mean --days?",
            "没有选项 --day；是不是 --days？",
        ),
        ("plan check --days", "option --days needs a value", "选项 --days 后面要写值"),
        ("plan check --json=1", "option --json takes no value", "选项 --json 后面不写值"),
        ("plan check --days 99", "--days: expected at most 14; got '99'", "--days：应不大于 14，实际为 '99'"),
        ("plan check --days x", "--days: expected a whole number; got 'x'", "--days：应为整数，实际为 'x'"),
        ("plan conflicts 1 2", "nothing more is expected; got 2", "多出了 2，后面不应再有内容"),
        ("area import no.csv", "FILE: there is no no.csv", "文件：没有 no.csv 这个文件或目录"),
        ("area import /", "FILE: expected a file; / is a directory", "文件：应为文件，而 / 是目录"),
        (
            "plan show",
            "PLACE is missing: An area or endpoint, by code or name.",
            "缺少 地点：区域或终端，写代码或名称。",
        ),
        ("plan conflicts soon", "expected a day such as", "应为日期，如"),
        (
            "playlist list --state x",
            "--state: expected one of draft, submitted",
            "--state：应为下列之一：draft",
        ),
    ],
)
def test_a_mistake_is_told_in_both_languages(call: Call, line: str, english: str, chinese: str) -> None:
    code, out, err = call(*line.split())
    assert (code, out) == (2, "")
    assert english in err.splitlines()[0]
    _code, _out, err = call("--language", "zh_CN", *line.split())
    assert chinese in err.splitlines()[0]


def test_the_mistake_stands_with_its_command_its_usage_and_where_help_is(call: Call) -> None:
    _code, _out, err = call("plan", "show")
    assert err.splitlines() == [
        "broadcaster plan show: PLACE is missing: An area or endpoint, by code or name.",
        "Usage: broadcaster plan show [OPTIONS] PLACE [DATE]",
        "Help: broadcaster plan show --help",
    ]
    _code, _out, err = call("--language", "zh_CN", "plan", "show")
    assert err.splitlines()[1:] == [
        "用法：broadcaster plan show [选项] 地点 [日期]",
        "帮助：broadcaster plan show --help",
    ]


def test_a_noun_alone_tells_its_commands_in_the_language_asked_for(call: Call) -> None:
    code, out, err = call("--language", "zh_CN", "alert", "send", "--help")
    assert (code, err) == (0, "")
    assert "用法：broadcaster alert send [选项] 通知" in out
    assert "[必填]" in out
    assert "[默认：30]" in out
    for english in ("Usage", "Options", "Arguments", "required", "default"):
        assert english not in out


def test_a_no_ends_the_command_with_a_word(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import typer

    def abort(*_arguments: object, **_options: object) -> None:
        raise typer.Abort

    monkeypatch.setattr("broadcaster.cli.app.commands", lambda _names: abort)
    assert call("--language", "zh_CN", "anything") == (1, "", "已取消，什么也没有做。\n")


def test_every_text_of_the_help_of_every_command_is_chinese_where_that_is_spoken() -> None:
    language.use("zh_CN")
    try:
        for command in _all(commands()):
            assert not command.help or not command.help.isascii(), command.help
            for parameter in command.params:
                assert not re.search("[A-Z]{3}", parameter.metavar) or parameter.metavar in _SAME, parameter
    finally:
        language.use("en")


_SAME = ("SHA256", "HH:MM-HH:MM", "TABLE.KEY=VALUE")  # the last is only English in the environment


def _all(command: object) -> list[object]:
    children = getattr(command, "commands", {}).values()
    return [command, *(each for child in children for each in _all(child))]
