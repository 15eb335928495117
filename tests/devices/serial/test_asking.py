"""How long a head waits for an answer: it learns from those that come, and from those that come too late."""

import pytest

from devices.serial.asking import Asking
from devices.serial.bodies import Poll
from devices.serial.pacing import Line

TAP = 3
QUICK_S, HELD_BACK_S = 0.01, 0.4


class Asked:
    """A head that asks one tap again and again."""

    def __init__(self) -> None:
        self.asking, self.sequence, self.now = Asking(Line(baud=115_200)), 0, 0.0

    def ask(self) -> None:
        self.now += 10.0
        self.sequence += 1
        self.asking.ask(self.sequence, Poll(), {TAP}, self.now)

    def answered(self, times: int = 1) -> float:
        """How long it waits after so many quick answers."""
        for _time in range(times):
            self.ask()
            self.asking.hear(self.now + QUICK_S)
            assert self.asking.answered(TAP)
        return self.asking.reply_s

    def given_up(self) -> None:
        self.ask()
        assert self.asking.overdue(self.now + 5.0) is not None


def test_an_answer_that_was_held_back_is_waited_for_from_then_on() -> None:
    asked = Asked()
    assert asked.answered() < 0.1
    asked.given_up()
    asked.asking.late(asked.sequence, asked.now + HELD_BACK_S)
    assert asked.answered() == pytest.approx(HELD_BACK_S, rel=0.2)
    assert asked.answered(times=300) < 0.1


def test_a_question_that_was_lost_leaves_no_patience_behind() -> None:
    asked = Asked()
    usual = asked.answered()
    asked.given_up()
    assert asked.answered() == pytest.approx(usual)


def test_what_may_be_lost_of_an_answer_is_waited_for() -> None:
    asking, room = Asking(Line(baud=9_600)), 10
    asking.ask(1, Poll(room=room), {TAP}, 0.0)
    usual = asking.open.deadline if asking.open else 0.0
    asking.ask(2, Poll(room=room), {TAP}, 0.0, unheard=True)
    assert asking.open is not None
    assert asking.open.deadline == pytest.approx(usual + room * 16 * 10 / 9_600)


@pytest.mark.parametrize("ago", [1, 2])
def test_what_answers_an_older_question_is_no_late_answer(ago: int) -> None:
    asked = Asked()
    usual = asked.answered(times=3)
    asked.given_up()
    asked.asking.late(asked.sequence - ago, asked.now + HELD_BACK_S)
    assert asked.answered() == pytest.approx(usual)
