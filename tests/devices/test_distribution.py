"""Who gets which chunk when: together if several ask, paced, urgent first, fair, and forgotten once answered."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.chunks import to_bitmap
from devices.distribution import Distribution, Pace, Send, Taken
from devices.reports import Want

LETTER, NEWS, FLOOD = "a" * 64, "b" * 64, "c" * 64


def want(recording: str, *numbers: int) -> Want:
    """Of these chunks."""
    return Want(
        recording=recording, base=0, bitmap=to_bitmap([n in numbers for n in range(max(numbers) + 1)]).hex()
    )


def ask(
    sender: Distribution,
    who: str,
    recording: str = LETTER,
    *numbers: int,
    at_s: float = 0.0,
    urgent: bool = False,
) -> Taken:
    """`who` lacks `numbers`, or the first four chunks, of a recording of 1000."""
    lacks = want(recording, *(numbers or range(4)))
    return sender.want(who, lacks, count=1000, now_s=at_s, urgent=urgent)


def run(sender: Distribution, until_s: float = 1e6) -> list[tuple[float, Send]]:
    """Everything that is sent, each with its time, by somebody who wakes exactly at the deadlines."""
    sent: list[tuple[float, Send]] = []
    while (now_s := sender.next_deadline()) is not None and now_s <= until_s:
        due = sender.due(now_s)
        assert due, f"a deadline at {now_s} with nothing to give"
        sent += [(now_s, send) for send in due]
    return sent


def test_one_who_asks_alone_is_answered_alone() -> None:
    sender = Distribution()
    ask(sender, "horn-01", LETTER, 5)
    [(at_s, send)] = run(sender)
    assert (at_s, send.topic) == (0.3, f"ccxm/1/to/horn-01/{LETTER}/5")


def test_several_who_ask_within_a_moment_are_answered_once() -> None:
    sender = Distribution()
    for number in range(200):
        ask(sender, f"horn-{number}", at_s=number / 1000)
    assert [send.topic for _, send in run(sender)] == [f"ccxm/1/{LETTER}/c/{number}" for number in range(4)]


def test_nothing_is_sent_before_the_moment_is_over() -> None:
    sender = Distribution()
    ask(sender, "horn-01")
    assert sender.due(0.29) == ()
    assert len(sender.due(0.3)) == 4


def test_what_is_answered_is_forgotten() -> None:
    sender = Distribution()
    ask(sender, "horn-01")
    sender.due(0.3)
    assert (sender.due(99.0), sender.pending, sender.next_deadline()) == ((), 0, None)


def test_one_who_asks_twice_is_still_alone() -> None:
    sender = Distribution()
    ask(sender, "horn-01", LETTER, 5)
    ask(sender, "horn-01", LETTER, 5, at_s=0.1)
    assert [send.endpoint for send in sender.due(0.3)] == ["horn-01"]


def test_fewer_than_a_group_are_answered_one_by_one() -> None:
    sender = Distribution(Pace(group_from=3))
    ask(sender, "horn-01", LETTER, 5)
    ask(sender, "horn-02", LETTER, 5)
    assert [send.endpoint for send in sender.due(0.3)] == ["horn-01", "horn-02"]


def test_a_megabyte_goes_out_at_once_and_longer_recordings_at_their_pace() -> None:
    sender = Distribution()
    ask(sender, "horn-01", LETTER, *range(64))
    ask(sender, "horn-02", LETTER, *range(64, 96))
    times = [at_s for at_s, _ in run(sender)]
    assert times[63] == 0.3
    assert times[95] == pytest.approx(0.3 + 32 / 16)


def test_all_recordings_together_keep_to_the_total_pace() -> None:
    sender = Distribution(Pace(total_burst=10, total_rate=5.0))
    for recording in (LETTER, NEWS, FLOOD):
        ask(sender, "horn-01", recording, *range(10))
    times = [at_s for at_s, _ in run(sender)]
    assert times.count(0.3) == 10
    assert times[-1] == pytest.approx(0.3 + 20 / 5)


def test_recordings_take_turns() -> None:
    sender = Distribution()
    ask(sender, "horn-01", LETTER, 0, 1, 2)
    ask(sender, "horn-02", NEWS, 0, 1, 2)
    assert [send.sha256[0] for send in sender.due(0.3)] == ["a", "b", "a", "b", "a", "b"]


def test_an_alert_s_recording_goes_first() -> None:
    sender = Distribution(Pace(total_burst=3))
    ask(sender, "horn-01", LETTER)
    ask(sender, "horn-02", FLOOD, urgent=True)
    assert [send.sha256[0] for _, send in run(sender)] == ["c"] * 4 + ["a"] * 4


def test_a_want_that_names_nothing_is_nothing() -> None:
    sender = Distribution()
    lacks = Want(recording=LETTER, base=900, bitmap="ffff")
    assert sender.want("horn-01", lacks, count=10, now_s=0.0) is Taken.NOTHING_WANTED
    assert sender.next_deadline() is None


def test_of_one_want_only_so_many_chunks_are_looked_at() -> None:
    sender = Distribution()
    ask(sender, "horn-01", LETTER, *range(500))
    assert sender.pending == 64


def test_a_crowd_is_told_so_but_alerts_get_through() -> None:
    sender = Distribution(Pace(most_pending=4))
    assert ask(sender, "horn-01") is Taken.QUEUED
    assert ask(sender, "horn-02") is Taken.QUEUED  # the same chunks
    assert ask(sender, "horn-03", NEWS) is Taken.CROWDED_OUT
    assert ask(sender, "horn-04", FLOOD, urgent=True) is Taken.QUEUED
    assert sender.pending == 8


def test_a_recording_that_is_gone_is_not_sent() -> None:
    sender = Distribution()
    ask(sender, "horn-01", LETTER)
    ask(sender, "horn-01", NEWS)
    sender.forget(LETTER)
    assert {send.sha256 for send in sender.due(0.3)} == {NEWS}
    assert sender.pending == 0


_wants = st.lists(
    st.tuples(
        st.sampled_from(["horn-01", "horn-02", "horn-03"]),
        st.sampled_from([LETTER, NEWS, FLOOD]),
        st.sets(st.integers(0, 60), min_size=1, max_size=8),
        st.floats(0, 2),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=100, deadline=None)
@given(_wants)
def test_everything_wanted_is_sent_and_never_faster_than_the_pace(
    wants: list[tuple[str, str, set[int], float]],
) -> None:
    pace = Pace(recording_rate=7.0, recording_burst=3, total_rate=11.0, total_burst=5)
    sender, sent, now_s = Distribution(pace), list[tuple[float, Send]](), 0.0
    for who, recording, numbers, later_s in wants:
        now_s += later_s
        sent += run(sender, now_s)
        assert ask(sender, who, recording, *numbers, at_s=now_s) is Taken.QUEUED
    sent += run(sender)
    for who, recording, numbers, _ in wants:
        reached = {s.number for _, s in sent if s.sha256 == recording and s.endpoint in (None, who)}
        assert numbers <= reached
    for start_s, _ in sent:
        within = Counter(s.sha256 for at_s, s in sent if start_s <= at_s <= start_s + 2.0)
        assert within.total() <= 5 + 11 * 2 + 1
        assert max(within.values()) <= 3 + 7 * 2 + 1
