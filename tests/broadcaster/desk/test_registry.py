"""Areas and endpoints at the desk: lists in and out, the rules of an area, an endpoint's life, and who may do it."""

import io
import json
from datetime import date, time

import pytest

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Refused
from broadcaster.desk.files import Upload
from broadcaster.desk.house import OWNER
from broadcaster.people.rights import Grant, Role
from broadcaster.registry.lists import Format
from schedules.places import Place
from schedules.rules import Window
from tests.broadcaster.county import COUNTY, FERRY, LIJIA, TOWN
from tests.broadcaster.desk.people import Station
from tests.broadcaster.registry.test_sheets import workbook

AREAS = "区划代码,名称,人口\n"
HORNS = "终端编号,村代码,名称,音量\n"


@pytest.fixture
def zhao(station: Station) -> CountyDesk:
    """The desk of the county's administrator."""
    station.desk(OWNER).users.add(user="sun", grants=(Grant(role=Role.ADMIN, place=COUNTY),))
    return station.desk("sun")


@pytest.fixture
def qian(station: Station) -> CountyDesk:
    """The desk of an administrator of one town."""
    station.desk(OWNER).users.add(user="qian", grants=(Grant(role=Role.ADMIN, place=TOWN),))
    return station.desk("qian")


def a_file(name: str, content: str | bytes) -> Upload:
    return Upload(name, io.BytesIO(content.encode() if isinstance(content, str) else content))


def test_a_list_adds_changes_and_keeps_what_it_does_not_name(zhao: CountyDesk) -> None:
    text = f"{AREAS}{LIJIA},李家村,900\n341523100202,新村,120\n"
    said = zhao.areas.take_in(file=a_file("areas.csv", text))
    assert (said.added, said.changed) == (("341523100202",), {LIJIA: {"population": ("800", "900")}})
    assert COUNTY in said.missing
    assert zhao.areas.show(area=LIJIA).population == 900
    assert zhao.areas.show(area=COUNTY).name == "试验县"


def test_a_dry_run_says_what_would_change_and_changes_nothing(zhao: CountyDesk) -> None:
    said = zhao.areas.take_in(file=a_file("areas.csv", f"{AREAS}341523100202,新村,120\n"), dry_run=True)
    assert said.added == ("341523100202",)
    with pytest.raises(NotFound, match="There is no area 341523100202"):
        zhao.areas.show(area="341523100202")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_errors_name_line_and_column_and_nothing_of_a_bad_file_is_taken_in(
    zhao: CountyDesk, form: str
) -> None:
    rows = [
        ["终端编号", "村代码", "名称", "音量"],
        ["ok-01", LIJIA, "好", "50"],
        ["bad-01", "34", "坏", "101"],
    ]
    text = "\n".join(",".join(row) for row in rows).encode()
    file = a_file(f"horns.{form}", text if form == "csv" else workbook(*rows))
    with pytest.raises(Invalid) as raised:
        zhao.endpoints.take_in(file=file)
    where = [problem.where for problem in raised.value.problems]
    assert len(where) == 2
    assert all("3" in each for each in where)
    assert {"村代码", "音量"} == {each.rpartition(" ")[2] for each in where}
    assert "ok-01" not in {each.id for each in zhao.endpoints.list()}


def test_a_list_of_something_else_is_refused_with_what_it_lacks(zhao: CountyDesk) -> None:
    with pytest.raises(Invalid) as raised:
        zhao.areas.take_in(file=a_file("areas.csv", "天气,温度\n晴,20\n"))
    assert raised.value.problems
    with pytest.raises(Invalid):
        zhao.areas.take_in(file=a_file("areas.xlsx", b"no workbook"))


@pytest.mark.parametrize("form", list(Format))
def test_what_was_exported_is_imported_again_without_a_change(zhao: CountyDesk, form: Format) -> None:
    for noun in (zhao.areas, zhao.endpoints):
        sent = noun.export(format=form)
        assert sent.name.endswith(f".{form}")
        said = noun.take_in(file=a_file(sent.name, sent.content))
        assert (said.added, said.changed, said.missing) == ((), {}, ())
        assert said.unchanged


def test_a_list_for_another_town_is_refused_and_nothing_of_it_is_kept(qian: CountyDesk) -> None:
    text = f"{HORNS}li-3,{LIJIA},李家村南,50\nferry-1,{FERRY},渡口,50\n"
    with pytest.raises(Refused, match=FERRY):
        qian.endpoints.take_in(file=a_file("horns.csv", text))
    assert {each.id for each in qian.endpoints.list()} == {"li-1", "li-2", "wang-1"}
    said = qian.endpoints.take_in(file=a_file("horns.csv", f"{HORNS}li-3,{LIJIA},李家村南,50\n"))
    assert said.added == ("li-3",)


def test_one_town_moves_no_endpoint_of_another_into_its_own_list(station: Station, qian: CountyDesk) -> None:
    other = Place("341523200000")
    station.desk(OWNER).users.add(user="zhou", grants=(Grant(role=Role.ADMIN, place=other),))
    moved = a_file("horns.csv", f"{HORNS}li-1,{FERRY},渡口,50\n")
    with pytest.raises(Refused, match=LIJIA):
        station.desk("zhou").endpoints.take_in(file=moved)
    assert qian.endpoints.show(endpoint="li-1").village == LIJIA


def test_hours_and_minutes_of_an_area_hold_below_it_until_they_are_taken_back(zhao: CountyDesk) -> None:
    night = (Window(start=time(21), end=time(7)),)
    zhao.areas.settle(area=TOWN, quiet_hours=night, budget_minutes=30)
    village = zhao.areas.show(area=LIJIA)
    assert (village.quiet_hours, village.budget_minutes) == (None, None)
    assert (village.quiet_in_force, village.budget_in_force) == ((("21:00", "07:00"),), 30)
    zhao.areas.settle(area=TOWN)
    assert zhao.areas.show(area=LIJIA).budget_in_force is None


def test_areas_count_the_endpoints_in_them(zhao: CountyDesk) -> None:
    counted = {area.code: area.endpoints for area in zhao.areas.list()}
    assert (counted[COUNTY], counted[LIJIA], counted[FERRY]) == (3, 2, 0)
    assert {area.code for area in zhao.areas.list(inside=TOWN)} >= {TOWN, LIJIA}
    assert [each.id for each in zhao.endpoints.list(inside=LIJIA)] == ["li-1", "li-2"]


def test_an_endpoint_that_is_switched_off_is_in_no_plan_until_it_is_on_again(
    station: Station, zhao: CountyDesk
) -> None:
    notice = station.approved(targets=(FERRY, LIJIA)).id
    for name in ("li-1", "li-2"):
        assert not zhao.endpoints.enable(endpoint=name, enabled=False).enabled
    off = zhao.plans.show(place=LIJIA)
    assert {absence.because for absence in off.absences} == {"no_endpoint"}
    zhao.endpoints.enable(endpoint="li-1", enabled=True)
    assert [slot.notice for slot in zhao.plans.show(place=LIJIA).slots] == [notice] * 4


def test_provisioning_gives_a_file_with_secrets_that_no_list_and_no_audit_row_has(zhao: CountyDesk) -> None:
    sent = zhao.endpoints.provision(endpoint="wang-1")
    given = json.loads(sent.content)
    assert (sent.name, given["endpoint"]) == ("wang-1.provision.json", "wang-1")
    secrets = [str(given[name]) for name in given if name in ("password", "proof_key")]
    assert secrets
    told = repr(zhao.audit.list()) + zhao.endpoints.export().content.decode()
    assert not any(secret in told for secret in secrets)
    assert zhao.endpoints.provision(endpoint="wang-1").content != sent.content


def test_an_endpoint_that_was_retired_never_comes_back(zhao: CountyDesk) -> None:
    zhao.endpoints.retire(endpoint="wang-1")
    for order in (
        lambda: zhao.endpoints.provision(endpoint="wang-1"),
        lambda: zhao.endpoints.enable(endpoint="wang-1", enabled=True),
    ):
        with pytest.raises(Conflict, match="was retired: a new set gets a new id"):
            order()


def test_what_there_is_not_is_named(zhao: CountyDesk) -> None:
    for question in (
        lambda: zhao.endpoints.show(endpoint="x-1"),
        lambda: zhao.endpoints.condition(endpoint="x-1"),
        lambda: zhao.endpoints.day(endpoint="x-1", day=date(2026, 11, 23)),
        lambda: zhao.endpoints.provision(endpoint="x-1"),
        lambda: zhao.endpoints.retire(endpoint="x-1"),
    ):
        with pytest.raises(NotFound, match="There is no endpoint x-1"):
            question()


@pytest.mark.parametrize("who", ["li", "wang", "town"])
def test_who_does_not_administer_registers_and_provisions_nothing(station: Station, who: str) -> None:
    desk = station.desk(who)
    for order in (
        lambda: desk.areas.take_in(file=a_file("areas.csv", f"{AREAS}{LIJIA},李家村,1\n")),
        lambda: desk.endpoints.take_in(file=a_file("horns.csv", f"{HORNS}li-1,{LIJIA},李,1\n")),
        lambda: desk.endpoints.enable(endpoint="li-1", enabled=False),
        lambda: desk.endpoints.provision(endpoint="li-1"),
        lambda: desk.endpoints.retire(endpoint="li-1"),
    ):
        with pytest.raises(Refused, match=f"{who} has no right to"):
            order()
    assert desk.areas.show(area=LIJIA).population == 800
    assert desk.endpoints.show(endpoint="li-1").enabled


def test_one_town_provisions_its_own_and_nobody_elses(zhao: CountyDesk, qian: CountyDesk) -> None:
    zhao.endpoints.take_in(file=a_file("horns.csv", f"{HORNS}ferry-1,{FERRY},渡口,50\n"))
    assert qian.endpoints.provision(endpoint="li-1").content
    for order in (
        lambda: qian.endpoints.provision(endpoint="ferry-1"),
        lambda: qian.endpoints.retire(endpoint="ferry-1"),
        lambda: qian.endpoints.enable(endpoint="ferry-1", enabled=False),
        lambda: qian.areas.settle(area=COUNTY, budget_minutes=1),
    ):
        with pytest.raises(Refused):
            order()


def test_every_order_on_the_registry_leaves_a_row_refused_ones_too(
    station: Station, zhao: CountyDesk
) -> None:
    zhao.endpoints.enable(endpoint="li-1", enabled=False)
    with pytest.raises(Refused):
        station.desk("li").endpoints.retire(endpoint="li-1")
    newest, before, *_ = zhao.audit.list(what="endpoints")
    assert (newest.who, newest.what, newest.subject, newest.outcome) == (
        "li",
        "endpoints.retire",
        "li-1",
        "refused",
    )
    assert (before.who, before.what, before.places, before.outcome) == (
        "sun",
        "endpoints.enable",
        (LIJIA,),
        "done",
    )
