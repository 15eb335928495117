"""What the controller says and when; killed anywhere it loses nothing and doubles nothing."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from broadcaster.controller.drawing import Drawn
from broadcaster.storage.changes import changed
from broadcaster.storage.tables import EndpointStateRow, NoticeRow, PublishedRow, SlotRow
from devices import topics
from devices.documents import Plan, Settings
from devices.reports import Want
from devices.topics import DocumentKind
from schedules.notices import NoticeState
from tests.broadcaster.controller.post import Post, heartbeat
from tests.broadcaster.county import COUNTY, LIJIA, add_notice, sha256, sound

PLAN = topics.area_document(COUNTY, DocumentKind.PLAN)


def slots(post: Post) -> list[str]:
    wanted = select(SlotRow.id).where(col(SlotRow.withdrawn_at).is_(None)).order_by(SlotRow.id)
    return list(post.ask(lambda session: session.exec(wanted).all()))


def revision(post: Post) -> int:
    return post.document(PLAN).header.revision


def withdraw(post: Post) -> None:
    def deed(session):
        session.get_one(NoticeRow, ("letter", 1)).state = NoticeState.WITHDRAWN
        changed(session)

    post.change(deed)


def test_a_notice_becomes_a_plan_settings_and_a_manifest(post: Post) -> None:
    post.run()
    plan = post.body(DocumentKind.PLAN, COUNTY)
    assert isinstance(plan, Plan)
    assert len(plan.cues) == 3 * 4
    assert {cue.slot for cue in plan.cues} == set(slots(post))
    assert isinstance(post.body(DocumentKind.SETTINGS, COUNTY), Settings)
    assert topics.manifest(sha256("letter")) in post.broker.retained


def test_what_has_not_changed_is_not_said_again(post: Post) -> None:
    post.run()
    post.broker.take()
    post.run(60)
    assert {message.topic for message in post.broker.take()} == {topics.TIME}
    post.skip(timedelta(hours=3))
    assert slots(post) == slots(post.change(changed).run())


def test_a_withdrawn_notice_leaves_an_empty_plan_and_no_manifest(post: Post) -> None:
    post.run()
    withdraw(post)
    post.run()
    assert post.body(DocumentKind.PLAN, COUNTY) == Plan()
    assert topics.manifest(sha256("letter")) not in post.broker.retained
    assert slots(post) == []


def test_a_manifest_that_was_cleared_while_the_broker_was_away_is_cleared_when_it_is_back(post: Post) -> None:
    post.run()
    manifest = topics.manifest(sha256("letter"))
    stood = post.broker.retained[manifest]
    post.controller.disconnected(post.moment)
    withdraw(post)
    post.run()
    post.broker.retained[manifest] = stood  # nothing that was said meanwhile arrived
    post.controller.connected(post.moment)
    post.run()
    assert manifest not in post.broker.retained


def test_what_was_cleared_is_forgotten_once_it_would_have_expired(post: Post) -> None:
    post.run()
    withdraw(post)
    post.run()
    manifest = topics.manifest(sha256("letter"))
    assert post.ask(lambda session: session.get(PublishedRow, manifest)).payload == b""
    post.skip(timedelta(days=70)).change(changed).run()
    assert post.ask(lambda session: session.get(PublishedRow, manifest)) is None


def test_what_another_process_changes_is_noticed_within_seconds(post: Post) -> None:
    post.run()
    post.shelf[sha256("second")] = sound("second")
    post.change(lambda session: add_notice(session, "second", targets=[LIJIA])).run(6)
    assert topics.area_document(LIJIA, DocumentKind.PLAN) in post.broker.retained


def test_a_broker_that_forgot_everything_is_told_all_of_it_again(post: Post) -> None:
    post.run()
    before = dict(post.broker.retained)
    post.broker.retained.clear()
    post.controller.disconnected(post.moment)
    post.run(30)
    post.controller.connected(post.moment)
    assert post.broker.retained == before


def test_while_the_link_is_down_nothing_is_sent_and_afterwards_everything(post: Post) -> None:
    post.controller.disconnected(post.moment)
    post.run(60)
    assert not post.broker.retained
    post.controller.connected(post.moment)
    assert len(post.body(DocumentKind.PLAN, COUNTY).cues) == 12


@pytest.mark.parametrize("commit", range(1, 9))
def test_a_controller_killed_before_any_commit_ends_where_an_unharmed_one_does(
    post: Post, commit: int
) -> None:
    post.dies_before(commit, post.run)
    found = slots(post)
    post.start().run()
    assert set(found) <= set(slots(post))
    assert {cue.slot for cue in post.body(DocumentKind.PLAN, COUNTY).cues} == set(slots(post))
    assert len(slots(post)) == 12


@pytest.mark.parametrize("commit", range(1, 9))
def test_a_withdrawal_is_carried_out_whenever_the_controller_is_killed(post: Post, commit: int) -> None:
    before = revision(post.run())
    withdraw(post)
    post.dies_before(commit, post.run)
    post.start().run()
    assert post.body(DocumentKind.PLAN, COUNTY) == Plan()
    assert revision(post) > before


def test_the_revision_only_grows_also_past_a_database_restored_from_an_old_copy(post: Post) -> None:
    before = revision(post.skip(timedelta(minutes=1)))
    post.change(lambda session: session.delete(session.get_one(PublishedRow, PLAN)))
    post.skip(timedelta(minutes=1)).start().run()
    assert revision(post) > before


def test_a_new_day_is_planned_and_the_lease_is_renewed(post: Post) -> None:
    post.run()
    expires = post.document(PLAN).header.expires
    post.skip(timedelta(days=1))
    assert len(slots(post)) == 16
    assert post.document(PLAN).header.expires > expires


def test_a_recording_that_cannot_be_read_holds_up_nothing_else(post: Post) -> None:
    post.shelf.clear()
    post.shelf[sha256("second")] = sound("second")
    post.change(lambda session: add_notice(session, "second")).run()
    assert topics.manifest(sha256("second")) in post.broker.retained
    assert topics.manifest(sha256("letter")) not in post.broker.retained
    assert len(post.body(DocumentKind.PLAN, COUNTY).items) == 2


def test_a_damaged_recording_is_never_announced(post: Post) -> None:
    post.shelf[sha256("letter")] = b"\0" + sound("letter")[1:]
    post.run()
    assert topics.manifest(sha256("letter")) not in post.broker.retained


def test_chunks_that_cannot_be_read_any_more_leave_the_others_served(post: Post) -> None:
    post.shelf[sha256("second")] = sound("second")
    post.change(lambda session: add_notice(session, "second")).run()
    del post.shelf[sha256("letter")]
    for name in ("letter", "second"):
        post.tell("li-1", Want(recording=sha256(name), base=0, bitmap="c0"))
    post.broker.take()
    post.run(2)
    served = [message.topic for message in post.broker.take() if message.topic.startswith("ccxm/")]
    assert [sha256("second") in topic for topic in served] == [True, True]


def test_reports_are_taken_in_from_the_first_moment_of_the_link(post: Post) -> None:
    post.start().tell("li-1", heartbeat()).tell("stranger", heartbeat()).run(1)
    assert post.controller._known == {"li-1", "li-2", "wang-1"}


def test_a_drawing_that_is_overtaken_stores_no_more_and_is_drawn_up_again(post: Post) -> None:
    waiting = []
    post.aside = waiting.append
    post.start().run()
    (draw,) = waiting
    withdraw_first = post.controller._drawing._planner.plan

    def changed_meanwhile(*arguments):
        sheet = withdraw_first(*arguments)
        withdraw(post)
        return sheet

    post.controller._drawing._planner.plan = changed_meanwhile
    assert draw() is None
    assert slots(post) == []
    post.controller._drawing._planner.plan = withdraw_first
    post.controller.drawn(None, post.moment)
    post.run(1)
    drawn = waiting[1]()
    assert isinstance(drawn, Drawn)
    post.controller.drawn(drawn, post.moment)
    assert PLAN not in post.broker.retained


def test_only_one_drawing_is_under_way_and_what_changed_since_is_drawn_up_after_it(post: Post) -> None:
    waiting = []
    post.aside = waiting.append
    post.start().run(60)
    assert len(waiting) == 1
    drawn = waiting[0]()
    withdraw(post)
    post.controller.drawn(drawn, post.moment)
    assert len(post.body(DocumentKind.PLAN, COUNTY).cues) == 12
    post.run()
    post.controller.drawn(waiting[1](), post.moment)
    assert post.body(DocumentKind.PLAN, COUNTY) == Plan()


def newest(session: Session) -> int | None:
    """The number of the newest heartbeat that is stored."""
    row = session.get(EndpointStateRow, "li-1")
    return row and row.seq


def test_in_a_storm_a_batch_is_gathered_so_long_that_storing_takes_a_fifth_of_the_time(post: Post) -> None:
    laps = iter((0.0, 0.5, 10.0, 10.0))
    post.stopwatch = lambda: next(laps)
    post.start().run().tell("li-1", heartbeat()).run(0.3)
    begun_s = post.mono_s
    seq = 1
    while post.ask(newest) == 1:
        seq += 1
        post.tell("li-1", heartbeat(seq)).run(0.1)
    assert post.mono_s - begun_s == pytest.approx(2.0, abs=0.11)


def test_when_a_storm_is_over_what_is_gathered_waits_for_nothing_more(post: Post) -> None:
    laps = iter((0.0, 0.5, 10.0, 10.0))
    post.stopwatch = lambda: next(laps)
    post.start().run().tell("li-1", heartbeat()).run(0.3)
    post.tell("li-1", heartbeat(2)).run(0.1).tell("li-1", heartbeat(3)).run(0.15)
    assert post.ask(newest) == 1
    assert post.run(0.1).ask(newest) == 3
