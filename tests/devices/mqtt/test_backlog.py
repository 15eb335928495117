from hypothesis import given
from hypothesis import strategies as st

from devices.links import Message
from devices.mqtt.backlog import Backlog


def event(number: int) -> Message:
    return Message("event", b"%d" % number)


def state(topic: str, number: int) -> Message:
    return Message(topic, b"%d" % number, retain=True)


def drain(backlog: Backlog) -> list[Message]:
    return [backlog.take() for _ in range(len(backlog))]


def test_messages_leave_in_the_order_they_came() -> None:
    backlog = Backlog(10)
    messages = [event(1), state("a", 2), event(3)]
    assert [backlog.hold(message) for message in messages] == [None, None, None]
    assert drain(backlog) == messages


def test_newer_state_replaces_older_and_queues_last() -> None:
    backlog = Backlog(10)
    for message in (state("a", 1), event(2), state("a", 3)):
        backlog.hold(message)
    assert drain(backlog) == [event(2), state("a", 3)]


def test_when_full_the_oldest_event_gives_way_before_any_state() -> None:
    backlog = Backlog(2)
    backlog.hold(state("a", 1))
    backlog.hold(event(2))
    assert backlog.hold(event(3)) == event(2)
    assert backlog.hold(state("b", 4)) == event(3)
    assert backlog.hold(state("c", 5)) == state("a", 1)


def test_what_is_given_back_comes_first_unless_newer_state_waits() -> None:
    backlog = Backlog(10)
    backlog.hold(state("a", 4))
    backlog.hold(event(5))
    assert backlog.give_back([event(1), state("a", 2), state("b", 3)]) == []
    assert drain(backlog) == [event(1), state("b", 3), state("a", 4), event(5)]


def test_giving_back_keeps_the_bound_and_says_what_gave_way() -> None:
    backlog = Backlog(2)
    backlog.hold(event(3))
    assert backlog.give_back([event(1), event(2)]) == [event(1)]
    assert drain(backlog) == [event(2), event(3)]


messages = st.lists(
    st.one_of(st.integers().map(event), st.builds(state, topic=st.sampled_from("abc"), number=st.integers())),
    max_size=20,
)


@given(messages, st.integers(1, 8))
def test_nothing_vanishes_unsaid_and_the_newest_state_stays(held: list[Message], limit: int) -> None:
    backlog = Backlog(limit)
    dropped = [gone for message in held if (gone := backlog.hold(message))]
    left = drain(backlog)
    assert len(left) <= limit
    assert len([m for m in left + dropped if not m.retain]) == len([m for m in held if not m.retain])
    newest = {message.topic: message for message in held if message.retain}
    assert {message.topic: message for message in left if message.retain}.items() <= newest.items()
