from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from broadcaster.repairs.causes import Cause
from broadcaster.repairs.incidents import Flag
from broadcaster.tickets import following, orders, timers
from broadcaster.tickets.parts import Part
from broadcaster.tickets.telling import BUNDLE, Person, after_quiet, audience, told_at
from broadcaster.tickets.ticket import Change
from tests.broadcaster.tickets.workshop import DAY, GROUND, MINUTE, MONDAY, WORKING, incident, ticket

TOWN, OTHER, COUNTY = "341523100000", "341523200000", "341523000000"
NIGHT = ((time(22), time(7)),)
PEOPLE = (
    Person(name="lead", place=TOWN, part=Part.LEAD),
    Person(name="other lead", place=OTHER, part=Part.LEAD),
    Person(name="station", place=COUNTY, part=Part.STATION),
    Person(name="head", place=COUNTY, part=Part.LEADER),
    Person(name="power", place=COUNTY, part=Part.POWER_COMPANY),
    Person(name="sun", place=TOWN, part=Part.CREW, crew="one"),
    Person(name="zhou", place=TOWN, part=Part.CREW, crew="two"),
)


def told(change: Change, people: tuple[Person, ...] = PEOPLE, knew: tuple[str, ...] = ()) -> tuple[str, ...]:
    return audience(change.entries[-1], change.ticket, people, knew)


@pytest.mark.parametrize(
    ("cause", "names"),
    [
        (Cause.SPEAKER, ("lead",)),
        (Cause.CLOCK, ("station",)),
        (Cause.GRID_OUTAGE, ("lead", "power", "station")),
    ],
)
def test_a_new_ticket_is_told_to_who_mends_it_there(cause: Cause, names: tuple[str, ...]) -> None:
    assert told(following.begun(incident(cause), GROUND, MONDAY)) == names


def test_an_assignment_goes_to_the_crew_and_a_request_for_help_to_the_station() -> None:
    assert told(orders.assign(ticket(), "lead", "one", MONDAY)) == ("sun",)
    assert told(orders.ask_help(ticket(), "lead", MONDAY, "?")) == ("station",)


def test_of_a_crew_that_is_away_another_is_told_or_else_the_county_s_station() -> None:
    given = orders.assign(ticket(), "lead", "one", MONDAY)
    assert audience(given.entries[-1], given.ticket, PEOPLE, (), {"one": "two"}) == ("zhou",)
    assert audience(given.entries[-1], given.ticket, PEOPLE, (), {"one": ""}) == ("station",)
    answered = orders.answer(orders.ask_help(given.ticket, "lead", MONDAY, "?").ticket, "x", MONDAY, "!")
    assert audience(answered.entries[-1], answered.ticket, PEOPLE, (), {"one": ""}) == ("lead", "station")


def test_whoever_did_it_is_not_told_of_it() -> None:
    asked = orders.ask_help(ticket(), "station", MONDAY, "?")
    assert told(asked) == ()


def test_recovery_is_told_to_those_who_knew_and_to_nobody_else() -> None:
    over = following.proven(ticket(), MONDAY)
    assert told(over, knew=("lead",)) == ("lead",)
    assert told(over) == ()


def test_escalation_climbs_to_the_leaders() -> None:
    late, names = ticket(crew="one"), []
    for days in (5, 8, 10, 16):
        change = timers.passed(late, WORKING, MONDAY + days * DAY)
        names += [audience(e, late, PEOPLE, ()) for e in change.entries if "percent" in e.facts]
        late = change.ticket
    assert names == [("sun",), ("lead",), ("station",), ("head",)]


def test_while_it_flaps_nobody_is_told() -> None:
    flapping = incident(flags=frozenset({Flag.FLAPPING}))
    assert told(following.begun(flapping, GROUND, MONDAY)) == ()


def test_where_somebody_is_on_duty_only_they_are_told() -> None:
    people = (*PEOPLE, Person(name="wu", place=TOWN, part=Part.LEAD, on_duty=True))
    assert told(following.begun(incident(), GROUND, MONDAY), people) == ("wu",)


def test_messages_to_one_person_are_two_minutes_apart() -> None:
    assert told_at(PEOPLE[0], ticket(), None, MONDAY, WORKING.zone) == MONDAY
    assert told_at(PEOPLE[0], ticket(), MONDAY - MINUTE, MONDAY, WORKING.zone) == MONDAY - MINUTE + BUNDLE


def test_at_night_only_what_cannot_wait_is_told() -> None:
    sleeper = replace(PEOPLE[0], quiet=NIGHT)
    late = datetime(2026, 3, 2, 23, tzinfo=WORKING.zone)
    assert told_at(sleeper, ticket(), None, late, WORKING.zone) == datetime(
        2026, 3, 3, 7, tzinfo=WORKING.zone
    )
    assert told_at(sleeper, ticket(cause=Cause.OPERATOR), None, late, WORKING.zone) == late


def test_quiet_hours_end_on_the_day_they_end() -> None:
    early = datetime(2026, 3, 3, 6, 59, tzinfo=WORKING.zone)
    assert after_quiet(early, NIGHT, WORKING.zone) - early == timedelta(minutes=1)
    assert after_quiet(early, (), WORKING.zone) == early
