"""The day's rounds and a month's figures at the desk."""

from datetime import time, timedelta

import pytest
from sqlmodel import Session, select

from broadcaster.cli.dispatch import page
from broadcaster.dispatch.rounds import Unserved
from broadcaster.repairs.causes import Cause
from broadcaster.storage.tables import EndpointRow, FlipRow, GateMoveRow, SlotRow
from broadcaster.tickets.parts import Skill
from devices.supervision import Sign, State
from schedules.rules import Weekday
from schedules.slots import PlannedBecause
from tests.broadcaster.county import TOWN
from tests.broadcaster.desk.people import Station
from tests.broadcaster.desk.test_tickets import broken
from tests.broadcaster.tickets.workshop import HOUR


def place(session: Session) -> None:
    for north, row in enumerate(session.exec(select(EndpointRow).order_by(EndpointRow.id))):
        row.latitude, row.longitude = 31.5 + north / 100, 116.3
        session.add(row)


def at_work(station: Station) -> Station:
    station.now = station.now.replace(hour=1)  # 09:00
    with station.house.transaction() as session:
        place(session)
    return station


def test_a_crew_with_a_lift_truck_goes_to_what_needs_one_and_the_rest_says_why_not(station: Station) -> None:
    at_work(station)
    stops = [broken(station, name) for name in ("li-1", "wang-1")]
    other, _ = broken(station, "nowhere", Cause.SPEAKER), broken(station, "li-2", Cause.STALE_AUDIO)
    station.desk("li").crews.set(crew="抢修一队", place=TOWN, skills=(Skill.LIFT,))
    day = station.desk("li").dispatch.day()
    (made,) = day.rounds
    assert sorted(task.ticket for stop in made.stops for task in stop.tasks) == stops
    assert [(left.task.ticket, left.because) for left in day.waiting] == [(other, Unserved.NO_POSITION)]
    assert "抢修一队" in page(day)
    assert page(day).count("<section>") == 2


def test_after_the_day_is_over_nobody_goes_any_more(station: Station) -> None:
    at_work(station).now += 12 * HOUR
    broken(station)
    station.desk("li").crews.set(crew="one", place=TOWN, skills=(Skill.LIFT,))
    assert station.desk("li").dispatch.day().rounds == ()


def test_a_crew_comes_when_the_programme_is_over(station: Station) -> None:
    at_work(station)
    broken(station, "li-1")
    station.desk("li").crews.set(crew="one", place=TOWN, skills=(Skill.LIFT,))
    begins = station.now + timedelta(minutes=10)
    slot = SlotRow(
        id="noon",
        order_id="noon",
        notice="noon",
        version=1,
        place=TOWN,
        day=station.now.date(),
        ordinal=0,
        item=0,
        earliest=begins,
        planned=begins,
        latest=begins + HOUR,
        duration_ms=1_800_000,
        because=next(iter(PlannedBecause)),
    )
    station.change(lambda session: session.add(slot))
    (made,) = station.desk("li").dispatch.day().rounds
    assert made.stops[0].arrives == begins + timedelta(minutes=30)


def test_on_a_day_off_only_what_is_urgent_is_driven_to(station: Station) -> None:
    at_work(station)
    usual, urgent = broken(station, "li-1"), broken(station, "li-2", Cause.SERIAL_LINE_CUT)
    station.desk("li").crews.set(crew="one", place=TOWN, skills=(Skill.LIFT,))
    station.desk("li").calendar.set(day=station.now.date(), workday=False, name="holiday")
    day = station.desk("li").dispatch.day()
    assert [task.ticket for each in day.rounds for stop in each.stops for task in stop.tasks] == [urgent]
    assert [(each.task.ticket, each.because) for each in day.waiting] == [(usual, Unserved.DAY_OFF)]


def test_a_crew_that_works_on_weekends_drives_to_everything_then(station: Station) -> None:
    at_work(station)
    ticket = broken(station, "li-1")
    today = tuple(Weekday)[station.now.weekday()]
    station.desk("li").crews.set(crew="one", place=TOWN, skills=(Skill.LIFT,), days=(today,))
    station.desk("li").calendar.set(day=station.now.date(), workday=False, name="holiday")
    (made,) = station.desk("li").dispatch.day().rounds
    assert [task.ticket for stop in made.stops for task in stop.tasks] == [ticket]


def test_while_the_truck_is_in_the_workshop_its_tickets_say_until_when(station: Station) -> None:
    at_work(station)
    broken(station, "li-1")
    crews, ends = station.desk("li").crews, station.now + 30 * HOUR
    crews.set(crew="one", place=TOWN, skills=(Skill.LIFT,))
    kept = crews.leave(crew="one", begins=station.now, ends=ends, reason="brakes", skill=Skill.LIFT)
    day = station.desk("li").dispatch.day()
    (left,) = day.waiting
    assert (day.rounds, left.because, left.crew, left.back) == ((), Unserved.CREW_AWAY, "one", ends)
    assert "one" in page(day)
    crews.back(leave=kept.id)
    assert station.desk("li").dispatch.day().waiting == ()


def test_a_crew_goes_out_in_its_own_hours(station: Station) -> None:
    at_work(station)
    broken(station, "li-1")
    hours = (time(11), time(16))
    station.desk("li").crews.set(crew="one", place=TOWN, skills=(Skill.LIFT,), hours=hours)
    (made,) = station.desk("li").dispatch.day().rounds
    assert made.stops[0].arrives >= station.now + 2 * HOUR


def test_a_winters_day_ends_with_the_light(station: Station) -> None:
    at_work(station)
    broken(station, "li-1")
    station.desk("li").crews.set(crew="one", place=TOWN, skills=(Skill.LIFT,))
    station.now = station.now.replace(hour=9, minute=0)  # 17:00; in November the sun is about to set
    assert not any(each.stops for each in station.desk("li").dispatch.day().rounds)


def flip(station: Station, name: str, to: State, hours: float, since: State = State.OK) -> FlipRow:
    at = station.now - timedelta(hours=hours)
    return FlipRow(
        endpoint=name,
        from_state=since,
        to_state=to,
        onset=at,
        detected=at + timedelta(minutes=2),
        onset_s=0.0,
        detected_s=0.0,
        because=Sign.SILENCE,
    )


def test_a_months_figures_come_from_flips_and_gates(station: Station) -> None:
    with station.house.transaction() as session:
        session.add(flip(station, "li-1", State.SILENT, 10))
        session.add(flip(station, "li-1", State.RETURNING, 8, State.SILENT))
        session.add(flip(station, "li-2", State.ON_BATTERY, 5))
        for hours, is_open in ((4.0, False), (3.0, True)):
            session.add(GateMoveRow(gate="broker", open=is_open, since=station.now - hours * HOUR))
    county, town = station.desk("wang").indices.month(year=station.now.year, month=station.now.month)
    assert (county.place, town.place_name, town.figures.endpoints) == ("341523000000", "山镇", 3)
    assert round(town.figures.minutes_without, 2) == 40.0
    assert round(town.figures.interruptions, 3) == round(1 / 3, 3)
    assert town.figures.unobserved_share > 0
    assert town.figures.minutes_to_detect == 2.0


def test_a_low_battery_is_taken_along_where_a_round_passes_and_waits_where_none_does(
    station: Station,
) -> None:
    at_work(station)
    battery = broken(station, "li-2", Cause.LOW_BATTERY)
    station.desk("li").crews.set(crew="one", place=TOWN, skills=(Skill.LIFT,), latitude=31.7, longitude=116.3)
    (left,) = station.desk("li").dispatch.day().waiting
    assert (left.task.ticket, left.because) == (battery, Unserved.NO_ROUND_NEAR)
    horn = broken(station, "li-1")
    (made,) = station.desk("li").dispatch.day().rounds
    assert {task.ticket for stop in made.stops for task in stop.tasks} == {battery, horn}


def test_who_has_been_dark_for_half_a_year_is_not_well_again_in_the_figures(station: Station) -> None:
    station.change(lambda session: session.add(flip(station, "li-1", State.SILENT, 24 * 180)))
    station.change(lambda session: session.add(flip(station, "li-2", State.SILENT, 24 * 181)))
    station.change(lambda session: session.add(flip(station, "li-2", State.OK, 24 * 179, State.SILENT)))
    county, _town = station.desk("wang").indices.month(year=station.now.year, month=station.now.month)
    assert county.figures.availability == pytest.approx(2 / 3)
