"""Ahead: the same things in the same order, made elsewhere, and none after they are no longer wanted."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import pytest

from audio.ahead import PIECE, PIECES, ahead


def counted(until: int, made: list[int]) -> Iterator[int]:
    for number in range(until):
        made.append(threading.get_ident())
        yield number


@pytest.mark.parametrize("count", [0, 1, PIECE, PIECE * PIECES + 1, 1_000])
def test_everything_comes_in_order(count: int) -> None:
    with ahead(counted(count, [])) as numbers:
        assert list(numbers) == list(range(count))


def test_it_is_made_in_one_other_thread() -> None:
    made: list[int] = []
    with ahead(counted(100, made)) as numbers:
        assert sum(numbers) == 4950
    assert len(set(made)) == 1
    assert threading.get_ident() not in made


def test_what_making_raises_is_raised_where_it_is_taken_after_what_was_whole() -> None:
    def broken() -> Iterator[int]:
        yield from range(PIECE)
        raise OSError("the disk is gone")

    with ahead(broken()) as numbers:
        assert list(islice(numbers, PIECE)) == list(range(PIECE))
        with pytest.raises(OSError, match="the disk is gone"):
            next(numbers)


def test_nothing_is_made_once_the_block_was_left() -> None:
    made: list[int] = []
    with suppress(KeyError), ahead(counted(1_000_000, made)) as numbers:
        assert next(numbers) == 0
        raise KeyError("cancelled by a person")
    assert len(made) <= (PIECES + 1) * PIECE
    assert not any(thread.name.startswith("ahead") for thread in threading.enumerate())
