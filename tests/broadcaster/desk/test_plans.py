"""Plans and the ledger at the desk: what a day holds, why, and what became of it."""

from datetime import date, time, timedelta

import pytest
from sqlmodel import Session

from broadcaster.controller.drawing import Drawing
from broadcaster.controller.habits import Habits
from broadcaster.controller.media import Media
from broadcaster.controller.planning import Planner
from broadcaster.desk.errors import Invalid, NotFound
from broadcaster.desk.playlists import PlaylistDraft
from broadcaster.storage.changes import changed
from broadcaster.storage.engine import insert_new
from broadcaster.storage.tables import AreaRow, PlayedRow
from schedules.outcomes import Outcome
from schedules.rules import LoopRule
from schedules.slots import AbsentBecause
from tests.broadcaster.controller.post import Shelf, played
from tests.broadcaster.county import COUNTY, FERRY, HOURLY, LIJIA, NOW, WANGZHUANG, sha256, sound
from tests.broadcaster.desk.people import Station
from tests.broadcaster.storage.values import played_row

DAY = date(2026, 11, 23)


def draw(station: Station) -> None:
    """What the controller does after an order."""
    house, habits = station.house, Habits()
    shelf = Shelf({sha256("letter"): sound("letter")})
    drawing = Drawing(
        engine=house.engine,
        planner=Planner(habits.zone),
        media=Media(shelf),
        signer=house.signer,
        habits=habits,
    )
    assert drawing.draw(station.now) is not None


def test_a_villages_day_shows_each_play_with_what_became_of_it_at_its_endpoints(station: Station) -> None:
    notice = station.approved()
    draw(station)
    first = station.desk("li").plans.show(place=LIJIA).slots[0]
    record = played(1, slot=first.id, notice=notice.id, started=first.planned)
    rows = [played_row("li-1", "c0ffee00c0ffee00", record, first.planned)]
    station.change(lambda session: insert_new(session, PlayedRow, rows))
    station.now = NOW + timedelta(hours=12)
    plan = station.desk("li").plans.show(place=LIJIA, day=DAY)
    assert (plan.place_name, len(plan.slots), plan.minutes) == ("李家村", 4, 4.0)
    assert plan.slots[0].outcomes == {Outcome.COUNTED: 1, Outcome.UNKNOWN: 1}
    assert plan.slots[0].title == notice.title


def test_the_ledger_has_every_village_also_the_one_without_an_endpoint(station: Station) -> None:
    notice = station.approved().id
    draw(station)
    station.now = NOW + timedelta(days=1)
    lines = station.desk("li").ledger.lines(since=DAY, until=DAY, notice=notice)
    assert {line.name: line.plays.ordered for line in lines} == {"李家村": 8, "王庄": 4, "渡口村": 4}
    (ferry,) = station.desk("li").ledger.lines(since=DAY, until=DAY, place=FERRY)
    assert ferry.plays.missed_by_reason == {"no_endpoint": 4}
    planned, *_ = station.desk("li").ledger.coverage(notice=notice, since=DAY).steps
    assert planned.villages == 3


def test_the_ledger_refuses_a_span_that_it_cannot_add_up(station: Station) -> None:
    for since, until in ((DAY, DAY - timedelta(days=1)), (DAY, DAY + timedelta(days=62))):
        with pytest.raises(Invalid, match="1 to 62 days"):
            station.desk("li").ledger.sum(since=since, until=until)


def test_a_plan_that_cannot_hold_all_plays_says_so_before_the_day(station: Station) -> None:
    def limit(session: Session) -> None:
        session.get_one(AreaRow, COUNTY).budget_minutes = 2
        changed(session)

    station.change(limit)
    notice = station.draft().id
    (preview,) = station.desk("li").plans.preview(notice=notice, days=1)
    assert preview.planned < preview.ordered
    assert {absence.because for absence in preview.absences} == {AbsentBecause.BUDGET}


def a_block(station: Station, *items: str, rule: LoopRule = HOURLY) -> str:
    draft = PlaylistDraft(title="早间", items=items, rule=rule, targets=(COUNTY,))
    return station.desk("li").playlists.create(draft=draft).id


def test_what_a_draft_playlist_would_get_is_known_with_notices_that_are_drafts_too(station: Station) -> None:
    live, waiting = station.approved(rule=None).id, station.draft(asset="siren").id
    block = a_block(station, live, waiting)
    (preview,) = station.desk("li").plans.preview_playlist(playlist=block, days=1)
    assert (preview.ordered, preview.planned, preview.inaudible) == (4, 4, ())
    assert [slot.notice for slot in preview.slots] == [live, waiting] * 4
    assert station.desk("li").plans.show(place=LIJIA).slots == ()
    with_it = station.desk("li").plans.show(place=LIJIA, draft=block)
    assert len(with_it.slots) == 8


def test_a_playlist_that_finds_no_room_says_so_with_a_move_where_a_time_is_taken(station: Station) -> None:
    at_one = LoopRule(fixed_times=(time(13),))
    station.approved(title="占用", rule=at_one)
    block = a_block(station, station.draft(asset="siren", rule=None).id, rule=at_one)
    (preview,) = station.desk("li").plans.preview_playlist(playlist=block, days=1)
    assert (preview.ordered, preview.planned) == (1, 0)
    assert {absence.because for absence in preview.absences} == {AbsentBecause.CONFLICT}
    (conflict, *_) = preview.conflicts
    assert {conflict.title, conflict.other_title} == {"早间", "占用"}
    assert conflict.proposed is not None


def test_what_has_no_audio_is_named_before_it_is_approved(station: Station) -> None:
    mute = station.draft(title="无声", asset=None).id
    (preview,) = station.desk("li").plans.preview(notice=mute, days=1)
    assert (preview.ordered, preview.inaudible) == (0, ("无声",))
    block = a_block(station, mute, station.draft(rule=None).id)
    (preview,) = station.desk("li").plans.preview_playlist(playlist=block, days=1)
    assert (preview.planned, preview.inaudible) == (4, ("无声",))


def test_why_a_village_hears_a_playlist_is_explained_before_and_after_its_approval(station: Station) -> None:
    block = a_block(station, station.approved(rule=None).id)
    li, wang = station.desk("li"), station.desk("wang")
    said = [each.key for each in li.plans.explain(place=LIJIA, notice=block)]
    assert said == ["not_approved", "if_approved", *["hears_spread"] * 4]
    li.playlists.submit(playlist=block)
    wang.playlists.approve(playlist=block)
    assert {each.key for each in li.plans.explain(place=LIJIA, notice=block)} == {"hears_spread"}


def test_why_a_village_does_not_hear_a_draft_is_explained(station: Station) -> None:
    notice = station.draft(targets=(WANGZHUANG,)).id
    said = station.desk("li").plans.explain(place=LIJIA, notice=notice)
    assert said
    assert all(each.sentence for each in said)
    with pytest.raises(NotFound):
        station.desk("li").plans.explain(place=LIJIA, notice="n-9")


def test_looking_changes_nothing(station: Station) -> None:
    station.approved()
    draw(station)
    before = station.desk("li").plans.show(place=COUNTY)
    for _ in range(2):
        station.desk("li").plans.conflicts()
        station.desk("li").plans.preview(notice=station.desk("li").notices.list()[0].id)
    draw(station)
    assert station.desk("li").plans.show(place=COUNTY) == before
