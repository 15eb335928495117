"""One output, one owner: what interrupts what, and what becomes of the interrupted."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.interruption import Action, Because, Paused, Playable, Sounding, decide
from schedules.notices import InterruptionPolicy
from schedules.places import Level
from schedules.precedence import BroadcastClass
from schedules.records import MissedBecause, Result, result_of
from tests.schedules.playing import NOON, Horn, at, item, precedence, results

DAILY, DRILL, EMERGENCY = BroadcastClass.DAILY, BroadcastClass.DRILL, BroadcastClass.EMERGENCY
RESTART, RESUME, JOIN, DROP = (
    InterruptionPolicy.RESTART,
    InterruptionPolicy.RESUME,
    InterruptionPolicy.JOIN,
    InterruptionPolicy.DROP,
)


def test_what_falls_due_on_a_silent_output_starts_from_its_beginning():
    decision = decide(NOON, None, (), (item("letter"),))
    assert (decision.action, decision.because) == (Action.START, Because.IDLE_AND_DUE)
    assert decision.start == item("letter")
    assert (decision.from_ms, decision.chime) == (0, False)


def test_with_nothing_due_the_output_stays_silent():
    decision = decide(NOON, None, (), ())
    assert (decision.action, decision.because, decision.start) == (Action.IDLE, Because.NOTHING_DUE, None)


def test_emergency_interrupts_the_morning_notice():
    horn = Horn()
    horn.falls_due(item("letter"))
    horn.wait(10)
    decision = horn.falls_due(item("flood", klass=EMERGENCY))
    assert (decision.action, decision.because) == (Action.INTERRUPT, Because.OUTRANKS)
    assert results(decision.ended) == [("letter", "partial", 10)]
    assert decision.ended[0].because is MissedBecause.INTERRUPTED


@pytest.mark.parametrize(
    ("waiting", "because"),
    [
        (item("b", klass=DRILL), Because.EQUAL_WAITS),
        (item("b", klass=DAILY), Because.LOWER_WAITS),
        (item("b", klass=DRILL, level=Level.TOWN), Because.LOWER_WAITS),
    ],
)
def test_equals_and_lower_ones_wait_for_the_end(waiting: Playable, because: Because):
    horn = Horn()
    horn.falls_due(item("a", klass=DRILL))
    decision = horn.falls_due(waiting)
    assert (decision.action, decision.because) == (Action.KEEP, because)
    horn.wait(120)
    assert results(horn.attempts) == [("a", "counted", 60), ("b", "counted", 60)]


def test_case_7_an_emergency_interrupts_an_emergency_of_lower_weight_only():
    horn = Horn()
    horn.falls_due(item("town", klass=EMERGENCY, level=Level.TOWN, policy=RESUME))
    assert horn.falls_due(item("other-town", klass=EMERGENCY, level=Level.TOWN)).action is Action.KEEP
    horn.wait(20)
    assert horn.falls_due(item("county", klass=EMERGENCY, level=Level.COUNTY)).action is Action.INTERRUPT
    horn.wait(60)
    assert horn.sounding is not None
    assert (horn.sounding.item.key, horn.sounding.heard_ms) == ("town", 20_000)
    horn.wait(100)
    assert [key for key, _, _ in horn.heard] == ["town", "county", "town", "other-town"]


def test_case_7_an_emergency_during_a_live_relay_makes_the_relay_lose_what_it_covered():
    horn = Horn()
    horn.falls_due(item("relay", seconds=600, policy=JOIN))
    horn.wait(100)
    horn.falls_due(item("flood", klass=EMERGENCY, seconds=60))
    horn.wait(60)
    assert horn.sounding is not None
    assert horn.sounding.item.key == "relay"
    horn.wait(440)
    assert results(horn.attempts) == [("flood", "counted", 60), ("relay", "counted", 540)]


def test_a_relay_is_rejoined_where_its_source_is_by_then():
    relay = Sounding(item=item("relay", seconds=600, policy=JOIN), heard_ms=100_000, started=NOON)
    cut = decide(at(100), relay, (), (item("flood", klass=EMERGENCY),))
    again = decide(at(160), None, cut.paused, ())
    assert (again.action, again.because) == (Action.RESUME, Because.REJOINS)
    assert (again.from_ms, again.chime) == (160_000, False)
    assert again.sounding == relay


def test_case_7_a_relay_whose_source_ended_meanwhile_is_given_up():
    horn = Horn()
    horn.falls_due(item("relay", seconds=100, policy=JOIN))
    horn.wait(50)
    horn.falls_due(item("flood", klass=EMERGENCY, seconds=60))
    horn.wait(60)
    assert horn.sounding is None
    assert results(horn.attempts) == [("flood", "counted", 60), ("relay", "partial", 50)]


@pytest.mark.parametrize("ends", [{"seconds": 100}, {"seconds": 600, "not_after": at(100)}])
def test_a_relay_is_joined_until_its_source_or_its_time_ends_and_not_at_that_instant(ends):
    relay = Paused(item=item("relay", policy=JOIN, **ends), heard_ms=50_000, started=NOON)
    assert decide(at(99.999), None, (relay,), ()).from_ms == 99_999
    over = decide(at(100), None, (relay,), ())
    assert (over.action, [each.result for each in over.ended]) == (Action.IDLE, [Result.PARTIAL])


def test_of_equals_that_are_due_together_the_first_by_precedence_sounds():
    assert decide(NOON, None, (), (item("b"), item("a"), item("c"))).start == item("a")


def test_what_counts_has_no_reason_although_its_time_was_over():
    heard = Sounding(item=item("letter", not_after=at(60)), heard_ms=60_000, started=NOON)
    (ended,) = decide(at(60), heard, (), ()).ended
    assert (ended.result, ended.because) == (Result.COUNTED, None)


@pytest.mark.parametrize(("heard_ms", "chime"), [(0, False), (1, True)])
def test_only_what_was_heard_before_goes_on_after_a_chime(heard_ms, chime):
    waits = Paused(item=item("letter", policy=RESUME), heard_ms=heard_ms, started=NOON)
    assert decide(at(100), None, (waits,), ()).chime is chime


def test_an_alert_that_takes_breath_hides_not_why_something_stopped():
    gone = Sounding(item=item("letter"), heard_ms=1_000, started=NOON)
    breath = precedence("flood", EMERGENCY)
    decision = decide(at(1), gone, (), (item("other"),), frozenset({"letter"}), reserved=breath)
    assert (decision.action, decision.because) == (Action.STOP, Because.WITHDRAWN)


def test_case_7_when_the_source_of_a_relay_dies_the_next_item_sounds():
    relay = Sounding(item=item("relay", seconds=600, policy=JOIN), heard_ms=100_000, started=NOON)
    assert decide(at(100), relay, (), (item("letter"),)).action is Action.KEEP
    after = decide(at(100), None, (), (item("letter"),))  # the player reported the end of the stream
    assert (after.action, after.start) == (Action.START, item("letter"))


@pytest.mark.parametrize(
    ("percent", "policy", "record", "goes_on_from_ms"),
    [
        (0, RESTART, None, 0),
        (1, RESTART, "partial", 0),
        (50, RESTART, "partial", 0),
        (89, RESTART, "partial", 0),
        (90, RESTART, "counted", None),
        (99, RESTART, "counted", None),
        (0, RESUME, None, 0),
        (1, RESUME, None, 1_000),
        (50, RESUME, None, 50_000),
        (99, RESUME, "counted", None),
        (0, DROP, None, None),
        (1, DROP, "partial", None),
        (50, DROP, "partial", None),
        (99, DROP, "counted", None),
        (50, JOIN, None, 60_000),
        (99, JOIN, "counted", None),
    ],
)
def test_case_8_cut_short(
    percent: int, policy: InterruptionPolicy, record: str | None, goes_on_from_ms: int | None
):
    horn = Horn()
    horn.falls_due(item("letter", seconds=100, policy=policy))
    horn.wait(percent)
    cut = horn.falls_due(item("flood", klass=EMERGENCY, seconds=10))
    assert [attempt.result for attempt in cut.ended] == ([] if record is None else [record])
    after = decide(at(percent + 10), None, cut.paused, ())
    if goes_on_from_ms is None:
        assert after.action is Action.IDLE
    else:
        assert (after.action, after.from_ms) == (Action.RESUME, goes_on_from_ms)


def test_a_resumed_item_follows_a_chime_and_its_parts_add_up_to_one_counted_play():
    horn = Horn()
    horn.falls_due(item("letter", seconds=100, policy=RESUME))
    horn.wait(30)
    horn.falls_due(item("flood", klass=EMERGENCY, seconds=10))
    chimed = decide(at(40), None, horn.paused, ())
    assert (chimed.because, chimed.chime, chimed.from_ms) == (Because.RESUMES, True, 30_000)
    horn.wait(80)
    assert results(horn.attempts) == [("flood", "counted", 10), ("letter", "counted", 100)]
    assert horn.attempts[1].started == NOON


def test_a_restarted_item_counts_its_last_run_only():
    horn = Horn()
    horn.falls_due(item("letter", seconds=60))
    horn.wait(40)
    horn.falls_due(item("flood", klass=EMERGENCY, seconds=10))
    horn.wait(10 + 60)
    assert results(horn.attempts) == [
        ("letter", "partial", 40),
        ("flood", "counted", 10),
        ("letter", "counted", 60),
    ]
    assert horn.attempts[2].started == at(50)


def test_three_interruptions_deep_everything_comes_back_in_reverse_order():
    horn = Horn()
    for depth, klass_level in enumerate(
        [(DAILY, Level.TOWN), (DAILY, Level.COUNTY), (DRILL, Level.TOWN), (EMERGENCY, Level.COUNTY)]
    ):
        klass, level = klass_level
        horn.falls_due(item(f"item-{depth}", klass=klass, level=level, seconds=100, policy=RESUME))
        horn.wait(10)
    horn.wait(400)
    assert [key for key, _, _ in horn.heard] == [f"item-{n}" for n in (0, 1, 2, 3, 3, 2, 1, 0)]
    assert results(horn.attempts) == [(f"item-{n}", "counted", 100) for n in (3, 2, 1, 0)]


def test_an_interrupted_item_goes_on_before_an_equal_one_that_came_later():
    horn = Horn()
    horn.falls_due(item("first", policy=RESUME))
    horn.wait(10)
    horn.falls_due(item("flood", klass=EMERGENCY), item("another"))
    horn.wait(60)
    assert horn.sounding is not None
    assert horn.sounding.item.key == "first"


def test_of_several_that_are_due_the_highest_precedence_starts():
    due = (item("town", level=Level.TOWN), item("county"), item("village", level=Level.VILLAGE))
    assert decide(NOON, None, (), due).start == item("county")


def test_stopping_an_alert_lets_the_interrupted_item_go_on():
    horn = Horn()
    horn.falls_due(item("letter", seconds=100, policy=RESUME))
    horn.wait(30)
    horn.falls_due(item("flood", klass=EMERGENCY))
    horn.wait(5)
    decision = horn.withdraw("flood")
    assert results(decision.ended) == [("flood", "withdrawn", 5)]
    assert (decision.action, decision.because, decision.from_ms) == (
        Action.RESUME,
        Because.RESUMES,
        30_000,
    )


def test_stopping_an_alert_means_silence_when_nothing_waits():
    horn = Horn()
    horn.falls_due(item("flood", klass=EMERGENCY))
    decision = horn.withdraw("flood")
    assert (decision.action, decision.because) == (Action.STOP, Because.WITHDRAWN)
    assert decision.sounding is None


def test_a_paused_item_that_is_withdrawn_never_comes_back():
    horn = Horn()
    horn.falls_due(item("letter"))
    horn.wait(10)
    horn.falls_due(item("flood", klass=EMERGENCY))
    decision = horn.withdraw("letter")
    assert decision.action is Action.KEEP
    assert [(a.item.key, a.result, a.started) for a in decision.ended] == [("letter", Result.WITHDRAWN, None)]
    horn.wait(100)
    assert horn.sounding is None


def test_a_withdrawn_item_that_is_due_does_not_start():
    assert decide(NOON, None, (), (item("letter"),), {"letter"}).action is Action.IDLE


def test_what_has_been_heard_enough_counts_although_it_is_withdrawn():
    letter = Sounding(item=item("letter"), heard_ms=59_000, started=NOON)
    assert decide(at(59), letter, (), (), {"letter"}).ended[0].result is Result.COUNTED


def test_a_paused_item_that_can_no_longer_end_in_time_is_given_up():
    horn = Horn()
    horn.falls_due(item("letter", seconds=100, policy=RESUME, not_after=at(120)))
    horn.wait(50)
    horn.falls_due(item("flood", klass=EMERGENCY, seconds=21))
    horn.wait(21)  # 50 s are left to sound, 49 s to do it
    assert horn.sounding is None
    assert horn.paused == ()
    assert results(horn.attempts) == [("flood", "counted", 21), ("letter", "partial", 50)]


def test_a_paused_item_that_can_just_end_in_time_goes_on():
    horn = Horn()
    horn.falls_due(item("letter", seconds=100, policy=RESUME, not_after=at(120)))
    horn.wait(50)
    horn.falls_due(item("flood", klass=EMERGENCY, seconds=20))
    horn.wait(70)
    assert results(horn.attempts) == [("flood", "counted", 20), ("letter", "counted", 100)]


@pytest.mark.parametrize(("late_ms", "action"), [(0, Action.START), (1, Action.IDLE)])
def test_case_3_an_item_starts_up_to_the_instant_from_which_it_still_ends_in_time(
    late_ms: int, action: Action
):
    letter = item("letter", seconds=60, not_after=at(60))
    assert decide(at(late_ms / 1000), None, (), (letter,)).action is action


def test_nothing_sounds_past_its_time_even_if_the_clock_jumped():
    letter = Sounding(item=item("letter", not_after=at(60)), heard_ms=20_000, started=NOON)
    decision = decide(at(3600), letter, (), ())
    assert (decision.action, decision.because) == (Action.STOP, Because.TIME_OVER)
    assert [(a.result, a.because) for a in decision.ended] == [(Result.PARTIAL, MissedBecause.QUIET_HOURS)]


def test_between_two_repeats_of_an_alert_nothing_lower_begins():
    flood = item("flood", klass=EMERGENCY).precedence
    waiting = decide(NOON, None, (), (item("letter"),), reserved=flood)
    assert (waiting.action, waiting.because) == (Action.IDLE, Because.RESERVED)
    again = decide(NOON, None, (), (item("flood", klass=EMERGENCY),), reserved=flood)
    assert again.action is Action.START


def test_the_counting_rule_may_be_stricter():
    letter = Sounding(item=item("letter"), heard_ms=57_000, started=NOON)
    flood = item("flood", klass=EMERGENCY)
    assert decide(at(57), letter, (), (flood,)).ended[0].result is Result.COUNTED
    assert decide(at(57), letter, (), (flood,), counting_percent=100).ended[0].result is Result.PARTIAL


weights = st.sampled_from([(c, lv) for c in (EMERGENCY, DRILL, DAILY) for lv in (Level.COUNTY, Level.TOWN)])


@st.composite
def arrivals(draw: st.DrawFn) -> list[tuple[int, Playable, int | None]]:
    """Three items with the second of arrival and, sometimes, the second of withdrawal."""
    drawn = []
    for key in "abc":
        klass, level = draw(weights)
        arrival, seconds = draw(st.integers(0, 20)), draw(st.integers(1, 12))
        slack = draw(st.none() | st.integers(0, 30))
        limit = None if slack is None else at(arrival + seconds + slack)
        policy = draw(st.sampled_from(InterruptionPolicy))
        one = item(key, klass=klass, level=level, seconds=seconds, policy=policy, not_after=limit)
        drawn.append((arrival, one, draw(st.none() | st.integers(arrival, 50))))
    return drawn


@settings(max_examples=300, deadline=None)
@given(arrivals())
def test_three_items_in_any_interleaving_keep_the_rules(drawn):
    horn = Horn()
    for second in range(80):
        horn.withdrawn |= {one.key for _, one, withdrawn in drawn if withdrawn == second}
        horn.falls_due(*(one for arrival, one, _ in drawn if arrival == second))
        assert_the_highest_sounds(horn)
        horn.wait(1)
    assert (horn.sounding, horn.paused) == (None, ())
    for _, one, withdrawn in drawn:
        assert_one_final_state(horn, one, withdrawn is not None)


def assert_the_highest_sounds(horn: Horn) -> None:
    startable = decide(horn.now, None, horn.paused, horn.due, horn.withdrawn).start
    if horn.sounding is None:
        assert startable is None
    else:
        assert startable is None or not startable.precedence.outranks(horn.sounding.item.precedence)


def assert_one_final_state(horn: Horn, one: Playable, withdrawn: bool) -> None:
    stretches = [(end - start).total_seconds() for key, start, end in horn.heard if key == one.key]
    attempts = [attempt for attempt in horn.attempts if attempt.item.key == one.key]
    finals = Counter(attempt.result for attempt in attempts)
    assert finals[Result.COUNTED] + finals[Result.WITHDRAWN] <= 1
    assert sum(attempt.heard_ms for attempt in attempts) == sum(stretches) * 1000
    assert all(attempt.heard_ms <= one.duration_ms for attempt in attempts)
    assert all(key != one.key or one.not_after is None or end <= one.not_after for key, _, end in horn.heard)
    if one.policy is not RESTART:
        assert len(attempts) <= 1
    if one.policy in (RESTART, RESUME) and one.not_after is None and not withdrawn:
        assert finals[Result.COUNTED] == 1
    for attempt in attempts:
        enough = result_of(attempt.heard_ms, one.duration_ms) is Result.COUNTED
        assert enough == (attempt.result is Result.COUNTED)
        assert attempt.result is not Result.WITHDRAWN or withdrawn
