"""The logbook (运行日志): what a program says of itself to whoever looks after it, a line for each event.

An event is a constant sentence; its facts come as `extra` and stand behind it: which, expected, got.
"""

import logging

_OF_EVERY_LINE = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class WithFacts(logging.Formatter):
    """A line that ends with its facts: `no connection to the broker (broker=127.0.0.1:1883, reason=…)`."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Of a record whose message and time stand."""
        facts = [f"{name}={fact}" for name, fact in vars(record).items() if name not in _OF_EVERY_LINE]
        return super().formatMessage(record) + (f" ({', '.join(facts)})" if facts else "")


def keep(level: int | str) -> None:
    """From now on this process writes its lines of `level` and above to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithFacts("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
