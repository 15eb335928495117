"""What is stored of a plan: only what differs, in pieces that keep nobody waiting."""

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from broadcaster.controller.planning import Draft, _stored_reasons
from broadcaster.storage.changes import changed
from broadcaster.storage.mapping import rule_json
from broadcaster.storage.tables import AbsenceRow, AreaRow, NoticeRow, SlotRow, SpanRow
from schedules.rules import LoopRule
from schedules.slots import AbsentBecause
from tests.broadcaster.controller.post import Post
from tests.broadcaster.county import COUNTY, HOURLY, add_notice

DAY = date(2026, 11, 23)


def rows(post: Post, table: type) -> int:
    return len(post.ask(lambda session: session.exec(select(table)).all()))


def test_each_absence_is_stored_once_and_goes_when_its_reason_does(post: Post) -> None:
    post.change(
        lambda session: (setattr(session.get_one(AreaRow, COUNTY), "budget_minutes", 2), changed(session))
    )
    post.run()
    absent = post.ask(lambda session: session.exec(select(AbsenceRow)).all())
    assert {row.because for row in absent} == {AbsentBecause.BUDGET}
    post.change(changed).run().start().run()
    assert rows(post, AbsenceRow) == len(absent)
    post.change(
        lambda session: (setattr(session.get_one(AreaRow, COUNTY), "budget_minutes", None), changed(session))
    )
    post.run()
    assert rows(post, AbsenceRow) == 0
    assert rows(post, SlotRow) >= 12


def test_a_reason_outlives_its_hour_and_a_new_start(post: Post) -> None:
    at_two = rule_json(LoopRule(fixed_times=(time(14),)))

    def reasons() -> list[str]:
        wanted = select(AbsenceRow.because).where(AbsenceRow.day == DAY)
        return [str(because) for because in post.ask(lambda session: session.exec(wanted).all())]

    post.change(lambda session: [add_notice(session, name, rule=at_two) for name in ("first", "second")])
    before = post.run() and reasons()
    assert set(before) == {AbsentBecause.CONFLICT}
    post.skip(timedelta(hours=3)).change(lambda session: add_notice(session, "third")).run()
    assert reasons() == before
    post.start().change(lambda session: add_notice(session, "fourth")).run()
    assert reasons() == before


def test_spans_follow_the_rule_that_they_come_from(post: Post) -> None:
    post.run()
    before = post.ask(lambda session: _stored_reasons(session, DAY)).spans
    later = HOURLY.windows[0].end.replace(hour=22)
    windows = ({"start": "13:00:00", "end": later.isoformat()},)

    def deed(session) -> None:
        row = session.get_one(NoticeRow, ("letter", 1))
        row.rule = rule_json(HOURLY) | {"windows": list(windows)}
        changed(session)

    after = post.change(deed).run().ask(lambda session: _stored_reasons(session, DAY)).spans
    assert before.keys() == after.keys()
    assert before != after
    assert rows(post, SpanRow) == 3


def test_a_plan_stays_when_a_second_notice_comes(post: Post) -> None:
    post.run()
    before = {row.id: row.planned for row in post.ask(lambda session: session.exec(select(SlotRow)).all())}
    post.change(lambda session: add_notice(session, "second")).run()
    after = {row.id: row.planned for row in post.ask(lambda session: session.exec(select(SlotRow)).all())}
    assert before.items() <= after.items()


def test_yesterdays_slots_stay_in_the_document_while_they_may_still_be_owed(post: Post) -> None:
    post.run().skip(timedelta(days=1))
    days = {row.day for row in post.ask(lambda session: session.exec(select(SlotRow)).all())}
    assert DAY in days
    assert len(days) == 4


@given(counts=st.lists(st.integers(0, 7), min_size=2, max_size=2), most=st.integers(1, 5))
def test_pieces_hold_everything_once(counts: list[int], most: int) -> None:
    gone = tuple(f"slot-{number}" for number in range(counts[0]))
    spans = tuple((f"order-{number}", COUNTY) for number in range(counts[1]))
    parts = list(Draft(day=DAY, gone_slots=gone, gone_spans=spans).parts(most))
    assert tuple(name for part in parts for name in part.gone_slots) == gone
    assert tuple(key for part in parts for key in part.gone_spans) == spans
    assert all(1 <= len(part.gone_slots) + len(part.gone_spans) <= most for part in parts)
