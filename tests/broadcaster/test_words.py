"""Every member of an enum that people meet has a word."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum

import pytest

from audio.decode import Doubt
from audio.library import Fate
from audio.recording import Profile
from broadcaster import language
from broadcaster.desk.alerts import AlertState
from broadcaster.desk.hearings import Hearing
from broadcaster.dispatch.rounds import Unserved
from broadcaster.people.rights import Right, Role
from broadcaster.promise import Arrival
from broadcaster.rehearsal.laws import Law
from broadcaster.repairs.causes import Cause, Owner, Priority
from broadcaster.repairs.circumstances import Answer
from broadcaster.repairs.incidents import Stage
from broadcaster.repairs.topology import Kind
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.parts import Part, Skill
from broadcaster.tickets.states import TicketState, TicketStep
from broadcaster.words import WORDS, facts_said, lateness, root_said, said, word
from devices.presence import Presence
from devices.serial.wiring import Direction
from schedules.calendar import DayKind
from schedules.coverage import Step
from schedules.notices import InterruptionPolicy, NoticeEvent, NoticeKind, NoticeState
from schedules.outcomes import Outcome
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity
from schedules.records import ClockQuality, MissedBecause, Result
from schedules.rules import MarketCalendar, Weekday
from schedules.slots import AbsentBecause, PlannedBecause

SHOWN: tuple[type[Enum], ...] = (
    *(NoticeKind, NoticeState, NoticeEvent, InterruptionPolicy, BroadcastClass, Severity, Level),
    *(AlertState, Hearing, Outcome, Result, Step, MissedBecause, AbsentBecause, PlannedBecause),
    *(DayKind, MarketCalendar, Weekday, Presence, ClockQuality, Profile, Doubt, Fate, Law, Role, Right),
    *(Cause, Owner, Priority, Stage, TicketState, TicketStep, WaitReason, Answer, Part, Skill, Unserved),
    *(Arrival, Direction, Kind),
)


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    language.use("en")


@pytest.mark.parametrize("shown", SHOWN)
def test_every_member_has_a_word_and_no_word_lacks_its_member(shown: type[Enum]) -> None:
    members = {
        each.name.lower() if issubclass(shown, IntEnum) else str(each.value)
        for each in shown.__members__.values()
    }
    assert WORDS[shown.__name__].keys() == members


def test_words_are_for_these_enums_only() -> None:
    assert WORDS.keys() == {shown.__name__ for shown in SHOWN}


def test_a_word_comes_in_the_language_in_use() -> None:
    assert (said(NoticeState.ON_AIR), said(Severity.RED)) == ("on air", "red (I)")
    language.use("zh_CN")
    assert (said(NoticeState.ON_AIR), said(Severity.RED)) == ("播出中", "特别重大·红")


def test_what_has_no_word_is_said_as_it_is() -> None:
    assert word("NoticeState", "sleeping") == "sleeping"


def test_facts_of_a_message_are_said_in_words() -> None:
    assert facts_said({"state": "on_air", "notice": "n-1"}) == {"state": "on air", "notice": "n-1"}


def test_what_failed_is_told_with_the_word_for_what_it_is() -> None:
    assert root_said("feeder:10 kV-3") == "feeder 10 kV-3"
    assert root_said("horn-4") == "horn-4"
    assert root_said("mast:4") == "mast:4"


def test_what_is_late_is_so_by_the_largest_unit_that_fits() -> None:
    due = datetime(2026, 3, 2, tzinfo=UTC)
    told = [lateness(due, due + timedelta(minutes=minutes)) for minutes in (5, 150, 3_000)]
    assert told == ["5 min late", "2 h late", "2 days late"]
