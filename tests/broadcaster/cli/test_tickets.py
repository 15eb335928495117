"""`broadcaster ticket`, `incident`, `crew` and `maintenance`."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from broadcaster.repairs.evidence import Statement
from broadcaster.storage import tickets as kept
from broadcaster.storage.engine import open_database, transaction
from broadcaster.tickets import following
from tests.broadcaster.tickets.workshop import GROUND, incident

if TYPE_CHECKING:
    from tests.broadcaster.cli.conftest import Call
    from tests.broadcaster.cli.county import County

TOWN = "341523100000"


@pytest.fixture
def broken(county: "County", tmp_path: Path) -> "County":
    """One amplifier is broken."""
    now = datetime.now(UTC)
    why = (
        Statement(message="{gate} does not answer: nothing behind it can be judged.", facts={"gate": "x"}),
    )
    found = incident(onset=now.timestamp(), evidence=why)
    with transaction(open_database(f"sqlite:///{tmp_path / 'county.db'}")) as session:
        number = kept.save(session, following.begun(found, GROUND, now), now).number
        kept.put_incident(session, found, GROUND.wall, GROUND.place, 300, number)
    return county


def test_a_ticket_is_listed_shown_and_taken_up(broken: "County", call: "Call") -> None:
    assert "amplifier li-1" in call("ticket", "list")[1]
    assert call("ticket", "accept", "1")[0] == 0
    shown = call("ticket", "show", "1")[1]
    assert "· x does not answer" in shown
    assert "the device" in shown
    assert json.loads(call("ticket", "show", "1", "--json")[1])["ticket"]["state"] == "accepted"


def test_what_people_on_site_say_is_written_down(broken: "County", call: "Call") -> None:
    assert call("ticket", "hear", "1", "no_power")[0] == 0
    assert "People on site say: they have no power." in call("ticket", "show", "1")[1]
    assert "没有电" in call("--language", "zh_CN", "ticket", "show", "1")[1]


def test_tickets_are_told_in_chinese(broken: "County", call: "Call") -> None:
    code, out, _ = call("--language", "zh_CN", "ticket", "show", "1")
    assert code == 0
    assert "工单已生成" in out
    assert "镇" in out


def test_a_refusal_says_the_ticket_s_state(broken: "County", call: "Call") -> None:
    code, _, err = call("ticket", "resume", "1")
    assert (code, err.strip()) == (1, "Ticket 1 is “open”: that is not possible now.")


def test_incidents_say_why_they_are_believed(broken: "County", call: "Call") -> None:
    key = json.loads(call("incident", "list", "--json")[1])[0]["key"]
    assert "x does not answer" in call("incident", "show", key)[1]
    listed = call("incident", "list")[1]
    assert key[:8] in listed
    assert "amplifier" in listed
    assert "x does not answer" in call("incident", "show", key[:8])[1]


def test_crews_and_who_is_told(broken: "County", call: "Call") -> None:
    assert call("crew", "set", "one", "--place", TOWN, "--skill", "lift")[0] == 0
    told = ("crew", "tell", "sun", "crew", "--place", TOWN, "--crew", "one", "--quiet", "22:00-07:00")
    assert call(*told, "--channel", "sms", "--phone", "13800000000")[0] == 0
    assert "22:00-07:00" in call("crew", "contacts")[1]
    assert call("crew", "duty", "sun", "--from", "today", "--until", "+3")[0] == 0
    assert json.loads(call("crew", "list", "--json")[1])[0]["people"] == ["sun"]
    assert call("ticket", "assign", "1", "one")[0] == 0


def test_of_a_crew_and_of_who_is_told_only_what_is_said_changes(broken: "County", call: "Call") -> None:
    call("crew", "set", "one", "--place", TOWN, "--skill", "lift", "--day", "sat", "--hours", "08:00-16:00")
    call(
        "crew", "tell", "sun", "crew", "--place", TOWN, "--crew", "one", "--channel", "sms", "--phone", "138"
    )
    one = json.loads(call("crew", "set", "one", "--skill", "radio", "--json")[1])
    assert (one["place"], one["skills"], one["days"], one["hours"][0]) == (
        TOWN,
        ["radio"],
        ["sat"],
        "08:00:00",
    )
    sun = json.loads(call("crew", "tell", "sun", "--disabled", "--json")[1])
    assert (sun["part"], sun["channels"], sun["enabled"]) == ("crew", ["sms"], False)
    one = json.loads(call("crew", "set", "one", "--as-usual", "--json")[1])
    assert (one["days"], one["hours"], one["skills"]) == ([], None, ["radio"])
    assert "takes its place" in call("crew", "set", "two")[2]


def test_at_eighty_columns_a_list_of_crews_breaks_no_code(
    broken: "County", call: "Call", monkeypatch: pytest.MonkeyPatch
) -> None:
    call("crew", "set", "two", "--place", TOWN)
    make = (
        "crew",
        "set",
        "one",
        "--place",
        TOWN,
        "--skill",
        "lift",
        "--skill",
        "electrician",
        "--stand-in",
        "two",
    )
    call(*make, "--day", "sat", "--hours", "08:00-16:00")
    call("crew", "leave", "one", "--from", "today", "--until", "+2", "--reason", "training")
    monkeypatch.setenv("COLUMNS", "80")
    assert call("crew", "list")[1].count(TOWN) == 2


def test_a_crew_has_days_and_hours_of_its_own_goes_on_leave_and_is_back(
    broken: "County", call: "Call"
) -> None:
    make = ("crew", "set", "one", "--place", TOWN, "--skill", "lift", "--day", "sat", "--day", "sun")
    assert "08:00-16:00" in call(*make, "--hours", "08:00-16:00")[1]
    workshop = ("crew", "leave", "one", "--from", "today", "--until", "+2", "--reason", "brakes")
    assert "00:00:00" in call(*workshop, "--without", "lift")[1]
    assert call(*workshop)[0] == 0
    assert [each["skill"] for each in json.loads(call("crew", "leaves", "--json")[1])] == ["lift", None]
    assert "升降车" in call("--language", "zh_CN", "crew", "leaves")[1]
    assert call("ticket", "assign", "1", "one")[0] == 0
    assert call("ticket", "show", "1")[1].count("the county station is told in its stead") == 2
    assert json.loads(call("crew", "back", "2", "--json")[1])["away_until"] is None
    assert "brakes" in call("crew", "leaves")[1]


def test_a_storm_is_noted_and_taken_back(broken: "County", call: "Call") -> None:
    assert call("storm", "note", TOWN, "--from", "today", "--until", "+1", "--note", "lightning")[0] == 0
    assert "lightning" in call("storm", "list")[1]
    assert call("storm", "cancel", "1")[0] == 0
    assert "No storm was noted." in call("storm", "list")[1]


def test_announced_work_is_planned_and_called_off(broken: "County", call: "Call") -> None:
    plan = ("maintenance", "plan", "feeder:10 kV-3", "--place", TOWN, "--reason", "new poles")
    assert call(*plan, "--from", "today", "--until", "+1")[0] == 0
    assert "feeder:10 kV-3" in call("maintenance", "list")[1]
    assert call("maintenance", "cancel", "1")[0] == 0
    assert "No work is announced." in call("maintenance", "list")[1]


def test_service_times_are_set_shown_and_cleared(broken: "County", call: "Call") -> None:
    assert call("ticket", "times", "set", "p3", "--respond", "2", "--repair", "10")[0] == 0
    shown = json.loads(call("ticket", "times", "show", "--json")[1])
    assert [each["repair_h"] for each in shown] == [None, None, 10.0, None]
    assert "8-24" in call("ticket", "times", "show")[1]
    assert "工单" in call("--language", "zh_CN", "ticket", "times", "show")[1]
    assert json.loads(call("ticket", "times", "clear", "p3", "--json")[1])["by_default"]


def test_a_priority_that_there_is_not_is_told(broken: "County", call: "Call") -> None:
    code, _, err = call("ticket", "times", "set", "p9")
    assert code == 2
    assert "p9" in err


def test_what_is_late_says_by_how_much(broken: "County", call: "Call", tmp_path: Path) -> None:
    with transaction(open_database(f"sqlite:///{tmp_path / 'county.db'}")) as session:
        late = kept.load(session, 1)
        assert late is not None
        begun = late.opened - timedelta(days=400)
        clock = replace(late.clock, begun=begun, contract_s=3_600)
        kept.save(session, following.Change(ticket=replace(late, clock=clock)), None)
    due = next(line for line in call("ticket", "show", "1")[1].splitlines() if line.startswith("Due"))
    assert "days late" in due


def test_a_day_on_which_nobody_goes_out_is_printed_as_such(
    county: "County", call: "Call", tmp_path: Path
) -> None:
    assert call("dispatch", "print", str(tmp_path / "day.html"))[0] == 0
    page = (tmp_path / "day.html").read_text("utf-8")
    assert "No crew with a lift truck goes out" in page
    assert '<html lang="en">' in page
