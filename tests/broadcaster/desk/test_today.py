"""The county at a glance, and one endpoint's page."""

from itertools import pairwise

import pytest

from broadcaster.desk.minutes import Minute
from schedules.outcomes import Outcome
from tests.broadcaster.tui.county import LETTER, NOW, TOWN, at, build, desk


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return desk(build(tmp_path_factory.mktemp("county")), "li")


def test_each_town_says_what_sounds_now_and_what_comes_next(county):
    town, other, _ = county.today.show().towns
    assert town.sounding == ("致广大村民朋友的一封信",)
    assert (other.next_title, other.next_at) == ("致广大村民朋友的一封信", at("11:10"))
    assert town.area.endpoints.known == 9
    assert town.area.endpoints.silent == 1
    assert town.area.endpoints.fetching == 1


def test_plays_count_their_endpoints_by_what_became_of_them(county):
    first = county.today.show().plays[0]
    assert (first.notice, first.planned) == (LETTER, at("7:30"))
    assert first.outcomes == {
        Outcome.COUNTED: 20,
        Outcome.MADE_UP: 3,
        Outcome.UNKNOWN: 1,
        Outcome.MISSED: 1,
    }


def test_shortfalls_name_their_reason_and_what_is_still_made_up(county):
    found = {(fall.title, fall.because): fall for fall in county.today.show().shortfalls}
    assert found["森林防火倡议书", "no_power"].plays == 1
    assert found["森林防火倡议书", "no_room"].plays == 9
    owed = found["森林防火倡议书", "owed"]
    assert (owed.owed, owed.owed_until, owed.place) == (2, at("11:30"), TOWN)


def test_areas_add_up_the_endpoints_in_them(county):
    areas = {area.name: area.endpoints for area in county.areas.today()}
    assert areas["临水县"].known == 24 == sum(areas[name].known for name in ("青石镇", "柳河镇", "云岭乡"))
    assert areas["石门村"].never == 1


def test_the_day_of_an_endpoint_has_no_gaps_and_says_what_nobody_knows(county):
    day = county.endpoints.day(endpoint="shiqiao-02")
    assert all(one.end == after.start for one, after in pairwise(day))
    assert [stretch.kind for stretch in day if stretch.start < at("9:00")] == [
        Minute.SILENT,
        Minute.SOUNDED,
        Minute.SILENT,
        Minute.DARK,
    ]
    connected = county.endpoints.day(endpoint="shiqiao-01")
    assert connected[-1].kind is Minute.AHEAD
    assert connected[-1].start == NOW
    assert county.endpoints.day(endpoint="shimen-01")[0].kind is Minute.UNKNOWN


def test_the_condition_of_an_endpoint_names_the_recordings_that_it_lacks(county):
    found = county.endpoints.condition(endpoint="nanwan-02")
    assert found.missing == ("森林防火倡议书",)
    assert found.battery == 93
    assert county.endpoints.condition(endpoint="shiqiao-01").sounding == "致广大村民朋友的一封信"


def test_endpoints_inside_a_town_are_found_by_its_code(county):
    assert len(county.endpoints.list(inside=TOWN)) == 9
    assert [each.id for each in county.endpoints.list(inside="341523100200/shiqiao-02")] == ["shiqiao-02"]


def test_tickets_that_nobody_took_up_are_counted(county):
    view = county.today.show()
    assert (view.tickets, view.untouched) == (3, 1)
