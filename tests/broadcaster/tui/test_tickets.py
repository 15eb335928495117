"""Tickets: the board of what is broken, and a ticket's way by keys alone. The numbers of keys stand in the operators' manual."""

from dataclasses import replace
from datetime import timedelta

from broadcaster.api.app import create_app
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.remote import RemoteDoor
from broadcaster.people.rights import Grant, Role
from broadcaster.repairs.incidents import Stage
from broadcaster.storage import tickets as kept
from broadcaster.storage.tables import IncidentRow
from broadcaster.storage.tickets import incident_of
from broadcaster.tickets import following
from broadcaster.tickets.states import TicketState
from broadcaster.tickets.ticket import Change
from broadcaster.tui.screens.ticket import TicketScreen
from schedules.places import Place
from tests.broadcaster.api.loopback import served
from tests.broadcaster.tui.breakdowns import CREW, TOWN, save, wall
from tests.broadcaster.tui.county import NOW, desk
from tests.broadcaster.tui.seeing import app_on, opened, press, said_by, settle, text_of

OPEN, CUT, HELP = 3, 2, 1  # numbers of the fixed county's tickets


async def page_of(pilot, ticket: int) -> None:
    await pilot.app.push_screen(TicketScreen(ticket))
    await settle(pilot)


def state_of(county, ticket: int) -> TicketState:
    return county.tickets.show(ticket=ticket).ticket.state


async def test_the_board_shows_state_town_and_the_sentence_that_proves(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "7", "down", "down")
        shown = " ".join(text_of(pilot.app).split())
        assert "on site 1 waiting 1" in shown
        assert "青石镇" in shown
        assert "1 of 1 endpoints, 615 people; 青石抢修队." in shown
        assert "The voltage was normal (231 V) until it was gone." in shown


async def test_what_failed_has_a_word_on_the_board_and_on_the_page(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "7", "down")
        assert "(feeder 10 kV-3)" in " ".join(text_of(pilot.app).split())
        await press(pilot, "enter")
        assert "feeder 10 kV-3" in text_of(pilot.app).splitlines()[1]


async def test_a_late_ticket_says_by_how_much_and_one_whose_clock_stands_still_that_it_is(own_house):
    for number in (OPEN, CUT):
        allow(own_house, number, seconds=60)
    async with opened(app_on(desk(own_house, "li"))) as pilot:
        await press(pilot, "7")
        rows = [row.split()[:6] for row in text_of(pilot.app).splitlines()]
        assert ["!", str(OPEN), "open", "柳河镇", "3", "min"] in rows
        assert ["!", str(CUT), "waiting", "青石镇", "overdue", "35"] in rows


def allow(house, number: int, seconds: float) -> None:
    """Another service time for a ticket."""
    with house.transaction() as session:
        ticket = kept.load(session, number)
        save(session, Change(ticket=ticket).quietly(clock=replace(ticket.clock, contract_s=seconds)), NOW)


async def test_one_town_is_chosen_by_initials_and_one_state_by_one_key(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "7", "o", *"lhz", "enter")
        assert list(pilot.app.screen.tickets) == [str(OPEN)]
        await press(pilot, "o", "enter", "f")
        assert list(pilot.app.screen.tickets) == [str(OPEN)]
        await press(pilot, "f", "f")
        assert list(pilot.app.screen.tickets) == [str(CUT)]


async def test_a_ticket_tells_why_where_until_when_and_what_happened(county):
    async with opened(app_on(county)) as pilot:
        await page_of(pilot, HELP)
        shown = " ".join(text_of(pilot.app).split())
        assert "18 min of 30 min left, until 11-23 10:18" in shown  # the station's clock
        assert "93 % sure" in shown
        assert "Still failing: shiqiao-02" in shown
        assert "开关完好" in shown


async def test_only_what_the_state_takes_has_a_key(county):
    async with opened(app_on(county)) as pilot:
        await page_of(pilot, CUT)
        assert "r Go on" in text_of(pilot.app)
        assert "Accept" not in text_of(pilot.app).splitlines()[-1]
        before = state_of(county, CUT)
        await press(pilot, "a")
        assert state_of(county, CUT) is before


async def test_a_ticket_is_given_to_a_crew_in_four_keys_and_accepted_in_one_more(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        keys = await press(pilot, "7", "enter", "g", "enter")
        assert keys == 4
        assert county.tickets.show(ticket=OPEN).ticket.crew == CREW
        await press(pilot, "a")
    assert county.tickets.show(ticket=OPEN).ticket.accepted_by == "li"


async def test_a_crew_on_leave_says_so_where_it_is_chosen_and_on_its_ticket(own_house):
    county = desk(own_house, "li")
    desk(own_house, OWNER).crews.leave(crew=CREW, begins=NOW, ends=NOW + timedelta(days=2), reason="培训")
    async with opened(app_on(county)) as pilot:
        await press(pilot, "7", "enter", "g")
        assert "away until 11-25" in text_of(pilot.app)
        await press(pilot, "enter")
        assert "the county station is told in its stead" in text_of(pilot.app)


async def test_it_is_accepted_reached_and_said_to_be_mended_in_six_keys(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        assert await press(pilot, "7", "enter", "a", "v", "d", "enter") == 6
    assert state_of(county, OPEN) is TicketState.DONE_CLAIMED


async def test_the_station_is_asked_for_help_in_four_keys(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        assert await press(pilot, "7", "enter", "h", "enter") == 4
    assert county.tickets.show(ticket=OPEN).ticket.help_asked


async def test_it_is_mended_and_said_so_and_handed_back_only_with_a_reason(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county)) as pilot:
        await page_of(pilot, OPEN)
        await press(pilot, "a", "b", "enter")
        assert state_of(county, OPEN) is TicketState.ACCEPTED  # Enter alone gives no reason
        assert await press(pilot, "b", *"no", "enter") == 2 + len("no")
        assert state_of(county, OPEN) is TicketState.OPEN
        await press(pilot, "a", "v", "n", *"fuse", "enter", "d", *"new", "enter")
        assert state_of(county, OPEN) is TicketState.DONE_CLAIMED
        assert "fuse" in text_of(pilot.app)


async def test_it_waits_with_a_reason_and_evidence_and_its_clock_stands_still(own_house):
    county = desk(own_house, "li")
    place = county.tickets.show(ticket=OPEN).ticket.place
    desk(own_house, OWNER).storms.note(place=place, begins=NOW, ends=NOW + timedelta(hours=1), note="thunder")
    async with opened(app_on(county)) as pilot:
        await page_of(pilot, OPEN)
        assert await press(pilot, "w", *"wea", "enter", *"storm", "enter") == 3 + len("weastorm")
        assert "stands still: weather unsafe" in text_of(pilot.app)
        await press(pilot, "r", "enter")
    assert state_of(county, OPEN) is TicketState.ACCEPTED


async def test_the_station_answers_takes_over_and_gives_back(own_house):
    county = desk(own_house, "li")
    async with opened(app_on(county), (120, 40)) as pilot:
        await page_of(pilot, HELP)
        await press(pilot, "s", *"left", "enter")
        assert not county.tickets.show(ticket=HELP).ticket.help_asked
        await press(pilot, "t", "enter")
        assert county.tickets.show(ticket=HELP).ticket.owner == "station"
        await press(pilot, "u", *"leans", "enter", "h", *"help", "enter")
    found = county.tickets.show(ticket=HELP).ticket
    assert (found.owner, found.help_asked) == ("town", True)


async def test_it_is_closed_against_the_device_with_photo_second_person_and_reason(own_house, tmp_path):
    desk(own_house, OWNER).users.add(user="sun", grants=(Grant(role=Role.TOWN_STAFF, place=Place(TOWN)),))
    county = desk(own_house, "li")
    (tmp_path / "pole.jpg").write_bytes(b"\xff\xd8jpeg")
    app = app_on(county)
    app.downloads = tmp_path / "seen"
    async with opened(app) as pilot:
        await page_of(pilot, HELP)
        await press(pilot, "x")
        assert "First a photo" in said_by(app)
        keys = await press(pilot, "p")
        app.screen.query_one("#ask-line").value = str(tmp_path / "pole.jpg")  # typed
        keys += await press(pilot, "enter", "x", *"sun", "enter", *"gone", "enter")
        assert keys == 5 + len("sungone")
        await press(pilot, "f")
    assert state_of(county, HELP) is TicketState.CLOSED
    assert (tmp_path / "seen" / f"{HELP}-pole.jpg").read_bytes() == b"\xff\xd8jpeg"


async def test_the_proof_of_the_device_changes_the_page_without_a_key(own_house):
    county = desk(own_house, "li")
    county.tickets.done(ticket=HELP)
    async with opened(app_on(county)) as pilot:
        await page_of(pilot, HELP)
        assert "said to be done" in text_of(pilot.app)
        for stage, state in ((Stage.RECOVERING, "verifying"), (Stage.ENDED, "closed")):
            the_device_is_well(own_house, stage)
            pilot.app.screen.look()  # as the clock does every few seconds
            await settle(pilot)
            assert state in text_of(pilot.app).splitlines()[1]


def the_device_is_well(house, stage: Stage) -> None:
    """What the controller stores when everything the ticket took reports again."""
    with house.transaction() as session:
        ticket = kept.load(session, HELP)
        row = session.get(IncidentRow, ticket.key)
        end = (NOW - timedelta(minutes=1)).timestamp() if stage is Stage.ENDED else None
        well = replace(incident_of(row), stage=stage, affected=(), ended=end)
        kept.put_incident(session, well, wall, row.place, row.population, HELP)
        save(session, following.follow(ticket, well, NOW), NOW)


async def test_every_deed_is_in_the_command_palette(county):
    async with opened(app_on(county)) as pilot:
        await page_of(pilot, HELP)
        await press(pilot, "ctrl+p", *"take over")
        assert "Take over" in text_of(pilot.app)


async def test_a_ticket_is_worked_on_over_the_http_api_as_in_process(own_house):
    app = create_app(CountyDesk, lambda token, _: HouseDoor(own_house, token, clock=lambda: NOW))
    with served(app) as url:
        county = CountyDesk(RemoteDoor(url, "li"))
        async with opened(app_on(county)) as pilot:
            await page_of(pilot, OPEN)
            await press(pilot, "a", "v", "d", "enter")
            assert "said to be done" in text_of(pilot.app)
    assert state_of(desk(own_house, "li"), OPEN) is TicketState.DONE_CLAIMED
