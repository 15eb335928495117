"""The service begins when it can do no harm."""

from datetime import UTC, datetime, timedelta

import pytest

from broadcaster.service import clock_set


async def test_nothing_begins_while_the_clock_says_1970(caplog: pytest.LogCaptureFixture) -> None:
    now, slept = datetime(1970, 1, 1, 0, 5, tzinfo=UTC), 0

    async def sleep(seconds: float) -> None:
        nonlocal now, slept
        slept += 1
        now = datetime(2026, 11, 27, tzinfo=UTC) if slept == 3 else now + timedelta(seconds=seconds)

    await clock_set(lambda: now, sleep)
    assert (slept, [line.message for line in caplog.records]) == (
        3,
        ["the clock cannot be right: it is waited for"],
    )
    await clock_set(lambda: now, sleep)
    assert slept == 3
