"""What sounds, against what should: stuck, stale and unordered audio, amplifiers and loudspeakers, in the running service."""

from datetime import timedelta

import pytest

from broadcaster.repairs.causes import Cause, Priority
from broadcaster.storage.engine import transaction
from broadcaster.storage.tables import AlertRow, PublishedRow, SlotRow
from devices.reports import EventKind
from devices.topics import DocumentKind
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity
from schedules.slots import PlannedBecause
from tests.broadcaster.controller.valley import VILLAGES, Valley

MINUTE = 60
HORN = "f0-00"
PLAN = f"area/{VILLAGES[0]}/plan"


class Ringing(Valley):
    """A valley in which slots and alerts were ordered."""

    def order(
        self, slot: str, *, in_s: float = 0, lasts_s: float = 600, withdrawn_in_s: float | None = None
    ) -> None:
        begins = self.wall + timedelta(seconds=in_s)
        row = SlotRow(
            id=slot,
            order_id="letter",
            notice="letter",
            version=1,
            place=VILLAGES[0],
            day=begins.date(),
            ordinal=0,
            item=0,
            earliest=begins,
            planned=begins,
            latest=begins + timedelta(seconds=lasts_s),
            duration_ms=round(lasts_s * 1000),
            because=PlannedBecause.FIXED_TIME,
            withdrawn_at=None if withdrawn_in_s is None else begins + timedelta(seconds=withdrawn_in_s),
        )
        self._add(row)

    def alert(self, name: str, *, lasts_s: float = 600, cancelled_in_s: float | None = None) -> None:
        cancelled = None if cancelled_in_s is None else self.wall + timedelta(seconds=cancelled_in_s)
        row = AlertRow(
            id=name,
            notice="flood",
            version=1,
            targets=["341523000000"],
            klass=BroadcastClass.DRILL,
            level=Level.COUNTY,
            severity=Severity.RED,
            sent_at=self.wall,
            sent_by="li",
            starts=self.wall,
            expires=self.wall + timedelta(seconds=lasts_s),
            cancelled_at=cancelled,
        )
        self._add(row)

    def publish_plan(self, revision: int, *, in_s: float) -> None:
        issued = self.wall + timedelta(seconds=in_s)
        row = PublishedRow(
            topic=f"ccx/1/{PLAN}",
            kind=DocumentKind.PLAN,
            target=VILLAGES[0],
            revision=revision,
            digest="",
            payload=b"",
            issued=issued,
            expires=issued + timedelta(days=7),
        )
        self._add(row)

    def sound(self, slot: str, **also: object) -> "Ringing":
        self.says[HORN] = {"sounding": slot, **also}
        return self

    def hush(self) -> "Ringing":
        self.says.pop(HORN, None)
        return self

    def _add(self, row: object) -> None:
        with transaction(self.engine) as session:
            session.add(row)


@pytest.fixture
def valley() -> Ringing:
    valley = Ringing(per_feeder=3)
    valley.run(5 * MINUTE)
    return valley


def test_what_was_ordered_and_stops_in_time_is_no_ticket(valley: Ringing) -> None:
    valley.order("a" * 32)
    valley.sound("a" * 32, current_percent=100, echo=80).run(9 * MINUTE)
    assert valley.hush().run(5 * MINUTE).tickets == []


def test_what_nobody_ordered_is_at_once_a_ticket_for_the_station(valley: Ringing) -> None:
    valley.sound("f" * 32).run(75)
    (ticket,) = valley.tickets
    assert (ticket.cause, ticket.root, ticket.priority) == (Cause.UNAUTHORISED_AUDIO, HORN, Priority.P1)
    valley.hush().run(15 * MINUTE)
    assert valley.open == []


def test_what_sounds_on_after_its_time_is_stuck(valley: Ringing) -> None:
    valley.order("a" * 32, lasts_s=180)
    valley.sound("a" * 32).run(3 * MINUTE)
    assert valley.open == []
    valley.run(3 * MINUTE)
    assert valley.open == [(Cause.STUCK_PLAYING.value, HORN)]
    valley.kill().run(5).start().run(2 * MINUTE)
    assert valley.open == [(Cause.STUCK_PLAYING.value, HORN)]


def test_an_alert_that_sounds_on_after_it_was_cancelled_is_stuck(valley: Ringing) -> None:
    valley.alert("flood-1", lasts_s=3600, cancelled_in_s=120)
    valley.sound("flood-1").run(6 * MINUTE)
    assert valley.open == []  # the cancellation may not have arrived
    valley.run(5 * MINUTE)
    assert valley.open == [(Cause.STUCK_PLAYING.value, HORN)]


def test_who_holds_the_newer_plan_has_been_told_to_stop(valley: Ringing) -> None:
    valley.order("a" * 32, lasts_s=3600, withdrawn_in_s=90)
    valley.publish_plan(7, in_s=95)
    valley.sound("a" * 32, held={PLAN: 6}).run(4 * MINUTE)
    assert valley.open == []
    valley.sound("a" * 32, held={PLAN: 7}).run(3 * MINUTE)
    assert valley.open == [(Cause.STUCK_PLAYING.value, HORN)]


def test_what_begins_though_it_was_withdrawn_or_over_is_stale(valley: Ringing) -> None:
    valley.order("a" * 32, in_s=-7200, lasts_s=600)
    valley.sound("a" * 32).run(75)
    assert valley.open == [(Cause.STALE_AUDIO.value, HORN)]


def test_an_amplifier_without_current_during_a_programme_is_a_ticket_until_it_draws_again(
    valley: Ringing,
) -> None:
    valley.order("a" * 32, lasts_s=1800)
    valley.sound("a" * 32, current_percent=3).run(4 * MINUTE)
    assert valley.open == [(Cause.AMPLIFIER.value, HORN)]
    valley.sound("a" * 32, current_percent=100).run(15 * MINUTE)
    assert valley.open == []


def test_a_loudspeaker_that_nobody_hears_is_a_ticket(valley: Ringing) -> None:
    valley.order("a" * 32, lasts_s=1800)
    valley.sound("a" * 32, current_percent=95, echo=4).run(4 * MINUTE)
    assert valley.open == [(Cause.SPEAKER.value, HORN)]


def test_without_a_programme_no_current_means_nothing(valley: Ringing) -> None:
    valley.says[HORN] = {"current_percent": 0, "echo": 0}
    assert valley.run(10 * MINUTE).tickets == []


def test_what_an_amplifier_says_of_itself_is_believed(valley: Ringing) -> None:
    valley.tell(HORN, EventKind.AMPLIFIER_FAULT, "over-current").run(MINUTE)
    assert valley.open == [(Cause.AMPLIFIER.value, HORN)]
    valley.tell(HORN, EventKind.AMPLIFIER_OK).run(15 * MINUTE)
    assert valley.open == []
