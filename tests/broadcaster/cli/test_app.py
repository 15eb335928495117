"""The frame of the command line: languages, exit codes, and where errors go."""

import errno
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from broadcaster.cli import app
from broadcaster.desk.errors import Invalid, NotFound, Problem
from broadcaster.language import speaking
from broadcaster.obstacles import obstacle
from devices.software import SOFTWARE, VERSION
from tests.broadcaster.cli.conftest import Call

HEAVY = {"pydantic", "fastapi", "sqlmodel", "sqlalchemy", "av", "httpx", "babel", "textual", "alembic"}


def test_help_needs_nothing_heavy() -> None:
    """Start-up stays quick only while no command's module imports its libraries at the top."""
    program = "import sys; sys.argv = ['broadcaster', '--help']; from broadcaster.cli.app import main"
    ending = "try:\n main()\nexcept SystemExit:\n print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{ending}"], capture_output=True, text=True, check=True
    )
    assert "doctor" in done.stdout
    assert not HEAVY & set(done.stderr.split())


def test_help_is_in_the_language_asked_for(call: Call) -> None:
    code, chinese, _err = call("--language", "zh_CN", "doctor", "--help")
    assert code == 0
    assert "检查本机安装" in chinese
    assert "选项" in chinese
    _code, english, _err = call("--language=en", "doctor", "--help")
    assert "Check this installation" in english
    assert "Options" in english


def test_a_placeholder_of_the_help_is_in_the_language_asked_for(call: Call) -> None:
    english = call("ticket", "wait", "--help")[1]
    assert "ticket wait [OPTIONS] TICKET WHY" in english
    assert "<" not in english  # neither <str> nor <bool>
    chinese = call("--language", "zh_CN", "plan", "show", "--help")[1]
    assert "plan show [选项] 地点 [日期]" in chinese


def test_a_chinese_sentence_of_the_help_goes_on_in_the_next_row(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = call("--language", "zh_CN", "notice", "draft", "--help")[1]
    assert "…" not in shown
    assert "每天在播出时段内播多" in shown


def test_the_version_is_printed(call: Call) -> None:
    assert call("--version") == (0, f"{SOFTWARE}\n", "")


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((Path(app.__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == VERSION


def test_the_licence_of_every_library_is_named() -> None:
    root = Path(app.__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    used = [
        *project["dependencies"],
        *(each for extra in optional.keys() - {"test", "dev"} for each in optional[extra]),
    ]
    notice = (root / "NOTICE").read_text("utf-8").casefold()
    names = [re.split(r"[^\w.-]", each)[0].casefold() for each in used]
    assert [name for name in names if name not in notice] == []


@pytest.mark.parametrize(
    ("number", "english", "chinese"),
    [
        (errno.ENOENT, "there is no such file or directory", "没有这个文件或目录"),
        (errno.ENOSPC, "the disk is full: make room, then do it again", "磁盘已满：请腾出空间后重试"),
        (errno.EXDEV, os.strerror(errno.EXDEV), os.strerror(errno.EXDEV)),
    ],
)
def test_what_the_system_refuses_is_said_in_the_readers_language(
    number: int, english: str, chinese: str
) -> None:
    refused = OSError(number, os.strerror(number), "x.csv")
    assert obstacle(refused) == english
    with speaking("zh_CN"):
        assert obstacle(refused) == chinese


def test_a_county_begins_only_where_it_can(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, out, err = call("--county", str(tmp_path / "file" / "county"), "area", "list")
    assert (code, out) == (1, "")
    assert err.endswith("expected a directory, got a file\n")
    assert "A new county begins" not in err


def test_a_county_does_not_begin_by_a_day_that_was_mistyped(call: Call, tmp_path: Path) -> None:
    code, _out, err = call("--county", str(tmp_path / "new"), "plan", "conflicts", "soon")
    assert (code, "begins" in err) == (2, False)
    assert not (tmp_path / "new").exists()


def test_a_county_that_begins_in_a_directory_that_is_there_is_told(call: Call, tmp_path: Path) -> None:
    assert call("area", "list")[2] == f"A new county begins in {tmp_path}.\n"
    assert call("area", "list")[2] == ""


def test_without_any_word_a_sample_county_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[tuple[Path, bool]] = []
    monkeypatch.setenv("BROADCASTER_COUNTY", str(tmp_path))
    monkeypatch.setattr(
        "broadcaster.service.run", lambda settings, *, demo: runs.append((settings.directory, demo))
    )
    with pytest.raises(SystemExit):
        app.main([])
    assert runs == [(tmp_path, True)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("sing",),
        ("doctor", "--loud"),
        ("--language", "fr", "doctor"),
        ("--set", "api.port", "doctor"),
    ],
)
def test_a_command_line_that_is_not_understood_exits_with_2(call: Call, arguments: tuple[str, ...]) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert "Usage:" in err


def test_a_wrong_setting_exits_with_1_and_names_itself_on_stderr(call: Call) -> None:
    code, out, err = call("--language", "zh_CN", "--set", "broker.prot=1", "doctor")
    assert (code, out) == (1, "")
    assert err == "设置中有不存在的项。\n  --set broker.prot: 没有这个设置；是不是 broker.port？\n"


def test_an_error_of_the_desk_is_told_with_its_problems(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise Invalid(
            "The file has errors.", Problem(where="line 3", message="got {got}", facts={"got": "x"})
        )

    monkeypatch.setattr(app, "commands", lambda _names: lambda *_args, **_options: fail())
    assert call("anything") == (1, "", "The file has errors.\n  line 3: got x\n")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (NotFound("There is no {thing}.", thing="horn"), "There is no horn.\n"),
        (
            PermissionError(13, "Permission denied", "/x"),
            "/x: you may not do that there: ask for the right, or take another place\n",
        ),
    ],
)
def test_errors_are_sentences_not_tracebacks(
    call: Call, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(app, "commands", lambda _names: fail)
    assert call("anything") == (1, "", says)


def test_the_doctor_answers_programs_in_json_and_fails_where_something_is_broken(
    call: Call, tmp_path: Path
) -> None:
    code, out, _err = call("--set", "api.port=0", "doctor", "--json")
    diagnoses = {each["check"]: each for each in json.loads(out)}
    assert (code, diagnoses["database"]["level"]) == (0, "ok")
    (tmp_path / "county.db").write_bytes(b"rubbish " * 1000)
    tmp_path.chmod(0o755)
    code, out, _err = call("doctor")
    assert code == 1
    assert "✗" in out
    assert "chmod -R go=" in out
