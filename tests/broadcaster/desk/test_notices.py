"""A notice's way to the air and off it: who may take which step, and what each leaves behind."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from broadcaster.controller.orders import lineup
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Refused
from broadcaster.desk.house import OWNER
from broadcaster.storage.changes import changes
from schedules.notices import NoticeKind, NoticeState
from schedules.places import endpoint_place
from schedules.precedence import BroadcastClass, Severity
from tests.broadcaster.county import FERRY, LIJIA, NOW, TOWN
from tests.broadcaster.desk.people import Station, a_draft


def state(station: Station, notice: str) -> NoticeState:
    return station.desk("li").notices.show(notice=notice).notice.state


def steps(station: Station, notice: str) -> list[tuple[int, str, str]]:
    history = station.desk("li").notices.show(notice=notice)
    return [(step.version, str(step.event or "written"), step.who) for step in history.steps]


def test_from_draft_to_expiry_each_step_is_kept_with_who_and_when(station: Station) -> None:
    notice = station.draft(valid_from=NOW + timedelta(hours=1), valid_until=NOW + timedelta(days=1)).id
    station.desk("li").notices.submit(notice=notice, comment="请审")
    station.later(minutes=5)
    station.desk("wang").notices.approve(notice=notice)
    assert state(station, notice) is NoticeState.APPROVED
    station.later(hours=1)
    assert state(station, notice) is NoticeState.ON_AIR
    station.later(days=1)
    assert state(station, notice) is NoticeState.EXPIRED
    history = station.desk("li").notices.show(notice=notice).steps
    assert [(str(step.event or "written"), step.who) for step in history] == [
        ("written", "li"),
        ("submit", "li"),
        ("approve", "wang"),
        ("start", "controller"),
        ("expire", "controller"),
    ]
    assert history[1].comment == "请审"
    assert history[2].at == NOW + timedelta(minutes=5)


def test_what_is_sent_again_under_its_key_is_the_same_notice_written_anew(station: Station) -> None:
    first = station.draft(key="a-key-of-li-himself")
    again = station.draft(key="a-key-of-li-himself", title="改正")
    assert (again.id, again.version, again.title) == (first.id, 1, "改正")
    assert [one.id for one in station.desk("li").notices.list()] == [first.id]
    with pytest.raises(Invalid, match="belongs to another draft"):
        station.draft("town", key="a-key-of-li-himself", targets=(LIJIA,))


def test_nobody_approves_their_own_work_not_even_the_owner(station: Station) -> None:
    notice = station.submitted().id
    with pytest.raises(Refused):
        station.desk("li").notices.approve(notice=notice)
    own = station.submitted(OWNER).id
    with pytest.raises(Refused, match="second person"):
        station.desk(OWNER).notices.approve(notice=own)


def test_who_gave_it_back_may_approve_it_afterwards(station: Station) -> None:
    notice = station.submitted().id
    station.desk("wang").notices.reject(notice=notice, comment="错字")
    assert state(station, notice) is NoticeState.DRAFT
    station.desk("li").notices.edit(notice=notice, draft=a_draft(title="改正"))
    station.desk("li").notices.submit(notice=notice)
    assert station.desk("wang").notices.approve(notice=notice).state is NoticeState.APPROVED


def test_approval_takes_the_right_for_every_target(station: Station) -> None:
    county = station.submitted().id
    with pytest.raises(Refused, match="head has no right to approve in 341523000000"):
        station.desk("head").notices.approve(notice=county)
    both = station.submitted(targets=(LIJIA, FERRY)).id
    with pytest.raises(Refused):
        station.desk("head").notices.approve(notice=both)
    village = station.submitted("town", targets=(LIJIA,)).id
    assert station.desk("head").notices.approve(notice=village).state is NoticeState.APPROVED


def test_a_town_writes_for_its_own_villages_only(station: Station) -> None:
    with pytest.raises(Refused):
        station.draft("town", targets=(FERRY,))
    county = station.draft().id
    with pytest.raises(Refused):
        station.desk("town").notices.edit(notice=county, draft=a_draft(targets=(LIJIA,)))


def test_what_is_submitted_or_approved_is_not_changed(station: Station) -> None:
    notice = station.submitted()
    li, wang = station.desk("li").notices, station.desk("wang").notices
    with pytest.raises(Conflict):
        li.edit(notice=notice.id, draft=a_draft(title="偷改"))
    with pytest.raises(Conflict):
        li.submit(notice=notice.id)
    assert li.show(notice=notice.id).notice == notice
    approved = wang.approve(notice=notice.id)
    with pytest.raises(Conflict):
        wang.approve(notice=notice.id)
    assert li.show(notice=notice.id).notice == approved


def test_a_change_of_an_approved_notice_is_a_new_version_that_replaces_it_when_approved(
    station: Station,
) -> None:
    first = station.approved()
    station.desk("li").notices.edit(notice=first.id, draft=a_draft(title="新的一封信", asset="siren"))
    shown = station.desk("li").notices.show(notice=first.id, version=1).notice
    assert (shown.title, shown.state) == (first.title, NoticeState.APPROVED)
    assert [order.items[0].version for order in station.ask(lineup).orders] == [1]
    station.desk("li").notices.submit(notice=first.id)
    station.desk("wang").notices.approve(notice=first.id)
    assert [order.items[0].version for order in station.ask(lineup).orders] == [2]
    history = station.desk("li").notices.show(notice=first.id)
    assert (history.versions, history.notice.version) == ((1, 2), 2)
    assert (1, "withdraw", "wang") in steps(station, first.id)


def test_a_withdrawn_notice_is_no_longer_looped_and_the_controller_is_told(station: Station) -> None:
    notice = station.approved().id
    before = station.ask(changes)
    station.desk("wang").notices.withdraw(notice=notice, comment="有误")
    assert station.ask(lineup).orders == ()
    assert station.ask(changes) > before
    assert station.orders[-1] == "notices.withdraw"
    with pytest.raises(Conflict):
        station.desk("wang").notices.withdraw(notice=notice)


def test_a_draft_is_taken_back_by_whoever_writes_there_what_is_live_by_fewer(station: Station) -> None:
    draft = station.draft("town", targets=(LIJIA,)).id
    assert station.desk("town").notices.withdraw(notice=draft).state is NoticeState.WITHDRAWN
    live = station.submitted("town", targets=(LIJIA,)).id
    station.desk("head").notices.approve(notice=live)
    with pytest.raises(Refused, match="withdraw"):
        station.desk("town").notices.withdraw(notice=live)


def test_a_notice_without_audio_is_not_submitted(station: Station) -> None:
    notice = station.draft(asset=None).id
    with pytest.raises(Conflict, match="no audio"):
        station.desk("li").notices.submit(notice=notice)


def test_what_ended_while_it_waited_is_not_approved(station: Station) -> None:
    notice = station.submitted(valid_until=NOW + timedelta(hours=1)).id
    station.later(hours=2)
    with pytest.raises(Conflict, match="ended on"):
        station.desk("wang").notices.approve(notice=notice)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"targets": ()}, "Nobody would hear it"),
        ({"targets": ("341523100999",)}, "341523100999"),
        ({"targets": ("nowhere",)}, "nowhere"),
        ({"targets": (endpoint_place(LIJIA, "wang-1"),)}, "wang-1"),
        ({"valid_until": NOW}, "must end after"),
        ({"valid_from": NOW + timedelta(days=40), "valid_until": NOW + timedelta(days=39)}, "must end after"),
        ({"volume": 101}, "volume"),
        ({"title": " \n"}, "title"),
        ({"issue": 0}, "issue"),
        ({"klass": BroadcastClass.EMERGENCY}, "kind emergency"),
    ],
)
def test_a_draft_that_cannot_be_is_refused_with_what_is_wrong(
    station: Station, wrong: dict[str, object], says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        station.draft(**wrong)
    assert station.desk("li").notices.list() == ()


@pytest.mark.parametrize(
    "title", ["二\n行", "📢 通知", 'a "quoted", title', "长" * 10_000, "\u202eesrever", "=1+1"]
)
def test_any_title_is_kept_as_it_is(station: Station, title: str) -> None:
    notice = station.draft(title=title).id
    assert station.desk("li").notices.show(notice=notice).notice.title == title
    assert [each.title for each in station.desk("li").notices.list(search=title[:5])] == [title]


def test_a_test_is_a_drill_and_never_live(station: Station) -> None:
    with pytest.raises(Invalid, match="A test is of class drill"):
        station.draft(
            kind=NoticeKind.EMERGENCY, severity=Severity.TEST, klass=BroadcastClass.EMERGENCY, rule=None
        )


def test_a_spoken_drill_says_so_and_has_its_end_spoken_too(station: Station) -> None:
    drill = station.draft(
        kind=NoticeKind.EMERGENCY, severity=Severity.TEST, text="请撤离", asset=None, speak=True, rule=None
    )
    assert drill.klass is BroadcastClass.DRILL
    recordings = station.desk("li").recordings
    assert recordings.show(asset=drill.asset).spoken_text == "演练，演练，这是演练。请撤离"
    assert recordings.show(asset=drill.cancel_asset).spoken_text == "演练结束。"


@pytest.mark.parametrize(
    ("said_before", "edited", "said_after"),
    [
        ("水退了，可以回家。", {"title": "河水上涨"}, "水退了，可以回家。"),
        ("水退了，可以回家。", {"cancel_text": "警报解除。"}, "警报解除。"),
        ("", {"title": "河水上涨"}, "河水上涨，现已解除。"),
        ("水退了，可以回家。", {"severity": Severity.TEST}, "演练结束。"),
    ],
)
def test_the_end_of_an_emergency_keeps_its_own_words_when_the_rest_is_edited(
    station: Station, said_before: str, edited: dict[str, object], said_after: str
) -> None:
    given = {"kind": NoticeKind.EMERGENCY, "title": "洪水", "rule": None}
    saved = station.draft(**given, cancel_text=said_before)
    anew = station.desk("li").notices.edit(notice=saved.id, draft=a_draft(**given | edited))
    assert station.desk("li").recordings.show(asset=anew.cancel_asset).spoken_text == said_after


def test_the_list_shows_the_newest_version_and_is_narrowed(station: Station) -> None:
    letter = station.approved()
    village = station.draft(kind=NoticeKind.RELAY, title="转播", targets=(FERRY,))
    station.desk("li").notices.edit(notice=letter.id, draft=a_draft(title="第二版"))
    listed = station.desk("li").notices.list
    assert [(each.id, each.version) for each in listed()] == [(village.id, 1), (letter.id, 2)]
    assert [each.id for each in listed(kind=NoticeKind.RELAY)] == [village.id]
    assert [each.id for each in listed(place=LIJIA)] == [letter.id]
    assert [each.id for each in listed(state=NoticeState.DRAFT, search="第二")] == [letter.id]


def test_every_order_stands_in_the_trail_with_the_notice_that_it_is_about(station: Station) -> None:
    notice = station.approved(targets=(TOWN,)).id
    trail = station.desk(OWNER).audit.list(what="notices", subject=notice)
    assert [(entry.what, entry.who) for entry in trail] == [
        ("notices.approve", "wang"),
        ("notices.submit", "li"),
        ("notices.draft", "li"),
    ]


def test_what_is_not_there_is_named(station: Station) -> None:
    with pytest.raises(NotFound, match="no notice n-9"):
        station.desk("li").notices.show(notice="n-9")
    notice = station.draft().id
    with pytest.raises(NotFound, match="no version 7"):
        station.desk("li").notices.show(notice=notice, version=7)


def test_years_of_notices_are_listed_with_a_handful_of_questions(station: Station) -> None:
    for number in range(20):
        station.add_asset(f"sound {number}")
        station.draft(asset=f"sound {number}")
    asked: list[str] = []
    event.listen(station.house.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert len(station.desk("li").notices.list()) == 20
    assert len([each for each in asked if each.startswith("SELECT")]) < 10
