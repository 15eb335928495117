"""Ahead: what comes next is made in a thread of its own while what came before is used; codecs and filters let both run."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

PIECES, PIECE = 3, 8  # things on their way: few, for memory; by pieces, for a thread that is woken costs time


@contextmanager
def ahead(things: Iterable[T]) -> Iterator[Iterator[T]]:
    """`things` in their order; what making them raises is raised where they are taken.

    Once the block is left, nothing is made any more: what things are made of may be closed.
    """
    source = iter(things)
    with ThreadPoolExecutor(1, "ahead") as maker:
        coming = deque(maker.submit(_piece, source) for _ in range(PIECES))
        try:
            yield _taken(coming, source, maker)
        finally:
            for piece in coming:
                piece.cancel()


def _piece(source: Iterator[T]) -> list[T]:
    return list(islice(source, PIECE))


def _taken(coming: deque[Future[list[T]]], source: Iterator[T], maker: ThreadPoolExecutor) -> Iterator[T]:
    while piece := coming.popleft().result():
        coming.append(maker.submit(_piece, source))
        yield from piece
