"""The switch beside the controller: tells of its outage once, and of its end."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from broadcaster.config import load
from broadcaster.house import CountyHouse
from broadcaster.notifications import deadman
from broadcaster.notifications.post import CannotSend, Letter
from broadcaster.storage.tables import AliveRow, ContactRow
from tests.broadcaster.tickets.workshop import MINUTE, MONDAY

Told = list[Letter]


@pytest.fixture
def house(tmp_path: Path) -> CountyHouse:
    house = CountyHouse(load(tmp_path, environ={}))
    with house.transaction() as session:
        session.add(ContactRow(name="zhao", place="341523000000", part="station", channels=["hook"]))
    return house


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    letters: Told = []
    monkeypatch.setattr(deadman, "channels", lambda _settings: {"hook": letters.append})
    return letters


def alive(house: CountyHouse) -> None:
    with house.transaction() as session:
        session.merge(AliveRow(monotonic_s=0.0, wall=MONDAY, boot="m"))


def test_a_controller_that_never_ran_is_not_down(house: CountyHouse, told: Told) -> None:
    assert not deadman.look(house, MONDAY).is_down
    assert told == []


def test_an_outage_is_told_once_and_its_end_once(house: CountyHouse, told: Told) -> None:
    alive(house)
    for minutes in (2, 4, 5, 6):
        assert deadman.look(house, MONDAY + minutes * MINUTE).is_down is (minutes > 3)
    assert [letter.text for letter in told] == [
        "The controller has not been heard of since 2026-03-02 09:00."
    ]
    for _ in range(2):
        deadman.look(house, MONDAY + timedelta(seconds=30))
    assert [letter.text for letter in told][1:] == ["The controller is at work again."]


def test_what_did_not_get_through_is_tried_again(house: CountyHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def deaf(_letter: Letter) -> None:
        raise CannotSend("no line")

    alive(house)
    monkeypatch.setattr(deadman, "channels", lambda _settings: {"hook": deaf})
    for minutes in (4, 5):
        assert deadman.look(house, MONDAY + minutes * MINUTE).not_told == ("zhao",)


def test_a_fault_of_one_channel_keeps_nobody_else_from_being_told(
    house: CountyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_letter: Letter) -> None:
        raise UnicodeEncodeError("ascii", "李", 0, 1, "a header takes none")

    letters: Told = []
    alive(house)
    with house.transaction() as session:
        session.add(ContactRow(name="an", place="341523000000", part="leader", channels=["ill", "hook"]))
    monkeypatch.setattr(deadman, "channels", lambda _settings: {"ill": broken, "hook": letters.append})
    seen = deadman.look(house, MONDAY + 4 * MINUTE)
    assert (seen.told, seen.not_told) == (("an", "zhao"), ("an",))


def test_whoever_has_a_chinese_name_is_told_by_the_gateway(
    house: CountyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[httpx.Headers] = []

    def post(url: str, *, json: object, headers: dict[str, str], timeout: float) -> httpx.Response:
        heads.append(httpx.Request("POST", url, json=json, headers=headers).headers)
        return httpx.Response(200, request=httpx.Request("POST", url))

    monkeypatch.setattr(httpx, "post", post)
    alive(house)
    with house.transaction() as session:
        session.merge(
            ContactRow(
                name="李站长", place="341523000000", part="station", phone="13800000000", channels=["sms"]
            )
        )
    house.settings = load(house.settings.directory, options={"notify.sms_gateway": "http://127.0.0.1/sms"})
    assert deadman.look(house, MONDAY + 4 * MINUTE).told == ("李站长",)
    assert len(heads) == 1
