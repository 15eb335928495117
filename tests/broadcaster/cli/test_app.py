"""The frame of the command line: languages, exit codes, and where errors go."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from broadcaster.cli import app
from broadcaster.desk.errors import Invalid, NotFound, Problem
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
        (PermissionError(13, "Permission denied", "/x"), "/x: Permission denied\n"),
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
