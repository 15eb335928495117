"""The visit: questions in threads, and the truth about what is not known."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from broadcaster.desk.errors import NotFound, Unavailable
from broadcaster.tui.visit import Visit


class Wall:
    def __init__(self):
        self.now = datetime(2026, 11, 23, 2, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def wall():
    return Wall()


def dead(_desk):
    raise Unavailable("gone")


async def test_blind_since_the_last_answer_and_seeing_again_with_the_next(wall):
    visit, told = Visit(None, clock=wall), []
    visit.sight = told.append
    start = wall.now
    await visit.ask(lambda desk: 1)
    wall.now += timedelta(minutes=3)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await visit.ask(dead)
    assert visit.blind_since == start
    await visit.ask(lambda desk: 2)
    assert told == [start, None]


async def test_a_refusal_is_an_answer_and_makes_nobody_blind(wall):
    visit = Visit(None, clock=wall)

    def refused(_desk):
        raise NotFound("There is no notice {notice}.", notice="n-1")

    with pytest.raises(NotFound):
        await visit.ask(refused)
    assert visit.blind_since is None


async def test_a_line_that_says_nothing_is_dead_after_a_while(wall):
    visit, never = Visit(None, clock=wall, patience_s=0.01), threading.Event()
    with pytest.raises(Unavailable):
        await visit.ask(lambda desk: never.wait(5))
    never.set()
    assert visit.blind_since is not None


async def test_the_screen_goes_on_while_the_desk_is_asked(wall):
    visit, answer = Visit(None, clock=wall), threading.Event()
    await visit.ask(lambda desk: threading.current_thread() is not threading.main_thread())
    answer.set()
    assert await visit.ask(lambda desk: answer.wait(5))
