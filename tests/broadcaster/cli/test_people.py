"""People, tokens, the trail and documents on the command line."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadcaster.api.app import create_app
from broadcaster.api.running import claim
from broadcaster.config import load
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.house import CountyHouse
from broadcaster.registry.sample import AREAS
from devices.documents import Document, Header, TimeBeacon
from devices.sealing import seal
from devices.signing import Ed25519Signer
from devices.topics import DocumentKind
from tests.broadcaster.api.loopback import served
from tests.broadcaster.cli.conftest import Call

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[list[str]]:
    """A controller's API on the county, and the names of those who called."""
    house, callers = CountyHouse(load(tmp_path, environ={})), list[str]()
    with claim(tmp_path) as held:

        def admit(token: str, act_as: str | None) -> HouseDoor | None:
            callers.append(act_as or OWNER)
            return HouseDoor(house, callers[-1], clock=lambda: NOW) if token == running.token else None

        with served(create_app(CountyDesk, admit)) as url:
            running = held.announce(url)
            yield callers


def test_users_are_added_and_listed(call: Call) -> None:
    code, out, _err = call("user", "add", "li", "--name", "李编辑", "--role", "editor@341523000000", "--json")
    assert code == 0
    assert json.loads(out) == {
        "name": "li",
        "full_name": "李编辑",
        "enabled": True,
        "grants": [{"role": "editor", "place": "341523000000"}],
    }
    _code, out, _err = call("user", "list")
    assert "李编辑   yes       editor@341523000000" in out


@pytest.mark.parametrize("role", ["boss@341523000000", "editor", "editor@1"])
def test_a_role_that_cannot_be_is_a_mistake_of_the_command_line(call: Call, role: str) -> None:
    code, _out, err = call("user", "add", "li", "--role", role)
    assert code == 2
    assert role in err or "12-digit area code" in err


def test_without_the_right_a_command_exits_with_1(call: Call) -> None:
    call("user", "add", "li", "--role", "editor@341523000000")
    assert call("--as", "li", "user", "disable", "li") == (1, "", "li has no right to admin anywhere.\n")
    _code, out, _err = call("audit", "list", "--who", "li", "--json")
    assert [(row["what"], row["outcome"]) for row in json.loads(out)] == [("users.enable", "refused")]


def test_the_trail_is_told_in_words_of_the_language_in_use(call: Call) -> None:
    call("user", "add", "li", "--role", "editor@341523000000")
    call("--as", "li", "user", "disable", "li")
    english = call("audit", "list", "--who", "li")[1]
    assert "let a user in or keep them out" in english
    assert "li has no right to admin anywhere." in english
    chinese = call("--language", "zh_CN", "audit", "list", "--who", "li")[1]
    for words in ("启用或停用用户", "无权限", "li 没有“管理”权限。"):
        assert words in chinese
    assert "users.enable" not in chinese


@pytest.mark.parametrize("what", ["users.add", "users", "增加用户"])
def test_the_trail_is_searched_by_name_and_by_word(call: Call, what: str) -> None:
    call("user", "add", "li", "--role", "editor@341523000000")
    call("--as", "li", "notice", "withdraw", "n20261126-1")
    rows = json.loads(call("--language", "zh_CN", "audit", "list", "--what", what, "--json")[1])
    assert [row["what"] for row in rows] == ["users.add"]


def test_a_token_is_printed_alone(call: Call) -> None:
    call("user", "add", "li", "--role", "editor@341523000000")
    _code, out, _err = call("token", "issue", "li", "laptop")
    assert out.startswith("ccx_")
    assert len(out.split()) == 1
    assert call("token", "revoke", "li", "laptop") == (0, "", "")
    assert call("token", "list", "li")[1] == "There is no token in force.\n"


def test_times_are_the_countys(call: Call) -> None:
    call("user", "add", "li", "--role", "editor@341523000000")
    today = datetime.now(UTC) + timedelta(hours=8)
    assert f" {today:%Y-%m-%d} " in call("audit", "list")[1]
    tomorrow = f"{today + timedelta(minutes=5):%Y-%m-%dT%H:%M:%S}"
    assert call("audit", "list", "--since", tomorrow, "--json")[1] == "[]\n"
    assert call("audit", "list", "--until", tomorrow, "--json")[1] != "[]\n"


def test_a_trail_that_was_tampered_with_exits_with_1(call: Call, tmp_path: Path) -> None:
    call("user", "add", "li", "--role", "editor@341523000000")
    assert call("audit", "verify")[0] == 0
    with CountyHouse(load(tmp_path, environ={})).transaction() as session:
        connection = session.connection()
        for (trigger,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).all():
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.exec_driver_sql("UPDATE audit SET who = 'somebody else'")
    code, out, _err = call("audit", "verify", "--json")
    assert (code, json.loads(out)["broken_at"]) == (1, 1)


def test_a_document_in_a_file_or_a_pipe_is_made_legible(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = Header(
        kind=DocumentKind.TIME, target="time", revision=7, issued=NOW, expires=NOW + timedelta(hours=1)
    )
    sealed = seal(Document(header=header, body=TimeBeacon()), Ed25519Signer.generate())
    (tmp_path / "beacon").write_bytes(sealed)
    code, out, _err = call("document", "show", str(tmp_path / "beacon"))
    assert (code, json.loads(out)["header"]["revision"]) == (0, 7)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"rubbish")))
    code, _out, err = call("document", "show", "-")
    assert code == 1
    assert "not a COSE_Sign1" in err


def test_a_controller_that_runs_is_asked_instead_of_the_database(call: Call, controller: list[str]) -> None:
    assert call("user", "add", "li", "--role", "admin@341523000000")[0] == 0
    assert call("--as", "li", "user", "list")[0] == 0
    assert controller == [OWNER, OWNER, "li"]  # who is added, then whether their places are known
    assert call("--as", "nobody", "user", "list") == (1, "", "nobody has no right to admin anywhere.\n")


def test_lists_days_and_plans_pass_a_running_controller(call: Call, controller: list[str]) -> None:
    assert call("area", "import", str(AREAS))[0] == 0
    assert call("area", "edit", "石桥村", "--quiet", "21:00-07:00")[0] == 0
    _code, out, _err = call("area", "show", "石桥村", "--json")
    assert json.loads(out)["quiet_in_force"] == [["21:00", "07:00"]]
    _code, out, _err = call("calendar", "list", "--market", "1", "--market", "6", "--json")
    assert any(day["market"] for day in json.loads(out))
    assert call("plan", "show", "石桥村", "2026-11-24", "--json")[0] == 0
    assert set(controller) == {OWNER}


def test_a_controller_elsewhere_is_asked_with_a_token(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROADCASTER_TOKEN", "ccx_wrong")
    code, _out, err = call("--controller", "http://127.0.0.1:9", "user", "list")
    assert code == 1
    assert "The controller at http://127.0.0.1:9 does not answer" in err


def test_without_a_token_it_is_said_where_one_is_made(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROADCASTER_TOKEN", raising=False)
    code, _out, err = call("--controller", "http://127.0.0.1:9", "user", "list")
    assert (code, "broadcaster token issue" in err) == (1, True)


def test_a_stranger_is_told_that_the_token_is_wrong(
    call: Call, controller: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = json.loads((tmp_path / "running.json").read_text())["url"]
    monkeypatch.setenv("BROADCASTER_TOKEN", "ccx_wrong")
    assert call("--controller", url, "user", "list") == (
        1,
        "",
        "The token is missing, unknown, expired or withdrawn. A new one: broadcaster token issue USER NAME\n",
    )


def test_a_role_in_an_area_that_is_not_there_yet_is_given_with_a_warning(call: Call) -> None:
    call("area", "import", str(AREAS))
    code, _out, err = call("user", "add", "zhang", "--role", "operator@999999999999")
    assert (code, err) == (
        0,
        "! There is no area 999999999999 yet: until there is, the role is good for nothing.\n",
    )
    assert call("user", "grant", "zhang", "--role", "operator@341523000000")[2] == ""


def test_the_dead_mans_switch_takes_no_directory_without_a_controller_for_a_controller_that_lives(
    call: Call, tmp_path: Path
) -> None:
    code, _out, err = call("deadman")
    assert (code, f"No controller ever ran on {tmp_path}." in err) == (1, True)
    code, out, _err = call("--county", str(tmp_path / "typo"), "deadman")
    assert (code, out, (tmp_path / "typo").exists()) == (1, "", False)
