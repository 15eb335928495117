"""The site that phones visit: by link and cookie, in both languages, and safe against other sites and repetition."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from broadcaster.api.admission import Admit, admission
from broadcaster.phone.site import language_of, site
from broadcaster.repairs.causes import Cause
from broadcaster.tickets.parts import Part, Skill
from tests.broadcaster.api.loopback import served
from tests.broadcaster.county import TOWN
from tests.broadcaster.desk.people import Station
from tests.broadcaster.desk.people import station as make_station
from tests.broadcaster.desk.test_tickets import broken
from tests.broadcaster.tickets.workshop import HOUR

ZH, EN = {"Accept-Language": "zh-CN,zh;q=0.9"}, {"Accept-Language": "en-GB"}


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return make_station(tmp_path)


def admitted(station: Station) -> Admit:
    return admission(station.house, "the owner's", lambda order: None, phones=True, clock=lambda: station.now)


@pytest.fixture
def phone(station: Station) -> Iterator[httpx.Client]:
    """A phone on whose browser nobody has come in yet."""
    app = FastAPI()
    app.include_router(site(admitted(station), station.house.settings.zone, lambda: station.now))
    with served(app) as url, httpx.Client(base_url=url, follow_redirects=True, timeout=60) as client:
        yield client


def come_in(phone: httpx.Client, station: Station, who: str = "town") -> None:
    link = station.desk(who).tokens.phone(user=who)
    assert phone.get(link.partition("8420")[2], headers=ZH).status_code == 200


def sent(ticket: int, deed: str = "accept", key: str = "a" * 32, **more: object) -> dict[str, object]:
    return {"key": key, "ticket": ticket, "deed": deed, **more}


def test_a_link_opens_it_and_leaves_the_address(phone: httpx.Client, station: Station) -> None:
    link = station.desk("town").tokens.phone(user="town")
    answer = phone.get(link.partition("8420")[2], follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/phone")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert phone.get("/phone").status_code == 200


def test_where_phones_come_by_tls_their_cookie_travels_by_nothing_else(station: Station) -> None:
    app = FastAPI()
    app.include_router(site(admitted(station), station.house.settings.zone, secure=True))
    link = station.desk("town").tokens.phone(user="town")
    with served(app) as url, httpx.Client(base_url=url, timeout=60) as phone:
        answer = phone.get(link.partition("8420")[2])
    assert "; Secure" in answer.headers["set-cookie"]


def test_strangers_and_ended_links_are_told_to_ask(phone: httpx.Client, station: Station) -> None:
    assert phone.get("/phone?k=ccx_wrong", headers=EN).status_code == 401
    come_in(phone, station)
    station.now += 8 * (station.now - station.now.replace(day=station.now.day - 1))
    answer = phone.get("/phone", headers=EN)
    assert answer.status_code == 401
    assert "link" in answer.text
    assert phone.post("/phone/deeds", json=sent(1)).status_code == 401


def test_the_page_speaks_the_phones_language(phone: httpx.Client, station: Station) -> None:
    number = broken(station)
    come_in(phone, station)
    assert "amplifier" in phone.get("/phone", headers=EN).text
    chinese = phone.get(f"/phone/tickets/{number}", headers=ZH).text
    assert "功放" in chinese
    assert "接单" in chinese
    assert "lang=zh-CN" in chinese


@pytest.mark.parametrize(
    ("accepted", "language"), [("", "zh_CN"), ("zh", "zh_CN"), ("en-US,zh;q=0.5", "en"), ("fr,zh", "zh_CN")]
)
def test_the_language_is_chinese_unless_english_stands_first(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


def test_a_ticket_says_why_and_offers_only_what_is_possible(phone: httpx.Client, station: Station) -> None:
    number = broken(station)
    come_in(phone, station)
    page = phone.get(f"/phone/tickets/{number}", headers=EN).text
    assert "12 % of the expected current" in page
    assert "Still failing: li-1" in page
    assert "data-deed=accept" in page
    assert "data-deed=resume" not in page
    station.desk("town").tickets.arrive(ticket=number)
    there = phone.get(f"/phone/tickets/{number}", headers=EN).text
    assert "data-deed=done" in there
    assert "data-deed=arrive" not in there


def test_a_deed_sent_twice_is_done_once(phone: httpx.Client, station: Station) -> None:
    number = broken(station)
    come_in(phone, station)
    answers = [phone.post("/phone/deeds", json=sent(number, waited_s=600.0)).json() for _ in range(2)]
    assert answers == [{"repeated": False, "state": "accepted"}, {"repeated": True, "state": "accepted"}]


def test_a_deed_that_came_too_late_says_why(phone: httpx.Client, station: Station) -> None:
    number = broken(station, cause=Cause.CHRONIC)
    station.desk("li").tickets.done(ticket=number)
    come_in(phone, station)
    answer = phone.post("/phone/deeds", json=sent(number), headers=ZH)
    assert answer.status_code == 409
    assert "已关闭" in answer.json()["why"]


def test_no_other_site_can_send_a_deed(phone: httpx.Client, station: Station) -> None:
    number = broken(station)
    come_in(phone, station)
    as_form = phone.post("/phone/deeds", data={"key": "a" * 32, "ticket": number, "deed": "accept"})
    assert as_form.status_code == 422
    content = f'{{"key":"{"a" * 32}","ticket":{number},"deed":"accept"}}'
    for headers in (
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ):
        assert phone.post("/phone/deeds", content=content, headers=headers).status_code == 422
    assert len(station.desk("li").tickets.show(ticket=number).history) == 1


def test_words_of_people_are_no_markup(phone: httpx.Client, station: Station) -> None:
    number = broken(station, root="<script>x</script>")
    station.desk("town").tickets.note(ticket=number, comment="<img src=x onerror=y>")
    come_in(phone, station)
    page = phone.get(f"/phone/tickets/{number}").text
    assert "<script>x" not in page
    assert "<img" not in page
    assert "default-src 'none'" in phone.get("/phone").headers["content-security-policy"]


def test_what_does_not_exist_is_told_on_a_page(phone: httpx.Client, station: Station) -> None:
    come_in(phone, station)
    answer = phone.get("/phone/tickets/77", headers=EN)
    assert answer.status_code == 404
    assert "There is no ticket 77." in answer.text


def test_style_and_script_need_no_other_server(phone: httpx.Client) -> None:
    for name in ("phone.css", "phone.js"):
        answer = phone.get(f"/phone/{name}")
        assert answer.status_code == 200
        assert "http" not in answer.text.replace("https://", "http://").replace("http://station", "")


def test_it_says_who_is_on_duty_and_who_is_away(phone: httpx.Client, station: Station) -> None:
    crews, until = station.desk("li").crews, station.now + HOUR
    for name in ("one", "two"):
        crews.set(crew=name, place=TOWN, skills=(Skill.LIFT,))
    crews.tell(contact="sun", place=TOWN, part=Part.CREW, crew="two", channels=("sms",), phone="138")
    crews.on_duty(contact="sun", begins=station.now, ends=until)
    crews.on_duty(contact="sun", begins=until, ends=until + HOUR)
    crews.leave(crew="one", begins=station.now, ends=until, reason="<training>")
    crews.leave(crew="two", begins=station.now, ends=until, reason="brakes", skill=Skill.LIFT)
    number = broken(station)
    station.desk("li").tickets.assign(ticket=number, crew="one")
    come_in(phone, station)
    shown = phone.get("/phone", headers=EN).text
    assert (shown.count("sun is on duty"), "href='tel:138'" in shown) == (1, True)
    assert "one is away until" in shown
    assert "&lt;training&gt;" in shown
    assert "two lacks “lift truck”" in shown
    assert "two is told in its stead" in phone.get(f"/phone/tickets/{number}", headers=EN).text
    assert "值班" in phone.get("/phone", headers=ZH).text
