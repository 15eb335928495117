"""The visit: how the screens reach the desk. Each question runs in a thread of its own; when nobody answers one is blind.

A thread that waits for a dead line is left behind; the screen goes on, and the program's end does not wait for it.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.errors import DeskError, Unavailable
from broadcaster.language import N_

log = logging.getLogger(__name__)

R = TypeVar("R")
PATIENCE_S = 20.0  # far more than a slow line needs for an answer


class Service(Protocol):
    """Whatever answers the screens: the desk, to whoever has a question or an order for it."""

    async def ask(self, question: Callable[[CountyDesk], R]) -> R:
        """The answer to what must be answered soon; Unavailable after a while without one."""

    async def order(self, deed: Callable[[CountyDesk], R]) -> R:
        """The outcome of what may take long, such as an import."""


class Visit:
    """One person's visit at the desk; keeps `Service`. `sight` is told since when nothing is seen, or None."""

    def __init__(
        self,
        desk: CountyDesk,
        *,
        clock: Callable[[], datetime],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._desk, self._clock, self._patience_s = desk, clock, patience_s
        self._seen_at = clock()
        self.blind_since: datetime | None = None
        self.sight: Callable[[datetime | None], None] = lambda since: None
        self.pending = 0  # questions and orders that have no answer yet
        self.stirred: Callable[[], None] = lambda: (
            None
        )  # told when the first is asked, and when the last is answered

    async def ask(self, question: Callable[[CountyDesk], R]) -> R:
        """The answer; Unavailable where there is none in time."""
        try:
            async with asyncio.timeout(self._patience_s):
                return await self.order(question)
        except TimeoutError:
            self._saw(nothing=True)
            message = N_("The controller has not answered for {seconds} seconds.")
            raise Unavailable(message, seconds=round(self._patience_s)) from None

    async def order(self, deed: Callable[[CountyDesk], R]) -> R:
        """The outcome, however long it takes."""
        self._count(1)
        try:
            answer = await in_thread(lambda: deed(self._desk))
        except Unavailable:
            self._saw(nothing=True)
            raise
        except (DeskError, OSError):
            self._saw(nothing=False)  # who refuses is there
            raise
        except Exception as fault:
            log.exception("the desk failed")
            raise DeskError(
                N_("The desk failed: {fault}"), fault=f"{type(fault).__name__}: {fault}"
            ) from fault
        finally:
            self._count(-1)
        self._saw(nothing=False)
        return answer

    def _count(self, more: int) -> None:
        self.pending += more
        if self.pending == max(0, more):
            self.stirred()

    def _saw(self, *, nothing: bool) -> None:
        """Blind since the last answer, not since the first question that had none."""
        if not nothing:
            self._seen_at = self._clock()
        since = self._seen_at if nothing else None
        if since != self.blind_since:
            self.blind_since = since
            self.sight(since)


async def in_thread(work: Callable[[], R]) -> R:
    """What `work` gives, done in a thread that nobody waits for when the program ends."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[R] = loop.create_future()

    def settle(answer: R | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(answer)  # type: ignore[arg-type]

    def run() -> None:
        answer: R | None = None
        error: BaseException | None = None
        try:
            answer = work()
        except BaseException as raised:  # carried to whoever asked
            error = raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, answer, error)

    threading.Thread(target=run, name="visit", daemon=True).start()
    return await done
