"""A line of the logbook says which, and why."""

import io
import logging
from collections.abc import Iterator

import pytest

from devices.logbook import WithFacts


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
