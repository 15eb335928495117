"""Settings: which source wins, and what is said of mistakes."""

from pathlib import Path

import pytest

from broadcaster.config import Settings, load
from broadcaster.desk.errors import Invalid


def settings_of(
    directory: Path, toml: str, environ: dict[str, str] | None = None, **options: object
) -> Settings:
    (directory / "county.toml").write_text(toml, encoding="utf-8")
    keys = {name.replace("__", "."): value for name, value in options.items()}
    return load(directory, options=keys, environ=environ or {})


def problems_of(directory: Path, toml: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(Invalid) as raised:
        settings_of(directory, toml, environ)
    return [str(problem).removeprefix(f"{directory}/") for problem in raised.value.problems]


def test_without_a_file_the_built_in_values_hold(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={})
    assert (settings.api.host, settings.zone.key) == ("127.0.0.1", "Asia/Shanghai")
    assert settings.database_url == f"sqlite:///{tmp_path}/county.db"


def test_options_win_over_the_environment_over_the_file(tmp_path: Path) -> None:
    toml = "[api]\nport = 1\nupload_limit_mb = 1\n[plan]\nlease_days = 1\n"
    environ = {"BROADCASTER_API__PORT": "2", "BROADCASTER_API__UPLOAD_LIMIT_MB": "2"}
    settings = settings_of(tmp_path, toml, environ, api__port="3")
    assert (settings.api.port, settings.api.upload_limit_mb, settings.plan.lease_days) == (3, 2, 1)


def test_lists_of_words_come_as_lists_or_with_spaces(tmp_path: Path) -> None:
    toml = '[speech]\ncommand = ["say", "-v", "x y"]\n'
    settings = settings_of(tmp_path, toml, {"BROADCASTER_API__ALLOWED_HOSTS": "a.example b.example"})
    assert settings.speech.command == ("say", "-v", "x y")
    assert settings.api.allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("toml", "environ", "says"),
    [
        ("[broker]\nprot = 1", {}, "county.toml, broker.prot: no such setting; did you mean broker.port?"),
        ("[brocker]\nport = 1", {}, "county.toml, brocker.port: no such setting; did you mean broker.port?"),
        ("zone = 'x'", {}, "county.toml, zone: no such setting; did you mean county.zone?"),
        (
            "",
            {"BROADCASTER_BROKR__PORT": "1"},
            "BROADCASTER_BROKR__PORT: no such setting; did you mean broker.port?",
        ),
        (
            "[api]\nport = 70000",
            {},
            "county.toml, api.port: expected at most 65535; got 70000",
        ),
        (
            "[county]\nzone = 'Mars'",
            {},
            "county.toml, county.zone: expected a time zone such as Asia/Shanghai; got 'Mars'",
        ),
        (
            "[api",
            {},
            "county.toml: not TOML: Expected ']' at the end of a table declaration (at end of document)",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, toml: str, environ: dict[str, str], says: str
) -> None:
    assert problems_of(tmp_path, toml, environ) == [says]


def test_a_key_like_no_other_gets_the_whole_list(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "[qqq]\nzzz = 1")
    assert "api.port" in problem
    assert "heartbeat.every_s" in problem


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert len(problems_of(tmp_path, "[api]\nport = 'x'\n[plan]\ndays = 0\n")) == 2


def test_what_is_not_a_setting_may_stand_in_the_environment(tmp_path: Path) -> None:
    load(tmp_path, environ={"BROADCASTER_VENV": "x", "BROADCASTER_COUNTY": "y", "LANG": "C"})


def test_secrets_are_not_repeated(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "[broker]\npassword = 123456\n")
    assert "123456" not in problem
    assert "hunter2" not in repr(settings_of(tmp_path, "[broker]\npassword = 'hunter2'\n"))
