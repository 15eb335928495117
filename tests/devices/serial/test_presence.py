"""When a tap that does not answer is taken for slow, and when for away: what its line drops anyway is no sign of either."""

import pytest

from devices.serial.presence import Member, Presence, Sign

ABSENT_S = 5.0
BLOCKS = 1_000


def present(dropped: float = 0.0) -> Member:
    """A tap whose line is known to drop that share of frames."""
    member = Member(1, ())
    member.heard(Sign.HELLO, 0.0)
    member.heard(Sign.ANSWER, 0.0)
    member.drops.sent(BLOCKS, round(dropped * BLOCKS), 0.0)
    return member


def waits(member: Member, times: int) -> list[float]:
    """Until it is asked again, after each of so many questions in a row that it does not answer."""
    found, now = [], 0.0
    for _time in range(times):
        member.missed(now, ABSENT_S)
        found.append(round(member.asks_at - now, 3))
        now = member.asks_at
    return found


def test_who_does_not_answer_on_a_calm_line_is_asked_ever_more_seldom() -> None:
    assert waits(present(), 6) == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0]


def test_what_drops_explain_is_asked_again_soon() -> None:
    member = present(dropped=0.3)
    assert waits(member, 7) == [0.1] * 7
    assert not member.unexplained
    assert waits(member, 6)[-1] == 2.0


@pytest.mark.parametrize(("dropped", "misses"), [(0.0, 3), (0.05, 6), (0.3, 21)])
def test_silence_is_what_would_hardly_ever_befall_a_tap_that_is_there(dropped: float, misses: int) -> None:
    member, long_after_s = present(dropped), 100.0
    waits(member, misses - 1)
    assert member.presence is Presence.PRESENT
    assert member.missed(long_after_s, ABSENT_S)
    assert member.presence is Presence.ABSENT
