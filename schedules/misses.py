"""Misses: why a slot did not sound, told afterwards from what stood in its way."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.records import MissedBecause
from schedules.slots import Span

_ORDER = list(MissedBecause)
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """A span of true time in which an endpoint could not sound a slot, and why: dark, clock unknown, no
    lease, …

    What still lasts ends at `now`. The lack of one recording is a hindrance to the slots that need it, no
    others.
    """

    span: Span
    because: MissedBecause


def why_missed(planned: datetime, latest: datetime, hindrances: Iterable[Hindrance]) -> MissedBecause:
    """The reason that took most of the time from `planned` to `latest`; NO_ROOM if nothing stood in the
    way."""
    lost: Counter[MissedBecause] = Counter()
    for hindrance in hindrances:
        span = hindrance.span
        shared = min(span.end, latest) - max(span.start, planned)
        if shared > _NOTHING:
            lost[hindrance.because] += shared // timedelta(microseconds=1)
    return max(
        lost, key=lambda because: (lost[because], -_ORDER.index(because)), default=MissedBecause.NO_ROOM
    )
