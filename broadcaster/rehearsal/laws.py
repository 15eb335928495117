"""The laws: what must always hold (design, section 4), judged against what really sounded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broadcaster.rehearsal.truth import Heard
from schedules.places import Place
from schedules.records import DEFAULT_COUNTING_PERCENT
from schedules.slots import Slot, Span
from schedules.tally import Atom

_CLOCK_TOLERANCE = timedelta(seconds=3)  # what a learned clock may be off


class Law(StrEnum):
    """What can be broken."""

    COUNTED_TWICE = "counted_twice"  # 1
    OUTSIDE_WINDOW = "outside_window"  # 2
    QUIET_HOURS = "quiet_hours"  # 2
    TWO_AT_ONCE = "two_at_once"  # 3
    PROVED_UNHEARD = "proved_unheard"  # 5: counted, but it did not sound
    HEARD_TWICE = "heard_twice"  # 1: sounded in full more than once
    NO_OUTCOME = "no_outcome"  # 8: a slot without exactly one outcome
    ALERT_UNHEARD = "alert_unheard"  # an endpoint with power and network did not sound an alert in force


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken law: when in true time, and whom it concerns."""

    invariant: Law
    time: datetime
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A counted record that the controller keeps."""

    endpoint: str
    slot: str
    started: datetime


def heard_rightly(
    heard: Iterable[Heard], slots: Mapping[str, Slot], quiet: Mapping[str, tuple[Span, ...]]
) -> Iterator[Violation]:
    """Laws 1 to 3 on what really sounded; `quiet` are the quiet hours of each endpoint in true time."""
    last: dict[str, Heard] = {}
    full: defaultdict[tuple[str, str], int] = defaultdict(int)
    for stretch in sorted(heard, key=lambda h: (h.endpoint, h.started, h.ended)):
        before = last.get(stretch.endpoint)
        if before is not None and stretch.started < before.ended - timedelta(milliseconds=1):
            yield _violation(Law.TWO_AT_ONCE, stretch)
        last[stretch.endpoint] = stretch
        slot = slots.get(stretch.key)
        if slot is None:
            continue
        if (
            stretch.started < slot.earliest - _CLOCK_TOLERANCE
            or stretch.ended > slot.latest + _CLOCK_TOLERANCE
        ):
            yield _violation(Law.OUTSIDE_WINDOW, stretch)
        if any(_meets(stretch, span) for span in quiet.get(stretch.endpoint, ())):
            yield _violation(Law.QUIET_HOURS, stretch)
        if stretch.start_ms == 0 and stretch.heard_ms * 100 >= slot.duration_ms * DEFAULT_COUNTING_PERCENT:
            full[stretch.endpoint, stretch.key] += 1
            if full[stretch.endpoint, stretch.key] == 2:
                yield _violation(Law.HEARD_TWICE, stretch)


def claimed_rightly(
    claims: Iterable[Claim], heard: Iterable[Heard], slots: Mapping[str, Slot]
) -> Iterator[Violation]:
    """Laws 1 and 5 on what the controller believes: one counted record a slot, and it did sound."""
    sounded: defaultdict[tuple[str, str], int] = defaultdict(int)
    for stretch in heard:
        sounded[stretch.endpoint, stretch.key] += stretch.heard_ms
    seen: set[tuple[str, str]] = set()
    for claim in claims:
        name = (claim.endpoint, claim.slot)
        slot = slots.get(claim.slot)
        if name in seen:
            yield Violation(invariant=Law.COUNTED_TWICE, time=claim.started, subject="/".join(name))
        seen.add(name)
        least_ms = slot.duration_ms * (DEFAULT_COUNTING_PERCENT - 1) / 100 if slot else 0
        if sounded[name] < least_ms:
            yield Violation(invariant=Law.PROVED_UNHEARD, time=claim.started, subject="/".join(name))


def settled_rightly(atoms: Iterable[Atom], now: datetime) -> Iterator[Violation]:
    """Law 8: every slot and absence has exactly one outcome at every endpoint it is for."""
    seen: defaultdict[tuple[str, Place, str | None], int] = defaultdict(int)
    for atom in atoms:
        seen[atom.slot, atom.village, atom.endpoint] += 1
    for (slot, village, endpoint), times in seen.items():
        if times != 1:
            subject = f"{endpoint or village}/{slot}"
            yield Violation(invariant=Law.NO_OUTCOME, time=now, subject=subject)


def _meets(stretch: Heard, span: Span) -> bool:
    return stretch.started < span.end - _CLOCK_TOLERANCE and stretch.ended > span.start + _CLOCK_TOLERANCE


def _violation(law: Law, stretch: Heard) -> Violation:
    return Violation(invariant=law, time=stretch.started, subject=f"{stretch.endpoint}/{stretch.key}")
