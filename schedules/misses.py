"""Misses: why a slot did not sound, told afterwards from what stood in its way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schedules.records import MissedBecause
from schedules.slots import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """A span of true time in which an endpoint could not sound a slot, and why: dark, clock unknown, no lease, …

    A hindrance that still lasts ends at `now`. One of a single recording or notice is given for its own slots only.
    """

    span: Span
    because: MissedBecause


def why_missed(planned: datetime, latest: datetime, hindrances: Iterable[Hindrance]) -> MissedBecause:
    """The reason that took most of the time from `planned` to `latest`; NO_ROOM if nothing stood in the way."""
    raise NotImplementedError
