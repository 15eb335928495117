"""Indices: how available a county's endpoints were, how often and how long people heard nothing, how fast it was mended. Pure.

After IEEE 1366 (SAIDI, SAIFI, MAIFI), with people who can hear an endpoint as its customers. Time in which nobody could
see is neither up nor down, and announced work is told apart from failures.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SUSTAINED = timedelta(minutes=5)  # shorter ones are momentary
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """A time in which an endpoint could not sound; `ended` None: it still cannot."""

    endpoint: str
    begun: datetime
    detected: datetime
    ended: datetime | None
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Shares are of all endpoints' time; minutes and counts are for the average person; None: nothing to count."""

    endpoints: int
    people: int
    availability: float | None  # of the observed time without announced work
    down_share: float
    planned_share: float
    unobserved_share: float
    minutes_without: float  # SAIDI
    interruptions: float  # SAIFI
    momentary: float  # MAIFI
    minutes_to_detect: float | None
    minutes_to_repair: float | None


def figures(
    downs: Iterable[Down],
    blind: Sequence[Span],
    people: Mapping[str, int],
    span: Span,
    repairs: Sequence[timedelta] = (),
) -> Figures:
    """Of the endpoints in `people` over `span`; `blind` are times in which nothing was seen."""
    begin, end = span
    unseen = _within(_joined(blind), span)
    whole_s = (end - begin).total_seconds()
    unseen_s = sum(map(_seconds, unseen))
    down_s, planned_s, without_s, delays = 0.0, 0.0, 0.0, list[float]()
    often: defaultdict[bool, float] = defaultdict(float)
    everybody = sum(people.values())
    for down in downs:
        if down.endpoint not in people:
            continue
        lasted = _within([(down.begun, down.ended or end)], span)
        seen_s = sum(map(_seconds, lasted)) - sum(_overlap(each, unseen) for each in lasted)
        if down.planned:
            planned_s += seen_s
            continue
        down_s += seen_s
        without_s += seen_s * people[down.endpoint]
        if begin <= down.begun < end:
            often[(down.ended or end) - down.begun >= SUSTAINED] += people[down.endpoint]
            delays.append((down.detected - down.begun).total_seconds())
    all_s = whole_s * len(people)
    counted_s = all_s - unseen_s * len(people) - planned_s
    return Figures(
        endpoints=len(people),
        people=everybody,
        availability=1 - down_s / counted_s if counted_s > 0 else None,
        down_share=down_s / all_s if all_s else 0.0,
        planned_share=planned_s / all_s if all_s else 0.0,
        unobserved_share=unseen_s / whole_s if whole_s else 0.0,
        minutes_without=without_s / 60 / everybody if everybody else 0.0,
        interruptions=often[True] / everybody if everybody else 0.0,
        momentary=often[False] / everybody if everybody else 0.0,
        minutes_to_detect=_mean(delays),
        minutes_to_repair=_mean([each.total_seconds() for each in repairs]),
    )


def _mean(seconds: Sequence[float]) -> float | None:
    return sum(seconds) / len(seconds) / 60 if seconds else None


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _within(spans: Iterable[Span], outer: Span) -> list[Span]:
    cut = ((max(begin, outer[0]), min(end, outer[1])) for begin, end in spans)
    return [(begin, end) for begin, end in cut if begin < end]


def _overlap(span: Span, others: Iterable[Span]) -> float:
    return sum(map(_seconds, _within(others, span)))


def _seconds(span: Span) -> float:
    return (span[1] - span[0]).total_seconds()
