"""Serial lines at the desk: registered, provisioned, and the promise of when audio will be there."""

import io
from dataclasses import replace
from datetime import time, timedelta
from functools import partial

import pytest
from sqlmodel import Session

from audio.recording import Profile
from broadcaster.controller.desired import alerts, recordings_in
from broadcaster.controller.intake import Batch, store
from broadcaster.controller.orders import lineup
from broadcaster.controller.plans import slimmed
from broadcaster.desk.attempts import Attempt
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Refused
from broadcaster.desk.house import OWNER
from broadcaster.desk.lines import LineDraft
from broadcaster.desk.notices import NoticeDraft
from broadcaster.desk.playlists import PlaylistDraft
from broadcaster.house import CountyHouse
from broadcaster.people.rights import Grant, Role
from broadcaster.promise import Arrival, promises
from broadcaster.storage.tables import (
    AlertRow,
    EndpointRow,
    EndpointStateRow,
    LineRow,
    PublishedRow,
    RecordingRow,
)
from devices.documents import Alerts
from devices.hub.provision import HubProvision
from devices.mqtt.wards import WARDS, load_wards
from devices.provisioning import Provision
from devices.reports import LineReport, TapReport, TransferReport
from devices.topics import DocumentKind
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Level, chain_of
from schedules.precedence import BroadcastClass, Severity
from schedules.rules import LoopRule, Window
from tests.broadcaster.county import (
    COUNTY,
    HOURLY,
    LIJIA,
    WANGZHUANG,
    add_asset,
    add_notice,
    lay_out,
    sha256,
    sound,
)
from tests.broadcaster.desk.conftest import NOW, CountyDeskOf
from tests.devices.endpoint.village import item, plan

DRAFT = LineDraft(hub="hub-town", port="/dev/ttyUSB0", baud=115_200)


@pytest.fixture
def desk(county_house: CountyHouse, county_desk_of: CountyDeskOf):
    """Two endpoints of a village on the line `east`, and a third at the broker."""
    with county_house.transaction() as session:
        lay_out(session)
        for address, name in enumerate(("li-1", "li-2"), 1):
            session.get_one(EndpointRow, name).link = f"serial:east:{address}"
    owner = county_desk_of(OWNER)
    owner.lines.set(line="east", draft=DRAFT)
    return owner


def report(**members: object) -> LineReport:
    taps = (
        TapReport(endpoint="li-1", address=1, there=True, answers=99, lost=1),
        TapReport(endpoint="li-2", address=2, there=False, silent_s=500, answers=9, lost=9),
    )
    known = LineReport(boot="0a1b2c3d", seq=1, line="east", open=True, baud=115_200, taps=taps)
    return replace(known, **members)  # type: ignore[arg-type]


def hear(house: CountyHouse, said: LineReport, hub: str = "hub-town", at=NOW) -> None:
    batch = Batch()
    batch.add(hub, said, at)
    with house.transaction() as session:
        store(session, batch, house.signer, at)


def test_a_line_is_shown_with_who_is_on_it(desk) -> None:
    line = desk.lines.show(line="east")
    assert [(each.endpoint, each.address) for each in line.endpoints] == [("li-1", 1), ("li-2", 2)]
    assert line.is_open is None
    assert desk.lines.list() == (line,)


def test_a_line_on_which_somebody_is_stays(desk) -> None:
    with pytest.raises(Conflict, match="is on line"):
        desk.lines.remove(line="east")
    desk.lines.set(line="west", draft=DRAFT)
    desk.lines.remove(line="west")
    with pytest.raises(NotFound):
        desk.lines.show(line="west")


def test_one_town_alone_does_not_change_lines(desk, county_desk_of: CountyDeskOf) -> None:
    with pytest.raises(Refused):
        county_desk_of("qian").lines.set(line="east", draft=DRAFT)


def test_a_hub_is_given_its_lines_and_may_speak_for_their_endpoints(desk, county_house: CountyHouse) -> None:
    made = HubProvision.from_json(desk.lines.provision(hub="hub-town").content)
    assert [(tap.endpoint, tap.address, tap.areas[0]) for tap in made.taps] == [
        ("li-1", 1, LIJIA),
        ("li-2", 2, LIJIA),
    ]
    assert load_wards(county_house.broker_directory / WARDS) == {"hub-town": ("li-1", "li-2")}
    with pytest.raises(NotFound):
        desk.lines.provision(hub="hub-nowhere")


def test_two_endpoints_with_one_address_are_named(desk, county_house: CountyHouse) -> None:
    with county_house.transaction() as session:
        session.get_one(EndpointRow, "li-2").link = "serial:east:1"
    with pytest.raises(Invalid):
        desk.lines.provision(hub="hub-town")


def test_an_endpoint_on_a_line_is_told_its_line_and_gets_no_account(desk) -> None:
    made = Provision.from_json(desk.endpoints.provision(endpoint="li-2", port="/dev/ttyS1").content)
    assert made.line is not None
    assert (made.line.port, made.line.address, made.line.baud) == ("/dev/ttyS1", 2, 115_200)
    assert made.password == ""


def test_an_endpoint_on_a_line_that_there_is_not_cannot_be_provisioned(desk, county_house) -> None:
    with county_house.transaction() as session:
        session.get_one(EndpointRow, "li-2").link = "serial:nowhere:1"
    with pytest.raises(Conflict, match="which there is not"):
        desk.endpoints.provision(endpoint="li-2")


def test_what_the_hub_says_is_shown(desk, county_house: CountyHouse) -> None:
    waits = TransferReport(recording="ab" * 32, size=20_000, lacking={"li-1": 5_000, "li-2": 20_000})
    hear(county_house, report(transfers=(waits,)))
    line = desk.lines.show(line="east")
    assert line.is_open
    assert [each.there for each in line.endpoints] == [True, False]
    assert line.endpoints[0].lost_percent == 1
    (transfer,) = line.transfers
    assert (transfer.percent, transfer.endpoints) == (38, 2)
    assert transfer.arrives is not None
    assert transfer.arrives > NOW


def test_another_hub_says_nothing_of_a_line(desk, county_house: CountyHouse) -> None:
    hear(county_house, report(), hub="hub-other")
    assert desk.lines.show(line="east").is_open is None


def test_what_a_hub_said_long_ago_says_nothing_of_now(desk, county_house: CountyHouse) -> None:
    hear(county_house, report(), at=NOW - timedelta(hours=1))
    assert desk.lines.show(line="east").is_open is None


def test_a_cut_is_located(desk, county_house: CountyHouse) -> None:
    taps = tuple(
        TapReport(endpoint=f"li-{n}", address=n, position=n, there=n == 1, answers=5) for n in (1, 2, 3)
    )
    hear(county_house, report(taps=taps))
    line = desk.lines.show(line="east")
    assert (line.cut_after, line.cut_before) == ("li-1", "li-2")


def test_before_it_is_approved_a_notice_is_promised_where_it_can_be(desk, county_house: CountyHouse) -> None:
    hear(county_house, report())
    with county_house.transaction() as session:
        add_notice(session, "letter")
    there, silent = desk.lines.promise(notice="letter")
    assert (there.endpoint, there.verdict) == ("li-1", Arrival.IN_TIME)
    assert there.arrives is not None
    assert (silent.endpoint, silent.arrives, silent.verdict) == ("li-2", None, Arrival.UNKNOWN)


def test_a_promise_tells_its_margin(desk, county_house: CountyHouse) -> None:
    calm = TapReport(endpoint="li-1", address=1, there=True)
    waits = TransferReport(recording="ab" * 32, size=5_000_000, lacking={"li-1": 5_000_000})
    margins = []
    with county_house.transaction() as session:
        add_notice(session, "letter")
    for tap in (calm, replace(calm, dropped=300)):
        hear(county_house, report(transfers=(waits,), taps=(tap,)))
        there, unknown = desk.lines.promise(notice="letter")
        assert there.arrives - there.earliest == there.latest - there.arrives
        assert unknown.earliest is None
        margins.append((there.latest - there.arrives) / (there.arrives - NOW))
    assert margins == pytest.approx([0.04, 0.08])


def test_what_waits_before_it_makes_it_late(desk, county_house: CountyHouse) -> None:
    waits = TransferReport(recording="ab" * 32, size=9_000_000, lacking={"li-1": 9_000_000})
    hear(county_house, report(transfers=(waits,)))
    with county_house.transaction() as session:
        add_asset(session, "news")
        soon = NOW + timedelta(minutes=5)
        verdicts = [each.verdict for each in promises(session, ["news"], [COUNTY], soon, NOW)]
    assert verdicts == [Arrival.LATE, Arrival.UNKNOWN]


def test_what_somebody_has_in_mind_is_promised_for_its_first_play(desk, county_house: CountyHouse) -> None:
    waits = TransferReport(recording="ab" * 32, size=90_000_000, lacking={"li-1": 90_000_000})
    hear(county_house, report(transfers=(waits,)))
    with county_house.transaction() as session:
        add_asset(session, "news")
    attempt = Attempt(durations_ms=(60_000,), targets=(COUNTY,), rule=HOURLY, assets=("news",))
    assert [each.verdict for each in desk.attempts.plan(attempt=attempt).promised] == [
        Arrival.LATE,
        Arrival.UNKNOWN,
    ]


def submitted(desk, house: CountyHouse) -> tuple[str, str]:
    """A notice and a playlist of it that wait for approval, and a line that is busy for long."""
    with house.transaction() as session:
        add_asset(session, "news")
    house.library.add(io.BytesIO(sound("news")), sha256=sha256("news"), now=NOW)
    times = {"targets": (COUNTY,), "rule": LoopRule(plays=2, windows=(Window(start=time(6), end=time(20)),))}
    draft = NoticeDraft(kind=NoticeKind.ANNOUNCEMENT, title="news", text="", asset="news", **times)
    notice = desk.notices.draft(draft=draft).id
    block = desk.playlists.create(draft=PlaylistDraft(title="block", items=(notice,), **times)).id
    desk.notices.submit(notice=notice)
    desk.playlists.submit(playlist=block)
    waits = TransferReport(recording="ab" * 32, size=90_000_000, lacking={"li-1": 90_000_000})
    hear(house, report(transfers=(waits,)))
    return notice, block


def test_what_would_come_late_is_approved_only_although_it_is_late(
    desk, county_house: CountyHouse, county_desk_of: CountyDeskOf
) -> None:
    desk.users.add(user="he", grants=(Grant(role=Role.APPROVER, place=COUNTY),))
    notice, block = submitted(desk, county_house)
    approver = county_desk_of("he")
    for approve in (
        partial(approver.notices.approve, notice=notice),
        partial(approver.playlists.approve, playlist=block),
    ):
        with pytest.raises(Conflict, match="Too late for the first play"):
            approve()
        assert approve(although_late=True).state is NoticeState.APPROVED


def test_what_arrives_in_time_is_approved(
    desk, county_house: CountyHouse, county_desk_of: CountyDeskOf
) -> None:
    desk.users.add(user="he", grants=(Grant(role=Role.APPROVER, place=COUNTY),))
    notice, block = submitted(desk, county_house)
    approver = county_desk_of("he")
    hear(county_house, report(seq=2))
    assert approver.notices.approve(notice=notice).state is NoticeState.APPROVED
    assert [each.verdict for each in desk.lines.promise_of_playlist(playlist=block)] == [
        Arrival.IN_TIME,
        Arrival.UNKNOWN,
    ]


def test_an_endpoint_that_lacks_nothing_of_what_is_on_its_way_has_it(desk, county_house: CountyHouse) -> None:
    with county_house.transaction() as session:
        add_notice(session, "news", kind=NoticeKind.EMERGENCY, rule=None)
    on_its_way = TransferReport(recording=sha256("news"), size=9_000, lacking={"li-2": 9_000})
    hear(county_house, report(transfers=(on_its_way,)))
    with county_house.transaction() as session:
        there, silent = promises(session, ["news"], [COUNTY], None, NOW)
    assert (there.verdict, silent.verdict) == (Arrival.THERE, Arrival.UNKNOWN)


def test_what_is_on_its_way_to_others_is_not_at_a_village_that_it_is_new_to(
    desk, county_house: CountyHouse
) -> None:
    with county_house.transaction() as session:
        session.get_one(EndpointRow, "wang-1").link = "serial:east:3"
        add_notice(session, "news", kind=NoticeKind.EMERGENCY, rule=None, targets=[LIJIA])
    on_its_way = TransferReport(recording=sha256("news"), size=20_000, lacking={"li-2": 20_000})
    taps = tuple(
        TapReport(endpoint=name, address=n, there=True)
        for n, name in enumerate(("li-1", "li-2", "wang-1"), 1)
    )
    hear(county_house, report(transfers=(on_its_way,), taps=taps))
    verdicts = {each.endpoint: each.verdict for each in desk.lines.promise(notice="news")}
    assert verdicts == {"li-1": Arrival.THERE, "li-2": Arrival.IN_TIME}
    with county_house.transaction() as session:
        everywhere = {
            each.endpoint: each.verdict for each in promises(session, ["news"], [COUNTY], None, NOW)
        }
    assert everywhere == {"li-1": Arrival.THERE, "li-2": Arrival.IN_TIME, "wang-1": Arrival.IN_TIME}


def test_what_an_endpoint_holds_already_does_not_come_late(desk, county_house: CountyHouse) -> None:
    waits = TransferReport(recording="ab" * 32, size=90_000_000, lacking={"li-1": 90_000_000})
    hear(county_house, report(transfers=(waits,)))
    with county_house.transaction() as session:
        add_notice(session, "news", kind=NoticeKind.EMERGENCY, rule=None, targets=[LIJIA])
        assert hold_plan(session, "li-1", lacks=[sha256("news")]) == Arrival.LATE
        assert hold_plan(session, "li-1", lacks=[]) == Arrival.THERE


def hold_plan(session: Session, endpoint: str, lacks: list[str]) -> Arrival:
    """The endpoint says that it holds the plan of its village, without these recordings: what is promised then."""
    topic = f"ccx/1/area/{LIJIA}/plan"
    session.merge(
        PublishedRow(
            topic=topic,
            kind=DocumentKind.PLAN,
            target=LIJIA,
            revision=7,
            issued=NOW,
            expires=NOW + timedelta(days=7),
            digest="",
            payload=b"plan",
        )
    )
    held = {topic.removeprefix("ccx/1/"): 7}
    session.merge(
        EndpointStateRow(endpoint=endpoint, held=held, missing=lacks, missing_count=len(lacks), heard_at=NOW)
    )
    session.flush()
    soon = NOW + timedelta(minutes=5)
    return next(
        each.verdict for each in promises(session, ["news"], [LIJIA], soon, NOW) if each.endpoint == endpoint
    )


def arrival_of(house: CountyHouse, *assets: str) -> float:
    """Seconds until the first endpoint has all of them."""
    with house.transaction() as session:
        first, *_others = promises(session, assets, [COUNTY], None, NOW)
    assert first.arrives is not None
    return (first.arrives - NOW).total_seconds()


def test_the_recordings_of_a_playlist_go_one_after_another_over_their_line(
    county_house: CountyHouse, desk
) -> None:
    """They are announced at once."""
    hear(county_house, report())
    with county_house.transaction() as session:
        for name in ("news", "weather"):
            add_asset(session, name)
    both = arrival_of(county_house, "news", "weather")
    one_after_another = arrival_of(county_house, "news") + arrival_of(county_house, "weather")
    assert one_after_another - 3 < both < one_after_another
    assert both == arrival_of(county_house, "weather", "news", "weather")


def test_documents_of_all_places_around_a_slow_line_name_low_rates(desk, county_house: CountyHouse) -> None:
    with county_house.transaction() as session:
        assert lineup(session).slow == frozenset()
        session.get_one(LineRow, "east").baud = 9_600
        session.flush()
        assert lineup(session).slow == frozenset(chain_of(LIJIA))


def test_a_plan_of_a_place_with_a_slow_line_names_the_low_rate_too(desk, county_house: CountyHouse) -> None:
    with county_house.transaction() as session:
        session.get_one(LineRow, "east").baud = 9_600
        add_notice(session, "letter", targets=[LIJIA])
        usual = session.get_one(RecordingRow, ("letter", Profile.SPEECH))
        members = usual.model_dump() | {"profile": Profile.LOW_RATE, "sha256": "cd" * 32, "size": 9_000}
        session.add(RecordingRow(**members))
        session.flush()
        current = lineup(session)
        ordered = plan(items=(item(recording=usual.sha256),))
    slim = slimmed(ordered, current.slim)
    assert [(each.recording, each.low_rate) for each in slim.items] == [(usual.sha256, "cd" * 32)]
    hear(county_house, report())
    assert [each.verdict for each in desk.lines.promise(notice="letter")] == [
        Arrival.IN_TIME,
        Arrival.UNKNOWN,
    ]


def test_an_emergency_for_all_names_the_low_rate_too(desk, county_house: CountyHouse) -> None:
    with county_house.transaction() as session:
        session.get_one(LineRow, "east").baud = 9_600
        add_notice(session, "flood", kind=NoticeKind.EMERGENCY, rule=None)
        usual = session.get_one(RecordingRow, ("flood", Profile.SPEECH))
        members = usual.model_dump() | {"profile": Profile.LOW_RATE, "sha256": "cd" * 32, "size": 9_000}
        session.add(RecordingRow(**members))
        session.add(flood_alert(recording=usual.sha256, targets=[LIJIA, COUNTY, WANGZHUANG]))
        session.flush()
        named = {
            each.target: [(alert.recording, alert.low_rate) for alert in each.body.alerts]
            for each in alerts(session, NOW).values()
            if isinstance(each.body, Alerts)
        }
        carried = recordings_in(alerts(session, NOW).values())
    both = [(usual.sha256, "cd" * 32)]
    assert named == {LIJIA: both, COUNTY: both, WANGZHUANG: [(usual.sha256, None)]}
    assert carried == {usual.sha256, "cd" * 32}


def flood_alert(**members: object) -> AlertRow:
    return AlertRow(
        id="a1",
        notice="flood",
        version=1,
        klass=BroadcastClass.EMERGENCY,
        level=Level.COUNTY,
        severity=Severity.RED,
        sent_at=NOW,
        sent_by="he",
        starts=NOW,
        expires=NOW + timedelta(hours=1),
        duration_ms=60_000,
        text="",
        **members,
    )
