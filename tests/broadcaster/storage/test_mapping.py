import json
from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete
from sqlmodel import Session, SQLModel, select

from broadcaster.storage import mapping
from broadcaster.storage.engine import insert_new, open_database, transaction
from broadcaster.storage.tables import AbsenceRow, NoticeRow, PlayedRow, SlotRow
from schedules.notices import Notice
from schedules.records import AsPlayed
from schedules.rules import DaySelection, LoopRule, Weekday, Window
from schedules.slots import Absence, Slot, Span
from tests.broadcaster.storage import values
from tests.broadcaster.storage.values import NOON

WHOLE_DAY = Window(start=time(0), end=time(0))
few = settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return open_database("sqlite://")


def stored(engine: Engine, table: type[SQLModel], row: dict[str, object]) -> SQLModel:
    """The row as the database gives it back."""
    with transaction(engine) as session:
        session.connection().execute(delete(table))
        insert_new(session, table, [row])
    with Session(engine) as session:
        return session.exec(select(table)).one()


@few
@given(values.slots)
def test_a_slot_comes_back_as_it_was_stored(engine: Engine, slot: Slot) -> None:
    assert mapping.slot_of(stored(engine, SlotRow, mapping.slot_row(slot))) == slot


@few
@given(values.absences)
def test_an_absence_comes_back_as_it_was_stored(engine: Engine, absence: Absence) -> None:
    assert mapping.absence_of(stored(engine, AbsenceRow, mapping.absence_row(absence))) == absence


@few
@given(values.records)
def test_an_as_played_record_comes_back_as_it_was_stored(engine: Engine, record: AsPlayed) -> None:
    row = stored(engine, PlayedRow, values.played_row("horn-01", "c" * 16, record, NOON))
    assert mapping.played_of(row) == record


@few
@given(values.notices())
def test_a_notice_comes_back_as_it_was_stored(engine: Engine, notice: Notice) -> None:
    columns = {name: getattr(notice, name) for name in NoticeRow.model_fields if hasattr(notice, name)}
    columns |= {"targets": list(notice.targets), "series": None, "state": "draft"}
    row = stored(engine, NoticeRow, columns | {"created_by": "li", "created_at": NOON})
    row.series = notice.series
    assert mapping.notice_of(row, notice.recording, notice.duration_ms) == notice


@few
@given(values.rules)
def test_a_loop_rule_comes_back_from_json(rule: LoopRule) -> None:
    assert mapping.rule_of(json.loads(json.dumps(mapping.rule_json(rule)))) == rule


def test_equal_rules_are_equal_text_whatever_order_their_sets_have() -> None:
    days = [Weekday.SUN, Weekday.MON, Weekday.WED]
    texts = {
        json.dumps(
            mapping.rule_json(
                LoopRule(plays=1, windows=(WHOLE_DAY,), days=DaySelection(weekdays=frozenset(each)))
            )
        )
        for each in (days, days[::-1])
    }
    assert ['["mon", "sun", "wed"]' in each for each in texts] == [True]


def test_a_rule_that_breaks_its_own_law_is_refused_with_that_law() -> None:
    with pytest.raises(ValueError, match="1 to 288 plays"):
        mapping.rule_of({"plays": 300, "windows": [{"start": "06:00:00", "end": "07:00:00"}]})


@given(st.lists(values.spans, max_size=4))
def test_spans_come_back_from_json(spans: list[Span]) -> None:
    assert mapping.spans_of(json.loads(json.dumps(mapping.spans_json(spans)))) == tuple(spans)
