"""The glance agrees with the ledger."""

from collections import Counter
from datetime import timedelta

import pytest

from broadcaster.house import CountyHouse
from broadcaster.proof import glance
from broadcaster.proof.ledger import read_day, roster
from broadcaster.storage.tables import NoticeRow, PlayedRow, SlotRow
from schedules.notices import NoticeState
from schedules.outcomes import PENDING, Outcome
from schedules.records import ClockQuality, MissedBecause, Result
from tests.broadcaster.tui.county import LETTER, NOW, ZONE, at, build


@pytest.fixture
def house(tmp_path):
    return build(tmp_path)


def in_ledger(house: CountyHouse, now) -> dict[str, Counter]:
    """What the ledger says of each slot; how far what is not over has come is one thing here."""
    found: dict[str, Counter] = {}
    with house.snapshot() as session:
        for atom in read_day(session, NOW.astimezone(ZONE).date()).atoms(now):
            if atom.slot.startswith("slot"):
                outcome = Outcome.PLANNED if atom.outcome in PENDING else atom.outcome
                found.setdefault(atom.slot, Counter())[outcome, atom.because] += 1
    return found


def homes(session):
    return glance.homes_of({village: len(names) for village, names in roster(session).items()})


def at_a_glance(house: CountyHouse, now) -> dict[str, Counter]:
    with house.snapshot() as session:
        slots = list(glance.ordered(session, NOW.astimezone(ZONE).date()))
        found = glance.standings(session, slots, homes(session), now)
    return {
        slot: sum(
            (
                Counter({(Outcome.PLANNED if outcome in PENDING else outcome, because): endpoints})
                for (outcome, because), endpoints in standing.items()
            ),
            Counter(),
        )
        for slot, standing in found.items()
    }


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=1), timedelta(days=1)])
def test_a_glance_counts_what_the_ledger_settles_one_by_one(house, later):
    assert at_a_glance(house, NOW + later) == in_ledger(house, NOW + later)


def test_several_records_of_one_play_count_once_and_an_unknown_clock_proves_nothing(house):
    with house.transaction() as session:
        first = session.get_one(PlayedRow, ("shiqiao-01", "0123456789abcdef", 1)).model_dump()
        session.add(PlayedRow(**first | {"seq": 11, "result": Result.PARTIAL, "heard_ms": 9}))
        session.add(PlayedRow(**first | {"seq": 12, "slot": "slot-letter-3", "clock": ClockQuality.NONE}))
        session.add(
            PlayedRow(
                **first
                | {
                    "seq": 13,
                    "slot": "slot-letter-2",
                    "result": Result.MISSED,
                    "started": None,
                    "because": MissedBecause.FAULT,
                }
            )
        )
    assert at_a_glance(house, NOW) == in_ledger(house, NOW)


def test_what_was_withdrawn_with_its_notice_stays_and_what_planning_replaced_does_not(house):
    with house.transaction() as session:
        session.get_one(SlotRow, "slot-letter-3").withdrawn_at = at("9:50")
        session.get_one(NoticeRow, (LETTER, 1)).state = NoticeState.WITHDRAWN
        replaced = session.get_one(SlotRow, "slot-proposal-2").model_dump() | {"id": "slot-replaced"}
        session.add(SlotRow(**replaced | {"withdrawn_at": at("6:00")}))
    glanced = at_a_glance(house, NOW)
    assert glanced == in_ledger(house, NOW)
    assert "slot-replaced" not in glanced
    assert {outcome for outcome, _ in glanced["slot-letter-3"]} == {Outcome.WITHDRAWN, Outcome.MISSED}
