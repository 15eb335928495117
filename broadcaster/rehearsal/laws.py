"""The laws: what must always hold (design, section 4), judged against what really sounded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from broadcaster.rehearsal.truth import Heard
from broadcaster.rehearsal.witness import Order
from schedules.places import Place
from schedules.records import DEFAULT_COUNTING_PERCENT
from schedules.slots import Slot, Span
from schedules.tally import Atom

_CLOCK_TOLERANCE = timedelta(seconds=3)  # what a learned clock may be off
_REACTION = timedelta(seconds=1)  # within which a document that was delivered is obeyed
_JUST_NOW_MS = 20  # a board killed so shortly after a play began to count cannot have written it down
_MADE_UP = timedelta(seconds=65)  # so long after its planned time a play was made up


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
    FORGERY_OBEYED = "forgery_obeyed"  # 4: it sounded, and no genuine document ever ordered it
    WITHDRAWN_SOUNDED = (
        "withdrawn_sounded"  # 6: it sounded on after the documents held had ceased to order it
    )
    AFTER_LEASE = "after_lease"  # 6: it sounded after the documents held had expired
    HEARD_UNPROVED = "heard_unproved"  # 5: it sounded in full, and the controller does not count it
    PROOF_LOST = "proof_lost"  # 5: a record that the endpoint wrote, or forgot on a receipt, is not stored
    LAGGING = "lagging"  # in the end an endpoint does not hold what it should
    BURST = "burst"  # a play that was made up came closer to another of its notice than its gap allows


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
    synced: bool = True  # by a disciplined clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How far an endpoint has come with its chain of records."""

    endpoint: str
    chain: str
    last: int


class Orders(Protocol):
    """What the documents that reached an endpoint say: the witness."""

    def orders(self, endpoint: str, key: str, at: datetime) -> Iterator[Order]: ...
    def ever_ordered(self, endpoint: str, key: str) -> bool: ...


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
        if _in_full(stretch, slot):
            full[stretch.endpoint, stretch.key] += 1
            if full[stretch.endpoint, stretch.key] == 2:
                yield _violation(Law.HEARD_TWICE, stretch)


def ordered_rightly(heard: Iterable[Heard], orders: Orders) -> Iterator[Violation]:
    """Laws 4 and 6 on what really sounded: documents that the endpoint held ordered it, to its end."""
    for stretch in heard:
        if not orders.ever_ordered(stretch.endpoint, stretch.key):
            yield _violation(Law.FORGERY_OBEYED, stretch)
            continue
        last = max(stretch.started, stretch.ended - _REACTION)
        began, ended = (
            tuple(orders.orders(stretch.endpoint, stretch.key, at)) for at in (stretch.started, last)
        )
        if not (began and ended):
            yield _violation(Law.WITHDRAWN_SOUNDED, stretch)
        elif max(order.until for order in ended) + _CLOCK_TOLERANCE < stretch.ended:
            yield _violation(Law.AFTER_LEASE, stretch)


def spread_rightly(heard: Iterable[Heard], slots: Mapping[str, Slot], orders: Orders) -> Iterator[Violation]:
    """What was missed is made up with the gap of its notice, never in a burst."""
    last: dict[tuple[str, str], tuple[Heard, Slot]] = {}
    for stretch in sorted(heard, key=lambda h: (h.endpoint, h.started, h.ended)):
        slot = slots.get(stretch.key)
        if slot is None or not _in_full(stretch, slot):
            continue
        name = (stretch.endpoint, slot.notice)
        before, last[name] = last.get(name), (stretch, slot)
        if before is None or before[1].id == slot.id:
            continue
        late = _made_up(stretch, slot) or _made_up(*before)
        gap_s = min(
            (o.gap_s for o in orders.orders(stretch.endpoint, stretch.key, stretch.started)), default=0
        )
        if late and stretch.started - before[0].ended < timedelta(seconds=gap_s) - _CLOCK_TOLERANCE:
            yield _violation(Law.BURST, stretch)


def claimed_rightly(
    claims: Iterable[Claim], heard: Iterable[Heard], slots: Mapping[str, Slot], by: datetime
) -> Iterator[Violation]:
    """Laws 1 and 5 on what the controller believes: one counted record for each slot that sounded, and no other.

    What ended after `by` may not have been proved yet.
    """
    sounded: defaultdict[tuple[str, str], int] = defaultdict(int)
    full: dict[tuple[str, str], Heard] = {}
    for stretch in heard:
        sounded[stretch.endpoint, stretch.key] += stretch.heard_ms
        if stretch.ended <= by and stretch.key in slots and _in_full(stretch, slots[stretch.key]):
            full[stretch.endpoint, stretch.key] = stretch
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
    for name in full.keys() - seen:
        yield _violation(Law.HEARD_UNPROVED, full[name])


def proved_rightly(
    chains: Iterable[Chain], stored: Mapping[tuple[str, str], Set[int]], now: datetime
) -> Iterator[Violation]:
    """Law 5 on the proofs: every record that an endpoint ever linked into its chain is stored in the end."""
    for chain in chains:
        missing = set(range(1, chain.last + 1)) - stored.get((chain.endpoint, chain.chain), frozenset())
        if missing:
            subject = f"{chain.endpoint}/{chain.chain}/{min(missing)}"
            yield Violation(invariant=Law.PROOF_LOST, time=now, subject=subject)


def converged(
    held: Mapping[str, Mapping[str, int]], wanted: Mapping[str, Mapping[str, int]], now: datetime
) -> Iterator[Violation]:
    """In the end every endpoint holds the newest revision of each document that is meant for it (by topic)."""
    for endpoint, topics in wanted.items():
        for topic, revision in topics.items():
            if held.get(endpoint, {}).get(topic, 0) < revision:
                yield Violation(invariant=Law.LAGGING, time=now, subject=f"{endpoint}/{topic}")


def alerted_rightly(
    heard: Iterable[Heard], alert: str, since: datetime, expected: Iterable[str]
) -> Iterator[Violation]:
    """An alert was in force: whoever is expected to must have sounded it."""
    sounded = {stretch.endpoint for stretch in heard if stretch.key.startswith(alert)}
    for name in expected:
        if name not in sounded:
            yield Violation(invariant=Law.ALERT_UNHEARD, time=since, subject=name)


def settled_rightly(atoms: Iterable[Atom], now: datetime) -> Iterator[Violation]:
    """Law 8: every slot and absence has exactly one outcome at every endpoint it is for."""
    seen: defaultdict[tuple[str, Place, str | None], int] = defaultdict(int)
    for atom in atoms:
        seen[atom.slot, atom.village, atom.endpoint] += 1
    for (slot, village, endpoint), times in seen.items():
        if times != 1:
            subject = f"{endpoint or village}/{slot}"
            yield Violation(invariant=Law.NO_OUTCOME, time=now, subject=subject)


def _in_full(stretch: Heard, slot: Slot) -> bool:
    counting_ms = slot.duration_ms * DEFAULT_COUNTING_PERCENT / 100
    return stretch.start_ms == 0 and stretch.heard_ms >= counting_ms + _JUST_NOW_MS


def _made_up(stretch: Heard, slot: Slot) -> bool:
    return stretch.started > slot.planned + _MADE_UP


def _meets(stretch: Heard, span: Span) -> bool:
    return stretch.started < span.end - _CLOCK_TOLERANCE and stretch.ended > span.start + _CLOCK_TOLERANCE


def _violation(law: Law, stretch: Heard) -> Violation:
    return Violation(invariant=law, time=stretch.started, subject=f"{stretch.endpoint}/{stretch.key}")
