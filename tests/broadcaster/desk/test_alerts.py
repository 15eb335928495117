"""Alerts at the desk: what is shown before, what is refused, what goes out, and whether it is heard or silent."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from broadcaster.controller import desired
from broadcaster.controller.publishing import converge
from broadcaster.desk.alerts import AlertState
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Refused
from broadcaster.desk.hearings import Hearing
from broadcaster.desk.house import OWNER
from broadcaster.storage.engine import upsert
from broadcaster.storage.tables import AlertRow, AreaRow, EndpointStateRow, NoticeRow, SlotRow
from devices.documents import Alerts
from devices.topics import DocumentKind, area_document
from schedules.notices import NoticeState
from schedules.places import Level, Place, endpoint_place
from schedules.precedence import BroadcastClass, Severity
from schedules.slots import PlannedBecause
from tests.broadcaster.county import COUNTY, FERRY, LIJIA, NOW, TOWN, WANGZHUANG, add_notice, sha256
from tests.broadcaster.desk.people import Station


def says(station: Station, endpoint: str, **members: Any) -> None:
    """An endpoint's last heartbeat."""
    station.change(lambda session: upsert(session, EndpointStateRow, [{"endpoint": endpoint, **members}]))


def publish(station: Station) -> dict[str, int]:
    """What the controller does with alerts; topic as heartbeats name it → revision."""

    def deed(session: Session) -> None:
        wanted = desired.alerts(session, station.now)
        converge(session, wanted, (DocumentKind.ALERTS,), station.house.signer, station.now)

    station.change(deed)
    documents = station.desk("li").documents.list(kind=DocumentKind.ALERTS)
    return {each.topic.removeprefix("ccx/1/"): each.revision for each in documents}


def published(station: Station, place: Place) -> Alerts:
    return desired_alerts(station)[area_document(place, DocumentKind.ALERTS)]


def desired_alerts(station: Station) -> dict[str, Any]:
    return {
        topic: each.body
        for topic, each in station.ask(lambda session: desired.alerts(session, station.now)).items()
    }


def hearings(station: Station, alert: str) -> dict[str, Hearing]:
    status = station.desk("li").alerts.show(alert=alert)
    return {name: said for village in status.villages for name, said in village.endpoints.items()}


def test_the_preview_shows_what_sounds_where_for_how_many_and_whom_it_cannot_reach(station: Station) -> None:
    preview = station.desk("li").alerts.preview(notice=station.emergency(), minutes=20)
    assert (preview.title, preview.text, preview.severity) == ("暴雨红色预警", "请立即转移", Severity.RED)
    assert (preview.duration_ms, preview.expires_after_min, preview.version) == (60_000, 20, 1)
    reach = preview.reach
    assert (reach.names, reach.villages, reach.endpoints, reach.people) == (("试验县",), 3, 3, 1600)
    assert reach.villages_without_endpoint == ("渡口村",)


def test_a_single_endpoint_reaches_those_who_hear_it(station: Station) -> None:
    places = (endpoint_place(LIJIA, "li-1"), WANGZHUANG)
    reach = station.desk("li").alerts.preview(notice=station.emergency(), places=places).reach
    assert (reach.villages, reach.endpoints, reach.people) == (2, 2, 300 + 500)


def test_the_preview_names_what_it_interrupts_and_what_goes_first(station: Station) -> None:
    station.emergency("quake", title="地震预警", severity=Severity.RED)
    station.emergency("wind", title="大风蓝色预警", severity=Severity.BLUE)
    station.change(lambda session: add_notice(session, "evening", title="晚间节目"))
    slot = "ab" * 16
    row = SlotRow(
        id=slot,
        order_id="evening",
        notice="evening",
        version=1,
        place=COUNTY,
        day=NOW.date(),
        ordinal=0,
        item=0,
        earliest=NOW,
        planned=NOW,
        latest=NOW + timedelta(hours=1),
        duration_ms=60_000,
        because=next(iter(PlannedBecause)),
    )
    station.change(lambda session: session.add(row))
    says(station, "li-1", sounding=slot)
    station.send("quake")
    preview = station.desk("li").alerts.preview(notice="wind")
    assert (preview.interrupts, preview.waits_for) == (("晚间节目",), ("地震预警",))
    assert station.desk("li").alerts.preview(notice="wind", places=(WANGZHUANG,)).interrupts == ()


def test_what_is_no_emergency_is_said_to_wait_for_the_end_of_quiet_hours(station: Station) -> None:
    def hush(session: Session) -> None:
        session.get_one(AreaRow, TOWN).quiet_hours = [["11:00", "13:00"]]
        session.get_one(AreaRow, WANGZHUANG).quiet_hours = []

    station.change(hush)
    station.change(lambda session: add_notice(session, "water", title="停水通知"))
    assert station.desk("li").alerts.preview(notice="water").quiet_in == ("李家村",)
    assert station.desk("li").alerts.preview(notice=station.emergency()).quiet_in == ()


def test_what_is_sent_is_what_endpoints_are_told_until_it_expires(station: Station) -> None:
    sent = station.send(station.emergency(), minutes=30, places=(TOWN,), volume=90)
    (alert,) = published(station, TOWN).alerts
    assert (alert.id, alert.klass, alert.recording, alert.volume) == (
        sent.id,
        BroadcastClass.EMERGENCY,
        sha256("flood"),
        90,
    )
    assert (alert.starts, alert.expires) == (NOW, NOW + timedelta(minutes=30))
    station.later(minutes=30)
    assert published(station, TOWN) == Alerts(stopped=(sent.id,))
    assert station.desk("li").alerts.list()[0].state is AlertState.EXPIRED
    assert station.desk("li").alerts.list(in_force=True) == ()
    station.later(days=2)
    assert desired_alerts(station) == {}


def test_how_loud_and_how_often_it_sounds_is_as_the_sender_says(station: Station) -> None:
    notice = station.emergency(volume=80, level=Level.TOWN)
    station.send(notice, places=(TOWN, TOWN), volume=0, repeats=3, repeat_gap_s=0)
    (alert,) = published(station, TOWN).alerts
    assert (alert.volume, alert.repeats, alert.repeat_gap_s) == (0, 3, 0)
    assert alert.level is Level.TOWN
    station.send(notice, places=(LIJIA,))
    (alert,) = published(station, LIJIA).alerts
    assert (alert.volume, alert.repeats, alert.repeat_gap_s) == (80, None, 10)


def test_alerts_are_listed_from_the_newest_and_alone_those_in_force(station: Station) -> None:
    first = station.send(station.emergency(), minutes=10)
    station.later(minutes=5)
    second = station.send(station.emergency("wind"), minutes=10)
    assert [each.id for each in station.desk("li").alerts.list()] == [second.id, first.id]
    station.later(minutes=5)
    assert [each.id for each in station.desk("li").alerts.list(in_force=True)] == [second.id]


def test_the_newest_version_that_may_be_sent_is_sent(station: Station) -> None:
    notice = station.emergency()
    station.emergency(version=2, asset="flood", cancel_asset=None, text="请撤离")
    assert station.desk("li").alerts.preview(notice=notice).version == 2


def test_an_alert_tells_the_controller_and_the_trail(station: Station) -> None:
    sent = station.send(station.emergency())
    assert station.orders[-1] == "alerts.send"
    (entry,) = station.desk(OWNER).audit.list(what="alerts", subject=sent.id)
    assert (entry.who, entry.outcome, entry.places) == ("li", "done", (COUNTY,))


def test_what_was_not_shown_is_not_sent(station: Station) -> None:
    notice, alerts = station.emergency(), station.desk("li").alerts
    shown = alerts.preview(notice=notice, minutes=30).confirmation
    for other in ({"minutes": 31}, {"places": (TOWN,)}, {"confirmation": "nonsense"}):
        with pytest.raises(Conflict, match="look at the preview again"):
            alerts.send(**{"notice": notice, "confirmation": shown, "minutes": 30} | other)
    assert alerts.list() == ()


@pytest.mark.parametrize("changed", ["text", "severity", "volume", "klass", "people"])
def test_a_confirmation_is_stale_once_something_has_changed(station: Station, changed: str) -> None:
    notice, alerts = station.emergency(), station.desk("li").alerts
    shown = alerts.preview(notice=notice).confirmation

    def deed(session: Session) -> None:
        row = station_row(session)
        if changed == "text":
            row.text = "不要转移"
        elif changed == "severity":
            row.severity = Severity.BLUE
        elif changed == "volume":
            row.volume = 100
        elif changed == "klass":
            row.klass = BroadcastClass.DRILL
        else:
            session.get_one(AreaRow, LIJIA).population += 1

    station.change(deed)
    with pytest.raises(Conflict, match="look at the preview again"):
        alerts.send(notice=notice, confirmation=shown)


def station_row(session: Session) -> NoticeRow:
    return session.get_one(NoticeRow, ("flood", 1))


def test_a_confirmation_is_good_for_ten_minutes(station: Station) -> None:
    notice, alerts = station.emergency(), station.desk("li").alerts
    shown = alerts.preview(notice=notice).confirmation
    station.later(minutes=11)
    with pytest.raises(Conflict, match="look at the preview again"):
        alerts.send(notice=notice, confirmation=shown)


def test_a_confirmation_from_the_future_is_of_a_clock_that_was_wrong(station: Station) -> None:
    notice, alerts = station.emergency(), station.desk("li").alerts
    station.later(minutes=1)
    shown = alerts.preview(notice=notice).confirmation
    station.later(minutes=-1)
    with pytest.raises(Conflict, match="look at the preview again"):
        alerts.send(notice=notice, confirmation=shown)


def test_an_order_whose_answer_was_lost_may_be_given_again_without_a_second_alert(station: Station) -> None:
    notice, alerts = station.emergency(), station.desk("li").alerts
    shown = alerts.preview(notice=notice).confirmation
    first = alerts.send(notice=notice, confirmation=shown)
    station.later(seconds=5)
    assert alerts.send(notice=notice, confirmation=shown) == first
    assert alerts.list() == (first,)
    alerts.cancel(alert=first.id)
    with pytest.raises(Conflict):
        alerts.send(notice=notice, confirmation=shown)


def test_midnight_of_utc_between_two_tries_makes_no_second_alert(station: Station) -> None:
    """It is eight in the morning at the county's station then."""
    station.now = station.now.replace(hour=23, minute=59, second=58)
    notice, alerts = station.emergency(), station.desk("li").alerts
    shown = alerts.preview(notice=notice).confirmation
    first = alerts.send(notice=notice, confirmation=shown)
    station.later(seconds=5)
    assert alerts.send(notice=notice, confirmation=shown) == first
    assert alerts.list() == (first,)


def test_what_was_ended_is_sent_anew_within_the_same_second(station: Station) -> None:
    notice, alerts = station.emergency(), station.desk("li").alerts
    first = alerts.send(notice=notice, confirmation=alerts.preview(notice=notice).confirmation)
    alerts.cancel(alert=first.id)
    station.later(milliseconds=10)
    again = alerts.send(notice=notice, confirmation=alerts.preview(notice=notice).confirmation)
    assert again.id != first.id


@pytest.mark.parametrize(
    "wrong",
    [{"minutes": 0}, {"minutes": 1441}, {"volume": 101}, {"repeats": 0}, {"repeat_gap_s": -1}],
)
def test_an_alert_that_endpoints_could_not_hold_is_refused(station: Station, wrong: dict[str, int]) -> None:
    with pytest.raises(Invalid, match=next(iter(wrong))):
        station.send(station.emergency(), **wrong)


@pytest.mark.parametrize("place", ["341523100999", "junk", f"{LIJIA}/nobody", f"{LIJIA}/wang-1"])
def test_an_alert_to_nowhere_is_refused(station: Station, place: str) -> None:
    with pytest.raises(Invalid, match=place):
        station.desk(OWNER).alerts.preview(notice=station.emergency(), places=(Place(place),))


def test_only_who_may_send_there_sends_and_cancels(station: Station) -> None:
    notice = station.emergency()
    with pytest.raises(Refused):
        station.desk("town").alerts.preview(notice=notice)
    sent = station.send(notice, "town", places=(LIJIA,))
    with pytest.raises(Refused):
        station.desk("wang").alerts.cancel(alert=sent.id)
    county = station.send(notice)
    with pytest.raises(Refused):
        station.desk("town").alerts.cancel(alert=county.id)
    assert station.desk("town").alerts.cancel(alert=sent.id).cancelled_by == "town"


def test_only_emergencies_and_approved_notices_are_sent(station: Station) -> None:
    draft = station.draft()
    with pytest.raises(Conflict, match="only emergencies and approved notices"):
        station.desk("li").alerts.preview(notice=draft.id)
    approved = station.approved()
    assert station.send(approved.id).klass is BroadcastClass.DAILY
    with pytest.raises(NotFound):
        station.desk("li").alerts.preview(notice="n-9")


@pytest.mark.parametrize("members", [{"state": NoticeState.WITHDRAWN}, {"valid_until": NOW}])
def test_what_is_over_is_not_sent(station: Station, members: dict[str, Any]) -> None:
    with pytest.raises(Conflict):
        station.desk("li").alerts.preview(notice=station.emergency(**members))


def test_an_emergency_without_audio_is_sent_as_text_and_without_both_not_at_all(station: Station) -> None:
    (alert,) = published(station, Place(station.send(station.emergency(asset=None)).places[0])).alerts
    assert (alert.recording, alert.text, alert.duration_ms) == (None, "请立即转移", 0)
    with pytest.raises(Conflict, match="nothing would sound"):
        station.send(station.emergency("mute", asset=None, text=" "))


def test_a_drill_goes_out_as_a_drill_and_its_text_says_so(station: Station) -> None:
    drill = station.emergency(klass=BroadcastClass.DRILL, severity=Severity.TEST)
    assert station.desk("li").alerts.preview(notice=drill).klass is BroadcastClass.DRILL
    station.send(drill)
    (alert,) = published(station, COUNTY).alerts
    assert (alert.klass, alert.severity) == (BroadcastClass.DRILL, Severity.TEST)
    assert alert.text == "演练，演练，这是演练。请立即转移"


def test_a_very_long_text_is_cut_to_what_an_endpoint_reads_out(station: Station) -> None:
    station.send(station.emergency(text="长" * 50_000))
    assert publish(station)


def test_cancelling_ends_it_everywhere_and_sounds_the_saved_end_once(station: Station) -> None:
    sent = station.send(station.emergency())
    station.later(minutes=1)
    cancelled = station.desk("li").alerts.cancel(alert=sent.id, announce=True)
    assert (cancelled.state, cancelled.cancelled_at) == (AlertState.CANCELLED, station.now)
    told = published(station, COUNTY)
    assert told.stopped == (sent.id,)
    assert [(each.recording, each.repeats) for each in told.alerts] == [(sha256("siren"), 1)]
    assert [each.text for each in told.alerts] == [""]
    with pytest.raises(Conflict, match="is over already"):
        station.desk("li").alerts.cancel(alert=sent.id)
    station.later(minutes=10)
    assert published(station, COUNTY).alerts == ()
    with pytest.raises(NotFound):
        station.desk("li").alerts.cancel(alert="a-9")


def test_an_end_that_was_not_saved_is_not_announced(station: Station) -> None:
    sent = station.send(station.emergency(cancel_asset=None))
    with pytest.raises(Invalid, match="without cancel audio"):
        station.desk("li").alerts.cancel(alert=sent.id, announce=True)
    assert station.desk("li").alerts.cancel(alert=sent.id).state is AlertState.CANCELLED


def test_who_hears_it_is_told_by_village_and_proved_by_all(station: Station) -> None:
    sent = station.send(station.emergency())
    held = publish(station)
    says(station, "li-1", held=held, sounding=f"{sent.id}#1")
    says(station, "li-2", held=held, sounding=None)
    assert hearings(station, sent.id) == {
        "li-1": Hearing.SOUNDING,
        "li-2": Hearing.HOLDS,
        "wang-1": Hearing.NO_ANSWER,
    }
    status = station.desk("li").alerts.show(alert=sent.id)
    assert [village.name for village in status.villages] == ["李家村", "王庄", "渡口村"]
    assert not status.proved


def test_the_stop_is_proved_by_each_that_holds_it_and_is_silent(station: Station) -> None:
    sent = station.send(station.emergency())
    before = publish(station)
    for name in ("li-1", "li-2", "wang-1"):
        says(station, name, held=before, sounding=f"{sent.id}#1")
    station.later(minutes=1)
    station.desk("li").alerts.cancel(alert=sent.id)
    held = publish(station)
    says(station, "li-1", held=held, sounding=None)
    says(station, "li-2", held=before, sounding=None)
    assert hearings(station, sent.id) == {
        "li-1": Hearing.SILENT,
        "li-2": Hearing.NO_ANSWER,
        "wang-1": Hearing.SOUNDING,
    }
    for name in ("li-2", "wang-1"):
        says(station, name, held=held, sounding=None)
    assert station.desk("li").alerts.show(alert=sent.id).proved


def test_of_two_documents_that_began_it_both_must_end_it(station: Station) -> None:
    sent = station.send(station.emergency(), places=(TOWN, LIJIA))
    publish(station)
    station.desk("li").alerts.cancel(alert=sent.id)
    station.later(seconds=2)
    held = publish(station)
    says(station, "li-1", held={f"area/{TOWN}/alerts": held[f"area/{TOWN}/alerts"]})
    says(station, "wang-1", held={f"area/{TOWN}/alerts": held[f"area/{TOWN}/alerts"]})
    assert hearings(station, sent.id)["li-1"] is Hearing.NO_ANSWER
    assert hearings(station, sent.id)["wang-1"] is Hearing.SILENT


def test_where_nobody_can_hear_it_nothing_is_proved(station: Station) -> None:
    sent = station.send(station.emergency(), places=(FERRY,))
    status = station.desk("li").alerts.show(alert=sent.id)
    assert [(village.name, dict(village.endpoints)) for village in status.villages] == [("渡口村", {})]
    assert not status.proved


def test_an_endpoint_that_was_dark_when_it_began_is_told_as_long_as_it_is_in_force(station: Station) -> None:
    sent = station.send(station.emergency(), minutes=120)
    first = publish(station)
    station.later(minutes=90)
    assert publish(station) == first
    assert [alert.id for alert in published(station, COUNTY).alerts] == [sent.id]
    assert station.ask(lambda session: session.get(AlertRow, sent.id)).cancelled_at is None


@pytest.mark.parametrize("linked", [True, False, None])
def test_whether_endpoints_can_learn_of_it_stands_with_the_preview_and_the_alert(
    station: Station, linked: bool | None
) -> None:
    notice = station.emergency()
    station.house.linked = lambda: linked
    assert station.desk("li").alerts.preview(notice=notice).linked is linked
    sent = station.send(notice)
    assert (sent.linked, station.desk("li").alerts.cancel(alert=sent.id).linked) == (linked, linked)
