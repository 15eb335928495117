"""The logbook (运行日志): what a program says of itself to whoever looks after it, a line for each event.

An event is a constant sentence; its facts come as `extra` and stand behind it: which, expected, got.
"""

import logging
import time
from collections.abc import Callable

_QUIET_S = 60.0  # within which a fault that comes again is counted and not told
_OF_EVERY_LINE = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class WithFacts(logging.Formatter):
    """A line that ends with its facts: `no connection to the broker (broker=127.0.0.1:1883, reason=…)`."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Of a record whose message and time stand."""
        told = ", ".join(f"{name}={fact}" for name, fact in _facts(record).items())
        return super().formatMessage(record) + (f" ({told})" if told else "")


class Repeats(logging.Filter):
    """A fault that is met at every try, as a disk that is full, is told with its trace once a minute, and how often it came.

    Faults are the same if the event, its facts and the kind of exception are.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        # Fault → when it was told, and how often it came since
        self._told: dict[object, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is told."""
        if not record.exc_info:
            return True
        now_s = self._clock()
        fault = record.name, record.getMessage(), record.exc_info[0], str(_facts(record))
        told_s, since = self._told.get(fault, (-_QUIET_S, 0))
        if now_s - told_s < _QUIET_S:
            self._told[fault] = told_s, since + 1
            return False
        self._told = {each: said for each, said in self._told.items() if now_s - said[0] < 2 * _QUIET_S}
        self._told[fault] = now_s, 0
        if since:
            record.again = since
        return True


def _facts(record: logging.LogRecord) -> dict[str, object]:
    return {name: fact for name, fact in vars(record).items() if name not in _OF_EVERY_LINE}


def keep(level: int | str) -> None:
    """From now on this process writes its lines of `level` and above to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithFacts("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(Repeats())
    logging.basicConfig(level=level, handlers=[handler])
