"""The county's own desk over HTTP: all of it is there, described, and answered as in process."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from broadcaster.api.app import create_app
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.door import entries
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Refused
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.playlists import PlaylistDraft
from broadcaster.desk.remote import RemoteDoor
from schedules.places import endpoint_place
from tests.broadcaster.api.loopback import served
from tests.broadcaster.county import COUNTY, HOURLY, LIJIA
from tests.broadcaster.desk.people import Station, a_draft, station


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Station:
    directory: Path = tmp_path_factory.mktemp("county")
    return station(directory)


@pytest.fixture(scope="module")
def url(county: Station) -> Iterator[str]:
    app = create_app(CountyDesk, lambda token, _: HouseDoor(county.house, token, clock=lambda: county.now))
    with served(app) as url:
        yield url


@pytest.fixture(scope="module")
def openapi(url: str) -> dict:
    return httpx.get(f"{url}/api/v1/openapi.json", timeout=60.0).json()


def desk(url: str, who: str) -> CountyDesk:
    return CountyDesk(RemoteDoor(url, who))


def test_every_question_and_order_is_described_with_its_right(openapi: dict) -> None:
    described = {
        each["operationId"]: each
        for path in openapi["paths"].values()
        for each in path.values()
        if "x-right" in each
    }
    assert described.keys() == {entry.name for entry in entries(CountyDesk)}
    for name, each in described.items():
        assert each["summary"], name
        assert {"422", "default"} <= each["responses"].keys(), name


def test_no_two_of_them_share_a_path(openapi: dict) -> None:
    marks = [(entry.verb, re.sub("{.*?}", "{}", entry.path)) for entry in entries(CountyDesk)]
    assert len(set(marks)) == len(marks)


def test_what_is_described_refers_only_to_what_is_defined(openapi: dict) -> None:
    referred = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(openapi)))
    assert referred <= openapi["components"]["schemas"].keys()


def test_no_argument_has_a_name_that_the_api_itself_uses(url: str) -> None:
    """Whoever calls announced work off over HTTP names it `work`, as long work is named."""
    with pytest.raises(NotFound, match="There is no announced work 7"):
        desk(url, OWNER).maintenance.cancel(work=7)
    assert not {"door", "body", "under_way_as"} & {
        name for entry in entries(CountyDesk) for name in entry.parameters
    }


def test_a_notice_goes_its_whole_way_over_http(url: str) -> None:
    li, wang = desk(url, "li"), desk(url, "wang")
    notice = li.notices.draft(draft=a_draft(title="经由 HTTP", series="公告"))
    assert notice.issue == 1
    li.notices.submit(notice=notice.id)
    with pytest.raises(Refused):
        li.notices.approve(notice=notice.id)
    wang.notices.approve(notice=notice.id)
    (preview, *_) = li.plans.preview(notice=notice.id)
    assert (preview.ordered, preview.planned) == (4, 4)
    assert li.ledger.sum(notice=notice.id).ordered == 0
    assert wang.notices.withdraw(notice=notice.id, comment="完").state == "withdrawn"


def test_a_draft_playlist_is_previewed_over_http(url: str) -> None:
    li = desk(url, "li")
    notice = li.notices.draft(draft=a_draft(rule=None)).id
    draft = PlaylistDraft(title="早间", items=(notice,), rule=HOURLY, targets=(COUNTY,))
    block = li.playlists.create(draft=draft).id
    (preview,) = li.plans.preview_playlist(playlist=block, days=1)
    assert (preview.ordered, preview.planned) == (4, 4)
    assert len(li.plans.show(place=LIJIA, draft=block).slots) == 4


def test_an_alert_is_confirmed_sent_and_cancelled_over_http(url: str, county: Station) -> None:
    li, notice = desk(url, "li"), county.emergency()
    preview = li.alerts.preview(notice=notice, places=(LIJIA,), minutes=5)
    with pytest.raises(Conflict, match="look at the preview again"):
        li.alerts.send(notice=notice, confirmation=preview.confirmation, places=(COUNTY,), minutes=5)
    sent = li.alerts.send(notice=notice, confirmation=preview.confirmation, places=(LIJIA,), minutes=5)
    assert li.alerts.show(alert=sent.id).totals["no_answer"] == 2
    assert li.alerts.cancel(alert=sent.id).cancelled_by == "li"


def test_an_endpoint_is_a_place_in_a_path(url: str) -> None:
    plan = desk(url, "li").plans.show(place=endpoint_place(LIJIA, "li-1"))
    assert plan.place_name == "李家村/li-1"


def test_the_same_limits_hold_over_http(url: str) -> None:
    with pytest.raises(Invalid) as raised:
        desk(url, "li").notices.draft(draft=a_draft(volume=101))
    assert [problem.where for problem in raised.value.problems] == ["draft.volume"]
    answer = httpx.post(
        f"{url}/api/v1/notices",
        headers={"Authorization": "Bearer li"},
        json={"draft": {"kind": "open_letter", "title": "x", "targets": [COUNTY], "volume": 101}},
        timeout=60,
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["problems"][0]["where"].endswith("volume")
