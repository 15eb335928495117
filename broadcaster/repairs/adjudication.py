"""Adjudication: after the return, boot counter and uptime settle whether it was power or network."""

from collections.abc import Iterable
from enum import StrEnum

from devices.reports import Reset
from devices.supervision import Flip

SHARE = 0.60  # of those that are back must agree
SLACK_PERIODS = 2


class Vote(StrEnum):
    """What one endpoint's return says."""

    POWER = "power"
    NETWORK = "network"
    CRASH = "crash"  # it started anew though its mains were there


def vote(back: Flip, away_s: float, period_s: float) -> Vote | None:
    """From what an endpoint said when it came back after `away_s`; None if that settles nothing."""
    if back.up_s is None:
        return None
    if back.rebooted and back.reset is not None:
        return Vote.CRASH if back.reset in (Reset.WATCHDOG, Reset.SOFTWARE) else Vote.POWER
    if back.up_s < away_s - SLACK_PERIODS * period_s:
        return Vote.POWER
    return Vote.NETWORK if back.up_s >= away_s else None


def settled(votes: Iterable[Vote], members: int) -> Vote | None:
    """What most of the members agree on, once half of them are back."""
    cast = list(votes)
    if 2 * len(cast) < members:
        return None
    return next((each for each in Vote if cast.count(each) >= SHARE * len(cast)), None)
