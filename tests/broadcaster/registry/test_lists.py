from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from broadcaster.desk.errors import Invalid
from broadcaster.registry import areas, endpoints, lists, provisioning, sample
from broadcaster.registry.areas import Area
from broadcaster.registry.endpoints import Endpoint
from broadcaster.registry.lists import Format, import_areas, import_endpoints
from broadcaster.storage.changes import changes
from broadcaster.storage.tables import EndpointRow
from schedules.places import Place
from schedules.rules import Window
from tests.broadcaster.registry.test_sheets import texts, workbook
from tests.broadcaster.storage.values import NOON

HEADING = "id,village,name\n"
HORN = "horn-01,341523100200,石桥村村部\n"

names = texts.filter(bool)
codes = st.integers(341523000000, 341523999999).map(str).map(Place)
minutes = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
hours = st.lists(st.builds(Window, start=minutes, end=minutes), max_size=2).map(tuple)
many_areas = st.lists(
    st.builds(
        Area,
        code=codes,
        name=names,
        population=st.integers(0, 10**8),
        quiet_hours=st.none() | hours,
        budget_minutes=st.none() | st.integers(0, 1440),
    ),
    max_size=4,
    unique_by=lambda area: area.code,
)
many_endpoints = st.lists(
    st.builds(
        Endpoint,
        id=st.from_regex(r"[a-g][a-z0-9_.-]{0,46}", fullmatch=True),
        village=st.just(Place("341523100200")),
        name=names,
        site=texts,
        feeder=texts,
        link=st.sampled_from(["mqtt", "serial:line-1:7"]),
        position=st.none() | st.integers(0, 10_000),
        latitude=st.none() | st.floats(-90, 90).map(lambda degrees: round(degrees, 6)),
        longitude=st.none() | st.floats(-180, 180).map(lambda degrees: round(degrees, 6)),
        population=st.integers(0, 10**7),
        volume=st.none() | st.integers(0, 100),
        enabled=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda endpoint: endpoint.id,
)


def problems(session: Session, content: str | bytes) -> list[str]:
    """What is wrong with a list of endpoints, line by line."""
    content = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(Invalid) as caught:
        import_endpoints(session, "list.csv", content, now=NOON)
    return [str(problem) for problem in caught.value.problems]


def test_the_sample_county_is_taken_in(county: Session) -> None:
    assert len(areas.areas(county)) == 16
    assert len(endpoints.endpoints(county)) == 24
    assert areas.areas(county)["341523000000"].quiet_hours == (
        Window(start=time(22), end=time(6)),
        Window(start=time(12, 30), end=time(14)),
    )
    horn = endpoints.endpoints(county)["shiqiao-01"]
    assert (horn.village, horn.volume, horn.enabled) == ("341523100200", 80, True)
    assert horn.resource_code == "63415231002000314010401"


def test_a_dry_run_says_what_would_change_and_changes_nothing(county: Session) -> None:
    before, count = endpoints.endpoints(county), changes(county)
    content = (
        "id,village,name,volume\n"
        "shiqiao-01,341523100200,石桥村村部,80\n"
        "shiqiao-02,341523100200,石桥村戏台,\n"
        "new-01,341523102202,高坪村村部,70\n"
    )
    made = import_endpoints(county, "list.csv", content.encode(), now=NOON, dry_run=True).difference
    assert [each.id for each in made.added] == ["new-01"]
    assert [change.fields for change in made.changed] == [{"name": ("石桥村文化广场", "石桥村戏台")}]
    assert made.unchanged == 1
    assert len(made.missing) == 22
    assert (endpoints.endpoints(county), changes(county)) == (before, count)


def test_taking_in_a_list_adds_and_changes_and_never_deletes(county: Session) -> None:
    count = changes(county)
    content = HEADING + "shiqiao-02,341523100200,石桥村戏台\nnew-01,341523102202,高坪村村部\n"
    import_endpoints(county, "list.csv", content.encode(), now=NOON)
    found = endpoints.endpoints(county)
    assert len(found) == 25
    assert (found["shiqiao-02"].name, found["new-01"].village) == ("石桥村戏台", "341523102202")
    assert changes(county) > count


def test_a_list_without_a_column_leaves_that_field_as_it_is(county: Session) -> None:
    import_endpoints(county, "list.csv", (HEADING + "shiqiao-01,341523100200,戏台\n").encode(), now=NOON)
    import_areas(county, "list.csv", "code,name\n341523000000,临水\n".encode())
    horn = endpoints.endpoints(county)["shiqiao-01"]
    assert (horn.name, horn.volume, horn.feeder) == ("戏台", 80, "10千伏青石线1号台区")
    assert areas.areas(county)["341523000000"].budget_minutes == 120


def test_an_empty_cell_takes_the_field_away(county: Session) -> None:
    content = "id,village,name,volume,feeder\nshiqiao-01,341523100200,戏台,,\n"
    import_endpoints(county, "list.csv", content.encode(), now=NOON)
    horn = endpoints.endpoints(county)["shiqiao-01"]
    assert (horn.volume, horn.feeder) == (None, "")


def test_secrets_and_dates_of_a_known_endpoint_survive_a_list(county: Session) -> None:
    county.get_one(EndpointRow, "shiqiao-01").proof_key = "ab" * 32
    county.flush()
    later = NOON + timedelta(days=1)
    import_endpoints(county, "list.csv", (HEADING + "shiqiao-01,341523100200,戏台\n").encode(), now=later)
    county.expire_all()
    row = county.get_one(EndpointRow, "shiqiao-01")
    assert (row.name, row.proof_key, row.created_at) == ("戏台", "ab" * 32, NOON)


def test_titles_above_the_heading_and_columns_that_mean_nothing_do_no_harm(county: Session) -> None:
    rows = [["临水县终端台账"], [], ["序号", "终端编号*", "村代码", "终端名称", "覆盖人口（人）", "备注"]]
    content = workbook(*rows, [1, "new-01", 341523102202.0, "高坪村村部", 316, "新装"])
    made = import_endpoints(county, "list.xlsx", content, now=NOON)
    assert made.ignored == ("序号", "备注")
    assert made.difference.added[0].population == 316


def test_every_problem_of_a_file_is_told_with_its_line_and_column_and_nothing_is_taken_in(
    county: Session,
) -> None:
    before = endpoints.endpoints(county)
    found = problems(
        county,
        "终端编号,村代码,名称,音量,资源编码\n"
        "new-01,341523102202,高坪村村部,70,\n"
        "Horn 2,3.41523E+11,,200,6341523\n"
        "new-03,341523102299,某村,,\n",
    )
    assert [each.partition(": ")[0] for each in found] == [
        "list.csv:3 终端编号",
        "list.csv:3 村代码",
        "list.csv:3 名称",
        "list.csv:3 音量",
        "list.csv:3 资源编码",
        "list.csv:4 村代码",
    ]
    assert "from 0 to 100, got '200'" in found[3]
    assert "got '6341523'" in found[4]
    assert endpoints.endpoints(county) == before


def test_a_thing_that_stands_twice_is_told_with_both_lines(county: Session) -> None:
    code = "63415231022020314010401"
    found = problems(
        county,
        f"id,village,name,resource_code\na,341523102202,x,{code}\nb,341523102202,x,{code}\na,341523102202,x,\n",
    )
    assert found == [
        "list.csv:4 id: a stands already in list.csv:2",
        f"list.csv:3 resource_code: {code} stands already in list.csv:2",
    ]


def test_a_resource_code_stays_with_the_endpoint_that_has_it(county: Session) -> None:
    code = "63415231002000314010401"
    found = problems(county, f"id,village,name,resource_code\nnew-01,341523102202,x,{code}\n")
    assert found == [f"list.csv:2 resource_code: the resource code {code} belongs to the endpoint shiqiao-01"]


def test_two_endpoints_may_swap_their_resource_codes(county: Session) -> None:
    one, two = "63415231002000314010401", "63415231002000314010402"
    lines = f"shiqiao-01,341523100200,x,{two}\nshiqiao-02,341523100200,x,{one}\n"
    import_endpoints(county, "list.csv", f"id,village,name,resource_code\n{lines}".encode(), now=NOON)
    assert endpoints.endpoints(county)["shiqiao-01"].resource_code == two


def test_the_id_of_a_retired_endpoint_is_not_used_again(county: Session) -> None:
    provisioning.retire(county, "shiqiao-01", remove_account=lambda user: None, now=NOON)
    assert "shiqiao-01" not in endpoints.endpoints(county)
    assert problems(county, HEADING + "shiqiao-01,341523100200,x\n") == [
        "list.csv:2 id: the endpoint shiqiao-01 was retired: a new set gets a new id"
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no heading: expected the columns 终端编号 (id), 村代码 (village), 名称 (name)"),
        ("请看第二页,\n", "first sheet; got “请看第二页”"),
        ("编号,名称\na,b\n", "list.csv:1: the column 村代码 (village) is missing"),
        ("id,village,name,编号\n", "list.csv:1: the column 终端编号 (id) is there twice"),
        (HEADING + HORN + "horn-02,3415", "list.csv:3: 2 cells below a heading of 3: the line was cut off"),
        (
            HEADING + "horn-01,341523100200,村部,东\n",
            "list.csv:2: 4 cells below a heading of 3: a text with a comma",
        ),
    ],
)
def test_a_list_of_the_wrong_shape_is_refused(county: Session, content: str, says: str) -> None:
    (problem,) = problems(county, content)
    assert says in problem


def test_no_more_than_fifty_problems_are_shown_but_all_are_counted(county: Session) -> None:
    content = HEADING + "".join(f"horn-{n},341523100200,\n" for n in range(70))
    with pytest.raises(Invalid, match="Problems: 70") as caught:
        import_endpoints(county, "list.csv", content.encode(), now=NOON)
    assert len(caught.value.problems) == 50


@settings(max_examples=25, deadline=None)
@given(many_areas, st.sampled_from(Format), st.sampled_from(["en", "zh_CN"]))
def test_exported_areas_come_back_as_they_were(
    empty: Engine, found: list[Area], form: Format, language: str
) -> None:
    with Session(empty) as session:
        areas.store(session, found)
        content = lists.export_areas(session, form, language=language)
        assert import_areas(session, "list", content, dry_run=True).difference.unchanged == len(found)


@settings(max_examples=25, deadline=None)
@given(many_endpoints, st.sampled_from(Format))
def test_exported_endpoints_come_back_as_they_were(
    empty: Engine, found: list[Endpoint], form: Format
) -> None:
    with Session(empty) as session:
        areas.store(session, [Area(code=Place("341523100200"), name="石桥村")])
        endpoints.store(session, found, NOON)
        content = lists.export_endpoints(session, form)
        made = import_endpoints(session, "list", content, now=NOON, dry_run=True)
        assert made.difference.unchanged == len(found)


def test_no_secret_goes_out_with_a_list(county: Session) -> None:
    county.get_one(EndpointRow, "shiqiao-01").proof_key = "ab" * 32
    county.flush()
    assert b"abab" not in lists.export_endpoints(county)


def test_the_sample_files_are_what_the_export_makes_of_them(county: Session) -> None:
    """So that whoever starts from them starts from a list of the right form."""
    exported = lists.export_areas(county).decode("utf-8-sig").replace("\r\n", "\n")
    assert exported == sample.AREAS.read_text("utf-8")
