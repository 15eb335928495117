"""The tree of the county and one endpoint's page."""

from dataclasses import replace
from datetime import timedelta

import msgspec

from broadcaster.desk.conditions import Stretch
from broadcaster.desk.deliveries import OnItsWay
from broadcaster.desk.minutes import Minute
from broadcaster.storage.tables import EndpointRow, LineRow
from broadcaster.tui.pinyin import initials, matches
from broadcaster.tui.screens.endpoint import EndpointScreen, _arriving
from broadcaster.tui.screens.ticket import TicketScreen
from broadcaster.tui.widgets.county.tree import CountyTree
from broadcaster.tui.widgets.day.minutes import minutes_of
from devices.reports import LineReport, TapReport, TransferReport
from tests.broadcaster.tui.county import NOW, ZONE, at, desk
from tests.broadcaster.tui.seeing import app_on, opened, press, said_by, settle, text_of

MIDNIGHT = at("0:00")


async def test_a_village_is_found_by_the_initials_of_its_pinyin(county):
    async with opened(app_on(county)) as pilot:
        keys = await press(pilot, "4", "slash", *"yjw", "enter", "enter")
        assert keys == 7
        assert "杨家洼村文化广场" in text_of(pilot.app)


async def test_what_is_not_found_is_said(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "4", "slash", *"xyz", "enter")
        assert "There is no area xyz." in said_by(pilot.app)


async def test_endpoints_are_asked_for_only_when_their_village_is_opened(county):
    async with opened(app_on(county)) as pilot:
        await press(pilot, "4")
        tree = pilot.app.screen.query_one(CountyTree)
        assert len(tree._knots) == 4
        await press(pilot, "down", "enter", "down", "enter")
        assert len(tree._knots) == 8
        assert "shiqiao-03" in text_of(pilot.app)


async def test_the_day_before_is_one_key_away_and_there_is_no_day_after_today(county):
    async with opened(app_on(county)) as pilot:
        await pilot.app.push_screen(EndpointScreen("shiqiao-02"))
        await press(pilot, "left_square_bracket")
        assert "11-22 Sun" in text_of(pilot.app)
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert "11-23 Mon" in text_of(pilot.app)


async def test_an_endpoint_explains_why_it_hears_a_notice(county):
    async with opened(app_on(county), (120, 40)) as pilot:
        await pilot.app.push_screen(EndpointScreen("shiqiao-01"))
        keys = await press(pilot, "e", *"slfh", "enter")
        assert keys == 6
        assert "石桥村/shiqiao-01 hears play 3 of 3" in text_of(pilot.app)


async def test_the_page_shows_the_course_of_a_day_and_leads_to_its_ticket_in_one_key(county):
    async with opened(app_on(county)) as pilot:
        await pilot.app.push_screen(EndpointScreen("shiqiao-02"))
        await settle(pilot)
        shown = text_of(pilot.app)
        assert "229 V  224 to 231" in shown
        assert "Ticket 1  on site" in shown
        await press(pilot, "t")
        assert isinstance(pilot.app.screen, TicketScreen)
        await press(pilot, "e")
        assert isinstance(pilot.app.screen, EndpointScreen)


async def test_minutes_without_power_end_when_the_endpoint_said_that_it_started(county):
    async with opened(app_on(county), (120, 40)) as pilot:
        await pilot.app.push_screen(EndpointScreen("shiqiao-03"))
        await settle(pilot)
        rows = {line[52:54]: line[56:] for line in text_of(pilot.app).splitlines()}
        assert rows["06"] == "." * 30 + "X" * 30
        assert rows["07"].startswith(".")
        assert "t Ticket" not in text_of(pilot.app).splitlines()[-1]


def test_initials_follow_the_reading_of_a_word():
    assert "cq" in initials("重庆")
    assert matches("lt", "莲塘村")
    assert matches("塘", "莲塘村")
    assert not matches("xx", "莲塘村")


def test_each_minute_of_a_day_is_what_the_endpoint_did_in_it():
    def stretch(kind, start, end):
        return Stretch(kind=kind, start=at(start), end=at(end))

    half = Stretch(kind=Minute.SOUNDED, start=at("7:30"), end=at("7:31") + timedelta(seconds=20))
    row = minutes_of(
        [stretch(Minute.SILENT, "0:00", "8:20"), half, stretch(Minute.DARK, "8:20", "10:00")], MIDNIGHT
    )
    assert [row[7 * 60 + minute] for minute in (29, 30, 31, 32)] == [
        Minute.SILENT,
        Minute.SOUNDED,
        Minute.SOUNDED,
        Minute.SILENT,
    ]
    assert row[8 * 60 + 20] is Minute.DARK
    assert row[10 * 60] is Minute.AHEAD
    assert len(row) == 1440
    assert MIDNIGHT.astimezone(ZONE).hour == 0


def test_the_page_says_how_far_that_is_which_is_on_its_way_over_the_line():
    coming = OnItsWay(
        endpoint="zhuxi-01",
        line="竹溪线",
        recording="ab" * 32,
        title="致村民的一封信",
        size=90_000,
        percent=62,
        arrives=at("10:05"),
    )
    assert _arriving(coming, ZONE) == "62 %, there by 10:05"
    assert _arriving(replace(coming, arrives=None), ZONE) == "62 %, nobody can say until when"


async def test_what_is_on_its_way_stands_on_the_page(own_house):
    tap = TapReport(endpoint="zhuxi-01", address=1, there=True)
    half = TransferReport(recording="ab" * 32, size=90_000, lacking={"zhuxi-01": 45_000})
    told = LineReport(
        boot="0a1b2c3d", seq=1, line="east", open=True, baud=9_600, taps=(tap,), transfers=(half,)
    )
    with own_house.transaction() as session:
        session.get_one(EndpointRow, "zhuxi-01").link = "serial:east:1"
        line = LineRow(name="east", hub="hub-town", port="/dev/ttyUSB0", baud=9_600, reported_at=NOW)
        line.report = msgspec.to_builtins(told)
        session.add(line)
    async with opened(app_on(desk(own_house, "li")), (120, 40)) as pilot:
        await pilot.app.push_screen(EndpointScreen("zhuxi-01"))
        await settle(pilot)
        assert "On its way: abababababab 50 %, there by 10:0" in text_of(pilot.app)
