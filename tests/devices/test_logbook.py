"""A line of the logbook says which, and why."""

import io
import logging
from collections.abc import Iterator

import pytest

from devices.logbook import Repeats, WithFacts


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the logger `horn` writes."""
    page = io.StringIO()
    handler, log = logging.StreamHandler(page), logging.getLogger("horn")
    handler.setFormatter(WithFacts("%(levelname)s %(message)s"))
    log.addHandler(handler)
    yield page
    log.removeHandler(handler)


def test_facts_stand_behind_the_sentence(written: io.StringIO) -> None:
    logging.getLogger("horn").warning(
        "no connection to the broker", extra={"broker": "10.0.0.1:1883", "reason": "refused"}
    )
    assert (
        written.getvalue() == "WARNING no connection to the broker (broker=10.0.0.1:1883, reason=refused)\n"
    )


def test_a_line_without_facts_is_its_sentence_and_what_broke_stands_below(written: io.StringIO) -> None:
    log = logging.getLogger("horn")
    log.error("it is %s", "over")
    try:
        raise ValueError("torn")
    except ValueError:
        log.exception("the horn broke", extra={"horn": 7})
    first, second, *trace = written.getvalue().splitlines()
    assert (first, second, trace[-1]) == (
        "ERROR it is over",
        "ERROR the horn broke (horn=7)",
        "ValueError: torn",
    )


def breaks(log: logging.Logger, error: Exception, **facts: object) -> None:
    """One fault, with its trace."""
    try:
        raise error
    except Exception:
        log.exception("the horn broke", extra=facts)


def test_a_fault_that_comes_at_every_try_is_told_once_a_minute_and_how_often_it_came(
    written: io.StringIO,
) -> None:
    log, now = logging.getLogger("horn"), 0.0
    repeats = Repeats(lambda: now)
    log.handlers[-1].addFilter(repeats)
    for second in range(0, 121, 10):
        now = float(second)
        breaks(log, OSError(28, "No space left on device"))
    told = [line for line in written.getvalue().splitlines() if line.startswith("ERROR")]
    assert told == [
        "ERROR the horn broke",
        "ERROR the horn broke (again=5)",
        "ERROR the horn broke (again=5)",
    ]


def test_another_fault_is_told_at_once_and_what_broke_nothing_always(written: io.StringIO) -> None:
    log = logging.getLogger("horn")
    log.handlers[-1].addFilter(Repeats(lambda: 0.0))
    breaks(log, OSError(28, "No space left on device"), horn=1)
    breaks(log, OSError(28, "No space left on device"), horn=2)
    breaks(log, ValueError("torn"), horn=1)
    for _time in range(2):
        log.warning("connected")
    lines = [line for line in written.getvalue().splitlines() if line.startswith(("ERROR", "WARNING"))]
    assert lines == [
        "ERROR the horn broke (horn=1)",
        "ERROR the horn broke (horn=2)",
        "ERROR the horn broke (horn=1)",
        "WARNING connected",
        "WARNING connected",
    ]
