"""One site without mains: did somebody switch it off, or has its supply failed? Weighed, told neutrally, never accusing.

The odds start at a prior of 0.35 and take a factor for each circumstance that is known (likelihood ratios from the
field; a circumstance that is not known changes nothing).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log

from broadcaster.language import N_
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.circumstances import Answer, Circumstances
from broadcaster.repairs.evidence import Statement
from broadcaster.repairs.scoring import sigmoid

PRIOR = -0.62  # nats: 0.35
SWITCHED_OFF_FROM, UNDECIDED_FROM = 0.80, 0.50
RATIO_CLIP = (0.2, 5.0)
NORMAL_V = (198, 242)  # 220 V +7 % −10 % (GB/T 12325) with a margin of measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What it probably is."""

    cause: Cause
    probability: float  # of a switch-off
    logit: float
    evidence: tuple[Statement, ...]


def judge(known: Circumstances) -> Verdict:
    """Weighs what is known. Without two neighbours that have mains, or people who say so, it cannot be told apart from a wider
    loss.
    """
    evidence = tuple(_weighed(known))
    logit = PRIOR + sum(statement.weight for statement in evidence)
    probability = sigmoid(logit)
    if known.witnesses < 2 and known.said in (None, Answer.NO_POWER):
        cause = Cause.SITE_POWER_LOSS
    elif probability >= SWITCHED_OFF_FROM:
        cause = Cause.SWITCHED_OFF
    else:
        cause = Cause.SITE_POWER_LOSS if probability >= UNDECIDED_FROM else Cause.SITE_POWER_FAULT
    return Verdict(cause=cause, probability=probability, logit=logit, evidence=evidence)


def _weighed(known: Circumstances) -> Iterator[Statement]:
    low, high = RATIO_CLIP
    if known.volts_before is not None:
        normal = NORMAL_V[0] <= known.volts_before <= NORMAL_V[1]
        yield _statement(_CLEAN if normal else _SAGGED, 2.0 if normal else 0.3, volts=known.volts_before)
    if known.hour_ratio != 1.0:
        ratio = min(max(known.hour_ratio, low), high)
        yield _statement(_HOUR_USUAL if ratio > 1 else _HOUR_UNUSUAL, ratio)
    if known.repeats >= 3:
        yield _statement(_REPEATS, 10.0, days=known.repeats)
    for is_so, message, factor in (
        (known.neighbours_dipped, _DIPPED, 0.1),
        (known.storm, _STORM, 0.2),
        (known.while_playing, _PLAYING, 6.0),
        (known.door_opened, _DOOR, 20.0),
        (known.turned_down, _TURNED, 4.0),
        (known.returned_alone, _ALONE, 3.0),
        (known.said is Answer.SWITCHED_OFF, _SAID, 50.0),
        (known.said is Answer.NO_POWER, _NO_POWER, 0.1),
        (known.arrears, _ARREARS, 3.0),
        (known.breaker_tripped, _TRIPPED, 0.1),
    ):
        if is_so:
            yield _statement(message, factor)


def _statement(message: str, factor: float, **facts: int) -> Statement:
    return Statement(message=message, facts=facts, weight=log(factor))


_CLEAN = N_("The voltage was normal ({volts} V) until it was gone.")
_SAGGED = N_("The voltage had been wrong before ({volts} V).")
_HOUR_USUAL = N_("It often happens at this hour of the week.")
_HOUR_UNUSUAL = N_("It seldom happens at this hour of the week.")
_REPEATS = N_("On {days} of the last 14 days it happened at the same time of day.")
_DIPPED = N_("The neighbours' mains failed for a moment at the same time.")
_STORM = N_("There was a storm.")
_PLAYING = N_("It happened during a broadcast or just after its start.")
_DOOR = N_("The cabinet had been opened just before.")
_TURNED = N_("The volume had been turned down by hand the same day.")
_ALONE = N_("It came back without a visit.")
_SAID = N_("People on site say that it was switched off.")
_NO_POWER = N_("People on site say that they have no power either.")
_ARREARS = N_("The meter is in arrears.")
_TRIPPED = N_("The residual-current breaker has tripped.")
