from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.tickets.clocks import ServiceClock, WaitReason
from broadcaster.tickets.hours import ALWAYS, WorkingHours
from schedules.calendar import Calendar, Correction
from tests.broadcaster.tickets.workshop import DAY, HOUR, MINUTE, MONDAY, WORKING

NEVER = WorkingHours(hours=())
SPANS = st.lists(st.integers(0, 200_000), min_size=1, max_size=12)


def lived(spans: list[int]) -> tuple[ServiceClock, datetime]:
    """A clock that runs and stands in turns, for so many seconds each."""
    clock, now = ServiceClock(contract_s=86_400, begun=MONDAY), MONDAY
    for turn, seconds in enumerate(spans):
        now += timedelta(seconds=seconds)
        clock = clock.resume(now) if turn % 2 else clock.pause(WaitReason.PART_ORDERED, now)
    return clock, now


@given(SPANS, st.sampled_from([WORKING, ALWAYS, NEVER]), st.floats(60, 1e7))
def test_consumed_and_remaining_are_the_contract_whatever_was_paused_or_changed(
    spans: list[int], hours: WorkingHours, contract_s: float
) -> None:
    clock, now = lived(spans)
    clock = ServiceClock(contract_s=contract_s, begun=clock.begun, pauses=clock.pauses)
    assert abs(clock.consumed(hours, now) + clock.remaining(hours, now) - contract_s) < 1e-3


@given(SPANS, SPANS)
def test_consumed_time_never_runs_backward(spans: list[int], more: list[int]) -> None:
    clock, now = lived(spans)
    later = now + timedelta(seconds=sum(more))
    assert clock.consumed(WORKING, later) >= clock.consumed(WORKING, now) >= 0


@given(SPANS, st.floats(0.01, 2.0))
def test_when_it_is_due_the_share_is_consumed(spans: list[int], share: float) -> None:
    clock, now = lived(spans)
    clock = clock.resume(now)
    due = clock.due(share, WORKING)
    assert due is not None
    assert abs(clock.consumed(WORKING, due) - share * clock.contract_s) < 1


def test_a_pause_counts_only_once_and_only_in_working_time() -> None:
    clock = ServiceClock(contract_s=3600, begun=MONDAY).pause(WaitReason.WEATHER, MONDAY + HOUR)
    clock = clock.pause(WaitReason.POWER_COMPANY, MONDAY + 2 * HOUR).resume(MONDAY + DAY)
    assert clock.consumed(WORKING, MONDAY + DAY + HOUR) == 2 * 3600


def test_two_clocks_merged_keep_the_earliest_begin_and_the_strictest_contract() -> None:
    early, strict = (
        ServiceClock(contract_s=9e4, begun=MONDAY),
        ServiceClock(contract_s=3600, begun=MONDAY + HOUR),
    )
    assert (early.merged(strict).begun, early.merged(strict).contract_s) == (MONDAY, 3600)
    assert strict.merged(early) == early.merged(strict)


def test_a_clock_that_was_stopped_runs_on_without_the_time_between() -> None:
    clock = ServiceClock(contract_s=7200, begun=MONDAY).stop(MONDAY + HOUR).restart(MONDAY + 2 * HOUR)
    assert clock.consumed(WORKING, MONDAY + 2 * HOUR + 30 * MINUTE) == 1.5 * 3600


def test_the_night_the_weekend_and_the_noon_break_do_not_count() -> None:
    friday_evening = datetime(2026, 3, 6, 17, tzinfo=WORKING.zone)
    assert WORKING.between(friday_evening, friday_evening + 3 * DAY) == 3600 + 6 * 3600
    assert WORKING.after(friday_evening, 2 * 3600) == datetime(2026, 3, 9, 9, 30, tzinfo=WORKING.zone)


def test_the_national_day_is_off_and_its_make_up_day_is_worked() -> None:
    holiday, made_up = datetime(2026, 10, 1, tzinfo=WORKING.zone), datetime(2026, 10, 10, tzinfo=WORKING.zone)
    assert WORKING.between(holiday, holiday + DAY) == 0
    assert made_up.weekday() == 5
    assert WORKING.between(made_up, made_up + DAY) == 7 * 3600


def test_the_county_corrects_the_calendar() -> None:
    day = datetime(2026, 3, 3, tzinfo=WORKING.zone)
    corrected = WorkingHours(calendar=Calendar(corrections={day.date(): Correction.OFF}))
    assert corrected.between(day, day + DAY) == 0


def test_without_any_working_time_nothing_is_ever_due() -> None:
    assert NEVER.after(MONDAY, 1) is None
    assert ServiceClock(contract_s=60, begun=MONDAY).due(1.0, NEVER) is None


def test_a_shift_over_midnight_is_two_spans() -> None:
    night = WorkingHours(hours=((time(0), time(6)), (time(22), time(23, 59, 59))))
    assert night.is_open(datetime(2026, 3, 2, 15, tzinfo=UTC))
