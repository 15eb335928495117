"""What is on its way over serial lines, as the desk tells it of one endpoint and of one recording."""

from datetime import timedelta

from broadcaster.house import CountyHouse
from broadcaster.storage.tables import EndpointRow, NoticeRow
from devices.reports import TapReport, TransferReport
from schedules.notices import NoticeKind, NoticeState
from tests.broadcaster.county import LIJIA, add_asset, add_notice, sha256
from tests.broadcaster.desk.conftest import NOW
from tests.broadcaster.desk.test_lines import desk, hear, hold_plan, report

__all__ = ["desk"]
TAPS = tuple(TapReport(endpoint=f"li-{n}", address=n, there=True) for n in (1, 2))
HALF = TransferReport(recording=sha256("news"), size=20_000, lacking={"li-2": 10_000})


def order(house: CountyHouse) -> None:
    """The audio of a saved emergency waits in a village of two endpoints, of which the first holds it."""
    with house.transaction() as session:
        add_notice(session, "news", kind=NoticeKind.EMERGENCY, rule=None, targets=[LIJIA])
        hold_plan(session, "li-1", lacks=[])


def test_an_endpoint_is_shown_with_what_is_on_its_way_to_it(desk, county_house: CountyHouse) -> None:
    order(county_house)
    hear(county_house, report(taps=TAPS, transfers=(HALF,)))
    assert desk.endpoints.show(endpoint="li-1").on_its_way == ()
    (coming,) = desk.endpoints.show(endpoint="li-2").on_its_way
    assert (coming.title, coming.line, coming.percent) == ("news", "east", 50)
    assert coming.arrives is not None
    assert NOW < coming.arrives < NOW + timedelta(seconds=5)


def test_of_an_endpoint_at_the_broker_nothing_is_told(desk) -> None:
    assert desk.endpoints.show(endpoint="wang-1").on_its_way == ()


def test_a_recording_is_shown_with_how_far_it_has_come(desk, county_house: CountyHouse) -> None:
    order(county_house)
    hear(county_house, report(taps=TAPS, transfers=(HALF,)))
    delivery = desk.recordings.show(asset="news").delivery
    assert (delivery.there, delivery.endpoints, delivery.percent) == (1, 2, 75)
    assert [each.endpoint for each in delivery.on_its_way] == ["li-2"]
    assert delivery.arrives == delivery.on_its_way[0].arrives


def test_what_has_arrived_but_is_not_yet_said_to_be_held_counts_for_nothing(
    desk, county_house: CountyHouse
) -> None:
    order(county_house)
    hear(county_house, report(taps=TAPS))
    delivery = desk.recordings.show(asset="news").delivery
    assert (delivery.there, delivery.endpoints, delivery.percent, delivery.arrives) == (1, 2, 50, None)


def test_nobody_can_say_when_it_is_at_an_endpoint_that_is_silent(desk, county_house: CountyHouse) -> None:
    order(county_house)
    hear(county_house, report(transfers=(HALF,)))  # of which li-2 is away
    delivery = desk.recordings.show(asset="news").delivery
    assert (delivery.percent, delivery.arrives) == (75, None)


def test_a_recording_that_nobody_ordered_or_only_the_broker_carries_has_no_delivery(
    desk, county_house: CountyHouse
) -> None:
    with county_house.transaction() as session:
        add_asset(session, "idle")
    assert desk.recordings.show(asset="idle").delivery is None
    order(county_house)
    with county_house.transaction() as session:
        for name in ("li-1", "li-2"):
            session.get_one(EndpointRow, name).link = "mqtt"
    assert desk.recordings.show(asset="news").delivery is None


def test_what_is_withdrawn_is_delivered_to_nobody(desk, county_house: CountyHouse) -> None:
    order(county_house)
    with county_house.transaction() as session:
        session.get_one(NoticeRow, ("news", 1)).state = NoticeState.WITHDRAWN
    assert desk.recordings.show(asset="news").delivery is None
