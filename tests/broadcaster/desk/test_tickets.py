"""Tickets at the desk: rights, refusals, files, and who has what."""

import io
from dataclasses import replace
from datetime import time

import pytest

from broadcaster.desk.errors import Conflict, Invalid, NotFound, Refused
from broadcaster.desk.files import Upload
from broadcaster.desk.house import OWNER
from broadcaster.people.rights import Grant, Role
from broadcaster.repairs.causes import Cause, Owner
from broadcaster.repairs.evidence import Statement
from broadcaster.storage import tickets as kept
from broadcaster.tickets import following, timers
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.parts import Part, Skill
from broadcaster.tickets.states import TicketState, TicketStep
from schedules.places import Place
from tests.broadcaster.county import COUNTY, FERRY, LIJIA, TOWN
from tests.broadcaster.desk.people import Station
from tests.broadcaster.tickets.workshop import DAY, GROUND, HOUR, WORKING, incident

FERRY_TOWN = Place("341523200000")


def broken(station: Station, root: str = "li-1", cause: Cause = Cause.AMPLIFIER, place: str = LIJIA) -> int:
    """The number of a ticket for it."""
    why = (Statement(message="It draws {percent} % of the expected current.", facts={"percent": 12}),)
    found = incident(cause, root, onset=station.now.timestamp(), evidence=why)
    with station.house.transaction() as session:
        change = following.begun(found, replace(GROUND, place=place), station.now)
        next_at = timers.next_time(change.ticket, WORKING, station.now)
        number = kept.save(session, change, next_at).number
        kept.put_incident(session, found, GROUND.wall, place, 300, number)
    return number


def test_a_ticket_shows_why_where_and_until_when(station: Station) -> None:
    number = broken(station)
    story = station.desk("li").tickets.show(ticket=number)
    assert (story.ticket.place_name, story.ticket.owner, story.ticket.truck) == ("李家村", Owner.TOWN, True)
    assert story.evidence[0].facts == {"percent": 12}
    assert (story.endpoints, story.still_failing) == (("li-1",), ("li-1",))
    assert story.ticket.due_at is not None
    assert [line.state for line in story.history] == [TicketState.OPEN]


def test_the_way_of_a_ticket_from_assignment_to_the_claim_that_it_is_done(station: Station) -> None:
    number, tickets = broken(station), station.desk("town").tickets
    station.desk("li").crews.set(crew="抢修一队", place=TOWN, skills=(Skill.LIFT,))
    assert tickets.assign(ticket=number, crew="抢修一队").crew == "抢修一队"
    assert tickets.accept(ticket=number).accepted_by == "town"
    assert tickets.arrive(ticket=number).state is TicketState.ON_SITE
    assert (
        tickets.wait(ticket=number, why=WaitReason.OPERATOR, comment="calls").waiting is WaitReason.OPERATOR
    )
    assert tickets.resume(ticket=number).state is TicketState.ACCEPTED
    assert tickets.done(ticket=number, comment="new fuse").state is TicketState.DONE_CLAIMED
    assert [line.who for line in tickets.show(ticket=number).history][1:] == ["town"] * 6


def test_waiting_for_the_weather_takes_its_warning_attached_or_noted(station: Station) -> None:
    number, other, tickets = broken(station), broken(station, "li-2"), station.desk("li").tickets
    with pytest.raises(Invalid, match="warning"):
        tickets.wait(ticket=number, why=WaitReason.WEATHER, comment="thunder")
    tickets.attach(ticket=number, file=Upload("warning.jpg", io.BytesIO(b"\xff\xd8jpeg")))
    assert (
        tickets.wait(ticket=number, why=WaitReason.WEATHER, comment="thunder").waiting is WaitReason.WEATHER
    )
    station.desk("li").storms.note(place=TOWN, begins=station.now, ends=station.now + HOUR, note="wind")
    assert tickets.wait(ticket=other, why=WaitReason.WEATHER, comment="wind").waiting is WaitReason.WEATHER


def test_nobody_closes_against_the_device_without_photo_and_second_person(station: Station) -> None:
    number, tickets = broken(station), station.desk("town").tickets
    photo = tickets.attach(ticket=number, file=Upload("pole.jpg", io.BytesIO(b"\xff\xd8jpeg")))
    for second, sha256 in (("li", "0" * 64), ("town", photo.sha256), ("wang", photo.sha256)):
        with pytest.raises(Invalid):
            tickets.override(ticket=number, second=second, photo=sha256, reason="house is gone")
    closed = tickets.override(ticket=number, second="li", photo=photo.sha256, reason="house is gone")
    assert closed.state is TicketState.CLOSED
    assert tickets.attachment(ticket=number, sha256=photo.sha256).content == b"\xff\xd8jpeg"


def test_a_file_that_is_gone_from_the_disk_is_told(station: Station) -> None:
    number, tickets = broken(station), station.desk("town").tickets
    photo = tickets.attach(ticket=number, file=Upload("pole.jpg", io.BytesIO(b"\xff\xd8jpeg")))
    next(station.house.settings.directory.glob(f"attachments/*/{photo.sha256}")).unlink()
    with pytest.raises(NotFound, match=r"pole\.jpg of ticket \d+ cannot be read.*No such file"):
        tickets.attachment(ticket=number, sha256=photo.sha256)


def test_a_closed_ticket_is_not_accepted_any_more(station: Station) -> None:
    number, tickets = broken(station, cause=Cause.CHRONIC), station.desk("li").tickets
    tickets.done(ticket=number)
    with pytest.raises(Conflict, match="closed"):
        tickets.accept(ticket=number)


def test_a_town_mends_its_own_and_nobody_elses(station: Station) -> None:
    number = broken(station, "ferry-1", place=FERRY)
    with pytest.raises(Refused):
        station.desk("town").tickets.accept(ticket=number)
    with pytest.raises(Refused):
        station.desk("wang").tickets.note(ticket=number, comment="?")


def test_lists_are_by_place_crew_owner_and_page(station: Station) -> None:
    first, second = broken(station), broken(station, "ferry-1", Cause.CLOCK, FERRY)
    tickets = station.desk("li").tickets
    assert [t.number for t in tickets.list()] == [second, first]
    assert [t.number for t in tickets.list(place=TOWN)] == [first]
    assert [t.number for t in tickets.list(place=COUNTY)] == [second, first]
    assert [t.number for t in tickets.list(owner=Owner.STATION)] == [second]
    assert [t.number for t in tickets.list(before=second, most=1)] == [first]
    assert [(c.owner, c.tickets) for c in tickets.counts()] == [(Owner.STATION, 1), (Owner.TOWN, 1)]


def test_the_station_helps_takes_over_and_gives_back(station: Station) -> None:
    number, town, county = broken(station), station.desk("town").tickets, station.desk("li").tickets
    assert town.ask_help(ticket=number, comment="which fuse?").help_asked
    assert not county.answer(ticket=number, comment="the left").help_asked
    assert county.take_over(ticket=number).owner is Owner.STATION
    assert county.give_back(ticket=number, comment="the pole leans").owner is Owner.TOWN
    county.take_over(ticket=number)
    with pytest.raises(Invalid, match="reason"):
        county.give_back(ticket=number, comment="")


def test_both_clocks_are_told_and_what_may_be_done_now(station: Station) -> None:
    number, tickets = broken(station), station.desk("town").tickets
    before = tickets.show(ticket=number)
    assert before.support is None
    assert TicketStep.ASK_HELP in before.possible
    assert not {TicketStep.ANSWER, TicketStep.RESUME, TicketStep.GIVE_BACK} & set(before.possible)
    tickets.ask_help(ticket=number)
    tickets.wait(ticket=number, why=WaitReason.PART_ORDERED, comment="amplifier")
    station.now += DAY
    after = tickets.show(ticket=number)
    assert (after.clock.used_s, after.clock.paused_for, after.clock.due_at) == (
        0,
        WaitReason.PART_ORDERED,
        None,
    )
    assert after.support.used_s > after.support.contract_s == 1800
    assert {TicketStep.ANSWER, TicketStep.RESUME} <= set(after.possible)


def test_an_endpoint_has_the_tickets_whose_cause_took_it(station: Station) -> None:
    number = broken(station)
    broken(station, "ferry-1", Cause.CLOCK, FERRY)
    tickets = station.desk("li").tickets
    (found,) = tickets.list(endpoint="li-1")
    assert (found.number, found.why.facts) == (number, {"percent": 12})
    assert tickets.list(endpoint="li-2") == ()
    with pytest.raises(NotFound, match="nobody"):
        tickets.list(endpoint="nobody")


def test_the_service_time_that_is_used_is_told(station: Station) -> None:
    number = broken(station, cause=Cause.OPERATOR)
    station.now += HOUR
    assert station.desk("li").tickets.show(ticket=number).ticket.used == 0.25


def test_what_is_not_there_is_said(station: Station) -> None:
    tickets = station.desk("li").tickets
    with pytest.raises(NotFound):
        tickets.show(ticket=7)
    with pytest.raises(NotFound, match="crew"):
        tickets.assign(ticket=broken(station), crew="nobody")


def test_incidents_show_what_they_were_taken_for(station: Station) -> None:
    number = broken(station)
    (found,) = station.desk("wang").incidents.list()
    assert (found.ticket, found.root, found.evidence[0].facts) == (number, "li-1", {"percent": 12})
    assert station.desk("wang").incidents.show(incident=found.key) == found
    assert station.desk("wang").incidents.list(cause=Cause.CLOCK) == ()


def test_announced_work_begins_ends_and_is_called_off(station: Station) -> None:
    work = station.desk("li").maintenance
    planned = work.plan(
        place=TOWN, target=TOWN, begins=station.now, ends=station.now + DAY, reason="new transformer"
    )
    assert work.list() == (planned,)
    work.cancel(work=planned.id)
    assert (work.list(), len(work.list(over=True))) == ((), 1)
    with pytest.raises(Conflict):
        work.cancel(work=planned.id)
    with pytest.raises(Invalid):
        work.plan(place=TOWN, target=TOWN, begins=station.now, ends=station.now, reason="nothing")


def test_a_storm_is_noted_once_it_has_an_end_and_taken_back_once(station: Station) -> None:
    storms = station.desk("li").storms
    noted = storms.note(place=TOWN, begins=station.now - DAY, ends=station.now, note="lightning")
    assert storms.list() == (noted,)
    storms.cancel(storm=noted.id)
    assert (storms.list(), len(storms.list(over=True))) == ((), 1)
    with pytest.raises(Conflict):
        storms.cancel(storm=noted.id)
    with pytest.raises(NotFound):
        storms.cancel(storm=99)
    with pytest.raises(Invalid):
        storms.note(place=TOWN, begins=station.now, ends=station.now)


def test_contacts_are_of_a_crew_that_exists_and_have_what_their_channels_take(station: Station) -> None:
    crews = station.desk("li").crews
    with pytest.raises(NotFound):
        crews.tell(contact="sun", place=TOWN, part=Part.CREW, crew="抢修一队")
    with pytest.raises(Invalid, match="SMS"):
        crews.tell(contact="sun", place=TOWN, part=Part.LEAD, channels=("sms",))
    crews.set(crew="抢修一队", place=TOWN)
    crews.tell(contact="sun", place=TOWN, part=Part.CREW, crew="抢修一队", phone="1", channels=("sms",))
    duty = crews.on_duty(contact="sun", begins=station.now, ends=station.now + DAY)
    assert crews.list()[0].people == ("sun",)
    assert crews.duties() == (duty,)
    assert [c.place for c in crews.contacts()] == [Place(TOWN)]


def test_a_crew_on_leave_is_named_with_whoever_is_told_in_its_stead(station: Station) -> None:
    number, crews = broken(station), station.desk("li").crews
    for name, stand_in in (("two", ""), ("one", "two")):
        crews.set(crew=name, place=TOWN, stand_in=stand_in)
    crews.tell(contact="sun", place=TOWN, part=Part.CREW, crew="two", channels=("sms",), phone="13800000000")
    crews.leave(crew="one", begins=station.now, ends=station.now + DAY, reason="spring festival")
    assert [each.away_until for each in crews.list()] == [station.now + DAY, None]
    station.desk("li").tickets.assign(ticket=number, crew="one")
    line = station.desk("li").tickets.show(ticket=number).history[-1]
    assert line.facts["instead"] == "two"
    assert "{instead} is told" in line.message


def test_leaves_that_make_no_sense_are_refused(station: Station) -> None:
    crews, soon = station.desk("li").crews, station.now + DAY
    crews.set(crew="one", place=TOWN, skills=(Skill.RADIO,))
    with pytest.raises(Invalid, match="end after it begins"):
        crews.leave(crew="one", begins=soon, ends=station.now, reason="?")
    with pytest.raises(Invalid, match="reason"):
        crews.leave(crew="one", begins=station.now, ends=soon, reason=" ")
    with pytest.raises(Invalid, match="could lack"):
        crews.leave(crew="one", begins=station.now, ends=soon, reason="brakes", skill=Skill.LIFT)
    with pytest.raises(NotFound):
        crews.leave(crew="none", begins=station.now, ends=soon, reason="?")
    with pytest.raises(NotFound):
        crews.back(leave=7)


def test_hours_and_stand_ins_that_make_no_sense_are_refused(station: Station) -> None:
    crews = station.desk("li").crews
    with pytest.raises(Invalid, match="hours"):
        crews.set(crew="one", place=TOWN, hours=(time(16), time(8)))
    with pytest.raises(NotFound):
        crews.set(crew="one", place=TOWN, stand_in="two")
    crews.set(crew="one", place=TOWN)
    with pytest.raises(Invalid, match="themselves"):
        crews.set(crew="one", place=TOWN, stand_in="one")


def test_one_town_changes_neither_crews_nor_people_nor_work_nor_storms_of_another(station: Station) -> None:
    until = station.now + DAY
    of_county, of_town = station.desk("li"), station.desk("qian")
    station.desk(OWNER).users.add(user="qian", grants=(Grant(role=Role.OPERATOR, place=FERRY_TOWN),))
    of_county.crews.set(crew="one", place=TOWN)
    of_county.crews.tell(contact="zhao", place=COUNTY, part=Part.LEADER, channels=("hook",))
    work = of_county.maintenance.plan(
        place=TOWN, target="li-1", begins=station.now, ends=until, reason="new poles"
    )
    storm = of_county.storms.note(place=TOWN, begins=station.now, ends=until)
    span = {"begins": station.now, "ends": until, "reason": "a prank"}
    for order in (
        lambda: of_town.crews.set(crew="one", place=FERRY_TOWN, enabled=False),
        lambda: of_town.crews.tell(contact="zhao", place=FERRY_TOWN, part=Part.LEAD, enabled=False),
        lambda: of_town.maintenance.plan(place=FERRY_TOWN, target=COUNTY, **span),
        lambda: of_town.maintenance.plan(place=FERRY_TOWN, target="wang-1", **span),
        lambda: of_town.maintenance.cancel(work=work.id),
        lambda: of_town.storms.cancel(storm=storm.id),
    ):
        with pytest.raises(Refused):
            order()


def test_what_is_no_place_is_none_anywhere(station: Station) -> None:
    """Whoever were told for a code with a digit too many would stop all messages."""
    with pytest.raises(Invalid):
        station.desk("li").crews.tell(contact="sun", place=Place(f"{TOWN}0"), part=Part.LEAD)
